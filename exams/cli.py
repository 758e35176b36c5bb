"""Operator commands."""

from collections.abc import Iterator

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from core.errors import NotFound
from core.services import Services
from exams.chain import Fault
from exams.definition import points
from exams.item_analysis import analyse_exams
from exams.signing import load_signer
from exams.sweep import sweep_overdue
from exams.verification import Verification, verify_sitting

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


FAULTS = {
    Fault.ALTERED: "第 {n} 条被改过，或和前一条接不上",
    Fault.CUT: "缺第 {n} 条",
    Fault.REORDERED: "第 {n} 条被换过位置",
    Fault.RECHAINED: "整条链被重新算过：第 {n} 条的哈希不是签名时的那个",
}


@exams_group.command("verify")
@click.argument("sitting_id", type=int, metavar="SITTING")
def verify_command(sitting_id: int) -> None:
    """重新计算一份答卷的记录链、签名和得分；有一处不对，退出码为 1。"""
    services: Services = current_app.extensions["shanggang"]
    signer = load_signer(services.config.keys_dir, services.seeds)
    with services.database.reading() as session:
        try:
            found = verify_sitting(session, sitting_id, public_key=signer.public_key)
        except NotFound as missing:
            raise click.ClickException(f"没有编号为 {sitting_id} 的答卷") from missing
    for line in _told(found):
        click.echo(line)
    if not found.is_intact:
        raise click.ClickException("这份答卷的记录和当时不一样")
    click.echo("记录完整，没有被改动")


def _told(found: Verification) -> Iterator[str]:
    yield f"答卷 {found.sitting_id}：{found.link_count} 条记录"
    if not found.has_chain:
        yield "没有记录链：这份答卷开始得比记录链早，或开头被删掉了"
    for broken in found.broken:
        yield FAULTS[broken.fault].format(n=broken.number)
    signature = {None: "还没交卷，没有签名", True: "签名有效", False: "签名无效或没有签名"}
    yield signature[found.is_signed]
    yield "试卷和开考时一样" if found.is_paper_same else "试卷、答案或给分规则和开考时不一样"
    if found.score_again is not None:
        stored, again = (points(score or 0) for score in (found.score_stored, found.score_again))
        yield f"记录的得分 {stored}，按答案重算 {again}"
    if not found.are_corrections_same:
        yield "更正过的答案、分值或由此得出的及格线，和记录里写的不一样"
    if found.changed_slots:
        yield f"得分不一样的题：第 {'、'.join(map(str, found.changed_slots))} 题"


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
