"""The table in which answers come back: made with the people in it, and read with every guard.

The reader is that of question imports; what it cannot trust of a cell comes along as a problem.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import xlsxwriter

from core.errors import N_, Conflict
from question_bank.formats.xlsx.cells import EMPTY, Cell
from question_bank.formats.xlsx.workbook import Sheet, letters_of, read_workbook

SHEET_NAME = "答案登记"
EMPLOYEE_NO, NAME, TEAM, CODE = "工号", "姓名", "班组", "试卷代码"
HEADS = (EMPLOYEE_NO, NAME, TEAM, CODE)
HEADER_ROWS = 10
_SLOT = re.compile(r"(\d{1,3})(?:\D.*)?")
NOTES = (
    "一个人一行。工号、姓名、班组已经填好；没来考的人，那一行的答案空着，就不登记。",
    "试卷代码照答题卡上的写，如 A12-7K3。A 卷和 B 卷的题号、选项不一样，写错了答案就全错。",
    "单选写一个字母：B。多选写全部字母：ACD。",
    "判断写 对 或 错，√ × 也行。",
    "填空照写；有几个空的，用 ；隔开：5；倒置。第一个空没填：；倒置。",
    "排序把字母按顺序写：CABD。匹配写成 1B 2A 3C。",
    "找隐患写字母：AC。简答把文字照抄进来。",
    "没有作答的题空着。整张卷子交了白卷的，第 1 题写一个减号 -。",
    "不要删掉或加列；改完存成 .xlsx，在网页上传，先看一遍再确认。",
)


@dataclass(frozen=True)
class TemplateRow:
    """A person of the table, with the form that the person is to get."""

    employee_no: str
    name: str
    team: str
    code: str


@dataclass(frozen=True)
class SheetRow:
    """A row that came back: its cells by head, answers by slot; `number` as in the file."""

    number: int
    heads: Mapping[str, Cell]
    answers: Mapping[int, Cell]

    @property
    def has_answers(self) -> bool:
        return any(not cell.is_empty for cell in self.answers.values())


@dataclass(frozen=True)
class ReadSheet:
    """The rows of a file and the letters of its columns, to name cells by."""

    rows: tuple[SheetRow, ...]
    letters: Mapping[str | int, str]
    hidden: frozenset[int] = field(default_factory=frozenset)

    def cell(self, row: int, column: str | int) -> str:
        """Such as F7."""
        return f"{self.letters.get(column, '')}{row}"


def template(
    people: Sequence[TemplateRow], *, codes: Sequence[str], types: Mapping[int, str]
) -> bytes:
    """The table to fill in; every cell is text, so that 1/2 stays 1/2 and =A stays harmless."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        page = book.add_worksheet(SHEET_NAME)
        text = book.add_format({"num_format": "@"})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "num_format": "@"})
        page.freeze_panes(1, len(HEADS))
        for place, (word, width) in enumerate(zip(HEADS, (14, 12, 22, 12), strict=True)):
            page.set_column(place, place, width, text)
            page.write_string(0, place, word, head)
        for slot, word in types.items():
            page.write_string(0, len(HEADS) + slot - 1, f"{slot} {word}".strip(), head)
        page.set_column(len(HEADS), len(HEADS) + max(types, default=1) - 1, 8, text)
        for number, row in enumerate(people, start=1):
            for place, value in enumerate((row.employee_no, row.name, row.team, row.code)):
                page.write_string(number, place, value, text)
        choice = {"validate": "list", "source": list(codes)}
        page.data_validation(1, len(HEADS) - 1, max(len(people), 1) + 200, len(HEADS) - 1, choice)
        about = book.add_worksheet("填写说明")
        about.set_column(0, 0, 100)
        for number, note in enumerate(NOTES):
            about.write_string(number, 0, note)
    return target.getvalue()


def read_sheet(data: bytes, name: str) -> ReadSheet:
    """The rows of a filled table; Conflict with a hint for a file that is none."""
    for sheet in read_workbook(data, name):
        if sheet.is_hidden:
            continue
        for number in sorted(sheet.rows)[:HEADER_ROWS]:
            columns = _columns(sheet.rows[number])
            if {EMPLOYEE_NO, CODE} <= set(columns) and any(type(key) is int for key in columns):
                return _below(sheet, number, columns)
    raise Conflict(N_("前 10 行里找不到表头。要有“工号”“试卷代码”和题号，用这场考试下载的登记表"))


def _columns(cells: Mapping[int, Cell]) -> dict[str | int, int]:
    """Head or slot → column; the first of two alike counts as doubled and is refused."""
    found: dict[str | int, int] = {}
    for column, cell in cells.items():
        text = "".join(cell.text.split())
        slot = _SLOT.fullmatch(text)
        key: str | int | None = int(slot[1]) if slot else (text if text in HEADS else None)
        if key is None:
            continue
        if key in found:
            raise Conflict(
                N_("%(first)s 列和 %(second)s 列都是“%(head)s”，只留一列"),
                first=letters_of(found[key]),
                second=letters_of(column),
                head=text,
            )
        found[key] = column
    return found


def _below(sheet: Sheet, header: int, columns: Mapping[str | int, int]) -> ReadSheet:
    rows = []
    for number in sorted(sheet.rows):
        cells = sheet.rows[number]
        if number <= header or all(cell.is_empty for cell in cells.values()):
            continue
        rows.append(
            SheetRow(
                number,
                {head: cells.get(columns[head], EMPTY) for head in HEADS if head in columns},
                {
                    key: cells.get(column, EMPTY)
                    for key, column in columns.items()
                    if type(key) is int
                },
            )
        )
    letters = {key: letters_of(column) for key, column in columns.items()}
    return ReadSheet(tuple(rows), letters, frozenset(sheet.hidden_rows))
