"""Replies as they travel: from JSON or a form, checked against the question, to the marks.

| type       | stored form                                                            |
|------------|------------------------------------------------------------------------|
| choice     | the ticked option ids in ascending order                               |
| true_false | the verdict                                                            |
| fill_blank | the texts of the blanks                                                |
| ordering   | all item ids in the chosen order                                       |
| matching   | [premise id, option id] for each premise that has one                  |
| short      | the text                                                               |
| hotspot    | {"points": [[x, y], …]} in percent of the picture, or {"options": ids} |

None is a question that is open or was cleared.
"""

import math
from collections.abc import Callable, Iterable
from typing import Any

from core.errors import N_, Conflict
from exams.versions import PrintedQuestion
from question_bank.keys import QuestionType

LONGEST_TEXT = 200
LONGEST_WRITTEN = 5000
VERDICTS = {"true": True, "false": False}
# How a form sends the points set in a picture: at:32.5,55;60,20
POINTS_MARK = "at:"

# What stands in `answer.response`.
Stored = list[Any] | dict[str, Any] | str | bool | None


class Unfinished(Exception):
    """What a form says of a question cannot be stored yet; the value is what to tell."""


def stored_response(question: PrintedQuestion, raw: Any) -> Stored:
    """Check what a page sent and bring it into its stored form; Conflict if it cannot be."""
    return None if raw is None else _STORED[question.type](question, raw)


def response_from_form(question: PrintedQuestion, values: list[str]) -> Stored:
    """The same from the fields of an ordinary form; Unfinished where a person must go on."""
    kind = question.type
    if kind is QuestionType.FILL_BLANK:
        return stored_response(question, values or None)
    filled = [value for value in values if value]
    if not filled:
        return None
    if kind is QuestionType.TRUE_FALSE:
        return stored_response(question, VERDICTS.get(filled[0], filled[0]))
    if kind is QuestionType.SHORT_ANSWER:
        return stored_response(question, filled[0])
    if kind is QuestionType.ORDERING:
        return stored_response(question, _order_in_form(question, filled))
    if kind is QuestionType.MATCHING:
        return stored_response(question, [list(_pair(value)) for value in filled])
    if kind is QuestionType.HOTSPOT:
        return stored_response(question, _spots_in_form(question, filled))
    return stored_response(question, [int(v) if v.isdecimal() else v for v in filled])


def _options(question: PrintedQuestion, raw: Any) -> list[int] | None:
    if not isinstance(raw, list) or not _are_options(question, raw):
        raise misfit()
    if question.type is QuestionType.SINGLE_CHOICE and len(raw) > 1:
        raise misfit()
    return sorted(set(raw)) or None


def _are_options(question: PrintedQuestion, raw: Iterable[Any]) -> bool:
    return all(type(option) is int and option in question.option_html for option in raw)


def _verdict(_question: PrintedQuestion, raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise misfit()
    return raw


def _texts(question: PrintedQuestion, raw: Any) -> list[str] | None:
    blanks = len(question.stem_parts) - 1
    if not isinstance(raw, list) or len(raw) > blanks:
        raise misfit()
    if not all(isinstance(text, str) and len(text) <= LONGEST_TEXT for text in raw):
        raise misfit()
    texts = [text.replace("\x00", "").strip() for text in raw]
    return [*texts, *[""] * (blanks - len(texts))] if any(texts) else None


def _order(question: PrintedQuestion, raw: Any) -> list[int]:
    if not isinstance(raw, list) or not _are_options(question, raw):
        raise misfit()
    if sorted(raw) != sorted(question.option_html):
        raise misfit()
    return raw


def _pairs(question: PrintedQuestion, raw: Any) -> list[list[int]] | None:
    if not isinstance(raw, list):
        raise misfit()
    chosen: dict[int, int] = {}
    for pair in raw:
        if not isinstance(pair, list) or len(pair) != 2:
            raise misfit()
        premise, option = pair
        is_premise = type(premise) is int and premise in question.premise_html
        if not is_premise or premise in chosen or not _are_options(question, [option]):
            raise misfit()
        chosen[premise] = option
    return [[left, chosen[left]] for left in question.premise_html if left in chosen] or None


def _text(_question: PrintedQuestion, raw: Any) -> str | None:
    # A form sends each line break as two characters, which its field counts as one.
    text = raw.replace("\x00", "").replace("\r\n", "\n") if isinstance(raw, str) else None
    if text is None or len(text) > LONGEST_WRITTEN:
        raise misfit()
    return text.strip() or None


def _spots(question: PrintedQuestion, raw: Any) -> dict[str, Any] | None:
    if not isinstance(raw, dict) or len(raw) != 1 or question.picture is None:
        raise misfit()
    ((kind, given),) = raw.items()
    if not isinstance(given, list) or len(given) > question.picture.spot_count:
        raise misfit()
    if kind == "options" and _are_options(question, given):
        return {"options": sorted(set(given))} if given else None
    if kind == "points":
        return {"points": [_point(pair) for pair in given]} if given else None
    raise misfit()


def _point(pair: Any) -> list[float]:
    if not isinstance(pair, list) or len(pair) != 2:
        raise misfit()
    for number in pair:
        is_number = isinstance(number, int | float) and not isinstance(number, bool)
        if not is_number or not math.isfinite(number) or not 0 <= number <= 100:
            raise misfit()
    return [round(number, 2) for number in pair]


def _not_asked(_question: PrintedQuestion, _raw: Any) -> Stored:
    """A case has no reply of its own: its parts are asked."""
    raise misfit()


_STORED: dict[QuestionType, Callable[[PrintedQuestion, Any], Stored]] = {
    QuestionType.SINGLE_CHOICE: _options,
    QuestionType.MULTIPLE_CHOICE: _options,
    QuestionType.TRUE_FALSE: _verdict,
    QuestionType.FILL_BLANK: _texts,
    QuestionType.ORDERING: _order,
    QuestionType.MATCHING: _pairs,
    QuestionType.SHORT_ANSWER: _text,
    QuestionType.HOTSPOT: _spots,
    QuestionType.CASE_ANALYSIS: _not_asked,
}


def _pair(value: str) -> tuple[int, int]:
    """`7:2` of a form as two numbers."""
    parts = value.split(":")
    if len(parts) != 2 or not all(part.isdecimal() and len(part) < 10 for part in parts):
        raise misfit()
    return int(parts[0]), int(parts[1])


def _order_in_form(question: PrintedQuestion, values: list[str]) -> list[int]:
    """Items by the places chosen for them, each as `item:place`; every place once."""
    place_of = dict(_pair(value) for value in values)
    if sorted(place_of.values()) != list(range(1, len(question.option_html) + 1)):
        raise Unfinished(N_("每一步选一个不同的序号"))
    return sorted(place_of, key=place_of.__getitem__)


def _spots_in_form(question: PrintedQuestion, values: list[str]) -> dict[str, Any]:
    """Ticked labels; where none is ticked, the points that a script has set before."""
    chosen = [int(value) for value in values if value.isdecimal()]
    if question.picture and len(chosen) > question.picture.spot_count:
        raise Unfinished(N_("勾得太多了，题里有几处就勾几处"))
    if chosen:
        return {"options": chosen}
    written = values[0].removeprefix(POINTS_MARK).split(";")
    try:
        return {"points": [[float(number) for number in one.split(",")] for one in written]}
    except ValueError:
        raise misfit() from None


def misfit() -> Conflict:
    """What is raised for a reply that the question cannot have."""
    return Conflict(N_("这个回答和题目对不上。刷新页面，再答一次"))
