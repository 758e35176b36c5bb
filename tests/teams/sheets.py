"""Spreadsheets for the tests of roster imports."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from accounts.id_numbers import check_character

HEADERS = (
    "工号",
    "姓名",
    "部门/车间/班组",
    "岗位",
    "用工形式",
    "派遣单位",
    "身份证号",
    "手机号",
    "入职日期",
    "离职日期",
)
TEAM = "一分厂/冲压车间/冲压一班"


def id_number(number: int, born: str = "19900307") -> str:
    """A right ID number, another one for each sequence number."""
    first = f"320506{born}{number:03d}"
    return first + check_character(first)


def row(employee_no: Any, name: Any, **cells: Any) -> list[Any]:
    """One person's cells by header; the team is 冲压一班 unless told otherwise."""
    given = {"工号": employee_no, "姓名": name, "部门/车间/班组": TEAM, **cells}
    return [given.get(header, "") for header in HEADERS]


def write_xlsx(
    path: Path,
    rows: Sequence[Sequence[Any]],
    *,
    headers: Sequence[str] = HEADERS,
    title: str | None = None,
    hidden: Sequence[int] = (),
) -> Path:
    """A workbook with typed cells; `title` is merged over the top, `hidden` are row numbers."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    sheet = book.add_worksheet("花名册")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    lines: list[Sequence[Any]] = [headers, *rows]
    first = 0
    if title is not None:
        sheet.merge_range(0, 0, 0, len(headers) - 1, title)
        first = 1
    for number, line in enumerate(lines, start=first):
        for place, value in enumerate(line):
            if isinstance(value, date):
                sheet.write_datetime(number, place, value, day)
            elif isinstance(value, int | float):
                sheet.write_number(number, place, value)
            elif value not in (None, ""):
                sheet.write_string(number, place, str(value))
    for number in hidden:
        sheet.set_row(number - 1, None, None, {"hidden": True})
    book.close()
    return path
