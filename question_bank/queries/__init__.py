"""Reads, by who asks: `bank` for its keepers, `content` for exams, `sync` for the files' import."""
