"""Operator commands: `flask content check`, `draft`, `format`, `sync` and `export`."""

import json
from collections.abc import Iterable
from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import inspect

from core.chance import new_id
from core.db import Database
from core.errors import ERROR, HINT, WARNING, NotFound, Problem, Unreadable
from core.identity import Actor
from core.web import services
from learning.drafting import ModuleDraft, draft_module
from learning.images import ImageStore
from learning.operations import PublishOutcome
from learning.sources import content_roots
from question_bank import analysis_cli, bank_cli
from question_bank.exporting import export_content
from question_bank.formats import export_cli, import_cli
from question_bank.library import (
    check_links,
    given_files,
    known_anchors,
    library_flaws,
    read_library,
)
from question_bank.models import ProposedQuestion
from question_bank.operations import SyncReport, sync_content
from question_bank.queries.sync import taken_ids
from question_bank.rewriting import format_files
from question_bank.rules import Change

QUESTION_WORDS = {
    Change.CREATED: "新增",
    Change.CHANGED: "修改",
    Change.DESCRIBED: "只改说明",
    Change.MOVED: "移动",
    Change.RETIRED: "停用",
    Change.REVIVED: "恢复",
    Change.UNCHANGED: "未变",
}
MODULE_WORDS = {
    PublishOutcome.CREATED: "新增",
    PublishOutcome.CHANGED: "修改",
    PublishOutcome.REVIVED: "恢复",
    PublishOutcome.DESCRIBED: "只改说明",
    PublishOutcome.UNCHANGED: "未变",
}
# Told even when nothing happened, so that a run reads the same every time.
ALWAYS_TOLD = (Change.CREATED, Change.CHANGED, Change.MOVED, Change.RETIRED, Change.UNCHANGED)


@click.group("content", help="课程模块和题目的文件")
def content() -> None:
    """Hold the commands of the content folders."""


@content.command("check", help="检查文件，不写数据库；有错误时退出码为 1")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.pass_context
def check(context: click.Context, paths: tuple[Path, ...]) -> None:
    """Print every problem of the files at and below the paths."""
    files = given_files(paths)
    library = read_library(files)
    is_whole = all(path.is_dir() for path in paths)
    check_links(library, anchors_of=known_anchors(library), is_whole=is_whole)
    found = sorted(
        {*library.problems, *library_flaws(library)},
        key=lambda problem: (problem.path, problem.line, problem.column, problem.code),
    )
    _print(found)
    errors, warnings, hints = (
        sum(problem.level == level for problem in found) for level in (ERROR, WARNING, HINT)
    )
    questions = sum(unit.question_count for unit in library.units.values())
    modules = sum(unit.main is not None for unit in library.units.values())
    told = f"，{hints} 条提示" if hints else ""
    click.echo(f"{modules} 个模块，{questions} 道题，{errors} 处错误，{warnings} 处警告{told}")
    if errors:
        context.exit(1)


@content.command("draft", help="把法规或制度的文本变成模块草稿，每一条都能引用；不写数据库")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="只印标题和条款，给程序读")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="写成这个文件，图片放在旁边的“图片”文件夹里",
)
@click.pass_context
def draft(context: click.Context, file: Path, as_json: bool, output: Path | None) -> None:
    """Print the draft of a module on standard output; everything else goes to standard error."""
    try:
        made = draft_module(file.read_bytes(), file.name)
    except OSError as error:
        click.echo(f"{file} 打不开：{error.strerror or error}", err=True)
        context.exit(1)
    except Unreadable as error:
        click.echo(f"{file}：{error}", err=True)
        context.exit(1)
    for remark in made.remarks:
        click.echo(f"{file} {remark}", err=True)
    if output is not None:
        _write_draft(made, output, context)
    elif made.images:
        click.echo(f"有 {len(made.images)} 张图片；用 --output 连图片一起写出", err=True)
    if as_json:
        click.echo(json.dumps(draft_as_data(made), ensure_ascii=False, indent=1))
    elif output is None:
        click.echo(made.text, nl=False)


def draft_as_data(made: ModuleDraft) -> dict[str, object]:
    """The title and the clauses of a draft, in the order of the document."""
    clauses = [
        {
            "anchor": clause.anchor,
            "number": clause.number,
            "heading": clause.heading,
            "text": clause.text,
        }
        for clause in made.clauses
    ]
    return {"title": made.title, "clauses": clauses}


def _write_draft(made: ModuleDraft, output: Path, context: click.Context) -> None:
    """Write the module beside its pictures; a file that is there already stays."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("x", encoding="utf-8") as file:
            file.write(made.text)
        for image in made.images:
            path = output.parent / image.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(image.data)
    except FileExistsError:
        click.echo(f"{output} 已经有了，没有覆盖。换一个文件名", err=True)
        context.exit(1)
    except OSError as error:
        click.echo(f"{output} 写不了：{error.strerror or error}", err=True)
        context.exit(1)


@content.command("format", help="把文件改写成规范写法，补上题目编号和条款锚点")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--check", "is_check", is_flag=True, help="不写文件，只说哪些会变；有的话退出码为 1")
@click.pass_context
@click.option("--mend", "is_mending", is_flag=True, help="先改好只有一种改法的错误，逐处说明")
@with_appcontext
def format_(
    context: click.Context, paths: tuple[Path, ...], is_check: bool, is_mending: bool
) -> None:
    """Write the files at and below the paths in canonical form."""
    made = services()
    report = format_files(
        given_files(paths),
        taken=_ids_of_bank(made.database),
        new_id=lambda: new_id(made.seeds, "q", 6),
        is_check=is_check,
        is_mending=is_mending,
    )
    for problem in report.mended:
        click.echo(f"{'可以改好' if is_check else '已改好'} {problem}")
    _print(sorted(report.problems, key=lambda p: (p.path, p.line, p.column)))
    for path in report.changed:
        click.echo(f"{'要改写' if is_check else '已改写'} {path}")
    refused = len({problem.path for problem in report.problems})
    what = "要改写" if is_check else "改写"
    click.echo(
        f"{report.checked} 个文件，{what} {len(report.changed)} 个，有错误没有动 {refused} 个"
    )
    if report.problems or (is_check and report.changed):
        context.exit(1)


def _ids_of_bank(database: Database) -> frozenset[str]:
    """The ids in the bank, none where there is no bank yet."""
    with database.reading() as session:
        is_there = inspect(session.connection()).has_table(ProposedQuestion.__tablename__)
        return taken_ids(session) if is_there else frozenset()


@content.command("sync", help="把内容文件夹同步到课程和题库；再运行一次什么也不变")
@click.option("--confirm-removals", is_flag=True, help="一次停用很多题，也照做")
@click.pass_context
@with_appcontext
def sync(context: click.Context, confirm_removals: bool) -> None:
    """Publish what the content folders say and print what changed."""
    made = services()
    report = sync_content(
        made.database,
        roots=content_roots(made.config.content_dir),
        images=ImageStore(made.config.uploads_dir),
        confirm_removals=confirm_removals,
        actor=Actor.system("content-sync"),
        now=made.clock.now(),
    )
    _print(report.problems)
    for notice in report.notices:
        click.echo(f"提示：{notice}")
    for line in summary(report):
        click.echo(line)
    if report.has_errors:
        context.exit(1)


@content.command("export", help="把编辑器里发布的模块写进内容文件夹；两边都改过的不覆盖")
@click.option("--module", "module_key", metavar="KEY", help="只写这一个模块")
@click.pass_context
@with_appcontext
def export(context: click.Context, module_key: str | None) -> None:
    """Write the store's texts and pictures into the content folder."""
    made = services()
    try:
        report = export_content(
            made.database,
            content_dir=made.config.content_dir,
            images=ImageStore(made.config.uploads_dir),
            module_key=module_key,
            actor=Actor.system("content-export"),
            now=made.clock.now(),
        )
    except NotFound as error:
        raise click.ClickException(str(error)) from error
    _print(report.problems)
    for path in report.written:
        click.echo(f"写了 {path}")
    refused = len(report.problems)
    click.echo(
        f"写了 {len(report.written)} 个文件，{report.unchanged} 个没有变，{refused} 个没有写"
    )
    if report.problems:
        context.exit(1)


def summary(report: SyncReport) -> list[str]:
    """What a run did, in a few lines."""
    outcomes = list(report.modules.values())
    modules = [
        f"{word} {outcomes.count(outcome)}"
        for outcome, word in MODULE_WORDS.items()
        if outcome in outcomes
    ]
    if report.withdrawn_modules:
        modules.append(f"撤下 {len(report.withdrawn_modules)}")
    questions = [
        f"{word} {report.questions[change]}"
        for change, word in QUESTION_WORDS.items()
        if change in ALWAYS_TOLD or report.questions[change]
    ]
    lines = [f"模块：{'，'.join(modules) or '没有'}", f"题目：{'，'.join(questions)}"]
    if report.refused_modules:
        lines.append(f"没有发布（有错误，改好后再同步）：{'、'.join(report.refused_modules)}")
    if report.is_unchanged:
        lines.append("内容没有变化")
    return lines


def register(app: Flask) -> None:
    """Add this package's commands to `flask`."""
    app.cli.add_command(content)
    bank_cli.bank.add_command(import_cli.import_file)
    bank_cli.bank.add_command(export_cli.export_file)
    bank_cli.bank.add_command(analysis_cli.analyse_file)
    bank_cli.register(app)


def _print(problems: Iterable[Problem]) -> None:
    for problem in problems:
        click.echo(str(problem))
