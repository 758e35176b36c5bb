"""Coming into an exam: its code and networks, the supervisor's start, letting in who is late."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.audit import record
from core.errors import N_, Conflict, NotFound
from core.identity import Actor
from exams.admission import CODE_TRIES, is_right_code, is_waiting, wait_after
from exams.models import EntryPermit, EntryTries, Exam, ExamState, Sitting, SittingState
from exams.operations.grants import add_grant
from exams.operations.sitting import start_next
from exams.queries import entry as queries
from exams.queries.audience import Days, is_required
from exams.queries.exams import locked_exam
from exams.queries.sittings import tries_of
from exams.rules import state_at


class Entry(Enum):
    """How coming in ended."""

    STARTED = "started"
    WRONG_CODE = "wrong_code"
    # Too many wrong codes; even the right one is not looked at.
    WAIT = "wait"


@dataclass(frozen=True)
class EntryOutcome:
    """The sitting, or tries left after a wrong code, or until when to wait."""

    entry: Entry
    sitting: Sitting | None = None
    tries_left: int = 0
    waits_until: datetime | None = None


def enter_exam(
    session: Session,
    exam: Exam,
    *,
    typed_code: str,
    address: str,
    actor: Actor,
    now: datetime,
    seed: int,
    zone: ZoneInfo,
) -> EntryOutcome:
    """Start a sitting, or go on with the one that runs, from an allowed address with the code.

    Raises Conflict with the reason when the person may not start; a wrong code is an outcome,
    since it has to be counted.
    """
    assert actor.user_id is not None, "only a person sits an exam"
    queries.refuse_address(exam, address)
    tries = tries_of(session, actor.user_id, [exam.id])[exam.id]
    running = tries.open
    is_running = (
        running is not None
        and state_at(running.state, deadline=running.deadline, now=now) is SittingState.OPEN
    )
    if exam.entry_code and not is_running:
        # Looked at first, so that who may not start uses up no tries.
        refused = queries.refusal_for(session, exam, tries, actor.user_id, zone=zone, now=now)
        if refused is not None:
            raise refused.conflict()
        wrong = _wrong_code(session, exam, typed_code, actor=actor, now=now)
        if wrong is not None:
            return wrong
    sitting = start_next(session, exam, tries, actor=actor, now=now, seed=seed, zone=zone)
    return EntryOutcome(Entry.STARTED, sitting)


def _wrong_code(
    session: Session, exam: Exam, typed: str, *, actor: Actor, now: datetime
) -> EntryOutcome | None:
    """What comes of the code that was typed; None for the right one, which clears the count."""
    assert actor.user_id is not None
    counted = _counted(session, exam.id, actor.user_id)
    if is_waiting(counted.waits_until, now=now):
        return EntryOutcome(Entry.WAIT, waits_until=counted.waits_until)
    if counted.waits_until is not None:
        counted.wrong_count, counted.waits_until = 0, None
    if is_right_code(typed, exam.entry_code or ""):
        counted.wrong_count = 0
        session.flush()
        return None
    counted.wrong_count += 1
    counted.waits_until = wait_after(counted.wrong_count, now=now)
    left = max(0, CODE_TRIES - counted.wrong_count)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.entry_code.refused",
        subject=("exam", exam.id),
        on_user_id=actor.user_id,
        after={"tries_left": left},
    )
    session.flush()
    return EntryOutcome(Entry.WRONG_CODE, tries_left=left, waits_until=counted.waits_until)


def _counted(session: Session, exam_id: int, user_id: int) -> EntryTries:
    """The person's row, locked; of two requests at once one makes it and both count in it."""
    found = queries.entry_tries_of(session, exam_id, user_id)
    if found is None:
        try:
            with session.begin_nested():
                session.add(EntryTries(exam_id=exam_id, user_id=user_id, wrong_count=0))
        except IntegrityError:
            pass
        found = queries.entry_tries_of(session, exam_id, user_id)
    assert found is not None, "it was just made"
    return found


def start_exam(session: Session, exam: Exam, *, actor: Actor, now: datetime) -> None:
    """The supervisor's start: from now on everyone who waits may start.

    Raises Conflict where the exam does not wait, has been started, or is not open.
    """
    exam = locked_exam(session, exam)
    if exam.state is not ExamState.PUBLISHED or not exam.waits_for_start:
        raise Conflict(N_("这场考试不用宣布开考，到时间就能考"))
    if exam.started_at is not None:
        raise Conflict(N_("已经宣布开考"))
    if now < exam.opens_at:
        raise Conflict(N_("还没到开考时间，不能宣布开考"))
    if now > exam.closes_at:
        raise Conflict(N_("考试窗口已经关闭"))
    exam.started_at, exam.started_by_id = now, actor.user_id
    record(
        session,
        actor=actor,
        now=now,
        action="exam.started",
        subject=("exam", exam.id),
        after={"started_at": now.isoformat()},
    )
    session.flush()


def let_in(
    session: Session,
    exam: Exam,
    user_id: int,
    *,
    reason: str,
    days: Days,
    actor: Actor,
    now: datetime,
) -> None:
    """Let one person who is late start all the same, until the window closes."""
    exam = locked_exam(session, exam)
    if exam.state is not ExamState.PUBLISHED or now > exam.closes_at:
        raise Conflict(N_("考试窗口已经关闭"))
    if not is_required(session, exam, user_id, days=days):
        raise NotFound(N_("这个人不在参考范围里"))
    begun = select(Sitting.id).where(Sitting.exam_id == exam.id, Sitting.user_id == user_id)
    if session.scalar(begun.limit(1)) is not None:
        raise Conflict(N_("这个人已经开考，不用放行"))
    if queries.permit_of(session, exam.id, user_id) is not None:
        raise Conflict(N_("这个人已经放行"))
    why = {"action": "exam.entry.permitted", "reason": reason}
    add_grant(session, EntryPermit, exam, user_id, **why, actor=actor, now=now)
