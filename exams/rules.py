"""Pure decisions about a sitting: its deadline, its state, who may start, what may be seen."""

from datetime import datetime, timedelta
from enum import Enum

from core.errors import N_
from exams.models import ExamState, Reveal, SittingState

# How long after the deadline an answer may still arrive, for the network's sake. An answer within
# it is stored with the time at which it was truly received. Never more: a fixed cap, no setting.
NETWORK_GRACE = timedelta(seconds=5)


def deadline_for(
    *, started_at: datetime, minutes: int, extra_minutes: int, closes_at: datetime
) -> datetime:
    """When a sitting ends: after its minutes or with the window, each plus the person's extra."""
    extra = timedelta(minutes=extra_minutes)
    return min(started_at + timedelta(minutes=minutes) + extra, closes_at + extra)


def state_at(state: SittingState, *, deadline: datetime, now: datetime) -> SittingState:
    """The state to show: an open sitting is expired at once after its deadline.

    The deadline itself is in time. The row is closed later, by the next POST or by the sweep.
    """
    if state is SittingState.OPEN and now > deadline:
        return SittingState.EXPIRED
    return state


def is_in_time(*, deadline: datetime, received_at: datetime) -> bool:
    """Whether an answer received at this moment still counts."""
    return received_at <= deadline + NETWORK_GRACE


def is_overdue(*, deadline: datetime, now: datetime) -> bool:
    """Whether the sweep may close an open sitting: no answer can arrive in time any more."""
    return now > deadline + NETWORK_GRACE


def seconds_left(*, deadline: datetime, now: datetime) -> int:
    """Whole seconds until the deadline, rounded down, never below 0."""
    return max(0, int((deadline - now).total_seconds()))


class StartRefusal(Enum):
    """Why a sitting cannot be started; the value is the sentence for the person."""

    NOT_PUBLISHED = N_("这场考试还没有发布")
    WITHDRAWN = N_("这场考试已撤下")
    TOO_EARLY = N_("还没到开考时间")
    TOO_LATE = N_("考试窗口已经关闭")
    NOT_INVITED = N_("这场考试不要求你参加。要考，找安全科")
    EXEMPT = N_("你已免考，不用参加")
    PASSED = N_("你已经合格，不用再考")
    NO_TRIES_LEFT = N_("考试次数已经用完")


def start_refusal(
    *,
    exam_state: ExamState,
    opens_at: datetime,
    closes_at: datetime,
    tries: int,
    tries_used: int,
    has_passed: bool,
    is_invited: bool,
    is_exempt: bool,
    now: datetime,
) -> StartRefusal | None:
    """Why this person may not start now, or None. Opening and closing moments are in time."""
    if exam_state is ExamState.DRAFT:
        return StartRefusal.NOT_PUBLISHED
    if exam_state is ExamState.WITHDRAWN:
        return StartRefusal.WITHDRAWN
    if not is_invited:
        return StartRefusal.NOT_INVITED
    if is_exempt:
        return StartRefusal.EXEMPT
    if has_passed:
        return StartRefusal.PASSED
    if tries_used >= tries:
        return StartRefusal.NO_TRIES_LEFT
    if now < opens_at:
        return StartRefusal.TOO_EARLY
    if now > closes_at:
        return StartRefusal.TOO_LATE
    return None


def is_resit(try_number: int) -> bool:
    """Whether a sitting is a resit (补考): every one after the first."""
    return try_number > 1


def is_revealed(
    reveal: Reveal,
    *,
    state: SittingState,
    closes_at: datetime,
    is_someone_sitting: bool,
    now: datetime,
) -> bool:
    """Whether right answers and explanations may be seen by the person of a closed sitting.

    By default they stay hidden until the window has closed and nobody still sits the exam with
    extra time, so that early finishers cannot pass them on.
    """
    if state is SittingState.OPEN or reveal is Reveal.NEVER:
        return False
    if reveal is Reveal.AFTER_SUBMISSION:
        return True
    return now > closes_at + NETWORK_GRACE and not is_someone_sitting
