"""The end of a sitting: handed in, closed when overdue, marked from what counts."""

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy.orm import Session

from core.audit import record
from core.errors import N_, Conflict
from core.events import publish
from core.identity import Actor
from exams.events import SittingClosed, SittingMarked
from exams.judging import total_of
from exams.links import CLOSED_FOR, append_event
from exams.models import (
    RUNNING,
    Exam,
    LateAnswers,
    LateDecision,
    Sitting,
    SittingPresence,
    SittingState,
)
from exams.operations.answers_to_mark import lay_out_answers
from exams.operations.incidents import chain_times
from exams.queries import sittings as queries
from exams.rules import delivery_until, is_overdue
from exams.scoring import scores_of, store_scores

log = logging.getLogger("shanggang.exams")


class SubmitOutcome(Enum):
    """What became of handing in."""

    SUBMITTED = "submitted"
    # The time was over: closed as of the deadline, with what had been saved.
    EXPIRED = "expired"
    # The exam does not let papers in so soon; nothing changed.
    TOO_EARLY = "too_early"
    # It was closed before; nothing changed.
    ALREADY_CLOSED = "already_closed"


@dataclass(frozen=True)
class SweepReport:
    """What one sweep did: ids of the sittings that it closed, and of those that it could not."""

    closed: tuple[int, ...]
    failed: tuple[int, ...]


def submit_sitting(
    session: Session, sitting: Sitting, *, actor: Actor, now: datetime
) -> SubmitOutcome:
    """Hand in and mark. After the deadline it is closed as of the deadline; twice changes nothing.

    The deadline itself is in time, and never too early.
    """
    sitting = queries.locked_sitting(session, sitting.id)
    if sitting.state not in RUNNING:
        return SubmitOutcome.ALREADY_CLOSED
    # Held on to, so that everything after this finds it in the session.
    exam = queries.exam_of(session, sitting)
    if now < queries.hand_in_from(exam, sitting):
        return SubmitOutcome.TOO_EARLY
    return _hand_in(session, sitting, actor=actor, now=now)


def _hand_in(session: Session, sitting: Sitting, *, actor: Actor, now: datetime) -> SubmitOutcome:
    if now <= sitting.deadline:
        close_sitting(session, sitting, SittingState.SUBMITTED, at=now, actor=actor, now=now)
        return SubmitOutcome.SUBMITTED
    at = sitting.deadline
    close_sitting(session, sitting, SittingState.EXPIRED, at=at, actor=actor, now=now)
    return SubmitOutcome.EXPIRED


def close_for(
    session: Session, sitting_id: int, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Hand in for a person who cannot or will not, with what is stored; the person's result stands.

    After the deadline it is closed as of the deadline, and what a page may still hold back is not
    awaited any longer. Raises Conflict where it was closed before.
    """
    sitting = queries.locked_sitting(session, sitting_id)
    if sitting.state not in RUNNING:
        raise Conflict(N_("这份答卷已经交了"))
    append_event(session, sitting, CLOSED_FOR, {"state": sitting.state.value}, now=now)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.sitting.closed_for",
        subject=("sitting", sitting.id),
        on_user_id=sitting.user_id,
        before={"state": sitting.state.value, "deadline": sitting.deadline.isoformat()},
        reason=reason,
    )
    _hand_in(session, sitting, actor=actor, now=now)


def settle_overdue(session: Session, sitting: Sitting, *, actor: Actor, now: datetime) -> bool:
    """Close a sitting whose time is over, or await what its page may have kept while cut off.

    Awaited is a sitting whose page was heard of, as long as the exam lets it deliver. The sitting
    must be locked. Says whether anything changed.
    """
    exam = queries.exam_of(session, sitting)
    until = delivery_until(deadline=sitting.deadline, delivery_minutes=exam.delivery_minutes)
    was_seen = session.get(SittingPresence, sitting.id) is not None
    if was_seen and until > sitting.deadline and not is_overdue(deadline=until, now=now):
        if sitting.state is SittingState.AWAITING_DELIVERY:
            return False
        sitting.state, sitting.delivery_until = SittingState.AWAITING_DELIVERY, until
        session.flush()
        return True
    at = sitting.deadline
    close_sitting(session, sitting, SittingState.EXPIRED, at=at, actor=actor, now=now)
    return True


def close_overdue_sittings(
    session: Session, *, actor: Actor, now: datetime, after_id: int = 0, limit: int = 20
) -> SweepReport:
    """Settle sittings that nobody handed in: closed and marked as of their deadlines, or awaited.

    Takes at most `limit` of them, so that a full hall's answers need not wait for a long
    transaction; call again with the highest id reported until nothing is. One that cannot be
    marked stays open, is logged, and does not keep the others from being closed.
    """
    overdue = queries.overdue_sittings(now=now, after_id=after_id).limit(limit)
    settled: list[int] = []
    failed: list[int] = []
    for sitting_id in list(session.scalars(overdue)):
        try:
            with session.begin_nested():
                sitting = queries.locked_sitting(session, sitting_id)
                if sitting.state not in RUNNING:
                    continue
                if not is_overdue(deadline=sitting.deadline, now=now):
                    continue
                settle_overdue(session, sitting, actor=actor, now=now)
            settled.append(sitting_id)
        except Exception:
            log.exception("sitting could not be closed", extra={"sitting_id": sitting_id})
            failed.append(sitting_id)
    return SweepReport(tuple(settled), tuple(failed))


def close_sitting(
    session: Session,
    sitting: Sitting,
    state: SittingState,
    *,
    at: datetime,
    has_new_late: bool = False,
    actor: Actor,
    now: datetime,
) -> None:
    """End a locked sitting as of a moment: mark it, add the end to its chain, tell the result.

    Where an answer needs a person there is no result to tell yet.

    Answers that were delivered late are left out, unless the exam lets them count by themselves;
    the score that they would make stands beside. A paper that was opened again keeps what a person
    decided about them, unless more have come since (`has_new_late`).
    """
    exam = queries.exam_of(session, sitting)
    late = _late_scores(session, sitting, exam)
    if late is not None:
        sitting.late_score_tenths = total_of(late.values())
        is_automatic = exam.late_answers is LateAnswers.AUTOMATIC
        if has_new_late or sitting.late_decision is None:
            sitting.late_decision = LateDecision.ACCEPTED if is_automatic else LateDecision.PENDING
    sitting.state, sitting.delivery_until = state, None
    sitting.submitted_at = at
    chain_times(session, sitting, actor=actor, now=now)
    lay_out_answers(session, sitting, actor=actor, now=now)
    after = store_scores(session, sitting, exam, kind=state.value, now=now)
    record(
        session,
        actor=actor,
        now=now,
        action=f"exam.sitting.{state.value}",
        subject=("sitting", sitting.id),
        on_user_id=sitting.user_id,
        after={"submitted_at": at.isoformat(), **after},
    )
    session.flush()
    publish(session, SittingClosed(actor, at, sitting.id))
    if sitting.is_passed is not None:
        publish(
            session,
            SittingMarked(actor, at, sitting.id, exam.id, sitting.user_id, sitting.is_passed),
        )


def _late_scores(session: Session, sitting: Sitting, exam: Exam) -> dict[int, int | None] | None:
    """The scores with the late answers; None where none came late."""
    if not queries.has_late_answers(session, sitting.id):
        return None
    return scores_of(session, sitting, exam, with_late=True)
