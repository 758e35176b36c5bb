"""Bringing the sample company in and taking it out."""
