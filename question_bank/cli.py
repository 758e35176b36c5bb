"""Operator commands."""

from flask import Flask


def register(app: Flask) -> None:
    """Add this package's commands to `flask`."""
