"""Validity counts whole months to the day; a name is masked to its first character."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.rules import (
    CertificateState,
    last_valid_day,
    masked_name,
    number_of,
    series_of,
    state_on,
)

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))
MONTHS = st.integers(min_value=1, max_value=600)


@pytest.mark.parametrize(
    ("issued_on", "months", "last"),
    [
        (date(2026, 11, 18), 12, date(2027, 11, 17)),
        (date(2026, 3, 1), 1, date(2026, 3, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
    ],
)
def test_validity_ends_the_day_before_or_with_the_month(
    issued_on: date, months: int, last: date
) -> None:
    assert last_valid_day(issued_on, months) == last


def test_no_months_means_no_end() -> None:
    assert last_valid_day(date(2026, 3, 2), None) is None


@given(DAYS, MONTHS)
def test_validity_ends_in_the_right_month(issued_on: date, months: int) -> None:
    last = last_valid_day(issued_on, months)

    assert last is not None
    after = last + timedelta(days=1)
    turned = issued_on.month - 1 + months
    wanted = (issued_on.year + turned // 12, turned % 12 + 1)
    assert (after.day == issued_on.day and (after.year, after.month) == wanted) or (
        after.day == 1 and (last.year, last.month) == wanted and issued_on.day > last.day
    )


@given(DAYS, MONTHS)
def test_a_later_issue_never_ends_earlier(issued_on: date, months: int) -> None:
    one, next_one = (
        last_valid_day(issued_on, months),
        last_valid_day(issued_on + timedelta(days=1), months),
    )

    assert one is not None
    assert next_one is not None
    assert one <= next_one


@pytest.mark.parametrize(
    ("days_left", "state"),
    [
        (-1, CertificateState.EXPIRED),
        (0, CertificateState.EXPIRING),
        (60, CertificateState.EXPIRING),
        (61, CertificateState.VALID),
    ],
)
def test_state_turns_on_the_day(days_left: int, state: CertificateState) -> None:
    today = date(2026, 3, 2)

    assert state_on(today, valid_to=today + timedelta(days=days_left), is_revoked=False) is state


def test_revoked_wins_over_everything() -> None:
    assert state_on(date(2026, 3, 2), valid_to=None, is_revoked=True) is CertificateState.REVOKED


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张伟", "张*"),
        ("王小满", "王*"),
        ("欧阳娜娜", "欧*"),
        ("司马光", "司*"),
        ("阿卜杜拉·买买提", "阿*"),
        ("𠅤三", "𠅤*"),
    ],
)
def test_name_shows_its_first_character_only(name: str, masked: str) -> None:
    assert masked_name(name) == masked


def test_number_reads_code_year_serial() -> None:
    assert number_of(series_of("DHJH", date(2026, 3, 2)), 147) == "DHJH-2026-0147"
    assert number_of("AG-2026", 12345) == "AG-2026-12345"
