"""Answers that a page kept while it was cut off and delivers after the deadline."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from core.audit import record
from core.errors import N_, Conflict
from core.events import publish
from core.identity import Actor
from exams.events import SittingMarked, SittingRemarked
from exams.integrity import Claim
from exams.links import LATE_DECIDED
from exams.models import RUNNING, LateDecision, Sitting, SittingPresence, SittingState
from exams.operations.answers_to_mark import lay_out_answers
from exams.operations.closing import close_sitting, settle_overdue
from exams.operations.incidents import record_late_claims
from exams.queries import sittings as queries
from exams.queries.incidents import integrity_of
from exams.recording import CLIENT_KEY, JournalEntry, Tip, insert_answer, is_next
from exams.responses import misfit, stored_response
from exams.rules import LateRefusal, delivery_until, late_refusal
from exams.scoring import store_scores
from exams.versions import known_versions


@dataclass(frozen=True)
class Delivery:
    """What became of a delivery: how many answers were stored, or why none was."""

    stored: int
    refusal: LateRefusal | None


def deliver_late(
    session: Session,
    sitting_id: int,
    entries: Sequence[JournalEntry],
    *,
    lease: str,
    claims: Sequence[Claim] = (),
    actor: Actor,
    now: datetime,
) -> Delivery:
    """Take what a page of the actor kept beyond the deadline, all of it or nothing, and close.

    The answers are marked as late and count only once an invigilator accepts them, unless the exam
    lets them count by themselves. Entries that were stored before are passed over, so that the
    same delivery twice does nothing. The incidents that come along are evidence by themselves: they
    are noted as late even where the answers are refused. Raises NotFound for another person's
    sitting, Conflict before the deadline and for a reply that does not fit its question.
    """
    sitting = queries.locked_sitting(session, queries.sitting_for(session, actor, sitting_id).id)
    known = queries.stored_keys(session, sitting.id)
    new = [entry for entry in entries if entry.key not in known]
    if sitting.state in RUNNING and now <= sitting.deadline:
        raise Conflict(N_("时间还没到，照常答题"))
    if claims:
        _take_claims(session, sitting, claims, lease, actor=actor, now=now)
    if not new and lease != sitting.lease and claims:
        # What another page of the sitting may have kept is still awaited.
        return Delivery(0, None)
    refusal = _refusal(session, sitting, new, lease, now) if new else None
    if refusal is not None:
        _record_refusal(session, sitting, new, refusal, actor=actor, now=now)
        if refusal is LateRefusal.TOO_LATE and sitting.state in RUNNING:
            settle_overdue(session, sitting, actor=actor, now=now)
        return Delivery(0, refusal)
    if sitting.state not in RUNNING:
        return Delivery(0, None)
    for entry in _checked(session, sitting, new):
        insert_answer(session, sitting.id, Tip.of(sitting), entry, is_late=True, now=now)
        session.refresh(sitting)
    at = sitting.deadline
    close_sitting(
        session,
        sitting,
        SittingState.EXPIRED,
        at=at,
        has_new_late=bool(new),
        actor=actor,
        now=now,
    )
    return Delivery(len(new), None)


def decide_late_answers(
    session: Session, sitting_id: int, *, accepts: bool, reason: str, actor: Actor, now: datetime
) -> None:
    """Let the late answers of a closed sitting count or not; the score follows, both are kept.

    Raises Conflict where nothing waits for a decision.
    """
    sitting = queries.locked_sitting(session, sitting_id)
    if sitting.state in RUNNING or sitting.late_decision is not LateDecision.PENDING:
        raise Conflict(N_("这份答卷没有要确认的补交答案"))
    was_passed, before = sitting.is_passed, sitting.score_tenths
    sitting.late_decision = LateDecision.ACCEPTED if accepts else LateDecision.REJECTED
    exam = queries.exam_of(session, sitting)
    lay_out_answers(session, sitting, actor=actor, now=now)
    after = store_scores(session, sitting, exam, kind=LATE_DECIDED, now=now)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.late_answers.decided",
        subject=("sitting", sitting.id),
        on_user_id=sitting.user_id,
        before={"score_tenths": before, "is_passed": was_passed},
        after={"decision": sitting.late_decision.value, **after},
        reason=reason,
    )
    session.flush()
    ids, is_passed = (sitting.id, exam.id, sitting.user_id), sitting.is_passed
    if was_passed is None and is_passed is not None:
        publish(session, SittingMarked(actor, now, *ids, is_passed))
    else:
        publish(session, SittingRemarked(actor, now, *ids, bool(was_passed), is_passed, reason))


def _take_claims(
    session: Session,
    sitting: Sitting,
    claims: Sequence[Claim],
    lease: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    integrity = integrity_of(session, sitting.exam_id)
    refusal = _refusal(session, sitting, (), lease, now)
    record_late_claims(session, sitting, claims, integrity, refusal, actor=actor, now=now)


def _refusal(
    session: Session, sitting: Sitting, new: Sequence[JournalEntry], lease: str, now: datetime
) -> LateRefusal | None:
    if sitting.state not in RUNNING:
        return LateRefusal.TOO_LATE
    exam = queries.exam_of(session, sitting)
    presence = session.get(SittingPresence, sitting.id)
    return late_refusal(
        is_this_page=sitting.lease is not None and lease == sitting.lease,
        seen_at=presence.seen_at if presence else None,
        deadline=sitting.deadline,
        until=delivery_until(deadline=sitting.deadline, delivery_minutes=exam.delivery_minutes),
        is_continued=_is_continued(sitting, new),
        claimed=[entry.claimed_at or now for entry in new],
        now=now,
    )


def _is_continued(sitting: Sitting, new: Sequence[JournalEntry]) -> bool:
    """Whether the entries go on, one by one, from the last receipt."""
    number, key = sitting.journal_number, sitting.journal_key
    for entry in new:
        if entry.number is None or not is_next(entry, number, key):
            return False
        number, key = entry.number, entry.key
    return True


def _checked(session: Session, sitting: Sitting, new: Sequence[JournalEntry]) -> list[JournalEntry]:
    version_of = {
        row.slot: row.question_version_id for row in queries.paper_of(session, sitting.id)
    }
    if not all(e.slot in version_of and CLIENT_KEY.fullmatch(e.key) for e in new):
        raise misfit()
    versions = known_versions(session, [version_of[entry.slot] for entry in new])
    return [
        replace(
            entry,
            response=stored_response(versions[version_of[entry.slot]].printed, entry.response),
        )
        for entry in new
    ]


def _record_refusal(
    session: Session,
    sitting: Sitting,
    new: Sequence[JournalEntry],
    refusal: LateRefusal,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    record(
        session,
        actor=actor,
        now=now,
        action="exam.late_answers.refused",
        subject=("sitting", sitting.id),
        on_user_id=sitting.user_id,
        after={
            "refusal": refusal.name.lower(),
            "answers": [[entry.number, entry.slot, entry.response] for entry in new],
        },
    )
    session.flush()
