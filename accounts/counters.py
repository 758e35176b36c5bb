"""The rows that count sign-in results by the minute; they name nobody and have no audit entry."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from accounts import rules
from accounts.models import SignInCounter
from accounts.rules import CounterKind


def add(
    session: Session,
    kind: CounterKind,
    subject: str,
    *,
    now: datetime,
    failed: int = 0,
    succeeded: int = 0,
) -> None:
    """Add to the row of this minute; of two processes that add at once both count."""
    dialect = session.get_bind().dialect.name
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    session.execute(
        insert(SignInCounter)
        .values(
            kind=kind.value,
            subject=subject,
            span_started_at=rules.bucket_of(now),
            failed_count=failed,
            succeeded_count=succeeded,
        )
        .on_conflict_do_update(
            index_elements=["kind", "subject", "span_started_at"],
            set_={
                "failed_count": SignInCounter.failed_count + failed,
                "succeeded_count": SignInCounter.succeeded_count + succeeded,
            },
        )
    )


def forget_failures(session: Session, *pairs: str) -> None:
    """Give one person at one address all tries back."""
    session.execute(
        delete(SignInCounter).where(
            SignInCounter.kind == CounterKind.PAIR.value, SignInCounter.subject.in_(pairs)
        )
    )
