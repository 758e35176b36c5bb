"""Reads about the sample company."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User


def is_loaded(session: Session) -> bool:
    """Whether anybody of the sample company is in the database."""
    return session.scalar(select(User.id).where(User.is_sample).limit(1)) is not None
