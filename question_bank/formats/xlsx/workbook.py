"""The sheets of an .xlsx file read from the XML inside: cells as shown, hidden rows, merged cells.

The XML is read as a stream with entities off, so that a large sheet costs its cells and no more.
"""

import csv
import io
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from core.archives import Archive
from core.errors import N_, Conflict
from question_bank.formats.archives import WORKBOOK
from question_bank.formats.encoding import read_text
from question_bank.formats.xlsx.cells import EMPTY, Cell, format_code, number_cell

MOST_CELLS = 400_000
MOST_ROWS = 100_000
MOST_COLUMNS = 200
LONGEST_CELL = 40_000
DELIMITERS = (",", "\t", ";", "，", "|")
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")


@dataclass
class Sheet:
    """One sheet: the cells of each row from its first column on, by row number from 1."""

    name: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    # (first row, first column, last row, last column)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    is_hidden: bool = False
    # A .csv has lines; its cells have no names.
    has_lines: bool = False
    pictures: dict[tuple[int, int], list[bytes]] = field(default_factory=dict)

    def place(self, row: int, column: int) -> str:
        """The cell's name, such as Sheet1!C5."""
        return f"{self.name}!{letters_of(column)}{row}"


def letters_of(column: int) -> str:
    """A → 1, AA → 27, the other way round."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def read_workbook(data: bytes, name: str) -> list[Sheet]:
    """The sheets of an .xlsx or the one of a .csv; Conflict with a hint for anything else."""
    beginning = data[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Conflict(N_("这是旧的 .xls 或加了密码的文件。在 Excel 里去掉密码，另存为 .xlsx"))
    if data.startswith(b"PK"):
        return _Workbook(Archive(data, name, WORKBOOK)).sheets()
    if beginning.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")):
        raise Conflict(N_("这是网页，只是名字像表格。用 Excel 打开，另存为 .xlsx"))
    if beginning.startswith((b"%pdf", b"\x89png", b"\xff\xd8\xff", b"gif8", b"rar!", b"7z\xbc")):
        raise Conflict(N_("这不是表格。选 .xlsx 或 .csv 文件"))
    return [_read_csv(data)]


def _read_csv(data: bytes) -> Sheet:
    text = "\n".join(read_text(data).lines)
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    sheet = Sheet("", has_lines=True)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        before, budget = 0, MOST_CELLS
        for cells in reader:
            row = before + 1
            before = reader.line_num
            sheet.rows[row] = {
                column: Cell(value.strip(), "E507" if _is_formula(value) else "")
                for column, value in enumerate(cells[:MOST_COLUMNS], start=1)
                if value.strip()
            }
            budget -= len(sheet.rows[row])
            if budget < 0:
                raise _too_many_cells()
    except csv.Error as error:
        raise Conflict(
            N_("第 %(line)s 行的引号不成对，或一格太长"), line=reader.line_num
        ) from error
    return sheet


def _too_many_cells() -> Conflict:
    return Conflict(N_("表格太大，最多 %(most)s 格。分成几个文件导入"), most=MOST_CELLS)


def _is_formula(value: str) -> bool:
    return re.match(r"\s*=\s*[A-Za-z0-9(\"+-]", value) is not None


class _Workbook:
    """Finds the parts of a workbook and reads its sheets in their order."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        if not archive.has("xl/workbook.xml"):
            raise Conflict(N_("这不是 Excel 表格。选 .xlsx 文件"))

    def sheets(self) -> list[Sheet]:
        strings = _Strings()
        self._feed("xl/sharedStrings.xml", strings)
        styles = _Styles()
        self._feed("xl/styles.xml", styles)
        codes = [format_code(number, styles.custom) for number in styles.used]
        relations = self._relations("xl/workbook.xml")
        names = _Sheets()
        self._feed("xl/workbook.xml", names)
        sheets: list[Sheet] = []
        budget = MOST_CELLS
        for name, relation, state in names.found:
            part = relations.get(relation, "")
            if not part.startswith("xl/worksheets/") or not self._archive.has(part):
                continue
            sheet = Sheet(name, is_hidden=state != "visible")
            target = _Rows(sheet, strings.texts, codes, budget)
            self._feed(part, target)
            budget = target.budget
            self._take_pictures(part, sheet)
            sheets.append(sheet)
        return sheets

    def _feed(self, path: str, target: Any) -> None:
        """Give the elements of a part to a target; a part that is not there has none."""
        data = self._archive.read(path)
        if data is None:
            return
        parser = DefusedXMLParser(
            target=target, forbid_dtd=True, forbid_entities=True, forbid_external=True
        )
        try:
            parser.feed(data)
            parser.close()
        except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
            raise Conflict(N_("文件坏了，打不开。在 Excel 里另存一份 .xlsx 再导入")) from error

    def _relations(self, part: str) -> dict[str, str]:
        folder, file = posixpath.split(part)
        target = _Relations(folder)
        self._feed(f"{folder}/_rels/{file}.rels", target)
        return target.found

    def _take_pictures(self, part: str, sheet: Sheet) -> None:
        """Pictures that float over cells, by the cell under their upper left corner."""
        for drawing in self._relations(part).values():
            if not drawing.startswith("xl/drawings/") or not drawing.endswith(".xml"):
                continue
            media = self._relations(drawing)
            anchors = _Anchors()
            self._feed(drawing, anchors)
            for row, column, relation in anchors.found:
                data = self._archive.read(media.get(relation, ""))
                if data:
                    sheet.pictures.setdefault((row, column), []).append(data)


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]


def _attributes(attributes: dict[str, str]) -> dict[str, str]:
    return {_local(name): value for name, value in attributes.items()}


class _Target:
    """What the parser calls; each reader overrides what it needs, with the arguments it has."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.begin(_local(tag), attributes)

    def end(self, tag: str) -> None:
        self.finish(_local(tag))

    def begin(self, name: str, attributes: dict[str, str]) -> None: ...

    def finish(self, name: str) -> None: ...

    def data(self, text: str) -> None: ...

    def close(self) -> None: ...


class _Strings(_Target):
    """The shared texts; readings above Chinese characters (rPh) are left out."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] | None = None
        self._is_text = False
        self._phonetic = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._phonetic += 1
        self._is_text = name == "t" and not self._phonetic

    def finish(self, name: str) -> None:
        if name == "si" and self._pieces is not None:
            self.texts.append("".join(self._pieces))
        elif name == "rPh":
            self._phonetic -= 1
        self._is_text = False

    def data(self, text: str) -> None:
        if self._is_text and self._pieces is not None:
            self._pieces.append(text)


class _Styles(_Target):
    """The number format of each cell style."""

    def __init__(self) -> None:
        self.custom: dict[int, str] = {}
        self.used: list[int] = []
        self._is_cells = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self.custom[_int(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._is_cells = True
        elif name == "xf" and self._is_cells:
            self.used.append(_int(attributes.get("numFmtId")))

    def finish(self, name: str) -> None:
        if name == "cellXfs":
            self._is_cells = False


class _Sheets(_Target):
    """Names, relations and states of the sheets in their order."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str, str]] = []

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            plain = _attributes(attributes)
            state = plain.get("state", "visible")
            self.found.append((plain.get("name", ""), plain.get("id", ""), state))


class _Relations(_Target):
    """The parts to which a part refers, by the id of the relation."""

    def __init__(self, folder: str) -> None:
        self.found: dict[str, str] = {}
        self._folder = folder

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else f"{self._folder}/{target}"
            self.found[attributes.get("Id", "")] = posixpath.normpath(path)


class _Anchors(_Target):
    """The pictures of a drawing: row and column of the upper left corner, and the relation."""

    def __init__(self) -> None:
        self.found: list[tuple[int, int, str]] = []
        self._path: list[str] = []
        self._corner = {"row": 0, "col": 0}

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        if name == "blip":
            relation = _attributes(attributes).get("embed", "")
            self.found.append((self._corner["row"] + 1, self._corner["col"] + 1, relation))

    def finish(self, name: str) -> None:  # noqa: ARG002
        self._path.pop()

    def data(self, text: str) -> None:
        if self._path[-2:-1] == ["from"] and self._path[-1] in self._corner:
            self._corner[self._path[-1]] = _int(text)


class _Rows(_Target):
    """The cells of a sheet as they are shown."""

    def __init__(self, sheet: Sheet, strings: list[str], codes: list[str], budget: int) -> None:
        self._sheet, self._strings, self._codes = sheet, strings, codes
        self.budget = budget
        self._row = self._column = 0
        self._kind = ""
        self._style = 0
        self._value: list[str] = []
        self._has_formula = self._is_value = False
        self._phonetic = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self._row = _int(attributes.get("r"), self._row + 1)
            self._column = 0
            if attributes.get("hidden") in ("1", "true"):
                self._sheet.hidden_rows.add(self._row)
            if self._row > MOST_ROWS:
                raise Conflict(N_("超过 %(most)s 行。分成几个文件导入"), most=MOST_ROWS)
        elif name == "c":
            found = _REFERENCE.fullmatch(attributes.get("r", ""))
            self._column = column_of(found[1]) if found else self._column + 1
            self._kind = attributes.get("t", "n")
            self._style = _int(attributes.get("s"))
            self._value, self._has_formula = [], False
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            first, last = _int(attributes.get("min")), _int(attributes.get("max"))
            self._sheet.hidden_columns.update(range(first, min(last, MOST_COLUMNS) + 1))
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif name == "f":
            self._has_formula = True
        elif name == "rPh":
            self._phonetic += 1
        self._is_value = name in ("v", "t") and not self._phonetic

    def finish(self, name: str) -> None:
        self._is_value = False
        if name == "rPh":
            self._phonetic -= 1
        if name != "c" or self._column > MOST_COLUMNS:
            return
        cell = self._cell("".join(self._value))
        if cell.is_empty:
            return
        self.budget -= 1
        if self.budget < 0:
            raise _too_many_cells()
        self._sheet.rows.setdefault(self._row, {})[self._column] = cell

    def data(self, text: str) -> None:
        if self._is_value:
            self._value.append(text)

    def _cell(self, raw: str) -> Cell:
        cell = self._plain_cell(raw[:LONGEST_CELL])
        return Cell(cell.text or "=", "E507") if self._has_formula else cell

    def _plain_cell(self, raw: str) -> Cell:
        if self._kind == "s":
            place = _int(raw, -1)
            return Cell(self._strings[place]) if 0 <= place < len(self._strings) else EMPTY
        if self._kind in ("str", "inlineStr"):
            return Cell(raw)
        if self._kind == "b":
            return Cell("TRUE" if raw.strip() == "1" else "FALSE")
        if self._kind == "e":
            return Cell(raw.strip(), "E507")
        if self._kind == "d":
            return Cell(raw.strip(), "E506")
        if not raw.strip():
            return EMPTY
        code = self._codes[self._style] if 0 <= self._style < len(self._codes) else ""
        return number_cell(raw, code)

    def _merge(self, reference: str) -> None:
        ends = list(_corners(reference))
        if len(ends) == 2 and len(self._sheet.merged) < MOST_ROWS:
            self._sheet.merged.append((*ends[0], *ends[1]))


def _corners(reference: str) -> Iterator[tuple[int, int]]:
    for end in reference.split(":")[:2]:
        found = _REFERENCE.fullmatch(end)
        if found:
            yield int(found[2]), column_of(found[1])


def _int(text: str | None, default: int = 0) -> int:
    try:
        return int(text or "")
    except ValueError:
        return default
