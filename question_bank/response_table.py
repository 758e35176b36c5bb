"""A CSV table of persons and items → columns for the item analysis, or a message that says where.

First row: the item ids. First column: the person. An optional second row whose first cell is
`max` holds the maxima; without it an item's maximum is the highest points that anybody reached
(1 where nobody got any). An empty cell was not presented to the person.
"""

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import N_, Conflict
from question_bank.analysis import Column
from question_bank.formats.encoding import read_text

_NUMBER = re.compile(r"([0-9]{0,9})(?:\.([0-9]{0,9}))?")
# The points of a table are kept as integers in units of 10 ** -DECIMALS.
DECIMALS = 9
UNIT = 10**DECIMALS
MAXIMUM_WORDS = {"max", "满分"}
DELIMITERS = ",\t;"


@dataclass(frozen=True)
class ResponseTable:
    """The persons in the order of the file, and the items with their points in `UNIT`s."""

    persons: tuple[str, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class _Row:
    line: int
    cells: list[str]


def read_response_table(data: bytes) -> ResponseTable:
    """Read a table; Conflict names line and column of what cannot be read."""
    rows = _rows("\n".join(read_text(data).lines))
    if not rows:
        raise Conflict(N_("文件是空的"))
    items = _item_ids(rows[0])
    body = rows[1:]
    maxima: list[int | None] = [None] * len(items)
    if body and _plain(body[0].cells[0]).casefold() in MAXIMUM_WORDS:
        maxima = _maxima(body[0], items)
        body = body[1:]
    if not body:
        raise Conflict(N_("只有表头，没有人的得分。从第二行起，一行一个人"))
    points: list[dict[int, int]] = [{} for _ in items]
    for person, row in enumerate(body):
        _check_width(row, items)
        for place, cell in enumerate(row.cells[1:]):
            got = _points(cell, row.line, place, items)
            most = maxima[place]
            if got is None:
                continue
            if most is not None and got > most:
                raise Conflict(
                    N_("第 %(line)s 行第 %(column)s 列（%(item)s）：得分 %(cell)s 超过满分"),
                    line=row.line,
                    column=place + 2,
                    item=items[place],
                    cell=_plain(cell),
                )
            points[place][person] = got
    columns = tuple(
        Column(item, _maximum(maxima[place], points[place]), points[place])
        for place, item in enumerate(items)
    )
    return ResponseTable(tuple(_plain(row.cells[0]) for row in body), columns)


def _maximum(stated: int | None, points: dict[int, int]) -> int:
    if stated is not None:
        return stated
    return max(points.values(), default=0) or UNIT


def _rows(text: str) -> list[_Row]:
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(text.split("\n"), delimiter=delimiter, strict=True)
    rows: list[_Row] = []
    begins = 1
    try:
        for cells in reader:
            begins = reader.line_num + 1
            if any(_plain(cell) for cell in cells):
                rows.append(_Row(reader.line_num, cells))
    except csv.Error as error:
        raise Conflict(N_("第 %(line)s 行：引号没有成对，读不下去"), line=begins) from error
    return rows


def _item_ids(row: _Row) -> list[str]:
    items = [_plain(cell) for cell in row.cells[1:]]
    if not items:
        raise Conflict(N_("第 %(line)s 行只有一列。第一行写题号，第一列写人"), line=row.line)
    for place, item in enumerate(items):
        if not item:
            raise Conflict(
                N_("第 %(line)s 行第 %(column)s 列：没有题号"), line=row.line, column=place + 2
            )
        if item in items[:place]:
            raise Conflict(
                N_("第 %(line)s 行第 %(column)s 列：题号 %(item)s 在第 %(first)s 列已经有了"),
                line=row.line,
                column=place + 2,
                item=item,
                first=items.index(item) + 2,
            )
    return items


def _check_width(row: _Row, items: Sequence[str]) -> None:
    if len(row.cells) != len(items) + 1:
        raise Conflict(
            N_("第 %(line)s 行有 %(found)s 列，应有 %(wanted)s 列。没有抽到的题留空格，不要少列"),
            line=row.line,
            found=len(row.cells),
            wanted=len(items) + 1,
        )


def _maxima(row: _Row, items: Sequence[str]) -> list[int | None]:
    _check_width(row, items)
    maxima: list[int | None] = []
    for place, cell in enumerate(row.cells[1:]):
        most = _points(cell, row.line, place, items)
        if most == 0:
            raise Conflict(
                N_("第 %(line)s 行第 %(column)s 列（%(item)s）：满分要大于 0"),
                line=row.line,
                column=place + 2,
                item=items[place],
            )
        maxima.append(most)
    return maxima


def _points(cell: str, line: int, place: int, items: Sequence[str]) -> int | None:
    written = _plain(cell)
    if not written:
        return None
    found = _NUMBER.fullmatch(written)
    if found is None or not (found[1] or found[2]):
        raise Conflict(
            N_("第 %(line)s 行第 %(column)s 列（%(item)s）：“%(cell)s”不是得分。写 0 或正数"),
            line=line,
            column=place + 2,
            item=items[place],
            cell=written[:40],
        )
    fraction: str = found[2] or ""
    whole: str = found[1] or "0"
    units: int = int(whole) * UNIT + int(fraction.ljust(DECIMALS, "0"))
    return units


def _plain(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip().strip("\ufeff")
