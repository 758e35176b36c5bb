"""The .xlsx files that leave this package: template, people, findings. Text stays text.

A name like `=1+1` is written as a string, never as a formula, whatever it looks like.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import date

import xlsxwriter

from teams.roster.columns import Column

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEMPLATE_WIDTHS = {
    Column.EMPLOYEE_NO: 14,
    Column.NAME: 12,
    Column.TEAM: 32,
    Column.POST: 16,
    Column.KIND: 12,
    Column.EMPLOYER: 22,
    Column.ID_NUMBER: 22,
    Column.PHONE: 16,
    Column.HIRED_ON: 14,
    Column.LEFT_ON: 14,
}
TEAM_HEADER = "部门/车间/班组"


def table(title: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A sheet with a header that stays in sight; dates as dates, everything else as text."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    sheet = book.add_worksheet(title[:31])
    bold = book.add_format({"bold": True, "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    text = book.add_format({"num_format": "@"})
    sheet.freeze_panes(1, 0)
    for place, header in enumerate(headers):
        sheet.set_column(place, place, max(12, len(header) * 2 + 2))
        sheet.write_string(0, place, header, bold)
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(number, place, value, day)
            elif isinstance(value, int):
                sheet.write_number(number, place, value)
            elif value is not None:
                sheet.write_string(number, place, str(value), text)
    book.close()
    return target.getvalue()


def template(notes: Sequence[str], kinds: Sequence[str]) -> bytes:
    """An empty roster whose columns keep numbers as text, with a sheet that explains it."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet("花名册")
    text = book.add_format({"num_format": "@"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    bold = book.add_format({"bold": True, "bottom": 1})
    sheet.freeze_panes(1, 0)
    for place, (column, width) in enumerate(TEMPLATE_WIDTHS.items()):
        is_day = column in {Column.HIRED_ON, Column.LEFT_ON}
        sheet.set_column(place, place, width, day if is_day else text)
        sheet.write_string(0, place, TEAM_HEADER if column is Column.TEAM else column.value, bold)
        if column is Column.KIND:
            choice = {"validate": "list", "source": list(kinds)}
            sheet.data_validation(1, place, 5000, place, choice)
    about = book.add_worksheet("填写说明")
    about.set_column(0, 0, 90)
    for number, note in enumerate(notes):
        about.write_string(number, 0, note)
    book.close()
    return target.getvalue()
