"""Operator commands about the installation as a whole: backup and restore."""

from pathlib import Path

import click
from flask import Flask, current_app

from core import backup, migrate
from core.services import Services


def _services() -> Services:
    found: Services = current_app.extensions["shanggang"]
    return found


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-keys", is_flag=True, help="连同密钥文件一起写进备份")
def backup_command(file: Path, with_keys: bool) -> None:
    """把数据库、上传的文件和企业课程写进 FILE；运行中也可以做。"""
    made = _services()
    try:
        backup.write(
            made.config,
            made.database.engine,
            file,
            with_keys=with_keys,
            now=made.clock.now(),
        )
    except backup.BackupError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"已备份到 {file}")
    if not with_keys:
        click.echo(f"密钥不在里面，另存一份到别处：{made.config.keys_dir}")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore_command(file: Path) -> None:
    """把备份 FILE 恢复到空的 DATA_DIR 和空的数据库。"""
    made = _services()
    try:
        about = backup.restore(made.config, made.database.engine, file)
        migrate.upgrade(made.database.engine)
    except (backup.BackupError, migrate.NewerDatabase) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"已恢复 {about['made_at']} 的备份")
    if not about["with_keys"]:
        click.echo(f"把当时的密钥文件放回 {made.config.keys_dir}，否则身份证号解不开")


def register(app: Flask) -> None:
    """Add these commands to `flask`."""
    app.cli.add_command(backup_command)
    app.cli.add_command(restore_command)
