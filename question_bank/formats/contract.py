"""A preview as the JSON that `flask bank import --json` prints; other programs rely on it."""

from fractions import Fraction
from typing import Any

from question_bank.formats.items import AcceptedText, ForeignItem, ItemStatus, Remark
from question_bank.formats.preview import Preview
from question_bank.keys import QuestionType


def preview_data(preview: Preview) -> dict[str, Any]:
    """The whole preview, items in the order of the file."""
    return {
        "source": preview.source,
        "hash": preview.hash,
        "items": [item_data(item) for item in preview.items],
    }


def item_data(item: ForeignItem) -> dict[str, Any]:
    """One item; every key is always there, `parts` only for a case that has some."""
    is_material = item.status is ItemStatus.MATERIAL
    data: dict[str, Any] = {
        "line": item.line,
        "cell": item.cell,
        "status": item.status.value,
        "type": None if item.type is None or is_material else item.type.value,
        "stem": item.stem,
        "options": shown_options(item),
        "weights": None if item.weights is None else [_number(each) for each in item.weights],
        "answer": answer_data(item),
        "errors": [_remark(remark) for remark in item.errors],
        "warnings": [_remark(remark) for remark in item.warnings],
    }
    if item.parts:
        data["parts"] = [item_data(part) for part in item.parts]
    return data


def shown_options(item: ForeignItem) -> list[str]:
    """The options; of a matching question its right column, of an ordering one its items."""
    if item.options or not isinstance(item.answer, tuple):
        return list(item.options)
    if item.type is QuestionType.MATCHING:
        rights = [pair[1] for pair in item.answer if isinstance(pair, tuple)]
        return list(dict.fromkeys([*map(str, rights), *item.distractors]))
    if item.type is QuestionType.ORDERING:
        return [str(each) for each in item.answer]
    return []


def answer_data(item: ForeignItem) -> Any:
    """The answer in plain data: see the table in docs/operating.md."""
    answer = item.answer
    if answer is None or isinstance(answer, bool):
        return answer
    return [_part_of_answer(each) for each in answer]


def _part_of_answer(part: Any) -> Any:
    if isinstance(part, tuple):
        return [_form(each) if isinstance(each, AcceptedText) else each for each in part]
    return part


def _form(form: AcceptedText) -> Any:
    if form.percent == 100:
        return form.text
    return {"text": form.text, "percent": _number(form.percent)}


def _remark(remark: Remark) -> dict[str, str]:
    return {"code": remark.code, "message": remark.message}


def _number(number: Fraction) -> int | float:
    return int(number) if number.denominator == 1 else float(number)
