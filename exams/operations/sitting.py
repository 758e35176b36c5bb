"""A sitting from its start: drawing the paper, more time, another device, opening it again.

Answers are recorded in `exams.operations.answers`, the hottest path of the product; the end is in
`exams.operations.closing`, answers after the end in `exams.operations.delivery`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.audit import record
from core.clock import local_date
from core.errors import N_, Conflict
from core.identity import Actor
from exams.circumstances import keep_terminal_session, note_circumstances
from exams.drawing import DrawnQuestion
from exams.links import EXTENDED, REOPENED, TAKEN_OVER, append_event
from exams.models import (
    RUNNING,
    Exam,
    IncidentKind,
    IntegrityDecision,
    Sitting,
    SittingState,
)
from exams.operations.closing import settle_overdue
from exams.operations.incidents import record_incident
from exams.operations.shifts import shift_at
from exams.papers import begin_chain, paper_for, store_paper
from exams.queries import sittings as queries
from exams.queries.entry import refusal_for
from exams.queries.pools import StoredPool, stored_pool
from exams.queries.sittings import TakenTries
from exams.rules import deadline_for, state_at


def start_sitting(
    session: Session, exam: Exam, *, actor: Actor, now: datetime, seed: int, zone: ZoneInfo
) -> Sitting:
    """Draw the paper and start the clock, or give back the sitting that is already running.

    Raises Conflict with the reason when the person may not start. `zone` decides which calendar
    day's team and post the sitting belongs to.
    """
    assert actor.user_id is not None, "only a person sits an exam"
    tries = queries.tries_of(session, actor.user_id, [exam.id])[exam.id]
    return start_next(session, exam, tries, actor=actor, now=now, seed=seed, zone=zone)


def start_next(
    session: Session,
    exam: Exam,
    tries: TakenTries,
    *,
    actor: Actor,
    now: datetime,
    seed: int,
    zone: ZoneInfo,
) -> Sitting:
    """The same for a caller that has just read, in this transaction, what the person sat so far."""
    assert actor.user_id is not None, "only a person sits an exam"
    running = tries.open
    if running is not None:
        if state_at(running.state, deadline=running.deadline, now=now) is SittingState.OPEN:
            return running
        running = queries.locked_sitting(session, running.id)
        settle_overdue(session, running, actor=actor, now=now)
    refused = refusal_for(session, exam, tries, actor.user_id, zone=zone, now=now)
    if refused is not None:
        raise refused.conflict()
    pool = stored_pool(session, exam.id)
    drawn = _drawn(session, exam, pool, tries.count, actor=actor, now=now, seed=seed, zone=zone)
    sitting, paper = drawn
    must_pass = {row.row_id for row in pool.rows if row.is_must_pass}
    first_event = begin_chain(session, sitting, exam, paper, must_pass=must_pass, now=now)
    if not _is_first(session, sitting):
        return queries.tries_of(session, actor.user_id, [exam.id])[exam.id].open or _lost_race()
    store_paper(session, sitting, paper, first_event)
    note_circumstances(session, sitting, exam, on=local_date(now, zone), actor=actor, now=now)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.sitting.started",
        subject=("sitting", sitting.id),
        on_user_id=sitting.user_id,
        after={"exam_id": exam.id, "try_number": sitting.try_number, "seed": str(seed)},
    )
    session.flush()
    return sitting


def _drawn(
    session: Session,
    exam: Exam,
    pool: StoredPool,
    tries: int,
    *,
    actor: Actor,
    now: datetime,
    seed: int,
    zone: ZoneInfo,
) -> tuple[Sitting, tuple[DrawnQuestion, ...]]:
    """The person's next sitting, not yet stored, with all that drawing its paper again needs."""
    assert actor.user_id is not None
    avoided = queries.drawn_before(session, exam.id, actor.user_id) if tries else frozenset()
    shift = shift_at(session, exam, pool.rows, actor=actor, now=now, zone=zone)
    paper = paper_for(exam, pool.rows, shift, seed=seed, avoid=avoided)
    team_id, post_id = queries.place_on(session, actor.user_id, local_date(now, zone))
    sitting = Sitting(
        exam_id=exam.id,
        user_id=actor.user_id,
        team_id=team_id,
        post_id=post_id,
        try_number=tries + 1,
        state=SittingState.OPEN,
        seed=seed,
        started_at=now,
        extra_minutes=0,
        deadline=deadline_for(
            started_at=now, minutes=exam.minutes, extra_minutes=0, closes_at=exam.closes_at
        ),
        full_score_tenths=sum(drawn.points_tenths for drawn in paper),
        shift_id=shift.id if shift else None,
        withdrawn_entries=pool.withdrawn,
        avoided_version_ids=sorted(avoided),
    )
    return sitting, paper


def _is_first(session: Session, sitting: Sitting) -> bool:
    """Store the row unless another request has just started the same try (a double click)."""
    try:
        with session.begin_nested():
            session.add(sitting)
            session.flush()
    except IntegrityError:
        return False
    return True


def _lost_race() -> Sitting:
    raise Conflict(N_("这场考试刚在另一处开始又结束了。刷新页面看结果"))


def extend_sitting(
    session: Session, sitting: Sitting, *, minutes: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Give an open sitting more minutes; its deadline is computed anew and both are recorded."""
    sitting = queries.locked_sitting(session, sitting.id)
    if state_at(sitting.state, deadline=sitting.deadline, now=now) is not SittingState.OPEN:
        raise Conflict(N_("这场考试已经结束，不能再加时间"))
    _extend(session, sitting, minutes=minutes, reason=reason, actor=actor, now=now)
    session.flush()


def extend_running(
    session: Session,
    sitting_ids: Sequence[int],
    *,
    minutes: int,
    reason: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Give those of these sittings that are still open more minutes; returns how many.

    Each is recorded by itself, because each person's end moves and has to be accounted for. One
    that ended meanwhile is passed over.
    """
    extended = 0
    for sitting in queries.locked_sittings(session, sitting_ids):
        if state_at(sitting.state, deadline=sitting.deadline, now=now) is SittingState.OPEN:
            _extend(session, sitting, minutes=minutes, reason=reason, actor=actor, now=now)
            extended += 1
    session.flush()
    return extended


def _extend(
    session: Session, sitting: Sitting, *, minutes: int, reason: str, actor: Actor, now: datetime
) -> None:
    before = {"extra_minutes": sitting.extra_minutes, "deadline": sitting.deadline.isoformat()}
    sitting.extra_minutes += minutes
    sitting.deadline += timedelta(minutes=minutes)
    after = {"extra_minutes": sitting.extra_minutes, "deadline": sitting.deadline.isoformat()}
    append_event(session, sitting, EXTENDED, after, now=now)
    keep_terminal_session(session, sitting, now=now)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.sitting.extended",
        subject=("sitting", sitting.id),
        on_user_id=sitting.user_id,
        before=before,
        after=after,
        reason=reason,
    )


def take_over(
    session: Session, sitting_id: int, *, lease: str, actor: Actor, now: datetime
) -> None:
    """Let this page hold the sitting; the one that held it stops, and its journal ends there.

    Raises NotFound for another person's sitting, Conflict once it is over.
    """
    sitting = queries.locked_sitting(session, queries.sitting_for(session, actor, sitting_id).id)
    if sitting.lease == lease:
        return
    if state_at(sitting.state, deadline=sitting.deadline, now=now) is not SittingState.OPEN:
        raise Conflict(N_("这场考试已经结束，不能换设备"))
    held = sitting.lease is not None
    sitting.lease, sitting.journal_number, sitting.journal_key = lease, 0, None
    if held:
        append_event(session, sitting, TAKEN_OVER, {"lease": lease}, now=now)
        record_incident(session, sitting, IncidentKind.SECOND_DEVICE, {}, actor=actor, now=now)
        record(
            session,
            actor=actor,
            now=now,
            action="exam.sitting.taken_over",
            subject=("sitting", sitting.id),
            on_user_id=sitting.user_id,
        )
    session.flush()


def reopen_sitting(
    session: Session, sitting_id: int, *, minutes: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Let a closed sitting go on for some minutes from now; its chain and signature so far stay.

    Raises Conflict for one that is running or passed, or beside which another try was begun.
    """
    sitting = queries.locked_sitting(session, sitting_id)
    if sitting.state in RUNNING:
        raise Conflict(N_("这场考试还没有结束，加时间就行"))
    if sitting.is_passed:
        raise Conflict(N_("这份答卷已经合格，不用再开"))
    if sitting.integrity_decision is IntegrityDecision.VOIDED:
        raise Conflict(N_("这份答卷已经作废，先恢复成绩才能再开"))
    tries = queries.tries_of(session, sitting.user_id, [sitting.exam_id])[sitting.exam_id]
    if tries.last is None or tries.last.id != sitting.id:
        raise Conflict(N_("这个人后来又考过一次，不能再开这份答卷"))
    before = {
        "state": sitting.state.value,
        "deadline": sitting.deadline.isoformat(),
        "score_tenths": sitting.score_tenths,
        "signature": sitting.signature,
    }
    sitting.state, sitting.deadline = SittingState.OPEN, now + timedelta(minutes=minutes)
    sitting.submitted_at = sitting.score_tenths = sitting.is_passed = None
    sitting.must_pass_missed = None
    sitting.signature = sitting.signed_number = sitting.signed_head = None
    append_event(session, sitting, REOPENED, {**before, "minutes": minutes}, now=now)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.sitting.reopened",
        subject=("sitting", sitting.id),
        on_user_id=sitting.user_id,
        before=before,
        after={"deadline": sitting.deadline.isoformat()},
        reason=reason,
    )
    session.flush()
