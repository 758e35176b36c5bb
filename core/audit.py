"""The append-only record of who did what, when, on whom, with the values before and after.

Entries are written in the transaction of the act. The database refuses to change or delete them
(triggers, see `migrations/`). The actor's id and name are plain values, not a foreign key, because
history outlives accounts. Never put a password, a token or an unmasked ID number into an entry.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, String, Text, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base, UtcDateTime, table_of
from core.identity import Actor


class AuditEntry(Base):
    """One act; `subject_*` names the thing, `on_user_id` the person concerned."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index(None, "at"),
        Index(None, "subject_type", "subject_id"),
        Index(None, "on_user_id"),
        Index(None, "actor_id"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(80))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(80))
    on_user_id: Mapped[int | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    reason: Mapped[str | None] = mapped_column(Text)
    request_id: Mapped[str | None] = mapped_column(String(40))


# A plain statement costs a third of an object in the session, and no entry is ever changed.
_ENTRY = insert(table_of(AuditEntry))


def record(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    action: str,
    subject: tuple[str, object],
    on_user_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Add one entry; `action` reads subject then past participle, e.g. `exam.sitting.started`.

    A session marked `unrecorded` adds none: only the sample company's history is loaded so,
    because nobody did those things.
    """
    if session.info.get("unrecorded"):
        return
    act = Act(action, subject, on_user_id, before, after, reason)
    session.execute(_ENTRY, _columns(session, act, actor=actor, now=now))


@dataclass(frozen=True)
class Act:
    """What an entry tells, but for who and when."""

    action: str
    subject: tuple[str, object]
    on_user_id: int | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str | None = None


def record_all(session: Session, acts: Sequence[Act], *, actor: Actor, now: datetime) -> None:
    """Add many entries of one actor and moment with one statement, for imports."""
    if acts and not session.info.get("unrecorded"):
        rows = [_columns(session, act, actor=actor, now=now) for act in acts]
        session.execute(_ENTRY, rows)


def _columns(session: Session, act: Act, *, actor: Actor, now: datetime) -> dict[str, Any]:
    kind, subject_id = act.subject
    return {
        "at": now,
        "actor_id": actor.user_id,
        "actor_name": actor.name,
        "action": act.action,
        "subject_type": kind,
        "subject_id": str(subject_id),
        "on_user_id": act.on_user_id,
        "before": dict(act.before) if act.before is not None else None,
        "after": dict(act.after) if act.after is not None else None,
        "reason": act.reason,
        "request_id": session.info.get("request_id"),
    }
