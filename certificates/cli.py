"""Operator commands: certificates that were earned but not issued."""

import click
from flask import Flask
from flask.cli import AppGroup

from certificates.awarding import award_missing
from core.identity import Actor
from core.web import services

commands = AppGroup("certificates", help="证书。")


@commands.command("award-missing", help="给已合格还没有证书的人补发；可以反复运行。")
def award_missing_command() -> None:
    found = services()
    with found.database.writing() as session:
        count = award_missing(
            session,
            seeds=found.seeds,
            zone=found.config.time_zone,
            actor=Actor.system("award-missing"),
            now=found.clock.now(),
        )
    click.echo(f"补发 {count} 张证书")


def register(app: Flask) -> None:
    """Add this package's commands to `flask`."""
    app.cli.add_command(commands)
