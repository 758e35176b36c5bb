"""Looks into an .xlsx before anything reads it: bombs, macros, hidden rows. Pure but for the file.

The reader lays out every cell between the first and the last one, so two cells at opposite corners
would take all memory; and a packed megabyte can unpack to a hundred thousand.
"""

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from core.errors import N_
from teams.roster.findings import UnreadableFile

MOST_BYTES = 150 * 1024 * 1024
MOST_PARTS = 2000
MOST_CELLS = 4_000_000
CHUNK = 1024 * 1024

_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]{0,600}>")
_ROW_NUMBER = re.compile(rb"\br=[\"'](\d{1,8})[\"']")
_HIDDEN = re.compile(rb"\bhidden=[\"'](1|true)[\"']")
_CELL = re.compile(rb"<(?:\w+:)?c\b[^>]{0,300}?\br=[\"']([A-Z]{1,3})\d")
BROKEN = N_("文件坏了，打不开。在 Excel 里另存一份 .xlsx 再传")


@dataclass
class SheetShape:
    """How far a sheet's cells reach, and which of its rows are hidden."""

    rows: int
    columns: int
    hidden: frozenset[int]


def look_into(path: Path) -> dict[str, SheetShape]:
    """The shape of each sheet part; raises UnreadableFile for what must not be opened."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _look(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise UnreadableFile(BROKEN) from error
    except RuntimeError as error:
        raise UnreadableFile(N_("文件加了密码。去掉密码再传")) from error


def _look(archive: zipfile.ZipFile) -> dict[str, SheetShape]:
    parts = archive.infolist()
    names = {part.filename.lower() for part in parts}
    if any(name.endswith("vbaproject.bin") for name in names):
        raise UnreadableFile(N_("文件带宏，不收。在 Excel 里另存为不带宏的 .xlsx"))
    if "xl/workbook.xml" not in names:
        raise UnreadableFile(N_("这不是 Excel 表格。传 .xlsx 或 .csv 文件"))
    if len(parts) > MOST_PARTS:
        raise UnreadableFile(N_("文件展开后太大，像是坏文件。只留花名册一张表再传"))
    shapes: dict[str, SheetShape] = {}
    unpacked = 0
    for part in parts:
        is_sheet = part.filename.lower().startswith("xl/worksheets/")
        scanner = _Scanner()
        with archive.open(part) as file:
            while chunk := file.read(CHUNK):
                unpacked += len(chunk)
                if unpacked > MOST_BYTES:
                    raise UnreadableFile(N_("文件展开后太大，像是坏文件。只留花名册一张表再传"))
                if is_sheet:
                    scanner.take(chunk)
        if is_sheet:
            shape = scanner.shape()
            if shape.rows * shape.columns > MOST_CELLS:
                raise UnreadableFile(
                    N_("表格有 %(rows)s 行 %(columns)s 列，太大。删掉右边和下面的空行空列再传"),
                    rows=shape.rows,
                    columns=shape.columns,
                )
            shapes[part.filename] = shape
    return shapes


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
