"""That somebody took evidence or results out of the product."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.audit import record
from core.identity import Actor
from exams.models import Exam, Sitting


def record_evidence(session: Session, sitting: Sitting, *, actor: Actor, now: datetime) -> None:
    """An official took the evidence of a person's sitting."""
    record(
        session,
        actor=actor,
        now=now,
        action="exam.evidence.taken",
        subject=("sitting", sitting.id),
        on_user_id=sitting.user_id,
        after={"exam_id": sitting.exam_id, "head": sitting.signed_head},
    )
    session.flush()


def record_results(
    session: Session, exam: Exam, *, count: int, actor: Actor, now: datetime
) -> None:
    """An official took all results of an exam with every answer."""
    record(
        session,
        actor=actor,
        now=now,
        action="exam.results.taken",
        subject=("exam", exam.id),
        after={"sittings": count},
    )
    session.flush()
