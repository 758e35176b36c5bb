"""Reads Moodle's GIFT: blocks between blank lines; the marks in braces decide the type."""
