"""Operator commands."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from core.clock import local_date
from core.errors import NotFound
from core.services import Services
from exams.chain import Fault
from exams.definition import points
from exams.evidence import digest_files
from exams.evidence.digest import Difference, check_digest
from exams.fairness_report import report_fairness
from exams.item_analysis import analyse_exams
from exams.redrawing import Place, redraw_sitting
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
    if found.broken_signatures:
        yield f"和签名对不上的记录：第 {'、'.join(map(str, found.broken_signatures))} 条"
    yield "试卷和开考时一样" if found.is_paper_same else "试卷、答案或给分规则和开考时不一样"
    if not found.are_incidents_same:
        yield "监考记录和链上的不一样"
    if found.is_waiting and found.score_stored is None:
        yield "还有答案等人阅卷，没有成绩"
    elif found.is_signed is not None:
        stored, again = (points(score or 0) for score in (found.score_stored, found.score_again))
        yield f"记录的得分 {stored}，按答案重算 {again}"
    if not found.is_verdict_same:
        yield "合格与否和重算的不一样"
    if not found.are_corrections_same:
        yield "更正过的答案、分值或由此得出的及格线，和记录里写的不一样"
    if found.changed_slots:
        yield f"得分不一样的题：第 {'、'.join(map(str, found.changed_slots))} 题"
    if found.unfounded_slots:
        yield f"阅卷分合不成记录的分的题：第 {'、'.join(map(str, found.unfounded_slots))} 题"
    if found.own_score_slots:
        slots = "、".join(map(str, found.own_score_slots))
        yield f"第 {slots} 题有阅卷人自己定的分，采分点算不出，按记录的分核对"
    if found.assumed_slots:
        slots = "、".join(map(str, found.assumed_slots))
        yield f"第 {slots} 题两个人的分最多可以差多少，记录链没有写，按平均分核对"
    if found.changed_marks:
        yield f"阅卷记录和发布时不一样的题：第 {'、'.join(map(str, found.changed_marks))} 题"


@exams_group.command("redraw")
@click.argument("sitting_id", type=int, metavar="SITTING")
def redraw_command(sitting_id: int) -> None:
    """按当时的种子和题池把一份试卷重新抽一遍，看和存着的是否一样；不一样，退出码为 1。"""
    services: Services = current_app.extensions["shanggang"]
    with services.database.reading() as session:
        try:
            found = redraw_sitting(session, sitting_id)
        except NotFound as missing:
            raise click.ClickException(f"没有编号为 {sitting_id} 的答卷") from missing
    if not found.is_exact:
        click.echo("这份答卷开始得早，没有存抽题时的题池，按撤题的时间推算")
    if found.shortage is not None:
        raise click.ClickException(f"题池不够重抽：{found.shortage}")
    for one in found.differences:
        click.echo(f"第 {one.slot} 题：存的是 {_place(one.stored)}，重抽是 {_place(one.again)}")
    if not found.is_same:
        raise click.ClickException(f"{len(found.differences)} 题和重抽的不一样")
    click.echo(f"{found.questions} 题全部一样：题目、顺序、选项、分值")


def _place(place: Place | None) -> str:
    if place is None:
        return "没有题"
    order = "、".join(map(str, place.option_order))
    shown = f"题目版本 {place.version_id}，{points(place.points_tenths)} 分"
    return f"{shown}，选项 {order}" if order else shown


@exams_group.command("fairness")
@click.argument("exam_id", type=int, metavar="EXAM")
def fairness_command(exam_id: int) -> None:
    """算一场考试的公平报告：还没人考，就试抽一万份；结果在网页上看。"""
    services: Services = current_app.extensions["shanggang"]
    try:
        papers = report_fairness(services, exam_id=exam_id)
    except NotFound as missing:
        raise click.ClickException(f"没有编号为 {exam_id} 的已发布考试") from missing
    click.echo(f"已比较 {papers} 份试卷")


DIFFERENCES = {
    Difference.MISSING: "答卷 {n} 不见了",
    Difference.CHAIN: "答卷 {n} 的记录和那一天不一样",
    Difference.SIGNATURE: "答卷 {n} 的签名和那一天不一样",
}


@exams_group.command("digest")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="哪一天；不给就补到昨天。")
def digest_command(day: datetime | None) -> None:
    """生成日摘要：当天全部签名放进一个签名的文件，一天接一天；每晚自动做。"""
    services: Services = current_app.extensions["shanggang"]
    today = local_date(services.clock.now(), services.config.time_zone)
    if day is not None and day.date() >= today:
        raise click.ClickException("这一天还没过完，过完才能生成")
    if day is not None:
        if any(one > day.date() for one in digest_files.days_of(services.config)):
            raise click.ClickException("后面的日子已经有摘要，不能再补这一天")
        click.echo(str(digest_files.make(services, day.date())))
        return
    made = digest_files.make_missing(services)
    click.echo(f"生成了 {len(made)} 天的摘要")
    for one in made:
        click.echo(str(digest_files.path_of(services.config, one)))


@exams_group.command("verify-digest")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify_digest_command(file: Path) -> None:
    """拿一份日摘要和现在的记录比：哪些答卷不一样、不见了；有一处不对，退出码为 1。"""
    services: Services = current_app.extensions["shanggang"]
    signer = load_signer(services.config.keys_dir, services.seeds)
    try:
        data = json.loads(file.read_bytes())
        named = str(data.get("previous_date") or "") if isinstance(data, dict) else ""
        before = digest_files.read(services.config, date.fromisoformat(named)) if named else None
        with services.database.reading() as session:
            found = check_digest(
                session,
                data,
                public_key=signer.public_key,
                previous=before,
                zone=services.config.time_zone,
            )
    except ValueError as error:
        raise click.ClickException(f"{file.name}：{error}") from error
    click.echo(f"{data['date']}：{found.count} 份答卷")
    click.echo("摘要的签名有效" if found.is_genuine else "摘要被改过，或不是这里签的")
    for sitting_id, difference in found.differences:
        click.echo(DIFFERENCES[difference].format(n=sitting_id))
    for sitting_id in found.added:
        click.echo(f"答卷 {sitting_id} 的签名说是那一天的，摘要里却没有")
    if not found.is_intact:
        raise click.ClickException("和那一天不一样")
    click.echo("和那一天一样")


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
