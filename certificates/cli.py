"""Operator commands."""

import click
from flask import Flask, current_app

from certificates.awarding import award_missing
from core.identity import Actor
from core.services import Services


@click.group("certificates")
def certificates_group() -> None:
    """证书。"""


@certificates_group.command("award-missing")
def award_missing_command() -> None:
    """给已合格还没有证书的人补发；可以反复运行。"""
    made: Services = current_app.extensions["shanggang"]
    with made.database.writing() as session:
        count = award_missing(
            session,
            seeds=made.seeds,
            zone=made.config.time_zone,
            actor=Actor.system("award-missing"),
            now=made.clock.now(),
        )
    click.echo(f"补发 {count} 张证书")


def register(app: Flask) -> None:
    """Add this package's commands to `flask`."""
    app.cli.add_command(certificates_group)
