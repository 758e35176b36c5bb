"""Reads Moodle's GIFT: blocks between blank lines, answers in braces, marks that decide the type."""
