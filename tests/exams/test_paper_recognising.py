"""Replies typed into cells: what people write is understood, and what is written is understood."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.lettering import reply_in_letters
from exams.on_paper.recognising import OPEN, Asked, Unrecognised, recognised
from exams.responses import stored_response
from exams.versions import PrintedPicture, PrintedQuestion
from question_bank.keys import QuestionType

OPTIONS = {1: "甲", 2: "乙", 3: "丙", 4: "丁"}
LEFT = {11: "左一", 12: "左二", 13: "左三"}
# C, A, D, B stand for the options 1, 2, 3, 4.
ORDER = (2, 4, 1, 3)


def asked(kind: QuestionType, *, blanks: int = 0) -> Asked:
    picture = PrintedPicture("/x.png", "图", Fraction(1), 2)
    printed = PrintedQuestion(
        type=kind,
        is_one_line=True,
        stem_parts=("题干",) * (blanks + 1),
        asks_number=(False,) * blanks,
        option_html=OPTIONS,
        premise_html=LEFT if kind is QuestionType.MATCHING else {},
        picture=picture if kind is QuestionType.HOTSPOT else None,
    )
    return Asked(7, printed, ORDER)


@pytest.mark.parametrize(
    ("kind", "text", "stored"),
    [
        (QuestionType.SINGLE_CHOICE, "c", [1]),
        (QuestionType.SINGLE_CHOICE, " Ｃ ", [1]),
        (QuestionType.MULTIPLE_CHOICE, "CA", [1, 2]),
        (QuestionType.MULTIPLE_CHOICE, "A、c，D", [1, 2, 3]),
        (QuestionType.TRUE_FALSE, "√", True),
        (QuestionType.TRUE_FALSE, "×", False),
        (QuestionType.TRUE_FALSE, "错误", False),
        (QuestionType.TRUE_FALSE, "TRUE", True),
        (QuestionType.ORDERING, "c a d b", [1, 2, 3, 4]),
        (QuestionType.MATCHING, "1C 2A", [[11, 1], [12, 2]]),
        (QuestionType.MATCHING, "1-C，3=B", [[11, 1], [13, 4]]),
        (QuestionType.MATCHING, "C-B", [[11, 1], [13, 4]]),
        (QuestionType.HOTSPOT, "AC", {"options": [1, 2]}),
        (QuestionType.SHORT_ANSWER, "先报告\n再关阀", "先报告\n再关阀"),
        (QuestionType.SINGLE_CHOICE, "-", None),
        (QuestionType.MULTIPLE_CHOICE, "", None),
    ],
)
def test_what_people_write_is_understood(kind: QuestionType, text: str, stored: Any) -> None:
    assert recognised(asked(kind), text) == stored


@pytest.mark.parametrize(
    ("blanks", "text", "stored"),
    [
        (1, "8 小时；最多", ["8 小时；最多"]),
        (2, "5；倒置", ["5", "倒置"]),
        (2, "5;倒置", ["5", "倒置"]),
        (2, "；倒置", ["", "倒置"]),
        (2, "5", ["5", ""]),
    ],
)
def test_blanks_are_parted_by_a_semicolon(blanks: int, text: str, stored: Any) -> None:
    assert recognised(asked(QuestionType.FILL_BLANK, blanks=blanks), text) == stored


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        (QuestionType.SINGLE_CHOICE, "E", "只有 A—D"),
        (QuestionType.SINGLE_CHOICE, "AB", "只写一个字母"),
        (QuestionType.MULTIPLE_CHOICE, "AAB", "重复的字母"),
        (QuestionType.TRUE_FALSE, "A", "写 对 或 错"),
        (QuestionType.ORDERING, "CAD", "没写全"),
        (QuestionType.MATCHING, "1C 1A", "写成 1B 2A 3C"),
        (QuestionType.MATCHING, "1C ?", "写成 1B 2A 3C"),
        (QuestionType.MATCHING, "4C", "写成 1B 2A 3C"),
        (QuestionType.HOTSPOT, "ABC", "要找 2 处，写了 3 处"),
        (QuestionType.SHORT_ANSWER, "长" * 5001, "最多 5000 个字"),
    ],
)
def test_what_cannot_be_is_told_with_what_to_write(
    kind: QuestionType, text: str, told: str
) -> None:
    with pytest.raises(Unrecognised) as caught:
        recognised(asked(kind), text)

    assert told in str(caught.value)
    assert str(caught.value).startswith("第 7 题")


def test_too_many_blanks_are_told() -> None:
    with pytest.raises(Unrecognised, match="2 个空，写了 3 个"):
        recognised(asked(QuestionType.FILL_BLANK, blanks=2), "1；2；3")


WORDS = st.text(
    st.characters(
        blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp"), blacklist_characters="；;|｜"
    ),
    max_size=20,
).filter(lambda text: text not in OPEN)
OPTION_SETS = st.sets(st.sampled_from(list(OPTIONS)), min_size=1)
RESPONSES: dict[QuestionType, st.SearchStrategy[Any]] = {
    QuestionType.SINGLE_CHOICE: st.sampled_from(list(OPTIONS)).map(lambda option: [option]),
    QuestionType.MULTIPLE_CHOICE: OPTION_SETS.map(sorted),
    QuestionType.TRUE_FALSE: st.booleans(),
    QuestionType.FILL_BLANK: st.lists(WORDS, min_size=2, max_size=2),
    QuestionType.ORDERING: st.permutations(list(OPTIONS)),
    QuestionType.MATCHING: st.dictionaries(
        st.sampled_from(list(LEFT)), st.sampled_from(list(OPTIONS)), min_size=1
    ).map(lambda pairs: [[left, pairs[left]] for left in LEFT if left in pairs]),
    QuestionType.HOTSPOT: st.sets(st.sampled_from(list(OPTIONS)), min_size=1, max_size=2).map(
        lambda found: {"options": sorted(found)}
    ),
    QuestionType.SHORT_ANSWER: WORDS,
}


@given(st.sampled_from(list(RESPONSES)).flatmap(lambda k: st.tuples(st.just(k), RESPONSES[k])))
def test_every_reply_written_in_letters_comes_back_the_same(drawn: tuple[Any, Any]) -> None:
    kind, response = drawn
    question = asked(kind, blanks=2 if kind is QuestionType.FILL_BLANK else 0)
    stored = stored_response(question.printed, response)

    written = reply_in_letters(kind, stored, option_order=ORDER, premises=list(LEFT))

    assert recognised(question, written) == stored
