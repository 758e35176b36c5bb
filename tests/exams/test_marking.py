"""Marks of single questions: the rules by example, and what holds for all of them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.marking import (
    ALL_OR_NOTHING,
    SHARE_PER_BLANK,
    Chosen,
    Filled,
    Judged,
    WrongKind,
    blanks_right,
    is_passed,
    mark,
    paper_score,
    rule_for,
)
from question_bank.answers import accepted_form
from question_bank.keys import (
    BlankKey,
    BlanksKey,
    ChoiceKey,
    RuleName,
    ScoringRule,
    VerdictKey,
)

HALF = ScoringRule(RuleName.HALF_IF_PARTIAL)
ONE_POINT = ScoringRule(RuleName.FIXED_IF_PARTIAL, 10)
SHARE = ScoringRule(RuleName.SHARE_PER_OPTION)
FIVE_TENTHS_EACH = ScoringRule(RuleName.POINTS_PER_OPTION, 5)
DIFFERENCE = ScoringRule(RuleName.RIGHT_MINUS_WRONG)
WEIGHTED = ScoringRule(RuleName.WEIGHTED)

# A, B, C are right; D is wrong.
ABC = ChoiceKey((1, 2, 3, 4), frozenset({1, 2, 3}))
WEIGHTS = ChoiceKey(
    (1, 2, 3, 4),
    frozenset({1, 2, 3}),
    (Fraction(50), Fraction(30), Fraction(20), Fraction(-40)),
)


def blank(*written: str, group: int | None = None, points: int | None = None) -> BlankKey:
    return BlankKey(tuple(accepted_form(each) for each in written), written, group, points)


@pytest.mark.parametrize(
    ("rule", "chosen", "expected"),
    [
        (ALL_OR_NOTHING, {1, 2, 3}, 20),
        (ALL_OR_NOTHING, {1, 2}, 0),
        (ALL_OR_NOTHING, {1, 2, 3, 4}, 0),
        (HALF, {1}, 10),
        (HALF, {1, 2}, 10),
        (HALF, {1, 4}, 0),
        (HALF, set(), 0),
        (ONE_POINT, {1, 2}, 10),
        (ONE_POINT, {4}, 0),
        (SHARE, {1}, 7),
        (SHARE, {1, 2}, 13),
        (SHARE, {1, 2, 4}, 0),
        (FIVE_TENTHS_EACH, {1}, 5),
        (FIVE_TENTHS_EACH, {1, 2}, 10),
        (FIVE_TENTHS_EACH, {1, 2, 3}, 20),
        (DIFFERENCE, {1, 2, 4}, 7),
        (DIFFERENCE, {1, 4}, 0),
        (DIFFERENCE, {4}, 0),
    ],
)
def test_a_multiple_choice_of_two_points_is_marked_by_its_rule(
    rule: ScoringRule, chosen: set[int], expected: int
) -> None:
    assert mark(ABC, Chosen(frozenset(chosen)), points_tenths=20, rule=rule) == expected


@pytest.mark.parametrize(
    ("chosen", "expected"), [({1}, 10), ({1, 2}, 16), ({2, 4}, 0), ({1, 2, 3}, 20), ({1, 4}, 2)]
)
def test_weights_add_up_and_never_fall_below_nothing(chosen: set[int], expected: int) -> None:
    assert mark(WEIGHTS, Chosen(frozenset(chosen)), points_tenths=20, rule=WEIGHTED) == expected


def test_half_of_half_a_point_is_rounded_up_to_a_tenth_once() -> None:
    assert mark(ABC, Chosen(frozenset({1})), points_tenths=5, rule=HALF) == 3


def test_ticking_every_option_earns_nothing_where_one_is_wrong() -> None:
    for rule in (ALL_OR_NOTHING, HALF, ONE_POINT, SHARE, FIVE_TENTHS_EACH):
        assert mark(ABC, Chosen(frozenset({1, 2, 3, 4})), points_tenths=20, rule=rule) == 0


def test_a_verdict_earns_all_or_nothing() -> None:
    key = VerdictKey(False)

    assert mark(key, Judged(False), points_tenths=10, rule=ALL_OR_NOTHING) == 10
    assert mark(key, Judged(True), points_tenths=10, rule=ALL_OR_NOTHING) == 0
    assert mark(key, None, points_tenths=10, rule=ALL_OR_NOTHING) == 0


def test_each_blank_earns_its_share_and_the_question_is_rounded_once() -> None:
    key = BlanksKey((blank("5"), blank("10"), blank("倒置", "卧放")))

    assert mark(key, Filled(("5.0", "10", "卧 放")), points_tenths=20, rule=SHARE_PER_BLANK) == 20
    assert mark(key, Filled(("5", "9", "倒置")), points_tenths=20, rule=SHARE_PER_BLANK) == 13
    assert mark(key, Filled(("５", "", "")), points_tenths=20, rule=SHARE_PER_BLANK) == 7
    assert mark(key, Filled(("5",)), points_tenths=20, rule=ALL_OR_NOTHING) == 0


def test_blanks_weigh_what_the_author_gave_them() -> None:
    key = BlanksKey((blank("5", points=20), blank("10", points=10), blank("15", points=10)))

    assert mark(key, Filled(("5", "", "")), points_tenths=20, rule=SHARE_PER_BLANK) == 10
    assert mark(key, Filled(("", "10", "")), points_tenths=20, rule=SHARE_PER_BLANK) == 5


def test_blanks_of_a_group_may_be_answered_in_any_order_but_not_twice_the_same() -> None:
    key = BlanksKey((blank("发现", group=1), blank("报告", group=1), blank("8")))

    assert blanks_right(key, ("报告", "发现", "8")) == (True, True, True)
    assert blanks_right(key, ("报告", "报告", "8")).count(True) == 2
    assert blanks_right(key, ("8", "报告", "发现")) == (False, True, False)


def test_pairing_moves_a_reply_to_where_it_helps_more() -> None:
    key = BlanksKey((blank("红", "黄", group=1), blank("红", group=1)))

    assert blanks_right(key, ("红", "黄")) == (True, True)


def test_a_reply_of_another_kind_is_refused() -> None:
    with pytest.raises(WrongKind):
        mark(ABC, Judged(True), points_tenths=20, rule=HALF)


def test_the_questions_rule_wins_over_the_exams_and_that_over_all_or_nothing() -> None:
    assert rule_for(ABC, own=HALF, exam=SHARE) == HALF
    assert rule_for(ABC, own=None, exam=SHARE) == SHARE
    assert rule_for(ABC, own=None) == ALL_OR_NOTHING


def test_the_exams_rule_for_options_leaves_blanks_and_verdicts_alone() -> None:
    blanks = BlanksKey((blank("5"),))

    assert rule_for(blanks, own=None, exam=HALF) == SHARE_PER_BLANK
    assert rule_for(blanks, own=ALL_OR_NOTHING, exam=HALF) == ALL_OR_NOTHING
    assert rule_for(VerdictKey(True), own=None, exam=HALF) == ALL_OR_NOTHING
    assert rule_for(ABC, own=None, exam=WEIGHTED) == ALL_OR_NOTHING


def test_the_pass_mark_itself_passes() -> None:
    assert is_passed(800, pass_mark_tenths=800)
    assert not is_passed(799, pass_mark_tenths=800)
    assert paper_score([7, 7, 7]) == 21


# ---- what holds for every rule ----

POINTS = st.integers(min_value=1, max_value=200)
RULES = st.one_of(
    st.sampled_from(
        [ALL_OR_NOTHING, HALF, SHARE, DIFFERENCE, WEIGHTED],
    ),
    st.builds(
        ScoringRule,
        st.sampled_from([RuleName.FIXED_IF_PARTIAL, RuleName.POINTS_PER_OPTION]),
        st.integers(min_value=1, max_value=300),
    ),
)


@st.composite
def choices(draw: st.DrawFn) -> tuple[ChoiceKey, frozenset[int], ScoringRule]:
    """A key of 2 to 6 options, a reply, and the rule that counts for it."""
    ids = tuple(range(1, draw(st.integers(min_value=2, max_value=6)) + 1))
    right = draw(st.sets(st.sampled_from(ids), min_size=1))
    weights = None
    if draw(st.booleans()):
        raw = [draw(st.integers(min_value=1, max_value=9)) for _ in ids]
        total = sum(raw[i - 1] for i in right)
        wrong = [-Fraction(draw(st.integers(min_value=0, max_value=120))) for _ in ids]
        weights = tuple(
            Fraction(raw[i - 1] * 100, total) if i in right else wrong[i - 1] for i in ids
        )
    key = ChoiceKey(ids, frozenset(right), weights)
    chosen = draw(st.frozensets(st.sampled_from(ids)))
    return key, chosen, rule_for(key, own=draw(RULES))


@given(choices(), POINTS)
def test_a_score_lies_between_nothing_and_the_points(
    case: tuple[ChoiceKey, frozenset[int], ScoringRule], points: int
) -> None:
    key, chosen, rule = case

    assert 0 <= mark(key, Chosen(chosen), points_tenths=points, rule=rule) <= points
    assert mark(key, Chosen(key.right), points_tenths=points, rule=rule) == points
    assert mark(key, Chosen(frozenset()), points_tenths=points, rule=rule) == 0


@given(choices(), POINTS)
def test_adding_a_right_option_never_lowers_the_score(
    case: tuple[ChoiceKey, frozenset[int], ScoringRule], points: int
) -> None:
    key, chosen, rule = case
    before = mark(key, Chosen(chosen), points_tenths=points, rule=rule)

    for option in key.right - chosen:
        assert mark(key, Chosen(chosen | {option}), points_tenths=points, rule=rule) >= before


@given(choices(), POINTS)
def test_adding_a_wrong_option_never_raises_the_score(
    case: tuple[ChoiceKey, frozenset[int], ScoringRule], points: int
) -> None:
    key, chosen, rule = case
    before = mark(key, Chosen(chosen), points_tenths=points, rule=rule)

    for option in set(key.option_ids) - key.right - chosen:
        assert mark(key, Chosen(chosen | {option}), points_tenths=points, rule=rule) <= before


@given(
    st.lists(st.sampled_from("甲乙丙丁"), min_size=1, max_size=5),
    st.lists(st.sampled_from(["甲", "乙", "丙", "丁", ""]), max_size=5),
    st.sampled_from([ALL_OR_NOTHING, SHARE_PER_BLANK]),
    st.booleans(),
    POINTS,
)
def test_filling_one_more_blank_rightly_never_lowers_the_score(
    answers: list[str], typed: list[str], rule: ScoringRule, in_any_order: bool, points: int
) -> None:
    key = BlanksKey(tuple(blank(each, group=1 if in_any_order else None) for each in answers))
    given_texts = (typed + [""] * len(answers))[: len(answers)]
    before = mark(key, Filled(tuple(given_texts)), points_tenths=points, rule=rule)

    assert 0 <= before <= points
    for at, is_right in enumerate(blanks_right(key, given_texts)):
        if not is_right:
            better = [*given_texts]
            better[at] = answers[at]
            after = mark(key, Filled(tuple(better)), points_tenths=points, rule=rule)
            assert after >= before or in_any_order
    assert mark(key, Filled(tuple(answers)), points_tenths=points, rule=rule) == points
