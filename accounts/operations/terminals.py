"""Shared terminals: registered and revoked."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import AuthSession, Terminal
from accounts.operations.sessions import end_sessions
from accounts.rules import token_hash
from core.audit import record
from core.errors import N_, Conflict
from core.identity import Actor


def register_terminal(
    session: Session, *, name: str, place: str, token: str, actor: Actor, now: datetime
) -> Terminal:
    """Make the browser that will hold `token` a shared terminal."""
    made = Terminal(
        name=name,
        place=place,
        token_hash=token_hash(token),
        registered_by_id=actor.user_id,
        registered_at=now,
    )
    session.add(made)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        action="terminal.registered",
        subject=("terminal", made.id),
        after={"name": name, "place": place},
    )
    session.flush()
    return made


def revoke_terminal(session: Session, terminal: Terminal, *, actor: Actor, now: datetime) -> None:
    """Make the browser an ordinary one again; whoever is signed in on it is signed out."""
    if terminal.revoked_at is not None:
        raise Conflict(N_("这台终端已经停用了"))
    terminal.revoked_at = now
    rows = session.execute(
        select(AuthSession.id, AuthSession.user_id).where(
            AuthSession.terminal_id == terminal.id,
            AuthSession.ended_at.is_(None),
            AuthSession.expires_at > now,
        )
    )
    for session_id, user_id in rows.all():
        end_sessions(
            session,
            user_id,
            reason="terminal_revoked",
            only_id=session_id,
            actor=actor,
            now=now,
        )
    record(
        session,
        actor=actor,
        now=now,
        action="terminal.revoked",
        subject=("terminal", terminal.id),
        before={"name": terminal.name, "place": terminal.place},
    )
    session.flush()
