"""The sheets of a workbook → items: finds headers, groups rows into questions, reads each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.errors import N_, Conflict
from core.sentences import say
from question_bank.formats.items import ForeignItem
from question_bank.formats.limits import check_count
from question_bank.formats.reading import Reading, check
from question_bank.formats.switches import Switches
from question_bank.formats.words import TYPE_PATTERN, TYPES, plain
from question_bank.formats.xlsx.cells import EMPTY
from question_bank.formats.xlsx.columns import Header, read_header
from question_bank.formats.xlsx.rows import Row, read_row
from question_bank.formats.xlsx.workbook import Sheet, read_workbook
from question_bank.keys import QuestionType

HEADER_ROWS = 10
_TYPE_IN_NAME = re.compile(TYPE_PATTERN)
_REMARK = re.compile(r"(?:注|说明|备注|填写说明|填表说明|提示|示例说明|注意)[::：]")
_FILLED_DOWN = ("topic", "type", "case", "group", "reference", "positions")


@dataclass
class _Answers:
    """The answers of separate sheets by printed number."""

    by_number: dict[str, list[str]] = field(default_factory=dict)

    def give(self, row: Row) -> None:
        """Hand a row its answer, if its own sheet has no column for one."""
        number = plain(row.cell("number").text or row.cell("id").text)
        found = self.by_number.get(number, [])
        own = {"answer", "truth"} & set(row.header.columns)
        if own or row.header.truths or not found:
            return
        if len(set(found)) > 1:
            row.other_problem = say(
                N_("答案表里 %(number)s 有几个不同的答案：%(found)s"),
                number=number,
                found="、".join(found),
            )
        else:
            row.other_key = found[0]


def read_xlsx(data: bytes, name: str) -> list[ForeignItem]:
    """Read an .xlsx or .csv with every switch off."""
    return read_xlsx_with(data, name, Switches())


def read_xlsx_with(data: bytes, name: str, switches: Switches) -> list[ForeignItem]:
    """Read all sheets that have a header; a merged stem is a case only where that is chosen."""
    sheets = read_workbook(data, name)
    tables = [(sheet, rows) for sheet in sheets if (rows := list(_table(sheet)))]
    answers = _Answers()
    for _sheet, rows in tables:
        for row in rows:
            if row.header.is_answer_sheet:
                number = plain(row.cell("number").text or row.cell("id").text)
                answers.by_number.setdefault(number, []).append(row.cell("answer").text.strip())
    items: list[ForeignItem] = []
    for sheet, rows in tables:
        questions = [row for row in rows if row.header.fits]
        for item in _items(sheet, questions, answers, switches):
            items.append(item)
            check_count(len(items))
    if not items and not any(row.header.fits for _sheet, rows in tables for row in rows):
        raise Conflict(N_("没有找到表头：前 10 行里要有一行写着 题干 和 答案（或 选项A）"))
    return items


def _table(sheet: Sheet) -> Iterator[Row]:
    """The rows below the header; a second header further down changes what columns mean."""
    header: Header | None = None
    type_ = _sheet_type(sheet.name)
    covered = _covered(sheet)
    for seen, (number, cells) in enumerate(sorted(sheet.rows.items())):
        found = read_header(number, cells)
        # Further down a question may happen to be called 题目; a second header names the answer.
        is_header = found.fits and (header is None or "answer" in found.columns)
        if is_header or (found.is_answer_sheet and header is None):
            header = found
            continue
        if header is None:
            if seen >= HEADER_ROWS:
                return
            continue
        filled = dict(cells)
        for meaning in _FILLED_DOWN:
            for column in header.columns.get(meaning, []):
                top = covered.get((number, column))
                if top is not None and column not in filled:
                    filled[column] = sheet.rows.get(top, {}).get(column, EMPTY)
        first = filled.get(min(filled), EMPTY).text.strip()
        if first.startswith("#") or not any(not cell.is_empty for cell in filled.values()):
            continue
        yield Row(sheet, header, number, filled, sheet_type=type_)


def _covered(sheet: Sheet) -> dict[tuple[int, int], int]:
    """For each cell covered by one merged downwards, the row where the text stands."""
    covered: dict[tuple[int, int], int] = {}
    for top, left, bottom, right in sheet.merged:
        if left == right and len(covered) < 200_000:
            for row in range(top + 1, min(bottom, top + 20_000) + 1):
                covered[row, left] = top
    return covered


def _sheet_type(name: str) -> QuestionType | None:
    found = _TYPE_IN_NAME.search(name)
    return TYPES.get(found[0]) if found else None


def _items(
    sheet: Sheet, rows: list[Row], answers: _Answers, switches: Switches
) -> Iterator[ForeignItem]:
    merged = {top: bottom for top, left, bottom, _right in sheet.merged if _is_stem(rows, left)}
    place = 0
    while place < len(rows):
        row = rows[place]
        bottom = merged.get(row.number, row.number)
        group = [each for each in rows[place:] if each.number <= bottom and each is not row]
        is_case = bool(group) and not _has_option_rows(row.header)
        if _is_remark(row):
            yield _remark(row)
        elif _has_option_rows(row.header):
            group = _option_group(rows, place)
            row.option_rows = [(each.number, each.cells) for each in [row, *group]]
            answers.give(row)
            yield read_row(row).item()
        elif is_case and switches.merged_is_case:
            yield _case(row, group, answers)
        elif row.header.column("case") is not None and "stem" in row.header.columns:
            group = _same_case(rows, place)
            yield _case(row, group, answers)
        else:
            group = []
            answers.give(row)
            yield _single(row, _merged_above(merged, row.number))
        place += 1 + len(group)


def _is_stem(rows: list[Row], column: int) -> bool:
    return any(column in (row.header.column("stem"), row.header.column("case")) for row in rows[:1])


def _merged_above(merged: dict[int, int], number: int) -> int | None:
    """The first row of a merged stem cell that covers this row and others."""
    return next((top for top, bottom in merged.items() if top <= number <= bottom > top), None)


def _single(row: Row, merged_top: int | None) -> ForeignItem:
    reading = read_row(row)
    if merged_top is not None:
        message = say(
            N_("第 %(merged_top)s 行起的题干合并了几行；是一个案例的话，请打开“合并的题干是案例”"),
            merged_top=merged_top,
        )
        reading.errors = [remark for remark in reading.errors if remark.code != "E517"]
        reading.error("E517", message)
    return reading.item()


def _has_option_rows(header: Header) -> bool:
    has_one = "options" in header.columns and "truth" in header.columns
    return has_one and not header.options


def _option_group(rows: list[Row], place: int) -> list[Row]:
    """The rows below with further options of the same question."""
    row = rows[place]
    group: list[Row] = []
    for following in rows[place + 1 :]:
        stem, number = following.cell("stem").text, _number_of(following)
        is_same = stem.strip() in ("", row.cell("stem").text.strip())
        if not is_same or number not in ("", _number_of(row)):
            break
        group.append(following)
    return group


def _number_of(row: Row) -> str:
    return plain(row.cell("number").text or row.cell("id").text or row.cell("group").text)


def _is_remark(row: Row) -> bool:
    """A row with nothing but a remark for the person who fills the sheet in."""
    texts = [cell.text.strip() for cell in row.cells.values() if not cell.is_empty]
    return len(texts) == 1 and _REMARK.match(texts[0]) is not None


def _remark(row: Row) -> ForeignItem:
    column, cell = next(each for each in row.cells.items() if not each[1].is_empty)
    reading = Reading(stem=cell.text.strip(), is_material=True)
    if row.sheet.has_lines:
        reading.line = row.number
    else:
        reading.cell = row.sheet.place(row.number, column)
    return reading.item()


def _same_case(rows: list[Row], place: int) -> list[Row]:
    """The rows below that repeat the case's text, or whose cell of it is merged with this one."""
    text = rows[place].cell("case").text.strip()
    group: list[Row] = []
    for following in rows[place + 1 :]:
        if not text or following.cell("case").text.strip() != text:
            break
        group.append(following)
    return group if text else []


def _case(row: Row, group: list[Row], answers: _Answers) -> ForeignItem:
    """A stem over several rows: its own text, then a sub-question from each row."""
    has_case = row.header.column("case") is not None
    part_meaning = "stem" if has_case else "part"
    text = row.cell("case" if has_case else "stem").text.strip()
    if has_case and not text:
        answers.give(row)
        return read_row(row).item()
    reading = Reading(type=QuestionType.CASE_ANALYSIS, stem=text)
    if row.sheet.has_lines:
        reading.line = row.number
    else:
        column = row.header.column("case" if has_case else "stem") or 1
        reading.cell = row.sheet.place(row.number, column)
    # A column of its own for the case's id leaves 编号 to the sub-questions.
    own_id = row.cell("group").text or row.cell("id").text
    reading.external_id = own_id.strip()[:80]
    for each in [row, *group]:
        answers.give(each)
        part = read_row(each, stem_meaning=part_meaning)
        reading.images.update(part.images)
        reading.take_part(part.item())
    check(reading)
    return reading.item()
