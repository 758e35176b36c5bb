"""Reads question papers typed in Word: its paragraphs become lines, which the text reader reads."""
