"""What ticks earn, what two marks come to, how agreement is measured: worked out by hand."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.hand_marking import Given, Misgiven, Ruling, agreement, misgiven, ruling, ticked_tenths
from exams.models import MarkRound, TaskState
from question_bank.keys import ScoringPoint

RUBRIC = tuple(ScoringPoint(text, tenths) for text, tenths in (("一", 20), ("二", 20), ("三", 20)))
marks = st.integers(0, 100)


@pytest.mark.parametrize(
    ("ticked", "points_tenths", "tenths"),
    [
        ((), 60, 0),
        ((1, 3), 60, 40),
        # A third of ten points each: 33.3 and 66.7 after adding, and all of it is all of it.
        ((1,), 100, 33),
        ((1, 2), 100, 67),
        ((1, 2, 3), 100, 100),
        ((2, 2), 60, 20),
    ],
)
def test_ticks_are_scaled_to_the_paper_and_rounded_once(
    ticked: tuple[int, ...], points_tenths: int, tenths: int
) -> None:
    assert ticked_tenths(RUBRIC, ticked, points_tenths=points_tenths) == tenths


def test_without_scoring_points_the_score_is_the_markers_alone() -> None:
    assert ticked_tenths((), (), points_tenths=60) == 0
    assert misgiven(Given((), 35), (), points_tenths=60) is None


@pytest.mark.parametrize(
    ("mark", "fault"),
    [
        (Given((1,), 20), None),
        (Given((1,), 25, "多答了一半"), None),
        (Given((1,), 25), Misgiven.NO_REASON),
        (Given((4,), 20), Misgiven.UNKNOWN_POINT),
        (Given((0,), 20), Misgiven.UNKNOWN_POINT),
        (Given((), -1, "扣"), Misgiven.OUT_OF_RANGE),
        (Given((), 61, "好"), Misgiven.OUT_OF_RANGE),
    ],
)
def test_a_mark_keeps_within_the_points_and_gives_a_reason(
    mark: Given, fault: Misgiven | None
) -> None:
    assert misgiven(mark, RUBRIC, points_tenths=60) is fault


@pytest.mark.parametrize(
    ("first", "second", "state", "tenths"),
    [
        (50, 50, TaskState.MARKED, 50),
        # 20 % of ten points is exactly two points.
        (50, 70, TaskState.MARKED, 60),
        (50, 71, TaskState.DISPUTED, None),
        (71, 50, TaskState.DISPUTED, None),
        # 2.5 and 97.5 are rounded up.
        (2, 3, TaskState.MARKED, 3),
        (95, 100, TaskState.MARKED, 98),
    ],
)
def test_two_marks_within_the_limit_count_with_their_mean(
    first: int, second: int, state: TaskState, tenths: int | None
) -> None:
    found = two_marks(first, second)

    assert (found.state, found.tenths) == (state, tenths)


def two_marks(first: int, second: int, percent: int = 20) -> Ruling:
    return ruling(
        {MarkRound.FIRST: first, MarkRound.SECOND: second},
        marker_count=2,
        max_difference_percent=percent,
        points_tenths=100,
    )


def test_one_mark_of_two_is_not_enough_and_an_adjudicator_decides() -> None:
    rules = {"marker_count": 2, "max_difference_percent": 0, "points_tenths": 100}
    one = ruling({MarkRound.FIRST: 40}, **rules)
    decided = ruling({MarkRound.FIRST: 0, MarkRound.SECOND: 90, MarkRound.ADJUDICATOR: 35}, **rules)

    assert (one.state, one.tenths) == (TaskState.OPEN, None)
    assert (decided.state, decided.tenths) == (TaskState.MARKED, 35)


@given(marks, marks, st.integers(0, 100))
def test_it_does_not_matter_who_marked_first(first: int, second: int, percent: int) -> None:
    found = two_marks(first, second, percent)

    assert found == two_marks(second, first, percent)
    if found.tenths is not None:
        assert min(first, second) <= found.tenths <= max(first, second)


@pytest.mark.parametrize(
    ("pairs", "exact", "kappa"),
    [
        # Observed (0+1+0+4)/4 = 5/4; expected 14/4 + 9/4 - 2 · 6/4 · 5/4 = 2; 1 - 5/8.
        ([(0, 0), (1, 2), (2, 2), (3, 1)], 2, Fraction(3, 8)),
        ([(0, 0), (5, 5), (10, 10)], 3, Fraction(1)),
        # Always the other's opposite.
        ([(0, 1), (1, 0)], 0, Fraction(-1)),
        # One marker gives everybody the same: no better than chance.
        ([(2, 1), (2, 3)], 0, Fraction(0)),
        ([(2, 2), (2, 1)], 1, Fraction(0)),
        # Both give everybody the same: nothing to compare chance with.
        ([(4, 4), (4, 4)], 2, None),
        ([(4, 4)], 1, None),
        ([], 0, None),
        # Constant but different: as far from agreement as chance would be.
        ([(4, 6), (4, 6)], 0, Fraction(0)),
    ],
)
def test_agreement_by_hand(
    pairs: list[tuple[int, int]], exact: int, kappa: Fraction | None
) -> None:
    found = agreement(pairs)

    assert (found.pairs, found.exact, found.kappa) == (len(pairs), exact, kappa)


@given(st.lists(st.tuples(marks, marks), max_size=12))
def test_kappa_lies_between_minus_one_and_one(pairs: list[tuple[int, int]]) -> None:
    kappa = agreement(pairs).kappa

    assert kappa is None or -1 <= kappa <= 1
    assert kappa == agreement([(b, a) for a, b in pairs]).kappa
