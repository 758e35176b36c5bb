"""How long a person's sessions on shared terminals live: as long as a sitting needs them.

No acts of their own: what makes a session longer or shorter, the start, the extension or the end
of a sitting, is recorded.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import AuthSession


def hold_sessions(session: Session, user_id: int, *, until: datetime, now: datetime) -> None:
    """Let the person's sessions on terminals live at least until a moment."""
    for row in _on_terminals(session, user_id, now):
        row.expires_at = max(row.expires_at, until)
    session.flush()


def bound_sessions(session: Session, user_id: int, *, until: datetime, now: datetime) -> None:
    """Let the person's sessions on terminals live no longer than until a moment."""
    for row in _on_terminals(session, user_id, now):
        row.expires_at = min(row.expires_at, until)
    session.flush()


def _on_terminals(session: Session, user_id: int, now: datetime) -> list[AuthSession]:
    return list(
        session.scalars(
            select(AuthSession).where(
                AuthSession.user_id == user_id,
                AuthSession.terminal_id.is_not(None),
                AuthSession.ended_at.is_(None),
                AuthSession.expires_at > now,
            )
        )
    )
