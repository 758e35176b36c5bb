"""Files for the tests of imports, made in memory."""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import docx
import xlsxwriter

from core.errors import Conflict
from learning.parsing import RawBlock
from question_bank.authoring.blocks import parse_block
from question_bank.authoring.writing import write_block
from question_bank.drafts import QuestionDraft
from question_bank.formats.drafting import draft_of
from question_bank.formats.items import ForeignItem
from question_bank.formats.preview import read_file
from question_bank.formats.registry import Switches

NO_SWITCHES = Switches()
# A picture of one pixel.
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000a49444154789c63000100000500010d0a2db40000000049454e44ae426082"
)
Rows = Iterable[Iterable[Any]]


def read(data: bytes | str, format_: str, switches: Switches = NO_SWITCHES) -> list[ForeignItem]:
    """The items of a file as a preview without a bank shows them."""
    given = data.encode() if isinstance(data, str) else data
    return list(read_file(given, f"file.{format_}", format_, switches).items)


def codes(item: ForeignItem) -> tuple[set[str], set[str]]:
    """The codes of an item's errors and of its warnings."""
    return {remark.code for remark in item.errors}, {remark.code for remark in item.warnings}


def book(fill: Callable[[xlsxwriter.Workbook], object]) -> bytes:
    """An .xlsx that a function fills."""
    target = io.BytesIO()
    workbook = xlsxwriter.Workbook(target, {"in_memory": True})
    fill(workbook)
    workbook.close()
    return target.getvalue()


def sheets(**rows: Rows) -> bytes:
    """An .xlsx with a sheet for each argument."""

    def fill(workbook: xlsxwriter.Workbook) -> None:
        for name, lines in rows.items():
            sheet = workbook.add_worksheet(name)
            for number, line in enumerate(lines):
                sheet.write_row(number, 0, list(line))

    return book(fill)


def one_row(header: Iterable[Any], *row: Any) -> ForeignItem:
    """The item of a sheet with one row."""
    (item,) = read(sheets(Sheet1=[header, row]), "xlsx")
    return item


def paper(fill: Callable[[Any], object]) -> bytes:
    """A .docx that a function fills."""
    document = docx.Document()
    fill(document)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def archive(members: Mapping[str, bytes]) -> bytes:
    """A zip file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return target.getvalue()


def reason(data: bytes, format_: str) -> str:
    """Why a file cannot be read as a whole."""
    try:
        read(data, format_)
    except Conflict as error:
        return str(error)
    raise AssertionError("the file was read")


def block_of(item: ForeignItem) -> str:
    """The question block that an import would propose."""
    ids = iter(f"q-{number:06d}" for number in range(1, 100))
    draft = draft_of(
        item, public_id=next(ids), references=(), module_key="", part_ids=lambda: next(ids)
    )
    return write_block(draft)


def parsed(block: str) -> tuple[QuestionDraft | None, set[str]]:
    """A block read back by the reader of our own syntax, and the codes of what is wrong."""
    heading, *lines = block.rstrip("\n").split("\n")
    word, _, rest = heading.removeprefix("### 【").partition("】")
    title, _, public_id = rest.partition("{#")
    raw = RawBlock(
        line=1,
        level=3,
        type_word=word,
        title=title.strip(),
        public_id=public_id.rstrip("}").strip(),
        lines=tuple(lines),
        anchor="s-1",
        section_title="",
    )
    draft, problems = parse_block(
        raw, path="a.md", module_key="m", anchors=frozenset({"s-1"}), sources=()
    )
    return draft, {problem.code for problem in problems if problem.is_error}
