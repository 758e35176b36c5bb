"""Replies as they travel: from JSON or a form, checked against the question, to the marks.

Stored form: ticked option ids in ascending order, a verdict, the texts of the blanks, or None
for a question that is open or was cleared.
"""

from collections.abc import Iterable
from typing import Any

from core.errors import N_, Conflict
from exams.marking import Chosen, Filled, Judged, Response
from exams.versions import PrintedQuestion
from question_bank.keys import QuestionType

LONGEST_TEXT = 200
VERDICTS = {"true": True, "false": False}

# What stands in `answer.response`.
Stored = list[int] | list[str] | bool | None


def stored_response(question: PrintedQuestion, raw: Any) -> Stored:
    """Check what a page sent and bring it into its stored form; Conflict if it cannot be."""
    if raw is None:
        return None
    if question.type is QuestionType.TRUE_FALSE:
        if not isinstance(raw, bool):
            raise misfit()
        return raw
    if question.type is QuestionType.FILL_BLANK:
        return _texts(question, raw)
    return _options(question, raw)


def response_from_form(question: PrintedQuestion, values: list[str]) -> Stored:
    """The same from the fields of an ordinary form."""
    if question.type is QuestionType.FILL_BLANK:
        return stored_response(question, values or None)
    if not values:
        return None
    if question.type is QuestionType.TRUE_FALSE:
        return stored_response(question, VERDICTS.get(values[0], values[0]))
    return stored_response(question, [int(v) if v.isdecimal() else v for v in values])


def response_for_marking(question_type: QuestionType, stored: Any) -> Response:
    """The stored form as the marking rules take it."""
    if stored is None:
        return None
    if question_type is QuestionType.TRUE_FALSE:
        return Judged(stored)
    if question_type is QuestionType.FILL_BLANK:
        return Filled(tuple(stored))
    return Chosen(frozenset(stored))


def _options(question: PrintedQuestion, raw: Any) -> list[int] | None:
    if not isinstance(raw, list) or not _are_options(question, raw):
        raise misfit()
    if question.type is QuestionType.SINGLE_CHOICE and len(raw) > 1:
        raise misfit()
    return sorted(set(raw)) or None


def _are_options(question: PrintedQuestion, raw: Iterable[Any]) -> bool:
    return all(type(option) is int and option in question.option_html for option in raw)


def _texts(question: PrintedQuestion, raw: Any) -> list[str] | None:
    blanks = len(question.stem_parts) - 1
    if not isinstance(raw, list) or len(raw) > blanks:
        raise misfit()
    if not all(isinstance(text, str) and len(text) <= LONGEST_TEXT for text in raw):
        raise misfit()
    texts = [text.replace("\x00", "").strip() for text in raw]
    return [*texts, *[""] * (blanks - len(texts))] if any(texts) else None


def misfit() -> Conflict:
    """What is raised for a reply that the question cannot have."""
    return Conflict(N_("这个回答和题目对不上。刷新页面，再答一次"))
