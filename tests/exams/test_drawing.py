"""What every drawn paper keeps, whatever the pools and the seed."""

import itertools
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.drawing import (
    PoolOption,
    PoolRow,
    PoolShortage,
    PoolVersion,
    draw_paper,
    option_order,
    share_points,
)

SEEDS = st.integers(min_value=0, max_value=2**63 - 1)


def row(position: int, count: int, version_ids: list[int], points_tenths: int = 20) -> PoolRow:
    pool = tuple(PoolVersion(version_id) for version_id in version_ids)
    return PoolRow(position * 100, position, count, points_tenths, pool)


@st.composite
def blueprints(draw: st.DrawFn) -> tuple[PoolRow, ...]:
    """Up to four rows over at most nine versions, so that pools overlap most of the time."""
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(min_value=0, max_value=5),
                st.lists(st.integers(min_value=1, max_value=9), unique=True),
            ),
            max_size=4,
        )
    )
    return tuple(row(place, count, pool) for place, (count, pool) in enumerate(rows, start=1))


def can_be_filled(rows: tuple[PoolRow, ...]) -> bool:
    """Hall's condition, tried on every set of rows."""
    for size in range(1, len(rows) + 1):
        for some in itertools.combinations(rows, size):
            pool = {version.version_id for each in some for version in each.pool}
            if sum(each.count for each in some) > len(pool):
                return False
    return True


@given(blueprints(), SEEDS)
def test_a_paper_has_no_question_twice_and_each_row_its_count(
    rows: tuple[PoolRow, ...], seed: int
) -> None:
    try:
        paper = draw_paper(rows, seed=seed)
    except PoolShortage:
        assert not can_be_filled(rows)
        return

    assert len({drawn.version_id for drawn in paper}) == len(paper)
    assert [drawn.slot for drawn in paper] == list(range(1, len(paper) + 1))
    for each in rows:
        mine = {drawn.version_id for drawn in paper if drawn.row_id == each.row_id}
        assert len(mine) == each.count
        assert mine <= {version.version_id for version in each.pool}


@given(blueprints(), SEEDS)
def test_a_shortage_is_real_and_names_rows_that_cannot_be_filled_together(
    rows: tuple[PoolRow, ...], seed: int
) -> None:
    if can_be_filled(rows):
        draw_paper(rows, seed=seed)
        return

    with pytest.raises(PoolShortage) as raised:
        draw_paper(rows, seed=seed)

    named = [each for each in rows if each.position in raised.value.positions]
    pool = {version.version_id for each in named for version in each.pool}
    assert raised.value.wanted == sum(each.count for each in named)
    assert raised.value.available == len(pool)
    assert raised.value.wanted > raised.value.available


@given(blueprints(), SEEDS)
def test_the_same_seed_and_pool_draw_the_same_paper_in_any_order_of_rows(
    rows: tuple[PoolRow, ...], seed: int
) -> None:
    try:
        paper = draw_paper(rows, seed=seed)
    except PoolShortage:
        return

    assert draw_paper(rows, seed=seed) == paper
    turned = draw_paper(rows[::-1], seed=seed)
    assert {drawn.version_id for drawn in turned} == {drawn.version_id for drawn in paper}


def test_overlapping_pools_cause_no_false_shortage() -> None:
    wide = row(1, 1, [1, 2])
    narrow = row(2, 1, [1])

    for seed in range(50):
        paper = draw_paper((wide, narrow), seed=seed)

        assert {drawn.version_id: drawn.row_id for drawn in paper} == {2: 100, 1: 200}


def test_a_shortage_of_one_row_names_it_alone() -> None:
    with pytest.raises(PoolShortage) as raised:
        draw_paper((row(1, 2, [1, 2, 3]), row(2, 3, [8, 9])), seed=1)

    assert (raised.value.positions, raised.value.wanted, raised.value.available) == ((2,), 3, 2)


def test_a_shortage_of_shared_questions_names_all_rows_that_share_them() -> None:
    rows = (row(1, 2, [1, 2, 3]), row(2, 2, [1, 2, 3]), row(3, 1, [7]))

    with pytest.raises(PoolShortage) as raised:
        draw_paper(rows, seed=1)

    assert (raised.value.positions, raised.value.wanted, raised.value.available) == ((1, 2), 4, 3)


# Written down once: a change of Python or of this file that alters a paper fails here.
KNOWN_PAPER = [(1, 19), (2, 2), (3, 7), (4, 10), (5, 4)]
KNOWN_OPTIONS = (3, 1, 4, 2)


def test_a_paper_of_a_known_seed_stays_as_it_was_first_drawn() -> None:
    paper = draw_paper((row(1, 5, list(range(1, 21))),), seed=20260302)
    version = PoolVersion(7, options=tuple(PoolOption(number) for number in (1, 2, 3, 4)))

    assert [(drawn.slot, drawn.version_id) for drawn in paper] == KNOWN_PAPER
    assert option_order(version, seed=20260302) == KNOWN_OPTIONS


def test_hash_randomisation_of_python_does_not_reach_the_paper() -> None:
    program = (
        "from exams.drawing import *\n"
        "pool = tuple(PoolVersion(n) for n in range(1, 40))\n"
        "rows = (PoolRow(1, 1, 9, 20, pool), PoolRow(2, 2, 9, 20, pool[:18]))\n"
        "print(draw_paper(rows, seed=5))"
    )
    papers = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": "."},
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2", "3")
    }

    assert len(papers) == 1


def test_sections_follow_each_other_and_rows_are_mixed_inside_a_section() -> None:
    pool = tuple(PoolVersion(number, rank=number % 2) for number in range(1, 21))
    rows = (PoolRow(1, 1, 8, 20, pool[:10]), PoolRow(2, 2, 8, 20, pool[10:]))

    paper = draw_paper(rows, seed=3)

    sections = [drawn.version_id % 2 for drawn in paper]
    assert sections == sorted(sections)
    first = [drawn.row_id for drawn in paper if drawn.version_id % 2 == 0]
    assert first != sorted(first)


def test_without_shuffling_questions_stand_by_row_and_as_published() -> None:
    rows = (row(1, 3, [9, 4, 6]), row(2, 2, [8, 2]))

    paper = draw_paper(rows, seed=3, shuffles_questions=False)

    assert [drawn.version_id for drawn in paper] == [9, 4, 6, 8, 2]


@given(st.lists(st.booleans(), max_size=12), SEEDS)
def test_pinned_options_keep_their_place_and_the_others_are_all_there(
    pins: list[bool], seed: int
) -> None:
    options = tuple(PoolOption(number, pin) for number, pin in enumerate(pins, start=1))

    order = option_order(PoolVersion(1, options=options), seed=seed)

    assert sorted(order) == [option.id for option in options]
    assert all(
        shown == option.id for shown, option in zip(order, options, strict=True) if option.is_pinned
    )


def test_options_stay_as_written_when_the_exam_does_not_shuffle_them() -> None:
    version = PoolVersion(1, options=tuple(PoolOption(number) for number in (1, 2, 3, 4)))

    orders = {option_order(version, seed=seed, shuffles=False) for seed in range(9)}

    assert orders == {(1, 2, 3, 4)}


def test_every_question_of_a_pool_has_about_the_same_chance() -> None:
    drawn = [
        question.version_id
        for seed in range(600)
        for question in draw_paper((row(1, 5, list(range(1, 11))),), seed=seed)
    ]

    assert all(220 < drawn.count(number) < 380 for number in range(1, 11))


# ---- cases and orders ----

CASE = PoolVersion(
    50,
    parts=(
        PoolVersion(51, options=(PoolOption(1), PoolOption(2)), points_tenths=20),
        PoolVersion(52, points_tenths=40),
    ),
)


@given(SEEDS)
def test_a_case_takes_a_place_for_each_part_one_after_the_other(seed: int) -> None:
    others = tuple(PoolVersion(version_id) for version_id in range(1, 6))
    rows = (PoolRow(100, 1, 6, 50, (*others, CASE)),)

    paper = draw_paper(rows, seed=seed)

    assert [drawn.slot for drawn in paper] == list(range(1, 8))
    places = [drawn.slot for drawn in paper if drawn.case_version_id == 50]
    assert places[1] == places[0] + 1
    parts = [drawn for drawn in paper if drawn.slot in places]
    assert [part.version_id for part in parts] == [51, 52]
    assert [part.points_tenths for part in parts] == [17, 33]
    assert {drawn.case_version_id for drawn in paper if drawn not in parts} == {None}
    assert sum(drawn.points_tenths for drawn in paper) == 300


@given(
    st.integers(min_value=1, max_value=1000),
    st.lists(st.none() | st.integers(min_value=1, max_value=200), min_size=1, max_size=8),
)
def test_the_parts_of_a_case_share_its_points_exactly(
    points: int, weights: list[int | None]
) -> None:
    shares = share_points(points, weights)

    assert sum(shares) == points
    stated = [weight for weight in weights if weight]
    parts = stated if len(stated) == len(weights) else [1] * len(weights)
    for share, weight in zip(shares, parts, strict=True):
        assert abs(share - points * weight / sum(parts)) < 1
    for (one, heavy), (other, light) in itertools.pairwise(zip(shares, parts, strict=True)):
        assert not (heavy > light and one < other)


@given(SEEDS)
def test_what_is_to_be_ordered_is_shuffled_whatever_the_exam_wants(seed: int) -> None:
    options = tuple(PoolOption(number, is_pinned=True) for number in range(1, 6))
    version = PoolVersion(7, options=options, is_always_shuffled=True)

    shown = option_order(version, seed=seed, shuffles=False)

    assert sorted(shown) == [1, 2, 3, 4, 5]
    assert shown == option_order(version, seed=seed, shuffles=True)


def test_every_order_of_the_items_comes_up() -> None:
    options = tuple(PoolOption(number) for number in range(1, 4))
    version = PoolVersion(7, options=options, is_always_shuffled=True)

    assert len({option_order(version, seed=seed) for seed in range(200)}) == 6
