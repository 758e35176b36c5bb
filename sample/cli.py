"""Operator command: take the sample company out."""

import click
from flask import Flask
from flask.cli import AppGroup

from core.errors import DomainError
from core.identity import Actor
from core.web import services
from sample.operations import remove_sample
from sample.sign_ins import forget_sign_ins

commands = AppGroup("sample", help="示例企业。")


@commands.command("remove", help="移除示例企业的全部数据；审计日志不能删，会留下。")
@click.confirmation_option(prompt="示例企业的人、考试、成绩和证书都会删掉。移除？")
def remove() -> None:
    made = services()
    try:
        with made.database.writing() as session:
            removed = remove_sample(
                session, actor=Actor.system("sample-remove"), now=made.clock.now()
            )
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    forget_sign_ins(made.config)
    click.echo(
        "已移除：" + "，".join(f"{name} {count}" for name, count in removed.items() if count)
    )


def register(app: Flask) -> None:
    """Add this package's commands to `flask`."""
    app.cli.add_command(commands)
