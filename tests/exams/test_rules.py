"""Deadlines, states and refusals, one microsecond either side."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.models import ExamState, Reveal, SittingState
from exams.rules import (
    NETWORK_GRACE,
    StartRefusal,
    deadline_for,
    is_in_time,
    is_overdue,
    is_resit,
    is_revealed,
    seconds_left,
    start_refusal,
    state_at,
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
    for reveal in Reveal:
        assert not revealed(reveal=reveal, state=SittingState.OPEN)
    assert not revealed(reveal=Reveal.NEVER)


def test_an_exam_may_reveal_at_once_after_submission() -> None:
    assert revealed(reveal=Reveal.AFTER_SUBMISSION, now=AT_START, is_someone_sitting=True)
