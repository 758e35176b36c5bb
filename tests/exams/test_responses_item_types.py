"""Replies to orderings, matchings, pictures and written questions, from a page and from a form."""

from fractions import Fraction
from typing import Any

import pytest

from core.errors import Conflict
from exams.marking import Matched, Ordered, Spotted, Written
from exams.replies import response_for_marking
from exams.responses import (
    Unfinished,
    response_from_form,
    stored_response,
)
from exams.versions import PrintedPicture, PrintedQuestion
from question_bank.keys import QuestionType


def printed(kind: QuestionType, **more: Any) -> PrintedQuestion:
    return PrintedQuestion(kind, True, ("题干",), (), {1: "甲", 2: "乙", 3: "丙"}, **more)


ORDER = printed(QuestionType.ORDERING)
MATCH = printed(QuestionType.MATCHING, premise_html={7: "红", 8: "黄"})
TEXT = printed(QuestionType.SHORT_ANSWER)
SPOTS = printed(QuestionType.HOTSPOT, picture=PrintedPicture("/a.png", "图", Fraction(1), 2))


@pytest.mark.parametrize(
    ("question", "raw", "stored"),
    [
        (ORDER, [3, 1, 2], [3, 1, 2]),
        (MATCH, [[8, 1], [7, 1]], [[7, 1], [8, 1]]),
        (MATCH, [], None),
        (TEXT, "  报告。\r\n关阀\x00 ", "报告。\n关阀"),
        (TEXT, " \n ", None),
        (SPOTS, {"points": [[1, 99.999], [0, 100]]}, {"points": [[1, 100.0], [0, 100]]}),
        (SPOTS, {"options": [3, 1, 1][:2]}, {"options": [1, 3]}),
        (SPOTS, {"points": []}, None),
        (SPOTS, {"options": []}, None),
        (ORDER, None, None),
    ],
)
def test_a_reply_is_brought_into_its_stored_form(
    question: PrintedQuestion, raw: Any, stored: Any
) -> None:
    assert stored_response(question, raw) == stored


@pytest.mark.parametrize(
    ("question", "raw"),
    [
        (ORDER, [1, 2]),
        (ORDER, [1, 2, 2]),
        (ORDER, [1, 2, 4]),
        (ORDER, [1, 2, True]),
        (ORDER, "1,2,3"),
        (MATCH, [[7, 1], [7, 2]]),
        (MATCH, [[9, 1]]),
        (MATCH, [[7, 4]]),
        (MATCH, [[7]]),
        (MATCH, [7, 1]),
        (MATCH, {"7": 1}),
        (TEXT, 5),
        (TEXT, "长" * 5001),
        (SPOTS, {"points": [[1, 1], [2, 2], [3, 3]]}),
        (SPOTS, {"points": [[1, 101]]}),
        (SPOTS, {"points": [[1, -1]]}),
        (SPOTS, {"points": [[float("nan"), 1]]}),
        (SPOTS, {"points": [[True, 1]]}),
        (SPOTS, {"points": [[1, 1, 1]]}),
        (SPOTS, {"options": [1, 2, 3]}),
        (SPOTS, {"options": [4]}),
        (SPOTS, {"points": [[1, 1]], "options": [1]}),
        (SPOTS, [[1, 1]]),
        (printed(QuestionType.CASE_ANALYSIS), [1]),
    ],
)
def test_a_reply_that_the_question_cannot_have_is_refused(
    question: PrintedQuestion, raw: Any
) -> None:
    with pytest.raises(Conflict):
        stored_response(question, raw)


@pytest.mark.parametrize(
    ("question", "values", "stored"),
    [
        (ORDER, ["1:3", "2:1", "3:2"], [2, 3, 1]),
        (ORDER, ["", "", ""], None),
        (MATCH, ["7:2", ""], [[7, 2]]),
        (TEXT, ["报告"], "报告"),
        (SPOTS, ["at:12.5,30;40,50"], {"points": [[12.5, 30.0], [40.0, 50.0]]}),
        (SPOTS, ["", "3"], {"options": [3]}),
        # What is ticked takes the place of what a script had set before.
        (SPOTS, ["at:12.5,30", "3"], {"options": [3]}),
        (SPOTS, [""], None),
    ],
)
def test_a_form_says_the_same(question: PrintedQuestion, values: list[str], stored: Any) -> None:
    assert response_from_form(question, values) == stored


@pytest.mark.parametrize(
    ("question", "values"),
    [(ORDER, ["1:1", "2:1", "3:2"]), (ORDER, ["1:1", "", "3:2"]), (SPOTS, ["1", "2", "3"])],
)
def test_what_a_form_leaves_unfinished_is_told(
    question: PrintedQuestion, values: list[str]
) -> None:
    with pytest.raises(Unfinished):
        response_from_form(question, values)


@pytest.mark.parametrize(
    ("question", "values"), [(ORDER, ["x"]), (MATCH, ["7"]), (SPOTS, ["at:x"]), (SPOTS, ["at:1"])]
)
def test_a_forged_form_is_refused(question: PrintedQuestion, values: list[str]) -> None:
    with pytest.raises(Conflict):
        response_from_form(question, values)


def test_stored_replies_reach_the_marks_exactly() -> None:
    assert response_for_marking(QuestionType.ORDERING, [2, 1]) == Ordered((2, 1))
    assert response_for_marking(QuestionType.MATCHING, [[7, 1]]) == Matched(((7, 1),))
    assert response_for_marking(QuestionType.SHORT_ANSWER, "报告") == Written("报告")
    spotted = response_for_marking(QuestionType.HOTSPOT, {"points": [[33.3, 0.1]]})
    assert spotted == Spotted(((Fraction(333, 10), Fraction(1, 10)),))
