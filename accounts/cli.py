"""Operator commands: the first administrator, and a way back in for someone locked out."""

import click
from flask import Flask
from flask.cli import AppGroup

from accounts import operations, passwords, queries, rules
from core.errors import DomainError
from core.identity import Actor
from core.pages import show_moment
from core.services import Services
from core.web import services

commands = AppGroup("accounts", help="人员与登录。")


def first_administrator(found: Services, actor: Actor) -> tuple[str, str]:
    """Make the first administrator; gives number and password, which nothing else ever shows.

    The hash is made before the write begins. Raises Conflict once anybody exists.
    """
    password = found.seeds.code(14)
    password_hash = passwords.hash_password(password)
    with found.database.writing() as session:
        user = operations.make_first_administrator(
            session, actor=actor, now=found.clock.now(), password_hash=password_hash
        )
        return user.employee_no, password


@commands.command("first-admin", help="空的安装里建第一个管理员，密码只显示一次。")
def first_admin() -> None:
    try:
        number, password = first_administrator(services(), Actor.system("first-admin"))
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"工号 {number}，密码 {password}。只显示这一次，登录后要换。")


@commands.command("reset-password", help="给一个工号发激活码，72 小时内可重设密码。")
@click.argument("employee_no")
def reset_password(employee_no: str) -> None:
    found = services()
    code = found.seeds.code(rules.CODE_LENGTH)
    try:
        with found.database.writing() as session:
            user = queries.person_by_number(session, employee_no)
            if user is None:
                raise click.ClickException(f"没有工号 {employee_no}。查一下人员名册")
            made = operations.make_activation_code(
                session,
                user,
                actor=Actor.system("reset-password"),
                now=found.clock.now(),
                code=code,
            )
            name, expires_at = user.name, made.expires_at
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    click.echo(
        f"{name} 的激活码 {rules.show_code(code)}，{show_moment(expires_at)} 前有效，用一次。"
    )


def register(app: Flask) -> None:
    """Add this package's commands to `flask`."""
    app.cli.add_command(commands)
