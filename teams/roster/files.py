"""One uploaded file → the rows of its roster, header found. Says kindly what it cannot read."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from core.errors import N_, Unreadable
from teams.models import FindingLevel
from teams.roster import archive
from teams.roster.columns import Header, read_header
from teams.roster.findings import Finding

HEADER_ROWS = 10
MOST_ROWS = 100_000
DELIMITERS = (",", "\t", ";", "，", "|")

Row = tuple[int, list[Any]]


@dataclass
class Table:
    """The rows below the header, numbered as the spreadsheet numbers them."""

    header: Header
    rows: Iterator[Row]
    hidden: frozenset[int] = frozenset()
    findings: list[Finding] = field(default_factory=list)


def open_table(path: Path) -> Table:
    """Find out what the file is and where its header stands; raises Unreadable."""
    with path.open("rb") as file:
        beginning = file.read(4096)
    if not beginning.strip():
        raise Unreadable(N_("文件是空的"))
    if beginning.startswith(b"PK\x03\x04"):
        return _open_workbook(path)
    if beginning.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(N_("旧的 .xls 或加了密码的文件。在 Excel 里去掉密码，另存为 .xlsx"))
    lowered = beginning.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if lowered.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")):
        raise Unreadable(N_("这是网页，只是名字像表格。用 Excel 打开，另存为 .xlsx"))
    if lowered.startswith((b"%pdf", b"\x89png", b"\xff\xd8\xff", b"gif8", b"rar!", b"7z\xbc")):
        raise Unreadable(N_("这不是表格。传 .xlsx 或 .csv 文件"))
    return _open_text(path.read_bytes())


def _open_workbook(path: Path) -> Table:
    shapes = archive.look_into(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        found: list[tuple[str, Table]] = []
        for index, about in enumerate(workbook.sheets_metadata):
            if about.visible is SheetVisibleEnum.Visible:
                table = _read_sheet(workbook, index)
                if table is not None:
                    found.append((about.name, table))
    except (CalamineError, OSError, ValueError) as error:
        raise Unreadable(archive.BROKEN) from error
    if not found:
        raise Unreadable(_NO_HEADER)
    name, table = found[0]
    if len(found) > 1:
        others = "、".join(other for other, _table in found[1:])
        table.findings.append(
            Finding(
                FindingLevel.WARNING,
                0,
                "",
                N_("只读了“%(sheet)s”这张表，没读：%(others)s"),
                {"sheet": name, "others": others},
            )
        )
    # Parts are named by their order of making, not by the order of sheets; with one they agree.
    if len(shapes) == 1:
        table.hidden = next(iter(shapes.values())).hidden
    elif len(workbook.sheets_metadata) == len(shapes):
        number = [about.name for about in workbook.sheets_metadata].index(name) + 1
        shape = shapes.get(f"xl/worksheets/sheet{number}.xml")
        table.hidden = shape.hidden if shape else frozenset()
    return table


_NO_HEADER = N_("前 10 行里找不到表头。要有“工号”和“姓名”两列，可以先下载模板")


def _read_sheet(workbook: CalamineWorkbook, index: int) -> Table | None:
    sheet = workbook.get_sheet_by_index(index)
    if sheet.start is None:
        return None
    merged = _merged_down(sheet.merged_cell_ranges or [])
    rows = _filled_down(enumerate(sheet.iter_rows(), start=1), merged)
    return _with_header(rows)


def _merged_down(ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> dict[int, set[int]]:
    """Row -> places whose value stands in the row above, for cells merged downwards.

    The merged cells of many HR rosters hold a team's name once for all of its people.
    """
    places: dict[int, set[int]] = {}
    budget = 1_000_000
    for (top, left), (bottom, right) in ranges:
        if left == right and top < bottom and bottom - top < budget:
            budget -= bottom - top
            for row in range(top + 2, bottom + 2):
                places.setdefault(row, set()).add(left)
    return places


def _filled_down(rows: Iterator[Row], merged: dict[int, set[int]]) -> Iterator[Row]:
    above: list[Any] = []
    for number, cells in rows:
        for place in merged.get(number, ()):
            if place < len(cells) and place < len(above):
                cells[place] = above[place]
        above = cells
        yield number, cells


def _with_header(rows: Iterator[Row]) -> Table | None:
    """The table under the first of the top rows that fits; None where none does."""
    top = list(islice(rows, HEADER_ROWS))
    for place, (number, cells) in enumerate(top):
        header = read_header(number, cells)
        if header.fits:
            return Table(header, _capped(chain(top[place + 1 :], rows)), findings=_about(header))
    return None


def _capped(rows: Iterator[Row]) -> Iterator[Row]:
    for count, row in enumerate(rows, start=1):
        if count > MOST_ROWS:
            raise Unreadable(N_("超过 %(most)s 行。分成几个文件导入"), most=MOST_ROWS)
        yield row


def _about(header: Header) -> list[Finding]:
    findings = [
        Finding(
            FindingLevel.ERROR,
            header.row,
            second,
            N_("“%(first)s”和“%(second)s”是一个意思，只留一列"),
            {"first": first, "second": second},
        )
        for first, second in header.doubled
    ]
    if header.unused:
        names = "、".join(header.unused[:20])
        findings.append(
            Finding(
                FindingLevel.WARNING,
                header.row,
                "",
                N_("没用到这些列：%(names)s"),
                {"names": names},
            )
        )
    return findings


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\x00" in data[:2000]:
        # Half-width characters have their zero byte second in one order, first in the other.
        is_little = data[1:2000:2].count(0) > data[0:2000:2].count(0)
        encodings = ["utf-16-le" if is_little else "utf-16-be"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Unreadable(N_("这不是表格，或文字编码认不出。在 Excel 里另存为 .xlsx 再传"))


def _open_text(data: bytes) -> Table:
    text = _decode(data)
    for delimiter in DELIMITERS:
        table = _with_header(_read_text(text, delimiter))
        if table is not None:
            return table
    raise Unreadable(_NO_HEADER)


def _read_text(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, list(cells)
    except csv.Error as error:
        raise Unreadable(
            N_("第 %(line)s 行的引号不成对，或一格太长"), line=reader.line_num
        ) from error
