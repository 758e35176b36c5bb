"""Reads over everything, each limited to what the reader's scope covers."""
