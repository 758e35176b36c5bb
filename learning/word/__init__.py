"""What a .docx holds beside its words, for everyone who reads one: parts, styles and numbers."""
