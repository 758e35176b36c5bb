"""Starting and ending signed-in browsers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import AuthSession, User
from accounts.rules import token_hash
from core.audit import record
from core.identity import Actor


@dataclass(frozen=True)
class Visit:
    """The browser that asks: its new session's token and lifetime, where it is, what it is."""

    token: str
    hours: int
    address: str
    user_agent: str
    # The session that this browser has so far; it ends when a new one starts.
    replaces_id: int | None = None
    # The shared terminal that it is, where a card code opened the session.
    terminal_id: int | None = None


def start_session(
    session: Session, user: User, visit: Visit, *, actor: Actor, now: datetime
) -> AuthSession:
    """Sign a browser in as a person; the row keeps only the token's hash."""
    old = session.get(AuthSession, visit.replaces_id) if visit.replaces_id else None
    if old is not None and old.ended_at is None:
        _end(session, old, reason="replaced", actor=actor, now=now)
    row = AuthSession(
        user_id=user.id,
        token_hash=token_hash(visit.token),
        created_at=now,
        expires_at=now + timedelta(hours=visit.hours),
        address=visit.address[:64],
        user_agent=visit.user_agent[:200],
        terminal_id=visit.terminal_id,
    )
    session.add(row)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        action="session.started",
        subject=("session", row.id),
        on_user_id=user.id,
        after={"terminal_id": visit.terminal_id} if visit.terminal_id else None,
    )
    return row


def end_sessions(
    session: Session,
    user_id: int,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    only_id: int | None = None,
) -> int:
    """End a person's sessions at once, or one of them; returns how many were open."""
    wanted = select(AuthSession).where(
        AuthSession.user_id == user_id,
        AuthSession.ended_at.is_(None),
        AuthSession.expires_at > now,
    )
    if only_id is not None:
        wanted = wanted.where(AuthSession.id == only_id)
    rows = session.scalars(wanted).all()
    for row in rows:
        _end(session, row, reason=reason, actor=actor, now=now)
    session.flush()
    return len(rows)


def _end(session: Session, row: AuthSession, *, reason: str, actor: Actor, now: datetime) -> None:
    row.ended_at = now
    row.ended_reason = reason
    record(
        session,
        actor=actor,
        now=now,
        action="session.ended",
        subject=("session", row.id),
        on_user_id=row.user_id,
        reason=reason,
    )
