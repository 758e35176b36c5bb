"""Reads about the sample company."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User
from core.audit import AuditEntry


def is_loaded(session: Session) -> bool:
    """Whether anybody of the sample company is in the database."""
    return session.scalar(select(User.id).where(User.is_sample).limit(1)) is not None


def was_removed(session: Session) -> bool:
    """Whether it was taken out once; a later start must not bring it back."""
    removed = select(AuditEntry.id).where(AuditEntry.action == "sample.removed").limit(1)
    return session.scalar(removed) is not None
