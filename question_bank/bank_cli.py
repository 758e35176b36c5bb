"""Operator commands on the whole bank: `flask bank …`."""

import click
from flask import Flask


@click.group("bank", help="题库：导入、导出和分析")
def bank() -> None:
    """Hold the commands of the bank."""


def register(app: Flask) -> None:
    """Add the group to `flask`; the commands are added to the group where they are defined."""
    app.cli.add_command(bank)
