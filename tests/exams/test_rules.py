"""Deadlines, states and refusals, one microsecond either side."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.models import ExamKind, ExamState, Reveal, SittingState
from exams.rules import (
    NETWORK_GRACE,
    StartRefusal,
    deadline_for,
    entry_end,
    is_in_time,
    is_last_failure,
    is_overdue,
    is_resit,
    is_revealed,
    next_try_from,
    seconds_left,
    start_refusal,
    state_at,
    submit_from,
)

MICROSECOND = timedelta(microseconds=1)
AT_START = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
CLOSES = AT_START + timedelta(hours=2)
DEADLINE = AT_START + timedelta(minutes=60)


def test_a_sitting_ends_after_its_minutes() -> None:
    deadline = deadline_for(started_at=AT_START, minutes=60, extra_minutes=0, closes_at=CLOSES)

    assert deadline == DEADLINE


def test_a_sitting_started_late_ends_with_the_window() -> None:
    late = CLOSES - timedelta(minutes=20)

    assert deadline_for(started_at=late, minutes=60, extra_minutes=0, closes_at=CLOSES) == CLOSES


def test_extra_time_moves_both_ends() -> None:
    late = CLOSES - timedelta(minutes=20)

    deadline = deadline_for(started_at=late, minutes=60, extra_minutes=15, closes_at=CLOSES)

    assert deadline == CLOSES + timedelta(minutes=15)


def test_the_deadline_itself_is_in_time_and_a_microsecond_later_is_not() -> None:
    assert state_at(SittingState.OPEN, deadline=DEADLINE, now=DEADLINE) is SittingState.OPEN
    after = DEADLINE + MICROSECOND
    assert state_at(SittingState.OPEN, deadline=DEADLINE, now=after) is SittingState.EXPIRED


def test_a_closed_sitting_keeps_its_state_for_ever() -> None:
    for now in (AT_START, DEADLINE + MICROSECOND, CLOSES + timedelta(days=9)):
        state = state_at(SittingState.SUBMITTED, deadline=DEADLINE, now=now)
        assert state is SittingState.SUBMITTED


def test_the_grace_is_five_seconds_to_the_microsecond() -> None:
    last = DEADLINE + timedelta(seconds=5)

    assert timedelta(seconds=5) == NETWORK_GRACE
    assert is_in_time(deadline=DEADLINE, received_at=last)
    assert not is_in_time(deadline=DEADLINE, received_at=last + MICROSECOND)


@given(st.timedeltas(timedelta(days=-1), timedelta(days=1)))
def test_the_sweep_closes_exactly_when_no_answer_can_count_any_more(by: timedelta) -> None:
    now = DEADLINE + by

    assert is_overdue(deadline=DEADLINE, now=now) is not is_in_time(
        deadline=DEADLINE, received_at=now
    )


def test_seconds_left_are_rounded_down_and_never_negative() -> None:
    assert seconds_left(deadline=DEADLINE, now=DEADLINE - timedelta(seconds=1.9)) == 1
    assert seconds_left(deadline=DEADLINE, now=DEADLINE + timedelta(seconds=9)) == 0


@given(
    st.timedeltas(timedelta(), timedelta(hours=3)),
    st.integers(min_value=1, max_value=300),
    st.integers(min_value=0, max_value=120),
    st.integers(min_value=1, max_value=60),
)
def test_more_extra_time_never_brings_the_deadline_forward(
    after: timedelta, minutes: int, extra: int, more: int
) -> None:
    start = AT_START + after

    def deadline(extra_minutes: int) -> datetime:
        return deadline_for(
            started_at=start, minutes=minutes, extra_minutes=extra_minutes, closes_at=CLOSES
        )

    assert deadline(extra + more) == deadline(extra) + timedelta(minutes=more)
    assert deadline(extra) <= start + timedelta(minutes=minutes + extra)


def refusal(**changes: object) -> StartRefusal | None:
    facts: dict[str, object] = {
        "exam_state": ExamState.PUBLISHED,
        "opens_at": AT_START,
        "closes_at": CLOSES,
        "tries": 1,
        "tries_used": 0,
        "has_passed": False,
        "is_invited": True,
        "is_exempt": False,
        "is_awaited": False,
        "kind": ExamKind.FINAL,
        "is_held": False,
        "entry_ends_at": None,
        "again_from": None,
        "is_to_mark": False,
        "now": AT_START,
    }
    return start_refusal(**{**facts, **changes})  # type: ignore[arg-type]


def test_the_opening_and_the_closing_moment_are_in_the_window() -> None:
    assert refusal(now=AT_START) is None
    assert refusal(now=CLOSES) is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"now": AT_START - MICROSECOND}, StartRefusal.TOO_EARLY),
        ({"now": CLOSES + MICROSECOND}, StartRefusal.TOO_LATE),
        ({"exam_state": ExamState.DRAFT}, StartRefusal.NOT_PUBLISHED),
        ({"exam_state": ExamState.WITHDRAWN}, StartRefusal.WITHDRAWN),
        ({"is_invited": False}, StartRefusal.NOT_INVITED),
        ({"is_exempt": True}, StartRefusal.EXEMPT),
        ({"tries_used": 1}, StartRefusal.NO_TRIES_LEFT),
        ({"tries": 2, "tries_used": 1, "has_passed": True}, StartRefusal.PASSED),
        ({"tries": 2, "tries_used": 1, "is_to_mark": True}, StartRefusal.TO_MARK),
    ],
)
def test_a_start_is_refused_with_its_reason(
    changes: dict[str, object], expected: StartRefusal
) -> None:
    assert refusal(**changes) is expected


def test_the_second_try_is_a_resit() -> None:
    assert refusal(tries=2, tries_used=1) is None
    assert [is_resit(number) for number in (1, 2, 3)] == [False, True, True]


def revealed(**changes: object) -> bool:
    facts: dict[str, object] = {
        "reveal": Reveal.AFTER_WINDOW,
        "state": SittingState.SUBMITTED,
        "closes_at": CLOSES,
        "is_someone_sitting": False,
        "now": CLOSES + NETWORK_GRACE + MICROSECOND,
    }
    facts.update(changes)
    return is_revealed(facts.pop("reveal"), **facts)  # type: ignore[arg-type]


def test_answers_are_revealed_only_after_the_window_and_its_grace() -> None:
    assert revealed()
    assert not revealed(now=CLOSES + NETWORK_GRACE)


def test_answers_stay_hidden_while_someone_still_sits_with_extra_time() -> None:
    assert not revealed(is_someone_sitting=True)


def test_answers_are_never_revealed_in_an_open_sitting_or_where_the_exam_says_never() -> None:
    for reveal in set(Reveal) - {Reveal.DURING}:
        assert not revealed(reveal=reveal, state=SittingState.OPEN)
    assert not revealed(reveal=Reveal.NEVER)


def test_what_practice_shows_on_the_way_is_shown_while_open_and_ever_after() -> None:
    assert revealed(reveal=Reveal.DURING, state=SittingState.OPEN, now=AT_START)
    assert revealed(reveal=Reveal.DURING, now=AT_START, is_someone_sitting=True)
    assert not revealed(reveal=Reveal.DURING, state=SittingState.AWAITING_DELIVERY)


def test_an_exam_may_reveal_at_once_after_submission() -> None:
    assert revealed(reveal=Reveal.AFTER_SUBMISSION, now=AT_START, is_someone_sitting=True)


ENTRY_ENDS = AT_START + timedelta(minutes=15)


def test_the_latest_entry_is_in_time_and_a_microsecond_later_is_not() -> None:
    assert refusal(entry_ends_at=ENTRY_ENDS, now=ENTRY_ENDS) is None
    late = refusal(entry_ends_at=ENTRY_ENDS, now=ENTRY_ENDS + MICROSECOND)
    assert late is StartRefusal.ENTRY_CLOSED


def test_of_two_latest_entries_the_earlier_one_holds() -> None:
    until = AT_START + timedelta(minutes=10)

    assert entry_end(begins_at=AT_START, minutes=15, until=None) == ENTRY_ENDS
    assert entry_end(begins_at=AT_START, minutes=15, until=until) == until
    assert entry_end(begins_at=AT_START, minutes=5, until=until) == AT_START + timedelta(minutes=5)
    assert entry_end(begins_at=AT_START, minutes=None, until=None) is None


def test_nobody_starts_while_the_supervisor_holds_the_exam() -> None:
    assert refusal(is_held=True) is StartRefusal.WAITING_FOR_START
    assert refusal(is_held=True, now=AT_START - MICROSECOND) is StartRefusal.TOO_EARLY


def test_the_next_try_may_begin_when_its_hours_are_over_to_the_microsecond() -> None:
    again = next_try_from(last_ended_at=AT_START, wait_hours=1)
    assert again == AT_START + timedelta(hours=1)
    facts = {"tries": 2, "tries_used": 1, "again_from": again}

    assert refusal(**facts, now=again) is None
    assert refusal(**facts, now=again - MICROSECOND) is StartRefusal.TOO_SOON_AGAIN
    assert next_try_from(last_ended_at=AT_START, wait_hours=0) is None
    assert next_try_from(last_ended_at=None, wait_hours=9) is None


def test_a_passed_practice_may_be_taken_again_and_a_final_exam_not() -> None:
    facts = {"tries": 2, "tries_used": 1, "has_passed": True}

    assert refusal(**facts, kind=ExamKind.PRACTICE) is None
    assert refusal(**facts, kind=ExamKind.FINAL) is StartRefusal.PASSED


def test_a_paper_may_be_handed_in_after_its_least_minutes_and_always_at_its_end() -> None:
    least = submit_from(started_at=AT_START, least_minutes=30, deadline=DEADLINE)
    short = submit_from(started_at=AT_START, least_minutes=90, deadline=DEADLINE)

    assert least == AT_START + timedelta(minutes=30)
    assert short == DEADLINE


@pytest.mark.parametrize(
    ("is_passed", "try_number", "tries", "is_last"),
    [(False, 2, 2, True), (True, 2, 2, False), (False, 1, 2, False), (False, 1, 1, False)],
)
def test_only_a_failed_resit_without_a_further_try_is_the_last_failure(
    is_passed: bool, try_number: int, tries: int, is_last: bool
) -> None:
    found = is_last_failure(is_passed=is_passed, try_number=try_number, tries=tries)

    assert found is is_last
