"""`flask bank import`: preview a foreign file, or commit one that was previewed."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from core.errors import Conflict, DomainError
from core.identity import Actor
from core.web import services
from question_bank.formats.committing import Outcome, commit_file
from question_bank.formats.contract import answer_data, preview_data, shown_options
from question_bank.formats.exported import TYPE_WORDS
from question_bank.formats.items import ForeignItem, ItemStatus
from question_bank.formats.limits import MOST_BYTES
from question_bank.formats.preview import Preview, read_file
from question_bank.formats.queries import bank_prints, own_questions
from question_bank.formats.registry import FORMATS, Switches

STATUS_WORDS = {
    ItemStatus.IMPORT: "可导入",
    ItemStatus.REFUSE: "拒收",
    ItemStatus.MATERIAL: "材料",
    ItemStatus.DUPLICATE: "重复",
}


@click.command("import", help="读外来的题目文件：先预览；加 --commit 才存，存到待审的草稿里")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "format_", required=True, type=click.Choice(sorted(FORMATS)))
@click.option("--commit", "seen_hash", metavar="HASH", help="预览里的 hash；文件变了就不存")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有 JSON")
@click.option("--source", help="来源名，再导入时靠它认编号；默认是文件名")
@click.option("--colour-is-key", is_flag=True, help="Word：红字或粗体的选项就是答案")
@click.option("--merged-is-case", is_flag=True, help="Excel：合并的题干是案例，旁边各行是小题")
@with_appcontext
def import_file(
    file: Path,
    format_: str,
    seen_hash: str | None,
    as_json: bool,
    source: str | None,
    colour_is_key: bool,
    merged_is_case: bool,
) -> None:
    """Print the items of a file; exit 1 when it cannot be read at all, 2 for wrong usage."""
    switches = Switches(colour_is_key=colour_is_key, merged_is_case=merged_is_case)
    try:
        data = _bytes_of(file)
        if seen_hash is None:
            preview, outcome = _preview(data, source or file.name, format_, switches), None
        else:
            preview, outcome = _commit(data, source or file.name, format_, switches, seen_hash)
    except DomainError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    if as_json:
        told: dict[str, Any] = preview_data(preview)
        if outcome is not None:
            told["committed"] = {"proposed": outcome.proposed, "unchanged": outcome.unchanged}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    _print(preview)
    if outcome is not None:
        click.echo(f"已存 {outcome.proposed} 道待审的题，{outcome.unchanged} 道没有变化")
        for reference in outcome.unplaced:
            click.echo(f"对不上的依据：{reference}")


def _bytes_of(file: Path) -> bytes:
    """The file, read only when it is not too large to be read."""
    try:
        if file.stat().st_size > MOST_BYTES:
            mb = MOST_BYTES // 1024 // 1024
            raise Conflict("文件超过 %(mb)s MB。分成几个文件导入", mb=mb)
        return file.read_bytes()
    except OSError as error:
        raise Conflict("文件打不开：%(reason)s", reason=error.strerror or error) from error


def _has_bank() -> bool:
    """Whether there is a database with questions; looking for one must not make one."""
    url = services().database.engine.url
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return False
    try:
        return inspect(services().database.engine).has_table("proposed_question")
    except SQLAlchemyError as error:
        click.echo(f"数据库连不上，没有和题库比较：{error.__class__.__name__}", err=True)
        return False


def _preview(data: bytes, source: str, format_: str, switches: Switches) -> Preview:
    if not _has_bank():
        return read_file(data, source, format_, switches)
    with services().database.reading() as session:
        bank_, own = bank_prints(session), own_questions(session, source)
    return read_file(data, source, format_, switches, bank=bank_, own=own)


def _commit(
    data: bytes, source: str, format_: str, switches: Switches, seen_hash: str
) -> tuple[Preview, Outcome]:
    if not _has_bank():
        raise Conflict("还没有数据库。先启动一次，再导入")
    now = services().clock.now()
    actor = Actor.system("bank-import")
    return commit_file(services(), data, source, format_, switches, seen_hash, actor=actor, now=now)


def _print(preview: Preview) -> None:
    click.echo(f"{preview.source}（{FORMATS[preview.format].label}）")
    for item in preview.items:
        for line in _lines_of(item):
            click.echo(line)
    counts = preview.counts
    told = "，".join(f"{word} {counts[status]}" for status, word in STATUS_WORDS.items())
    click.echo(f"共 {len(preview.items)} 项：{told}")
    click.echo(f"hash {preview.hash}")


def _lines_of(item: ForeignItem) -> list[str]:
    """An item for reading: place, status, type, stem, options with the right ones marked."""
    place = item.cell or (f"第 {item.line} 行" if item.line else "")
    type_ = TYPE_WORDS[item.type] if item.type else ""
    stem = " ".join(item.stem.split())
    lines = [f"{place} {STATUS_WORDS[item.status]} {type_} {stem[:80]}".replace("  ", " ")]
    right = item.answer if isinstance(item.answer, tuple) else ()
    for index, option in enumerate(shown_options(item)):
        mark = "√" if index in right else " "
        lines.append(f"    {mark} {chr(65 + index % 26)}. {' '.join(option.split())[:80]}")
    if not item.options and item.answer is not None:
        lines.append(f"    答案：{_answer_words(item)}")
    lines += [f"    错误 {remark.code} {remark.message}" for remark in item.errors]
    lines += [f"    警告 {remark.code} {remark.message}" for remark in item.warnings]
    return lines


def _answer_words(item: ForeignItem) -> str:
    if isinstance(item.answer, bool):
        return "对" if item.answer else "错"
    return json.dumps(answer_data(item), ensure_ascii=False)[:200]
