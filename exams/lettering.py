"""Replies and keys in the letters of one paper: A for the first option as it was shown. Pure.

| type       | written                                            |
|------------|----------------------------------------------------|
| choice     | the letters, e.g. AC                               |
| true_false | 对 or 错                                           |
| fill_blank | the texts, parted by ；                            |
| ordering   | the letters in the chosen order                    |
| matching   | a letter for each number of the left side, 1B 2A   |
| hotspot    | the letters of the labels, or the points           |
| short      | the text                                           |
"""

from collections.abc import Sequence
from typing import Any

from question_bank.keys import (
    AnswerKey,
    BlanksKey,
    ChoiceKey,
    HotspotKey,
    MatchKey,
    OrderKey,
    QuestionType,
    RubricKey,
    VerdictKey,
)

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BETWEEN_BLANKS = "；"
RIGHT, WRONG = "对", "错"
TYPE_WORDS = {
    QuestionType.SINGLE_CHOICE: "单选题",
    QuestionType.MULTIPLE_CHOICE: "多选题",
    QuestionType.TRUE_FALSE: "判断题",
    QuestionType.FILL_BLANK: "填空题",
    QuestionType.ORDERING: "排序题",
    QuestionType.MATCHING: "匹配题",
    QuestionType.SHORT_ANSWER: "简答题",
    QuestionType.HOTSPOT: "找隐患题",
    QuestionType.CASE_ANALYSIS: "案例题",
}


def letters_of(option_order: Sequence[int]) -> dict[int, str]:
    """The letter of each option as it was shown."""
    return dict(zip(option_order, LETTERS, strict=False))


def reply_in_letters(
    kind: QuestionType, stored: Any, *, option_order: Sequence[int], premises: Sequence[int] = ()
) -> str:
    """A stored reply as it would be written on the paper; empty where there is none."""
    if stored is None:
        return ""
    letters = letters_of(option_order)
    match kind:
        case QuestionType.TRUE_FALSE:
            return RIGHT if stored else WRONG
        case QuestionType.FILL_BLANK:
            return BETWEEN_BLANKS.join(stored)
        case QuestionType.SHORT_ANSWER:
            return str(stored)
        case QuestionType.ORDERING:
            return "".join(letters.get(item, "?") for item in stored)
        case QuestionType.MATCHING:
            return _pairs([tuple(pair) for pair in stored], premises, letters)
        case QuestionType.HOTSPOT if "points" in stored:
            return " ".join(f"({x:g}, {y:g})" for x, y in stored["points"])
        case QuestionType.HOTSPOT:
            return _in_order(stored["options"], letters)
    return _in_order(stored, letters)


def key_in_letters(key: AnswerKey, *, option_order: Sequence[int]) -> str:
    """What is right, written in the same way."""
    letters = letters_of(option_order)
    if isinstance(key, ChoiceKey | HotspotKey):
        return _in_order(key.right, letters)
    if isinstance(key, VerdictKey):
        return RIGHT if key.verdict else WRONG
    if isinstance(key, BlanksKey):
        return BETWEEN_BLANKS.join(" 或 ".join(blank.written) for blank in key.blanks)
    if isinstance(key, OrderKey):
        return "".join(letters.get(item, "?") for item in key.item_ids)
    if isinstance(key, MatchKey):
        return _pairs(key.pairs, [premise for premise, _option in key.pairs], letters)
    if isinstance(key, RubricKey):
        return BETWEEN_BLANKS.join(
            f"{point.text}（{point.tenths / 10:g} 分）" for point in key.points
        )
    return ""


def _in_order(options: Any, letters: dict[int, str]) -> str:
    return "".join(sorted(letters.get(option, "?") for option in options))


def _pairs(
    pairs: Sequence[tuple[int, ...]], premises: Sequence[int], letters: dict[int, str]
) -> str:
    numbers = {premise: number for number, premise in enumerate(premises, start=1)}
    return " ".join(
        f"{numbers.get(premise, '?')}{letters.get(option, '?')}" for premise, option in pairs
    )
