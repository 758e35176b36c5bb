"""Privacy notices, and clearing away what need not be kept."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from accounts import queries
from accounts.models import (
    ActivationCode,
    AuthSession,
    NoticeAcknowledgement,
    PrivacyNotice,
    SignInCounter,
)
from accounts.privacy import shipped_notices
from core.audit import record
from core.db import Base
from core.errors import N_, NotFound
from core.identity import Actor

COUNTERS_KEPT = timedelta(days=1)
# 网络安全法: logs of who signed in are kept for at least six months.
SIGN_INS_KEPT = timedelta(days=190)


@dataclass(frozen=True)
class Purged:
    """How many rows of each kind were cleared away."""

    counters: int
    codes: int
    sessions: int


def ensure_notice(session: Session, *, actor: Actor, now: datetime) -> PrivacyNotice:
    """Publish every notice that comes with the code and is not stored yet; returns the newest."""
    stored = set(session.scalars(select(PrivacyNotice.version)))
    for text in shipped_notices():
        if text.version in stored:
            continue
        notice = PrivacyNotice(
            version=text.version,
            text_markdown=text.zh,
            text_markdown_en=text.en,
            published_at=now,
        )
        session.add(notice)
        session.flush()
        record(
            session,
            actor=actor,
            now=now,
            action="notice.published",
            subject=("privacy_notice", notice.id),
            after={"version": text.version},
        )
    newest = queries.newest_notice(session)
    if newest is None:
        raise NotFound(N_("没有个人信息告知"))
    return newest


def acknowledge_notice(session: Session, *, actor: Actor, now: datetime) -> None:
    """Note that the acting person has read the newest notice; twice is once."""
    newest = queries.newest_notice(session)
    if newest is None or actor.user_id is None:
        return
    if queries.acknowledged_at(session, actor.user_id, newest.id) is not None:
        return
    session.add(
        NoticeAcknowledgement(user_id=actor.user_id, notice_id=newest.id, acknowledged_at=now)
    )
    record(
        session,
        actor=actor,
        now=now,
        action="notice.acknowledged",
        subject=("privacy_notice", newest.id),
        on_user_id=actor.user_id,
        after={"version": newest.version},
    )
    session.flush()


def purge_expired(session: Session, *, actor: Actor, now: datetime) -> Purged:
    """Clear away counters of past days, and codes and sessions that ended over six months ago."""
    log_ends = now - SIGN_INS_KEPT
    purged = Purged(
        counters=_purge(
            session, SignInCounter, SignInCounter.span_started_at < now - COUNTERS_KEPT
        ),
        codes=_purge(session, ActivationCode, ActivationCode.expires_at < log_ends),
        sessions=_purge(
            session,
            AuthSession,
            func.coalesce(AuthSession.ended_at, AuthSession.expires_at) < log_ends,
        ),
    )
    # Counters alone are cleared every half hour and say nothing about anyone.
    if purged.codes or purged.sessions:
        record(
            session,
            actor=actor,
            now=now,
            action="sign_in_log.purged",
            subject=("sign_in_log", "expired"),
            after=asdict(purged),
        )
    session.flush()
    return purged


def _purge(session: Session, table: type[Base], condition: ColumnElement[bool]) -> int:
    gone = session.execute(
        delete(table).where(condition).returning(table.id),  # type: ignore[attr-defined]
        execution_options={"synchronize_session": False},
    )
    return len(gone.all())
