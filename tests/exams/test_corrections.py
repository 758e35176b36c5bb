"""Folding corrections, as properties: what is taken back is gone, and the order is kept."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from exams import marking
from exams.corrections import (
    Change,
    ChangeKind,
    Correction,
    Corrections,
    folded,
    key_with,
    pass_mark,
)
from question_bank.keys import ChoiceKey

VERSIONS = st.integers(1, 3)
ANSWERS = st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=3), min_size=1, max_size=2)
VALUES: dict[ChangeKind, st.SearchStrategy[Any]] = {
    ChangeKind.KEY: st.fixed_dictionaries({"answers": ANSWERS, "keeps_old": st.booleans()}),
    ChangeKind.POINTS: st.integers(1, 200),
    ChangeKind.POLICY: st.sampled_from([["all_or_nothing", None], ["fixed_if_partial", 5]]),
    ChangeKind.RUBRIC: st.lists(st.integers(0, 50), min_size=2, max_size=2),
    ChangeKind.FULL_MARKS: st.none(),
    ChangeKind.VOID: st.none(),
    ChangeKind.RESTORED: st.none(),
}


@st.composite
def changes(draw: st.DrawFn) -> Change:
    kind = draw(st.sampled_from(ChangeKind))
    return Change(kind, draw(VERSIONS), draw(VALUES[kind]))


CHANGES = st.lists(changes(), max_size=8)


@given(CHANGES, VERSIONS)
def test_what_is_restored_is_as_if_it_had_never_been_corrected(
    before: list[Change], version_id: int
) -> None:
    without = [one for one in before if one.version_id != version_id]

    restored = folded([*before, Change(ChangeKind.RESTORED, version_id)])

    assert restored == folded(without)


@given(CHANGES, changes())
def test_making_void_and_restoring_forgets_only_this_question(
    before: list[Change], last: Change
) -> None:
    void = Change(ChangeKind.VOID, last.version_id)

    assert folded([*before, void]).by_version[void.version_id or 0].points(100) == 0
    assert folded([*before, void, void]) == folded([*before, void])


@given(CHANGES, CHANGES)
def test_folding_goes_on_from_where_it_stood(first: list[Change], second: list[Change]) -> None:
    once = folded([*first, *second])
    versions = {one.version_id for one in second}
    untouched = folded(first).by_version

    for version_id, found in once.by_version.items():
        if version_id not in versions:
            assert untouched[version_id] == found


@given(CHANGES)
def test_what_the_chain_says_of_corrections_reads_back_the_same(found: list[Change]) -> None:
    corrections = folded(found, regrade_ids=[4, 7])

    content = corrections.content([1, 2, 3])

    assert Corrections.from_content(content) == corrections
    assert Corrections.from_content(content).content([1, 2, 3]) == content


@given(st.integers(0, 2000), st.integers(1, 2000), st.integers(0, 2000))
def test_a_pass_mark_keeps_its_share_of_the_full_score(mark: int, drawn: int, full: int) -> None:
    found = pass_mark(mark, drawn_tenths=drawn, full_tenths=full)

    assert abs(found * drawn - mark * full) * 2 <= drawn
    assert pass_mark(mark, drawn_tenths=drawn, full_tenths=drawn) == mark


@given(st.frozensets(st.integers(1, 4), min_size=1), st.frozensets(st.integers(1, 4)))
def test_the_old_key_beside_another_never_costs_a_point(
    other: frozenset[int], chosen: frozenset[int]
) -> None:
    key = ChoiceKey((1, 2, 3, 4), frozenset({1, 2}))
    correction = Correction(answers=(sorted(other),), keeps_old=True)
    reply = marking.Chosen(chosen)

    marks = [
        marking.mark(one, reply, points_tenths=100, rule=marking.ALL_OR_NOTHING)
        for one in correction.keys(key)
    ]

    assert max(marks) == (100 if chosen in (key.right, other) else 0)
    assert key_with(key, sorted(other)) in correction.keys(key)
