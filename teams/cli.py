"""Operator commands over the same operations as the pages."""

from collections import Counter
from datetime import datetime
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from accounts.queries import person_by_number
from core.clock import local_date
from core.errors import N_, DomainError, Unreadable
from core.identity import Role
from core.services import Services
from core.web import services
from teams import operations, queries
from teams.models import FindingLevel, Team
from teams.roster import importing
from teams.roster.cells import team_path
from teams.roster.directory import Directory, team_rows
from teams.roster.findings import BadCell
from teams.roster.planning import Options, Outcome
from teams.words import ROLE_WORDS

commands = AppGroup("teams", help="班组、角色与花名册。")
LEVELS = {FindingLevel.ERROR: "错误", FindingLevel.WARNING: "提醒", FindingLevel.CHANGE: "变更"}
OUTCOMES = {
    Outcome.NEW: "新增",
    Outcome.CHANGED: "变更",
    Outcome.TRANSFERRED: "调动",
    Outcome.LEAVING: "离职",
    Outcome.UNCHANGED: "不变",
    Outcome.BAD: "错误",
}


@commands.command("import-roster", help="预览花名册 FILE；加 --commit 才真的导入。")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--commit", is_flag=True, help="真的导入")
@click.option("--no-new-teams", is_flag=True, help="表里有、库里没有的班组不新建，当作错误")
@click.option("--effective-on", type=click.DateTime(["%Y-%m-%d"]), help="调动从哪天算起，默认今天")
def import_roster(
    file: Path, commit: bool, no_new_teams: bool, effective_on: datetime | None
) -> None:
    found = services()
    today = local_date(found.clock.now(), found.config.time_zone)
    options = Options(not no_new_teams, effective_on.date() if effective_on else today)
    try:
        loaded = importing.load(file, today=today, id_number_key=found.id_number_key)
    except Unreadable as error:
        raise click.ClickException(str(error)) from None
    with found.database.reading() as session:
        if queries.root(session) is None:
            raise click.ClickException("还没有建企业。先登录，写上企业名称")
        preview = importing.preview_of(
            session,
            loaded,
            options,
            actor=queries.system_actor(session, "import-roster"),
            id_number_key=found.id_number_key,
        )
    for finding in preview.findings:
        text = finding.msgid % finding.values if finding.values else finding.msgid
        who = " ".join(part for part in (finding.employee_no, finding.name) if part)
        place = f"第 {finding.row} 行 {finding.column}".rstrip()
        click.echo(f"{LEVELS[finding.level]} {place} {who}：{text}")
    for label, names in (("班组", preview.new_teams), ("岗位", preview.new_posts)):
        if names:
            click.echo(f"会新建 {len(names)} 个{label}：{'、'.join(names[:20])}")
    click.echo(_counted(preview.counts))
    if preview.is_blocked:
        raise click.ClickException("表头有错，不能导入。改好表头再来")
    if not commit:
        click.echo("只是预览，什么也没改。加 --commit 才导入")
        return
    click.echo("已导入：" + _counted(_apply(found, loaded, options)))


def _apply(found: Services, loaded: importing.Loaded, options: Options) -> Counter[str]:
    """Every batch in a transaction of its own, as the background job does."""
    done: Counter[str] = Counter()
    rows = list(zip(loaded.checked.entries, loaded.hashes, strict=True))
    for batch in importing.batches(rows):
        with found.database.writing() as session:
            done += importing.apply_batch(
                session,
                loaded.header,
                options,
                batch,
                actor=queries.system_actor(session, "import-roster"),
                id_number_key=found.id_number_key,
                now=found.clock.now(),
            )
    return done


def _counted(counts: Counter[str]) -> str:
    return "，".join(f"{word} {counts[outcome.value]}" for outcome, word in OUTCOMES.items())


@commands.command("grant", help="给工号 EMPLOYEE_NO 在班组 TEAM_PATH 的角色 ROLE。")
@click.argument("employee_no")
@click.argument("role", type=click.Choice([role.value for role in ROLE_WORDS][1:]))
@click.argument("team")
def grant(employee_no: str, role: str, team: str) -> None:
    found = services()
    try:
        with found.database.writing() as session:
            user = person_by_number(session, employee_no)
            if user is None:
                raise click.ClickException(f"没有工号 {employee_no}。查一下人员名册")
            actor = queries.system_actor(session, "grant")
            directory = Directory(team_rows(session), creates_teams=False)
            node = directory.resolve(team_path([team]) or (), ("/",))
            operations.grant_role(
                session,
                user,
                session.get_one(Team, node.team_id),
                Role(role),
                actor=actor,
                now=found.clock.now(),
            )
            name, where = user.name, node.shown
    except (BadCell, DomainError) as error:
        raise click.ClickException(str(error) or N_("不能分配这个角色")) from None
    click.echo(f"{name} 现在是“{where}”的{ROLE_WORDS[Role(role)]}")


def register(app: Flask) -> None:
    """Add this package's commands to `flask`."""
    app.cli.add_command(commands)
