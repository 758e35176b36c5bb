"""What one person may by way of exception in one exam, with the reason and who allowed it."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.audit import record
from core.identity import Actor
from exams.models import EntryPermit, Exam, Exemption, SafeBrowserExemption

Grant = type[Exemption] | type[EntryPermit] | type[SafeBrowserExemption]


def add_grant(
    session: Session,
    grant: Grant,
    exam: Exam,
    user_id: int,
    *,
    action: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Store an exception of this kind and the entry of the audit log that goes with it."""
    session.add(
        grant(
            exam_id=exam.id,
            user_id=user_id,
            reason=reason,
            granted_by_id=actor.user_id,
            granted_at=now,
        )
    )
    record(
        session,
        actor=actor,
        now=now,
        action=action,
        subject=("exam", exam.id),
        on_user_id=user_id,
        reason=reason,
    )
    session.flush()
