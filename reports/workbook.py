"""A report as an .xlsx file: text stays text, so that no cell is ever run as a formula."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import xlsxwriter

# A share from 0 to 1, shown as a percentage; None shows a dash.
Cell = str | int | float | None


@dataclass(frozen=True)
class Sheet:
    """One sheet: its head, its rows, how far each row's first cell is indented."""

    name: str
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    indents: Sequence[int]
    # (term, what it means), on a sheet of their own
    notes: Sequence[tuple[str, str]]
    notes_name: str


def workbook(sheet: Sheet, *, made_at: datetime) -> bytes:
    """The file's bytes; `made_at` is written into its properties."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": sheet.title, "created": made_at.replace(tzinfo=None)})
        _write_table(book, sheet)
        _write_notes(book, sheet)
    return target.getvalue()


def _write_table(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    bold = book.add_format({"bold": True})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
    percent = book.add_format({"num_format": "0.0%"})
    indented = [book.add_format({"indent": level}) for level in range(max(sheet.indents) + 1)]
    page.write_string(0, 0, sheet.title, bold)
    for column, label in enumerate(sheet.head):
        page.write_string(2, column, label, head)
    for number, (row, indent) in enumerate(zip(sheet.rows, sheet.indents, strict=True), start=3):
        for column, value in enumerate(row):
            if column == 0:
                page.write_string(number, 0, str(value), indented[indent])
            elif value is None:
                page.write_string(number, column, "—")
            elif isinstance(value, str):
                page.write_string(number, column, value)
            else:
                style = percent if isinstance(value, float) else None
                page.write_number(number, column, value, style)
    page.set_column(0, 0, 32)
    page.set_column(1, len(sheet.head) - 1, 12)
    page.freeze_panes(3, 1)


def _write_notes(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.notes_name)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for number, (term, meaning) in enumerate(sheet.notes):
        page.write_string(number, 0, term, wrap)
        page.write_string(number, 1, meaning, wrap)
    page.set_column(0, 0, 20)
    page.set_column(1, 1, 90)
