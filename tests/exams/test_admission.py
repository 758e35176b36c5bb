"""Addresses and entry codes: what is let through, and how often one may be wrong."""

from datetime import timedelta

import pytest

from exams.admission import (
    CODE_WAIT,
    BadRange,
    is_right_code,
    is_waiting,
    lies_in,
    parse_ranges,
    wait_after,
    widens,
)
from tests.conftest import MONDAY

MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("address", "lies"),
    [
        ("10.2.0.0", True),
        ("10.2.255.255", True),
        ("10.3.0.0", False),
        ("10.1.255.255", False),
        ("192.168.7.9", True),
        ("192.168.7.10", False),
        ("::ffff:10.2.3.4", True),
        ("fd00::17", True),
        ("fe80::1", False),
        ("", False),
        ("not an address", False),
    ],
)
def test_an_address_lies_in_the_networks_to_the_last_number(address: str, lies: bool) -> None:
    assert lies_in(address, ["10.2.0.0/16", "192.168.7.9/32", "fd00::/8"]) is lies


def test_without_networks_every_address_will_do() -> None:
    assert lies_in("203.0.113.9", [])
    assert lies_in("", [])


def test_networks_are_read_from_lines_and_lists_each_once() -> None:
    typed = "10.2.3.4/16\n192.168.7.9，fd00::1/8\n\n１０.2.0.0/16"

    assert parse_ranges(typed) == ("10.2.0.0/16", "192.168.7.9/32", "fd00::/8")


@pytest.mark.parametrize("text", ["10.2.0.300", "10.2.0.0/33", "车间", "10.2"])
def test_what_is_no_network_is_named_with_its_line(text: str) -> None:
    with pytest.raises(BadRange) as bad:
        parse_ranges(f"10.2.0.0/16\n{text}")

    assert (bad.value.line, bad.value.text) == (2, text)


@pytest.mark.parametrize(
    ("before", "after", "does"),
    [
        (["10.2.0.0/16"], [], True),
        ([], ["10.2.0.0/16"], False),
        (["10.2.0.0/16"], ["10.0.0.0/8"], True),
        (["10.2.0.0/16"], ["10.2.0.0/17"], False),
        (["10.2.0.0/16"], ["10.2.0.0/16", "fd00::/8"], True),
        (["fd00::/8"], ["10.2.0.0/16"], False),
    ],
)
def test_networks_are_widened_when_nobody_is_shut_out(
    before: list[str], after: list[str], does: bool
) -> None:
    assert widens(before, after) is does


@pytest.mark.parametrize("typed", ["K7MP2Q", " k7mp2q ", "k7m-p2q", "Ｋ７ＭＰ２Ｑ"])
def test_a_code_is_right_however_it_is_typed(typed: str) -> None:
    assert is_right_code(typed, "K7MP2Q")


@pytest.mark.parametrize("typed", ["", "K7MP2", "K7MP2QQ", "口令"])
def test_another_code_is_wrong(typed: str) -> None:
    assert not is_right_code(typed, "K7MP2Q")


def test_the_fifth_wrong_code_begins_a_wait_that_ends_to_the_microsecond() -> None:
    ends = wait_after(5, now=MONDAY)

    assert wait_after(4, now=MONDAY) is None
    assert ends == MONDAY + CODE_WAIT
    assert is_waiting(ends, now=ends - MICROSECOND)
    assert not is_waiting(ends, now=ends)
    assert not is_waiting(None, now=MONDAY)
