"""Aiken, and what Moodle's own reader refuses of it."""

import pytest

from question_bank.formats.items import ForeignItem, ItemStatus
from question_bank.keys import QuestionType
from tests.question_bank.formats.books import codes, read

BROKEN = """A question with too few answers
A) Only answer
ANSWER: A

A) Question not started

ANSWER: Question not started

A good question
A) Correct
B) Incorrect
ANSWER: A

A question started but not finished
A) Correct-ish
B) Incorrect-ish

A second good question
A)Incorrect (No space)
B)Correct (No space)
ANSWER: B
"""


def one(text: str) -> ForeignItem:
    (item,) = read(text, "aiken")
    return item


def test_a_question() -> None:
    item = one("有效期是\n几小时？\nA. 4 小时\nB) 8 小时\nANSWER: B\n")

    assert (item.status, item.type) == (ItemStatus.IMPORT, QuestionType.SINGLE_CHOICE)
    assert item.stem == "有效期是\n几小时？"
    assert item.options == ("4 小时", "8 小时")
    assert (item.answer, item.line) == ((1,), 1)


def test_broken_questions_are_refused_and_the_good_ones_read() -> None:
    items = read(BROKEN, "aiken")

    assert [(item.line, item.status.value) for item in items] == [
        (1, "refuse"),
        (5, "refuse"),
        (7, "refuse"),
        (9, "import"),
        (14, "refuse"),
        (18, "import"),
    ]
    assert codes(items[0])[0] == {"E512"}
    assert "E517" in codes(items[1])[0]
    assert "E504" in codes(items[4])[0]
    assert items[5].options == ("Incorrect (No space)", "Correct (No space)")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("题\nA. 甲\nB. 乙\nANSWER: D", "E502"),
        ("题\nA. 甲\nB. 乙\nANSWER: AB", "E513"),
        ("题\nA. 甲\nC. 乙\nANSWER: A", "E501"),
        ("题\nA. 甲\nB. 乙\nANSWER:", "E504"),
        ("题\nA. 甲\nB. 甲\nANSWER: A", "E204"),
        ("题\n" + "\n".join(f"{chr(65 + n)}. 项{n}" for n in range(13)) + "\nANSWER: A", "E220"),
    ],
)
def test_mistakes_are_told(text: str, code: str) -> None:
    item = one(text)

    assert item.status is ItemStatus.REFUSE
    assert code in codes(item)[0]


def test_full_width_marks_are_read_too() -> None:
    item = one("题\nＡ．甲\nＢ、乙\nANSWER：ｂ")

    assert (item.options, item.answer) == (("甲", "乙"), (1,))
