"""Pure decisions about a sitting: its deadline, its state, who may start, what may be seen."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum

from core.errors import N_
from exams.models import RUNNING, ExamKind, ExamState, Reveal, SittingState

# How long after the deadline an answer may still arrive, for the network's sake. An answer within
# it is stored with the time at which it was truly received. Never more: a fixed cap, no setting.
NETWORK_GRACE = timedelta(seconds=5)


def deadline_for(
    *, started_at: datetime, minutes: int, extra_minutes: int, closes_at: datetime
) -> datetime:
    """When a sitting ends: after its minutes or with the window, each plus the person's extra."""
    extra = timedelta(minutes=extra_minutes)
    return min(started_at + timedelta(minutes=minutes) + extra, closes_at + extra)


def extra_minutes_for(*, minutes: int, extra_percent: int, extra_minutes: int) -> int:
    """What an accommodation adds to an exam: a share of its minutes, rounded up, and minutes."""
    return -(-minutes * extra_percent // 100) + extra_minutes


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


def delivery_until(*, deadline: datetime, delivery_minutes: int) -> datetime:
    """Until when a page that was cut off at the deadline may deliver what it kept."""
    return deadline + timedelta(minutes=delivery_minutes)


class LateRefusal(Enum):
    """Why late answers are not taken; the value is the sentence for the person."""

    OTHER_PAGE = N_("这份答卷已经在另一台设备上接着答，这一页的答案没有收")
    TOO_LATE = N_("补交的时间已经过了，这些答案没有收")
    NOT_CONTINUED = N_("这些答案和最后一张回执接不上，没有收")
    NEVER_SEEN = N_("到时前没有收到过这一页的信号，这些答案没有收")
    CLAIMED_AFTER_END = N_("有答案是到时以后选的，没有收")


def late_refusal(
    *,
    is_this_page: bool,
    seen_at: datetime | None,
    deadline: datetime,
    until: datetime,
    is_continued: bool,
    claimed: Sequence[datetime],
    now: datetime,
) -> LateRefusal | None:
    """Why answers delivered after the deadline are refused as a whole, or None.

    A device's clock proves nothing: the numbers must go on from the last receipt, the server must
    have heard from the page before the deadline, and the page must claim times before it.
    """
    if not is_this_page:
        return LateRefusal.OTHER_PAGE
    if now > until + NETWORK_GRACE:
        return LateRefusal.TOO_LATE
    if seen_at is None or seen_at > deadline:
        return LateRefusal.NEVER_SEEN
    if not is_continued:
        return LateRefusal.NOT_CONTINUED
    if any(at > deadline for at in claimed):
        return LateRefusal.CLAIMED_AFTER_END
    return None


def seconds_left(*, deadline: datetime, now: datetime) -> int:
    """Whole seconds until the deadline, rounded down, never below 0."""
    return max(0, int((deadline - now).total_seconds()))


class StartRefusal(Enum):
    """Why a sitting cannot be started; the value is the sentence for the person."""

    NOT_PUBLISHED = N_("这场考试还没有发布")
    WITHDRAWN = N_("这场考试已撤下")
    TOO_EARLY = N_("还没到开考时间")
    TOO_LATE = N_("考试窗口已经关闭")
    AWAITING_DELIVERY = N_("上一次考试还在等离线时的答案，出成绩后才能再考")
    TO_MARK = N_("上一次的答卷还在阅卷，出成绩后才能再考")
    NOT_INVITED = N_("这场考试不要求你参加。要考，找安全科")
    EXEMPT = N_("你已免考，不用参加")
    PASSED = N_("你已经合格，不用再考")
    NO_TRIES_LEFT = N_("考试次数已经用完")
    WAITING_FOR_START = N_("监考人还没有宣布开考")
    ENTRY_CLOSED = N_("%(at)s 起不能再进场，你来晚了。有原因，找监考人放你进场")
    TOO_SOON_AGAIN = N_("离上一次考试还不够久，%(at)s 起可以再考")


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
    is_awaited: bool,
    kind: ExamKind,
    is_held: bool,
    entry_ends_at: datetime | None,
    again_from: datetime | None,
    is_to_mark: bool,
    now: datetime,
) -> StartRefusal | None:
    """Why this person may not start now, or None. Opening and closing moments are in time.

    `is_held` while the supervisor has not pressed the button. `entry_ends_at` holds for the first
    try alone, and only for who was not let in; `again_from` for those after it. A passed practice
    may be taken again.
    """
    if exam_state is ExamState.DRAFT:
        return StartRefusal.NOT_PUBLISHED
    if exam_state is ExamState.WITHDRAWN:
        return StartRefusal.WITHDRAWN
    if not is_invited:
        return StartRefusal.NOT_INVITED
    if is_exempt:
        return StartRefusal.EXEMPT
    if is_awaited:
        return StartRefusal.AWAITING_DELIVERY
    if has_passed and kind is ExamKind.FINAL:
        return StartRefusal.PASSED
    if is_to_mark:
        return StartRefusal.TO_MARK
    if tries_used >= tries:
        return StartRefusal.NO_TRIES_LEFT
    if now < opens_at:
        return StartRefusal.TOO_EARLY
    if now > closes_at:
        return StartRefusal.TOO_LATE
    if is_held:
        return StartRefusal.WAITING_FOR_START
    if entry_ends_at is not None and now > entry_ends_at:
        return StartRefusal.ENTRY_CLOSED
    if again_from is not None and now < again_from:
        return StartRefusal.TOO_SOON_AGAIN
    return None


def entry_end(
    *, begins_at: datetime, minutes: int | None, until: datetime | None
) -> datetime | None:
    """The last moment, itself in time, at which who has not sat yet may start; None: no such end.

    `begins_at` is the opening, or the supervisor's start where the exam waits for it.
    """
    ends = [until] if until is not None else []
    if minutes is not None:
        ends.append(begins_at + timedelta(minutes=minutes))
    return min(ends, default=None)


def next_try_from(*, last_ended_at: datetime | None, wait_hours: int) -> datetime | None:
    """From when on, itself included, the next try may begin; None where nothing is waited for."""
    if last_ended_at is None or not wait_hours:
        return None
    return last_ended_at + timedelta(hours=wait_hours)


def submit_from(*, started_at: datetime, least_minutes: int, deadline: datetime) -> datetime:
    """From when on, itself included, a paper may be handed in; never later than its deadline."""
    return min(started_at + timedelta(minutes=least_minutes), deadline)


def is_done_with(
    states: Sequence[SittingState],
    *,
    has_passed: bool,
    tries: int,
    closes_at: datetime,
    now: datetime,
) -> bool:
    """Whether a person can see no paper of an exam any more, so that its keys give nothing away."""
    if any(state in RUNNING for state in states):
        return False
    return has_passed or len(states) >= tries or now > closes_at


def is_resit(try_number: int) -> bool:
    """Whether a sitting is a resit (补考): every one after the first."""
    return try_number > 1


def is_last_failure(*, is_passed: bool, try_number: int, tries: int) -> bool:
    """Whether a result is that of a resit after which no try is left, and not passed."""
    return not is_passed and is_resit(try_number) and try_number >= tries


def is_revealed(
    reveal: Reveal,
    *,
    state: SittingState,
    closes_at: datetime,
    is_someone_sitting: bool,
    now: datetime,
) -> bool:
    """Whether one part of the outcome may be seen by the person of the sitting.

    By default right answers stay hidden until the window has closed and nobody still sits the exam
    with extra time, so that early finishers cannot pass them on. While it is open, a sitting shows
    only what its exam shows during practice.
    """
    if state in RUNNING:
        return reveal is Reveal.DURING and state is SittingState.OPEN
    if reveal is Reveal.NEVER:
        return False
    if reveal in (Reveal.AFTER_SUBMISSION, Reveal.DURING):
        return True
    return now > closes_at + NETWORK_GRACE and not is_someone_sitting


def appeal_until(*, visible_at: datetime, days: int) -> datetime | None:
    """The last moment at which a result may be questioned; None where it may never be.

    Counted in whole days of 24 hours from the moment at which the result, and the answers where
    they are to be told, can be seen; a result that was changed can be questioned anew.
    """
    return visible_at + timedelta(days=days) if days else None
