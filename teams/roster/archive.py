"""Looks into an .xlsx before anything reads it: bombs, macros, hidden rows. Pure but for the file.

The reader lays out every cell between the first and the last one, so two cells at opposite corners
would take all memory; and a packed megabyte can unpack to a hundred thousand.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from core.archives import Archive, Flaw, Policy
from core.errors import N_, Unreadable

MOST_CELLS = 4_000_000
CHUNK = 1024 * 1024

_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]{0,600}>")
_ROW_NUMBER = re.compile(rb"\br=[\"'](\d{1,8})[\"']")
_HIDDEN = re.compile(rb"\bhidden=[\"'](1|true)[\"']")
_CELL = re.compile(rb"<(?:\w+:)?c\b[^>]{0,300}?\br=[\"']([A-Z]{1,3})\d")
BROKEN = N_("文件坏了，打不开。在 Excel 里另存一份 .xlsx 再传")
_TOO_LARGE = N_("文件展开后太大，像是坏文件。只留花名册一张表再传")
ROSTER = Policy(
    # An upload has its own limit before this one.
    most_bytes=100 * 1024 * 1024,
    most_members=2000,
    most_unpacked=150 * 1024 * 1024,
    most_in_member=150 * 1024 * 1024,
    # A sheet that repeats one row packs as well as a bomb does.
    most_ratio=2000,
    words={
        Flaw.LARGE: _TOO_LARGE,
        Flaw.BROKEN: BROKEN,
        Flaw.CROWDED: _TOO_LARGE,
        Flaw.BOMB: _TOO_LARGE,
        Flaw.OUTSIDE: BROKEN,
        Flaw.LOCKED: N_("文件加了密码。去掉密码再传"),
        Flaw.MACROS: N_("文件带宏，不收。在 Excel 里另存为不带宏的 .xlsx"),
    },
)


@dataclass
class SheetShape:
    """How far a sheet's cells reach, and which of its rows are hidden."""

    rows: int
    columns: int
    hidden: frozenset[int]


def look_into(path: Path) -> dict[str, SheetShape]:
    """The shape of each sheet part; raises Unreadable for what must not be opened."""
    with Archive(path, path.name, ROSTER) as archive:
        if not archive.has("xl/workbook.xml"):
            raise Unreadable(N_("这不是 Excel 表格。传 .xlsx 或 .csv 文件"))
        shapes: dict[str, SheetShape] = {}
        for part in archive.paths:
            scanner = _Scanner()
            is_sheet = part.lower().startswith("xl/worksheets/")
            # The other parts are unpacked too: the reader would, without counting.
            for chunk in archive.chunks(part):
                if is_sheet:
                    scanner.take(chunk)
            if is_sheet:
                shapes[part] = _checked(scanner.shape())
        return shapes


def _checked(shape: SheetShape) -> SheetShape:
    if shape.rows * shape.columns > MOST_CELLS:
        raise Unreadable(
            N_("表格有 %(rows)s 行 %(columns)s 列，太大。删掉右边和下面的空行空列再传"),
            rows=shape.rows,
            columns=shape.columns,
        )
    return shape


class _Scanner:
    """Reads a sheet's XML in pieces; a tag cut by a piece's end is read with the next one."""

    def __init__(self) -> None:
        self._rest = b""
        self._rows = 0
        self._letters: set[bytes] = set()
        self._hidden: set[int] = set()

    def take(self, chunk: bytes) -> None:
        text = self._rest + chunk
        cut = text.rfind(b"<")
        text, self._rest = (text[:cut], text[cut:]) if cut > 0 else (text, b"")
        if len(self._rest) > CHUNK:
            self._rest = b""
        self._letters.update(_CELL.findall(text))
        for tag in _ROW.findall(text):
            number = _ROW_NUMBER.search(tag)
            self._rows = int(number[1]) if number else self._rows + 1
            if _HIDDEN.search(tag):
                self._hidden.add(self._rows)

    def shape(self) -> SheetShape:
        self.take(b"<")
        return SheetShape(
            self._rows, max(map(_column_number, self._letters), default=0), frozenset(self._hidden)
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
