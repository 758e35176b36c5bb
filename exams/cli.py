"""Operator commands."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from core.services import Services
from exams.item_analysis import analyse_exams
from exams.sweep import sweep_overdue

exams_group = AppGroup("exams", help="考试。")


@exams_group.command("close-overdue")
def close_overdue_command() -> None:
    """把到时没交的答卷按截止时间收卷、判分；每分钟自动做，手动再做也无妨。"""
    services: Services = current_app.extensions["shanggang"]
    report = sweep_overdue(services)
    click.echo(f"已收卷 {len(report.closed)} 份")
    if report.failed:
        ids = "、".join(map(str, report.failed))
        raise click.ClickException(f"{len(report.failed)} 份收不了，见日志；答卷编号：{ids}")


@exams_group.command("analyse")
@click.option("--exam", "exam_id", type=int, help="只算这一场；不给就算答卷有变化的每一场。")
def analyse_command(exam_id: int | None) -> None:
    """重新算项目分析：难度、区分度、信度；每晚自动做，手动再做也无妨。"""
    services: Services = current_app.extensions["shanggang"]
    done = analyse_exams(services, exam_id=exam_id)
    click.echo(f"已分析 {len(done)} 场考试")


def register(app: Flask) -> None:
    """Add this package's commands to `flask`."""
    app.cli.add_command(exams_group)
