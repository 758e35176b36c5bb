"""Questions → an Excel sheet, one row a question, in the columns that importers know."""

import io
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

import xlsxwriter

from core.errors import N_
from question_bank.formats.exported import (
    DIFFICULTY_WORDS,
    TYPE_WORDS,
    ExportedQuestion,
    points_text,
    rule_words,
)
from question_bank.formats.losses import LossBook, WrittenFile
from question_bank.formats.own.items import reference_words, with_own_module
from question_bank.formats.plain_texts import breaks_key, note_unkept, plain_question
from question_bank.formats.xml_output import legal
from question_bank.keys import QuestionType, RuleName

OPTION_COLUMNS = 12
COLUMNS = (
    *("编号", "案例编号", "案例材料", "题型", "题干"),
    *(f"选项{letter}" for letter in "ABCDEFGHIJKL"[:OPTION_COLUMNS]),
    *("答案", "采分点", "解析", "难度", "分值", "给分", "标签", "依据条款", "岗位", "版本"),
)
_WIDTHS = {"案例材料": 30, "题干": 50, "解析": 40, "依据条款": 40, "采分点": 30}
# Excel keeps no more in a cell.
MOST_CHARACTERS = 32_767
KEPT = frozenset({"编号", "版本", "分值", "难度", "标签", "依据", "解析", "岗位", "给分"})
_WITH_OPTIONS = (
    QuestionType.SINGLE_CHOICE,
    QuestionType.MULTIPLE_CHOICE,
    QuestionType.ORDERING,
    QuestionType.MATCHING,
)
# A file says when it was made; ours says always the same.
_MOMENT = datetime(1980, 1, 1, tzinfo=timezone.utc)


def write_xlsx(questions: Sequence[ExportedQuestion]) -> WrittenFile:
    """A workbook of one sheet; a case repeats its text in the row of each sub-question."""
    book = LossBook()
    rows: list[dict[str, str]] = []
    written = 0
    for question in questions:
        made = _rows(question, book)
        rows += made
        written += bool(made)
    return WrittenFile(_workbook(rows), ".xlsx", written, tuple(book.losses))


def _rows(question: ExportedQuestion, book: LossBook) -> list[dict[str, str]]:
    if question.type is not QuestionType.CASE_ANALYSIS:
        row = _row(question, book)
        return [row] if row else []
    plain = plain_question(question, book)
    parts = [row for part in question.parts if (row := _row(part, book))]
    if not parts:
        book.left_out(question.public_id, N_("题型"), N_("案例里没有能写出的小题"))
        return []
    note_unkept(question, book, kept=frozenset({"编号"}))
    for row in parts:
        row["案例编号"], row["案例材料"] = question.public_id, plain.stem
    return parts


def _row(question: ExportedQuestion, book: LossBook) -> dict[str, str]:
    if question.type is QuestionType.HOTSPOT:
        book.left_out(question.public_id, N_("题型"), N_("表格里写不了图上的区域"))
        return {}
    if reason := breaks_key(question):
        book.left_out(question.public_id, N_("答案"), reason)
        return {}
    draft = question.draft
    plain = plain_question(question, book)
    note_unkept(question, book, kept=KEPT)
    if draft.rule is not None and draft.rule.name is RuleName.WEIGHTED:
        book.scoring(question.public_id, N_("给分"), N_("表格没有各选项的权重"))
    options = plain.options if question.type in _WITH_OPTIONS else ()
    row = {
        "编号": question.public_id,
        "题型": f"{TYPE_WORDS[question.type]}题",
        "题干": plain.stem,
        "答案": plain.key,
        "采分点": plain.rubric,
        "解析": plain.explanation,
        "难度": DIFFICULTY_WORDS[draft.difficulty],
        "分值": points_text(draft.points_tenths) if draft.points_tenths is not None else "",
        "给分": rule_words(draft.rule),
        "标签": "、".join(draft.tags),
        "依据条款": "；".join(reference_words(r) for r in with_own_module(draft).references),
        "岗位": "、".join(draft.positions),
        "版本": str(question.version),
    }
    row |= {f"选项{'ABCDEFGHIJKL'[n]}": text for n, text in enumerate(options)}
    if any(len(text) > MOST_CHARACTERS for text in row.values()):
        book.left_out(question.public_id, N_("题干"), N_("文字超过 Excel 一格能放的"))
        return {}
    return row


def _workbook(rows: Sequence[dict[str, str]]) -> bytes:
    made = io.BytesIO()
    # Everything is text: a stem that begins with = is no formula, and 3-5 no date.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False}
    workbook: Any = xlsxwriter.Workbook(made, options | {"strings_to_urls": False})
    workbook.set_properties({"created": _MOMENT})
    sheet = workbook.add_worksheet("题目")
    plain = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    head = workbook.add_format({"bold": True, "num_format": "@", "bottom": 1})
    for column, name in enumerate(COLUMNS):
        sheet.set_column(column, column, _WIDTHS.get(name, 12), plain)
        sheet.write_string(0, column, name, head)
    for number, row in enumerate(rows, start=1):
        for column, name in enumerate(COLUMNS):
            text = legal(row.get(name, ""))
            if text:
                sheet.write_string(number, column, text, plain)
    sheet.freeze_panes(1, 0)
    workbook.close()
    return made.getvalue()
