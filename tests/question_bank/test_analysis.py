"""The figures of the item analysis, against examples computed by hand and against properties."""

from math import isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.analysis import (
    Column,
    Figure,
    OptionCount,
    Reason,
    Sums,
    analyse,
    discrimination_index,
    discriminative_efficiency,
    effective_weight,
    facility,
    figures,
    group_size,
    median_of_counts,
    option_counts,
    point_biserial,
    reliability,
    shares_by_group,
    table_reliability,
)


def columns_of(*points: tuple[int | None, ...], maximum: int = 1) -> list[Column]:
    """One column an item; None where the item was not presented."""
    return [
        Column(f"q{number}", maximum, {p: got for p, got in enumerate(column) if got is not None})
        for number, column in enumerate(points, start=1)
    ]


# Five persons, three items: totals 3, 2, 1, 1, 0.
LADDER = columns_of((1, 1, 1, 0, 0), (1, 1, 0, 0, 0), (1, 0, 0, 1, 0))


@pytest.mark.parametrize(
    ("persons", "size"), [(1, 0), (2, 1), (5, 1), (6, 2), (50, 14), (100, 27), (150, 41)]
)
def test_groups_take_27_percent_rounded_half_up(persons: int, size: int) -> None:
    assert group_size(persons) == size


def test_facility_is_the_mean_over_the_maximum() -> None:
    [result] = analyse([Column("q", 20, {0: 20, 1: 10, 2: 0, 3: 0})])

    assert facility(result.sums) == Figure(0.375)


def test_discrimination_compares_the_ends_of_the_ranking() -> None:
    # Sorted by total then order: 4, 2, 3, 1, 0; a group is one person: 0 above, 4 below.
    results = analyse(LADDER)

    assert [discrimination_index(r.sums).value for r in results] == [1.0, 1.0, 1.0]
    assert (results[0].lower, results[0].upper) == ({4}, {0})


def test_point_biserial_correlates_with_the_rest_without_the_item() -> None:
    # Item 1,1,1,0,0 and rest 2,1,0,1,0: Sxy = 3 − 3·4/5, Sxx = 3 − 9/5, Syy = 6 − 16/5.
    result = analyse(LADDER)[0]

    assert isclose(point_biserial(result.sums).value or 0, 0.6 / sqrt(1.2 * 2.8))


def test_efficiency_is_the_part_of_the_largest_covariance() -> None:
    # Both sorted: 0,0,1,1,1 with 0,0,1,1,2 gives 4 − 12/5.
    result = analyse(LADDER)[0]

    assert isclose(discriminative_efficiency(result.sums).value or 0, 0.6 / 1.6)


def test_effective_weights_share_the_spread_of_the_totals() -> None:
    # Covariances with the total 3, 2, 1, 1, 0 (mean 1.4), times 4: 1.8, 2.2, 1.2.
    roots = [sqrt(1.8), sqrt(2.2), sqrt(1.2)]

    weights = [effective_weight(r.sums).value or 0 for r in analyse(LADDER)]

    assert all(isclose(w, r / sum(roots)) for w, r in zip(weights, roots, strict=True))


def test_a_negative_covariance_has_no_weight_and_counts_as_nothing() -> None:
    table = columns_of((1, 1, 0, 0), (1, 1, 0, 0), (0, 0, 1, 1))

    weights = [effective_weight(r.sums) for r in analyse(table)]

    assert weights == [Figure(0.5), Figure(0.5), Figure(None, Reason.NEGATIVE_COVARIANCE)]


def test_alpha_and_error_use_sample_variances() -> None:
    # Variances .3, .3, .3; of the totals 1.3: α = 3/2 · (1 − 0.9/1.3).
    found = table_reliability(LADDER)

    assert isclose(found.alpha.value or 0, 1.5 * (1 - 0.9 / 1.3))
    assert isclose(found.sem.value or 0, sqrt(1.3) * sqrt(1 - 1.5 * (1 - 0.9 / 1.3)))


def test_alpha_is_taken_over_those_who_met_every_item() -> None:
    with_gap = columns_of((1, 1, 1, 0, 0, 1), (1, 1, 0, 0, 0, None), (1, 0, 0, 1, 0, 0))

    assert table_reliability(with_gap) == table_reliability(LADDER)


def test_an_item_not_presented_is_left_out_and_not_zero() -> None:
    table = columns_of((1, None, 0, None), (1, 1, 0, 0))

    first = analyse(table)[0].sums

    assert (first.persons, facility(first)) == (2, Figure(0.5))


def test_totals_of_different_papers_are_compared_as_shares() -> None:
    # One of one is more than two of three: person 1 stands in the upper group of the last item.
    table = columns_of((1, None), (1, None), (0, 1))

    assert analyse(table)[2].upper == {1}


@pytest.mark.parametrize(
    ("table", "name", "reason"),
    [
        (columns_of((1, 1, 1), (1, 0, 1)), "point_biserial", Reason.ITEM_WITHOUT_VARIANCE),
        (columns_of((1, 0, 1), (1, 1, 1)), "point_biserial", Reason.REST_WITHOUT_VARIANCE),
        (columns_of((1, 0, 1)), "discriminative_efficiency", Reason.ONLY_ITEM),
        (columns_of((1,), (0,)), "discrimination_index", Reason.TOO_FEW_PERSONS),
        (columns_of((1,), (0,)), "effective_weight", Reason.TOO_FEW_PERSONS),
        (columns_of((None,), (0,)), "facility", Reason.NOBODY),
        (columns_of((1, 1), (0, 0)), "effective_weight", Reason.NO_COVARIANCE),
    ],
)
def test_what_cannot_be_computed_has_a_reason(
    table: list[Column], name: str, reason: Reason
) -> None:
    assert figures(analyse(table)[0].sums)[name] == Figure(None, reason)


@pytest.mark.parametrize(
    ("places", "reason"),
    [
        ([[1, 0]], Reason.ONLY_ITEM),
        ([[1], [0]], Reason.TOO_FEW_PERSONS),
        ([[1, 0], [0, 1]], Reason.TOTAL_WITHOUT_VARIANCE),
        ([], Reason.ONLY_ITEM),
    ],
)
def test_alpha_that_cannot_be_computed_has_a_reason(
    places: list[list[int]], reason: Reason
) -> None:
    assert reliability(places).alpha == Figure(None, reason)


def test_sums_of_two_exams_correlate_within_each_exam() -> None:
    # Easy and hard exam: in both the item goes against the rest, pooled raw it would go with it.
    easy = columns_of((1, 1, 0), (0, 1, 1), (1, 1, 1))
    hard = columns_of((0, 0, 1), (0, 0, 0), (1, 0, 0))
    both = analyse(easy)[0].sums + analyse(hard)[0].sums

    assert (both.persons, facility(both).value) == (6, 0.5)
    assert (point_biserial(both).value or 0) < 0


def test_options_are_counted_in_all_and_in_both_groups() -> None:
    counts = option_counts([(1, "A"), (2, "AB"), (3, ""), (4, "B")], upper={1, 2}, lower={4})

    assert counts == {"A": OptionCount(2, 2, 0), "B": OptionCount(2, 1, 1)}


def test_teams_have_their_own_shares() -> None:
    column = Column("q", 10, {0: 10, 1: 5, 2: 0})

    assert shares_by_group(column, {0: "a", 1: "a", 2: "b"}) == {"a": (2, 1.5), "b": (1, 0.0)}


@pytest.mark.parametrize(
    ("counts", "median"),
    [({}, None), ({7: 1}, 7), ({7: 1, 9: 1}, 8), ({7: 3, 9: 1}, 7), ({1: 1, 2: 1, 9: 1}, 2)],
)
def test_a_median_is_read_from_counts(counts: dict[int, int], median: float | None) -> None:
    assert median_of_counts(counts) == median


CELLS = st.none() | st.integers(0, 4)
TABLES = st.integers(2, 5).flatmap(
    lambda items: st.lists(st.lists(CELLS, min_size=items, max_size=items), min_size=1, max_size=12)
)


def table_of(rows: list[list[int | None]], factor: int = 1) -> list[Column]:
    return [
        Column(
            place,
            4 * factor,
            {p: got * factor for p, got in enumerate(column) if got is not None},
        )
        for place, column in enumerate(zip(*rows, strict=True))
    ]


@given(TABLES)
def test_figures_stay_within_their_bounds(rows: list[list[int | None]]) -> None:
    results = analyse(table_of(rows))

    bounds = {
        "facility": (0, 1),
        "discrimination_index": (-1, 1),
        "point_biserial": (-1, 1),
        "effective_weight": (0, 1),
    }
    for result in results:
        found = figures(result.sums)
        for name, (low, high) in bounds.items():
            value = found[name].value
            assert value is None or low <= value <= high + 1e-12
        efficiency = found["discriminative_efficiency"].value
        assert efficiency is None or efficiency <= 1
        assert all((f.value is None) == (f.reason is not None) for f in found.values())


@given(TABLES, st.integers(2, 1000))
def test_another_unit_of_points_changes_nothing(rows: list[list[int | None]], factor: int) -> None:
    for one, other in zip(analyse(table_of(rows)), analyse(table_of(rows, factor)), strict=True):
        for name, figure in figures(one.sums).items():
            scaled = figures(other.sums)[name]
            assert scaled.reason == figure.reason
            assert figure.value is None or isclose(
                scaled.value or 0, figure.value, abs_tol=1e-12, rel_tol=1e-12
            )


@given(st.permutations([(2, 4, 0), (4, 1, 3), (0, 1, 1), (3, 4, 4), (1, 0, 2)]))
def test_the_order_of_persons_is_no_matter_without_ties(rows: list[tuple[int, ...]]) -> None:
    def found(table: list[Column]) -> list[dict[str, Figure]]:
        return [figures(result.sums) for result in analyse(table)]

    fixed = [[2, 4, 0], [4, 1, 3], [0, 1, 1], [3, 4, 4], [1, 0, 2]]

    assert found(table_of([list(row) for row in rows])) == found(table_of(fixed))


@given(st.lists(st.integers(0, 4), min_size=3, max_size=10), st.integers(0, 5))
def test_easier_marking_of_one_item_does_not_move_its_correlation(
    points: list[int], shift: int
) -> None:
    rest = Column("rest", 9, dict(enumerate((7, 1, 4, 4, 9, 0, 2, 5, 3, 8)[: len(points)])))
    plain, moved = (
        analyse([Column("q", 9, {p: got + by for p, got in enumerate(points)}), rest])[0].sums
        for by in (0, shift)
    )

    assert isclose(plain.xy, moved.xy, abs_tol=1e-12)
    assert point_biserial(plain).reason == point_biserial(moved).reason


def test_adding_nothing_changes_nothing() -> None:
    sums = analyse(LADDER)[0].sums

    assert sums + Sums() == sums
