from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import rules
from accounts.passwords import common_passwords
from accounts.rules import Purpose, Tally

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)
KEY = b"k" * 32


def five_failures(at: datetime) -> list[Tally]:
    return [Tally(at, failed=5, succeeded=0)]


@pytest.mark.parametrize(
    "typed", ["20260001", " 2026 0001 ", "２０２６０００１", "2026　0001\u200b"]
)
def test_employee_number_is_the_same_in_any_width_and_with_blanks(typed: str) -> None:
    assert rules.normalise_employee_no(typed) == "20260001"


@pytest.mark.parametrize(
    "typed", ["ABCDE-FGHJK", "abcdefghjk", "ＡＢＣＤＥ－ＦＧＨＪＫ", " abcde fghjk"]
)
def test_code_is_the_same_in_any_width_case_and_with_hyphens(typed: str) -> None:
    assert rules.normalise_code(typed) == "ABCDEFGHJK"


def test_code_is_shown_in_two_halves() -> None:
    assert rules.show_code("ABCDEFGHJK") == "ABCDE-FGHJK"


def test_same_code_of_another_person_has_another_hash() -> None:
    assert rules.code_hash(1, "ABCDEFGHJK") != rules.code_hash(2, "ABCDEFGHJK")


def waits(tallies: list[Tally], now: datetime) -> datetime | None:
    return rules.waits_until(tallies, limit=rules.TRIES, wait=rules.WAIT, now=now)


def test_four_failures_do_not_wait() -> None:
    assert waits([Tally(NOON, failed=4, succeeded=0)], NOON) is None


def test_five_failures_wait_a_quarter_of_an_hour_from_the_last() -> None:
    early = [Tally(NOON - 10 * MINUTE, failed=4, succeeded=0), Tally(NOON, failed=1, succeeded=0)]

    assert waits(early, NOON) == NOON + 15 * MINUTE


def test_failures_spread_over_more_than_the_span_do_not_wait() -> None:
    spread = [Tally(NOON - 15 * MINUTE, failed=4, succeeded=0), Tally(NOON, failed=1, succeeded=0)]

    assert waits(spread, NOON) is None


def test_wait_is_over_at_its_end_and_not_a_microsecond_before() -> None:
    ends = NOON + 15 * MINUTE

    assert waits(five_failures(NOON), ends - timedelta(microseconds=1)) == ends
    assert waits(five_failures(NOON), ends) is None


def test_all_tries_are_back_after_the_wait() -> None:
    ends = NOON + 15 * MINUTE
    later = [*five_failures(NOON), Tally(ends, failed=1, succeeded=0)]

    assert waits(later, ends) is None
    assert rules.failures_in_span(later, until=ends) == 1


def test_address_with_more_successes_than_failures_never_waits() -> None:
    rush = [Tally(NOON, failed=200, succeeded=1000)]

    assert rules.address_waits_until(rush, now=NOON) is None


def test_address_with_many_failures_and_few_successes_waits() -> None:
    guessing = [Tally(NOON, failed=50, succeeded=10)]

    assert rules.address_waits_until(guessing, now=NOON) == NOON + rules.SLOW_WAIT
    assert rules.address_waits_until(guessing, now=NOON + rules.SLOW_WAIT) is None


def test_few_failures_at_an_address_tell_nothing() -> None:
    assert rules.address_waits_until([Tally(NOON, failed=49, succeeded=0)], now=NOON) is None


@given(
    st.lists(
        st.builds(
            Tally,
            at=st.integers(min_value=-40, max_value=0).map(lambda n: NOON + n * MINUTE),
            failed=st.integers(min_value=0, max_value=6),
            succeeded=st.integers(min_value=0, max_value=6),
        )
    )
)
def test_a_wait_is_ahead_and_never_longer_than_promised(tallies: list[Tally]) -> None:
    ends = waits(tallies, NOON)

    assert ends is None or NOON < ends <= NOON + rules.WAIT


def test_minutes_are_rounded_up() -> None:
    assert rules.minutes_until(NOON + timedelta(seconds=61), now=NOON) == 2
    assert rules.minutes_until(NOON + timedelta(seconds=1), now=NOON) == 1


def test_counters_name_nobody_and_do_not_depend_on_how_the_number_is_typed() -> None:
    plain = rules.subjects_of("A1001", "10.0.0.7", Purpose.PASSWORD, key=KEY)
    typed = rules.subjects_of(" ａ1001", "10.0.0.7", Purpose.PASSWORD, key=KEY)

    assert plain == typed
    assert "1001" not in plain.account
    assert len({plain.pair, plain.account, plain.address}) == 3


def test_codes_and_passwords_are_counted_apart() -> None:
    password = rules.subjects_of("A1001", "10.0.0.7", Purpose.PASSWORD, key=KEY)
    code = rules.subjects_of("A1001", "10.0.0.7", Purpose.ACTIVATION, key=KEY)

    assert not {password.pair, password.account} & {code.pair, code.account}


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("", ""),
    ],
)
def test_ipv6_is_counted_by_its_network(address: str, group: str) -> None:
    assert rules.address_group(address) == group


NAMES = ("20260001", "王小满", "wang xiao man", "139 0000 1234")


def problem(password: str) -> str | None:
    return rules.password_problem(password, names=NAMES, common=common_passwords())


@pytest.mark.parametrize(
    "password", ["冲压机安全门要关好再开", "tea4winter", "long words only", "m7Kq2x9p"]
)
def test_good_password_is_taken(password: str) -> None:
    assert problem(password) is None


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("a1b2c3d", "太短"),
        ("48213967", "再长一点"),
        ("kfhwuezt", "再长一点"),
        ("my20260001x", "工号、姓名"),
        ("WangXiaoMan88", "工号、姓名"),
        ("王小满的密码很长很长", "工号、姓名"),
        ("x13900001234", "工号、姓名"),
        ("aaaaaaaa1111", "太好猜"),
        ("4567890123", "太好猜"),
        ("Woaini1314", "很多人"),
        ("password123!", "很多人"),
        ("x" * 129, "最多"),
    ],
)
def test_weak_password_is_refused_with_the_reason(password: str, says: str) -> None:
    found = problem(password)

    assert found is not None
    assert says in found


@given(st.text())
def test_no_password_crashes_the_check(password: str) -> None:
    problem(password)


@pytest.mark.parametrize("target", ["/", "/me", "/exams/3?page=2", "/学习"])
def test_next_page_of_this_server_is_kept(target: str) -> None:
    assert rules.local_path(target) == target


@pytest.mark.parametrize(
    "target",
    [
        "",
        None,
        "me",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "\n/me",
        "/me\r\nX: y",
        "javascript:alert(1)",
    ],
)
def test_next_page_elsewhere_is_the_front_page(target: str | None) -> None:
    assert rules.local_path(target) == "/"


@given(st.text())
def test_next_page_never_leaves_this_server(target: str) -> None:
    found = rules.local_path(target)

    assert found.startswith("/")
    assert not found.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Linux; Android 14; V2) Chrome/120 Mobile Safari/537", "Chrome · Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17) MicroMessenger/8.0 Safari", "微信 · iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537 Edg/120", "Edge · Windows"),
        ("curl/8", ""),
        (None, ""),
    ],
)
def test_browser_is_named_in_two_words(agent: str | None, name: str) -> None:
    assert rules.browser_name(agent) == name
