"""Counting is exact: everyone once, parents are the sum of their children."""

from fractions import Fraction
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.rules import (
    FEWEST_COMPARED,
    GROUPS,
    ONE,
    Counts,
    Node,
    Outcome,
    Try,
    count_tree,
    is_below_target,
    is_open_road,
    outcome_of,
    team_counted_for,
    tree_rows,
    wilson_interval,
)

TRIES = st.lists(
    st.tuples(st.none() | st.integers(1, 9), st.none() | st.booleans()), max_size=4
).map(lambda rows: [Try(n, team, passed) for n, (team, passed) in enumerate(rows, start=1)])


@st.composite
def trees(draw: st.DrawFn) -> dict[int, Node]:
    """A tree of up to 25 teams, of any shape and depth."""
    nodes = {1: Node(1, "/1/", "厂")}
    for id_ in range(2, draw(st.integers(1, 25)) + 1):
        parent = nodes[draw(st.integers(1, id_ - 1))]
        nodes[id_] = Node(id_, f"{parent.path}{id_}/", f"班{id_}", draw(st.integers(0, 3)))
    return nodes


@st.composite
def counted(draw: st.DrawFn) -> tuple[dict[int, Node], list[tuple[int, Outcome]]]:
    nodes = draw(trees())
    person = st.tuples(st.sampled_from(sorted(nodes)), st.sampled_from(Outcome))
    return nodes, draw(st.lists(person, max_size=60))


@given(counted())
def test_everyone_is_counted_exactly_once(
    made: tuple[dict[int, Node], list[tuple[int, Outcome]]],
) -> None:
    nodes, people = made
    tree = count_tree(nodes, people)

    assert tree.total[1].everyone == len(people)
    assert sum((direct for direct in tree.direct.values()), Counts()) == tree.total[1]


@given(counted())
def test_lines_below_a_team_add_up_to_it(
    made: tuple[dict[int, Node], list[tuple[int, Outcome]]],
) -> None:
    nodes, people = made
    rows = tree_rows(nodes, count_tree(nodes, people), [1])

    for place, row in enumerate(rows):
        if row.is_leaf:
            continue
        below = []
        for later in rows[place + 1 :]:
            if later.level <= row.level:
                break
            if later.level == row.level + 1:
                below.append(later.counts)
        assert sum(below, Counts()) == row.counts


@given(counted(), st.frozensets(st.integers(1, 25)))
def test_folding_hides_lines_and_changes_no_number(
    made: tuple[dict[int, Node], list[tuple[int, Outcome]]], folded: frozenset[int]
) -> None:
    nodes, people = made
    tree = count_tree(nodes, people)

    open_rows = {(r.node.id, r.is_direct): r.counts for r in tree_rows(nodes, tree, [1])}
    for row in tree_rows(nodes, tree, [1], folded=folded):
        assert open_rows[row.node.id, row.is_direct] == row.counts


@given(counted())
def test_counts_hold_together(made: tuple[dict[int, Node], list[tuple[int, Outcome]]]) -> None:
    nodes, people = made

    for counts in count_tree(nodes, people).total.values():
        assert counts.required == counts.sat + counts.to_mark + counts.not_sat
        assert counts.sat == counts.passed + counts.failed
        assert counts.passed == counts.passed_first + counts.passed_resit
        assert 0 <= counts.passed <= counts.sat <= counts.required <= counts.everyone


@given(st.booleans(), TRIES)
def test_each_person_has_one_outcome(is_exempt: bool, tries: list[Try]) -> None:
    outcome = outcome_of(is_exempt=is_exempt, tries=tries)

    assert ONE[outcome].everyone == 1
    parts = ("exempt", "not_sat", "failed", "passed_first", "passed_resit", "to_mark")
    assert sum(outcome in GROUPS[part] for part in parts) == 1


@pytest.mark.parametrize(
    ("results", "outcome"),
    [
        ([], Outcome.NOT_SAT),
        ([None], Outcome.UNDER_WAY),
        ([True], Outcome.PASSED_FIRST),
        ([False], Outcome.FAILED),
        ([False, True], Outcome.PASSED_RESIT),
        ([False, False], Outcome.FAILED),
        ([False, None], Outcome.FAILED),
    ],
)
def test_outcome_of_tries(results: list[bool | None], outcome: Outcome) -> None:
    tries = [Try(number, 1, passed) for number, passed in enumerate(results, start=1)]

    assert outcome_of(is_exempt=False, tries=tries) is outcome
    assert outcome_of(is_exempt=True, tries=tries) is Outcome.EXEMPT


def test_who_waits_to_be_marked_has_neither_failed_nor_stayed_away() -> None:
    waiting = Try(1, 1, None, is_to_mark=True)

    assert outcome_of(is_exempt=False, tries=[waiting]) is Outcome.TO_MARK
    assert outcome_of(is_exempt=True, tries=[waiting]) is Outcome.EXEMPT


def test_who_sat_counts_for_the_team_of_the_first_sitting() -> None:
    tries = [Try(2, 8, True), Try(1, 5, False)]

    assert team_counted_for(is_exempt=False, tries=tries, team_at_close=9) == 5
    assert team_counted_for(is_exempt=False, tries=[], team_at_close=9) == 9
    assert team_counted_for(is_exempt=False, tries=[Try(1, None, True)], team_at_close=9) == 9


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_interval_holds_the_rate(passed: int, more: int) -> None:
    sat = passed + more
    low, high = wilson_interval(passed, sat)

    assert 0 <= low <= high <= 1
    if sat:
        assert low - 1e-9 <= Fraction(passed, sat) <= high + 1e-9


@pytest.mark.parametrize(
    ("passed", "sat", "low", "high"),
    [(17, 24, 0.508, 0.851), (208, 227, 0.873, 0.946), (14, 14, 0.785, 1.0), (0, 5, 0.0, 0.434)],
)
def test_interval_agrees_with_published_values(
    passed: int, sat: int, low: float, high: float
) -> None:
    found = wilson_interval(passed, sat)

    assert isclose(found[0], low, abs_tol=0.001)
    assert isclose(found[1], high, abs_tol=0.001)


@given(st.integers(0, 200), st.integers(0, 200))
def test_only_teams_surely_below_are_named(passed: int, failed: int) -> None:
    counts = Counts(passed_first=passed, failed=failed)

    if is_below_target(counts):
        assert counts.sat >= FEWEST_COMPARED
        assert passed * 100 < 90 * counts.sat


def test_nine_who_all_failed_are_too_few_to_name() -> None:
    assert not is_below_target(Counts(failed=9))
    assert is_below_target(Counts(failed=10))


@pytest.mark.parametrize(
    ("url", "is_open"),
    [
        ("http://127.0.0.1:8000", False),
        ("http://localhost:8000", False),
        ("http://[::1]:8000", False),
        ("https://anquan.example.com", False),
        ("http://192.168.1.20:8000", True),
        ("http://anquan.example.com", True),
    ],
)
def test_plain_http_to_another_machine_is_an_open_road(url: str, is_open: bool) -> None:
    assert is_open_road(url) is is_open
