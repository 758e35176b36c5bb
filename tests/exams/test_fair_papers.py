"""Balance, fixed questions, sections and limits on reuse: what every paper keeps, for any pool.

`SOAK=1` (make soak) draws the papers of the benchmark in full: 10,000 from a bank of 2,000.
"""

import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.fair_papers import LIMIT_PERCENT, TOLERANCE_TENTHS, check, make_bank, make_rows, off_mean
from exams.balance import UNITS, Balance, expected_of_case, expected_permille
from exams.blueprint import mean_of
from exams.drawing import (
    PoolRow,
    PoolShortage,
    PoolVersion,
    Reuse,
    choose,
    draw_paper,
)
from exams.shifts import ShiftBreach, breach, kept_back, most_reused
from exams.trials import tolerance_breach

PAPERS = 10_000 if os.environ.get("SOAK") == "1" else 200
SEEDS = st.integers(min_value=0, max_value=2**63 - 1)


@st.composite
def blueprints(draw: st.DrawFn) -> tuple[PoolRow, ...]:
    """Rows over at most fourteen versions, some fixed, in up to three sections."""
    rows, section = [], 0
    shares = {one: draw(st.integers(0, 1000)) for one in range(1, 15)}
    for position in range(1, draw(st.integers(1, 5)) + 1):
        ids = draw(st.lists(st.sampled_from(range(1, 15)), unique=True, max_size=9))
        is_fixed = draw(st.booleans()) and bool(ids)
        ids = ids[:1] if is_fixed else ids
        section += draw(st.booleans())
        rows.append(
            PoolRow(
                row_id=position * 10,
                position=position,
                count=1 if is_fixed else draw(st.integers(0, 4)),
                points_tenths=draw(st.sampled_from((5, 10, 25))),
                pool=tuple(PoolVersion(one, rank=one % 2) for one in ids),
                section=section,
                is_fixed=is_fixed,
                expected={one: shares[one] for one in ids},
            )
        )
    return tuple(rows)


@given(blueprints(), SEEDS, st.integers(0, 40), st.sets(st.integers(1, 14)), st.integers(0, 6))
def test_whatever_is_asked_every_row_has_its_count_and_no_question_stands_twice(
    rows: tuple[PoolRow, ...], seed: int, tolerance: int, seen: set[int], most: int
) -> None:
    try:
        plain = draw_paper(rows, seed=seed)
    except PoolShortage:
        return
    reuse = Reuse(frozenset(seen), frozenset({1, 2, 3} - seen), most)
    balance = Balance(mean_of(rows), tolerance * UNITS)

    paper = draw_paper(rows, seed=seed, balance=balance, reuse=reuse)

    check(paper, rows)
    assert draw_paper(rows, seed=seed, balance=balance, reuse=reuse) == paper
    assert len(paper) == len(plain)


@given(blueprints(), SEEDS)
def test_a_fixed_question_is_on_every_paper_in_its_own_row(
    rows: tuple[PoolRow, ...], seed: int
) -> None:
    try:
        row_of = choose(rows, seed=seed)
    except PoolShortage:
        return

    for row in rows:
        if row.is_fixed:
            assert row_of[row.pool[0].version_id] == row.row_id


@given(blueprints(), SEEDS, st.integers(0, 40))
def test_evening_out_never_takes_a_paper_further_from_the_mean(
    rows: tuple[PoolRow, ...], seed: int, tolerance: int
) -> None:
    try:
        plain = draw_paper(rows, seed=seed)
    except PoolShortage:
        return
    balance = Balance(mean_of(rows), tolerance * UNITS)
    by_id = {row.row_id: row for row in rows}

    even = draw_paper(rows, seed=seed, balance=balance)

    off, before = (abs(off_mean(paper, by_id, balance)) for paper in (even, plain))
    assert off <= before
    if before <= balance.tolerance:
        assert even == plain


@given(blueprints(), SEEDS, st.sets(st.integers(1, 14)))
def test_as_few_seen_questions_as_the_pool_allows_where_the_limit_cannot_be_kept(
    rows: tuple[PoolRow, ...], seed: int, seen: set[int]
) -> None:
    try:
        choose(rows, seed=seed)
    except PoolShortage:
        return
    without = tuple(
        row
        if row.is_fixed
        else replace(row, pool=tuple(v for v in row.pool if v.version_id not in seen))
        for row in rows
    )

    row_of = choose(rows, seed=seed, reuse=Reuse(frozenset(seen), frozenset(), 0))

    fixed = {row.pool[0].version_id for row in rows if row.is_fixed}
    try:
        choose(without, seed=seed)
    except PoolShortage:
        assert (row_of.keys() - fixed) & seen
    else:
        assert not (row_of.keys() - fixed) & seen


def test_two_rows_cannot_share_a_fixed_question() -> None:
    rows = tuple(PoolRow(place, place, 1, 10, (PoolVersion(7),), is_fixed=True) for place in (1, 2))

    with pytest.raises(PoolShortage) as raised:
        draw_paper(rows, seed=1)

    assert (raised.value.positions, raised.value.wanted, raised.value.available) == ((1, 2), 2, 1)


def test_a_tolerance_that_the_pool_cannot_keep_is_told_with_figures() -> None:
    pool = tuple(PoolVersion(one) for one in (1, 2, 3, 4))
    row = PoolRow(1, 1, 1, 100, pool, expected={1: 200, 2: 200, 3: 800, 4: 800})

    missed = tolerance_breach([row], Balance(mean_of([row]), 10 * UNITS))

    assert missed is not None
    assert (missed.papers, missed.outside, missed.worst) == (50, 50, 30 * UNITS)
    assert tolerance_breach([row], Balance(mean_of([row]), 30 * UNITS)) is None


def even_rows(size: int, count: int) -> tuple[PoolRow, ...]:
    pool = tuple(PoolVersion(one) for one in range(1, size + 1))
    return (PoolRow(1, 1, count, 10, pool),)


def test_each_planned_shift_gets_its_part_of_the_fresh_questions() -> None:
    rows = even_rows(30, 10)
    seen: frozenset[int] = frozenset()
    parts = []
    for number in (1, 2, 3):
        kept = kept_back(rows, seen, exam_id=4, number=number, planned=3)
        parts.append(frozenset(range(1, 31)) - kept - seen)
        seen |= parts[-1]

    assert [len(part) for part in parts] == [10, 10, 10]
    assert frozenset().union(*parts) == frozenset(range(1, 31))


def test_a_limit_that_later_shifts_cannot_keep_is_told() -> None:
    assert breach(even_rows(30, 10), exam_id=4, limit_percent=0, planned=3) is None
    assert breach(even_rows(25, 10), exam_id=4, limit_percent=30, planned=3) is None
    assert breach(even_rows(25, 10), exam_id=4, limit_percent=20, planned=3) == ShiftBreach(3, 3, 2)


@pytest.mark.parametrize(
    ("difficulty", "sittings", "facility", "expected"),
    [
        (1, 0, None, 900),
        (3, 29, 0.1, 700),
        (3, 30, 0.1, 100),
        (5, 400, None, 500),
        (4, 30, 1.2, 1000),
    ],
)
def test_a_question_is_expected_to_earn_what_it_earned_once_enough_have_answered(
    difficulty: int, sittings: int, facility: float | None, expected: int
) -> None:
    found = expected_permille(difficulty, sittings=sittings, facility=facility, enough=30)

    assert found == expected


def test_the_parts_of_a_case_weigh_by_their_points_if_all_state_some() -> None:
    assert expected_of_case([(900, 30), (500, 10)]) == 800
    assert expected_of_case([(900, 30), (500, None)]) == 700


@pytest.fixture(scope="module")
def bank_rows() -> tuple[PoolRow, ...]:
    return make_rows(make_bank())


def test_papers_of_a_large_bank_are_right_even_and_drawn_again_the_same(
    bank_rows: tuple[PoolRow, ...],
) -> None:
    balance = Balance(mean_of(bank_rows), TOLERANCE_TENTHS * UNITS)
    by_id = {row.row_id: row for row in bank_rows}

    papers = [draw_paper(bank_rows, seed=seed, balance=balance) for seed in range(PAPERS)]

    for seed, paper in enumerate(papers):
        check(paper, bank_rows)
        assert abs(off_mean(paper, by_id, balance)) <= balance.tolerance
        assert draw_paper(bank_rows, seed=seed, balance=balance) == paper
    assert len({tuple(one.version_id for one in paper) for paper in papers}) == PAPERS


def test_papers_of_a_second_shift_keep_the_limit(bank_rows: tuple[PoolRow, ...]) -> None:
    kept = kept_back(bank_rows, frozenset(), exam_id=1, number=1, planned=2)
    seen = frozenset(one for row in bank_rows for one in row.expected) - kept
    most = most_reused(bank_rows, LIMIT_PERCENT)
    fixed = {row.row_id for row in bank_rows if row.is_fixed}

    for seed in range(PAPERS // 10):
        row_of = choose(bank_rows, seed=seed, reuse=Reuse(seen, frozenset(), most))

        assert sum(one in seen for one, row in row_of.items() if row not in fixed) <= most
