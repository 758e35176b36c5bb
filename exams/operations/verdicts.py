"""What a person decides about how a sitting was sat: it stands, or it is void (违纪作废)."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.audit import record
from core.errors import N_, Conflict, Forbidden
from core.events import publish
from core.identity import Actor
from exams.events import SittingRemarked
from exams.links import CONFIRMED, VOIDED
from exams.models import RUNNING, IntegrityDecision, Sitting
from exams.queries import sittings as queries
from exams.scoring import store_scores


def confirm_sitting(
    session: Session, sitting_id: int, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Let the result of a sitting stand that was handed in by itself, or that was void.

    Raises Conflict where nothing waits for it.
    """
    sitting = queries.locked_sitting(session, sitting_id)
    if sitting.integrity_decision not in (IntegrityDecision.PENDING, IntegrityDecision.VOIDED):
        raise Conflict(N_("这份答卷没有要确认的"))
    _decide(session, sitting, IntegrityDecision.CONFIRMED, reason=reason, actor=actor, now=now)


def void_sitting(
    session: Session, sitting_id: int, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Let a closed sitting count as not passed; its score and all that happened stay readable.

    Only a person may do so, for a reason that the candidate can read, and never to oneself. Raises
    Conflict for a sitting that runs or is void already.
    """
    sitting = queries.locked_sitting(session, sitting_id)
    if sitting.integrity_decision is IntegrityDecision.VOIDED:
        raise Conflict(N_("这份答卷已经作废"))
    _decide(session, sitting, IntegrityDecision.VOIDED, reason=reason, actor=actor, now=now)


def _decide(
    session: Session,
    sitting: Sitting,
    decision: IntegrityDecision,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    if actor.user_id is None or actor.user_id == sitting.user_id:
        raise Forbidden(N_("这是你自己的答卷，由别的监考人处理。"))
    if sitting.state in RUNNING:
        raise Conflict(N_("还没有交卷。先收卷，再决定"))
    exam = queries.exam_of(session, sitting)
    before = sitting.integrity_decision
    was_passed = bool(sitting.is_passed)
    sitting.integrity_decision = decision
    kind = VOIDED if decision is IntegrityDecision.VOIDED else CONFIRMED
    after = store_scores(session, sitting, exam, kind=kind, now=now)
    record(
        session,
        actor=actor,
        now=now,
        action=f"exam.sitting.{kind}",
        subject=("sitting", sitting.id),
        on_user_id=sitting.user_id,
        before={"decision": before.value if before else None, "is_passed": was_passed},
        after={"decision": decision.value, **after},
        reason=reason,
    )
    session.flush()
    ids = (sitting.id, exam.id, sitting.user_id)
    publish(session, SittingRemarked(actor, now, *ids, was_passed, sitting.is_passed, reason))
