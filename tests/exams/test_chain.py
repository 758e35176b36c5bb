"""What a chain of entries tells when somebody has been at its rows."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from exams.chain import ANSWER, START, BrokenLink, Fault, Link, broken_links, link_hash
from tests.conftest import MONDAY


def chain_of(contents: list[int]) -> list[Link]:
    links: list[Link] = []
    before = START
    for number, content in enumerate(contents, start=1):
        at = MONDAY + timedelta(seconds=number)
        before = link_hash(before, number=number, kind=ANSWER, content=content, at=at)
        links.append(Link(number, ANSWER, content, at, before))
    return links


def faults(links: list[Link], *, last: int, signed: Link | None = None) -> tuple[BrokenLink, ...]:
    end = (signed.number, signed.hash) if signed else None
    return broken_links(links, last_number=last, signed=end)


chains = st.lists(st.integers(0, 3), min_size=3, max_size=12).map(chain_of)


@given(chains)
def test_an_untouched_chain_has_no_fault(links: list[Link]) -> None:
    assert faults(links[::-1], last=len(links), signed=links[-1]) == ()


@given(chains, st.data())
def test_an_altered_entry_is_named(links: list[Link], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(links) - 1))
    changed = [*links]
    changed[at] = replace(links[at], content=99)

    found = faults(changed, last=len(links), signed=links[-1])

    assert found == (BrokenLink(Fault.ALTERED, at + 1),)


@given(chains, st.data())
def test_an_entry_altered_together_with_its_hash_breaks_the_next_one(
    links: list[Link], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(links) - 2))
    before = links[at - 1].hash if at else START
    link = links[at]
    fake = link_hash(before, number=link.number, kind=link.kind, content=99, at=link.at)
    changed = [*links]
    changed[at] = replace(link, content=99, hash=fake)

    found = faults(changed, last=len(links), signed=links[-1])

    assert found == (BrokenLink(Fault.ALTERED, at + 2),)


@given(chains, st.data())
def test_every_missing_entry_is_named_the_last_ones_too(
    links: list[Link], data: st.DataObject
) -> None:
    gone = data.draw(st.sets(st.sampled_from(links), min_size=1, max_size=len(links)))

    found = faults([link for link in links if link not in gone], last=len(links))

    assert found == tuple(BrokenLink(Fault.CUT, link.number) for link in links if link in gone)


def test_a_cut_end_shows_even_where_the_sitting_was_made_to_match() -> None:
    links = chain_of([1, 2, 3])

    assert faults(links[:2], last=2, signed=links[-1]) == (BrokenLink(Fault.CUT, 3),)


@given(chains, st.data())
def test_entries_that_changed_places_are_told_from_altered_ones(
    links: list[Link], data: st.DataObject
) -> None:
    one, two = sorted(
        data.draw(st.sets(st.sampled_from(range(len(links))), min_size=2, max_size=2))
    )
    changed = [*links]
    changed[one] = replace(links[two], number=one + 1)
    changed[two] = replace(links[one], number=two + 1)

    found = faults(changed, last=len(links), signed=links[-1])

    assert found == (BrokenLink(Fault.REORDERED, one + 1), BrokenLink(Fault.REORDERED, two + 1))


@given(chains, st.data())
def test_a_chain_made_anew_is_caught_by_the_signature_alone(
    links: list[Link], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(links) - 1))
    contents = [link.content for link in links]
    contents[at] = 99
    forged = chain_of(contents)

    assert faults(forged, last=len(links)) == ()
    assert faults(forged, last=len(links), signed=links[-1]) == (
        BrokenLink(Fault.RECHAINED, len(links)),
    )


def test_two_entries_of_one_number_are_told() -> None:
    links = chain_of([1, 2, 3])

    found = faults([*links, replace(links[0], number=2)], last=3)

    assert BrokenLink(Fault.REORDERED, 2) in found
