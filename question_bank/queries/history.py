"""Who made which version of a question, and what was said when a review was asked for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from question_bank.models import Question

MAKING = ("question.created", "question.changed", "question.revived")


@dataclass(frozen=True)
class ReviewRequest:
    """That a person asked for a review, and why."""

    actor_name: str
    at: datetime
    note: str


def versions_made(session: Session, question: Question) -> dict[int, str]:
    """The name of whoever first made each version current, by the version's id."""
    made: dict[int, str] = {}
    for entry in _entries(session, question, MAKING):
        version_id = (entry.after or {}).get("version_id")
        if version_id is not None:
            made.setdefault(version_id, entry.actor_name)
    return made


def review_request(session: Session, question: Question) -> ReviewRequest | None:
    """The last note with which a person asked for the review that is open."""
    if question.review_since is None:
        return None
    for entry in reversed(_entries(session, question, ("question.review.asked",))):
        note = (entry.after or {}).get("note")
        if entry.at >= question.review_since and note:
            return ReviewRequest(entry.actor_name, entry.at, note)
    return None


def _entries(session: Session, question: Question, actions: tuple[str, ...]) -> list[AuditEntry]:
    return list(
        session.scalars(
            select(AuditEntry)
            .where(
                AuditEntry.subject_type == "question",
                AuditEntry.subject_id == question.public_id,
                AuditEntry.action.in_(actions),
            )
            .order_by(AuditEntry.id)
        )
    )
