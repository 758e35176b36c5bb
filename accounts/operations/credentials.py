"""Activation codes and passwords. Passwords arrive hashed: no hashing inside a write."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from accounts import counters, queries, rules
from accounts.models import ActivationCode, User
from accounts.operations.sessions import Visit, end_sessions, start_session
from accounts.operations.sign_in import Entry, EntryOutcome, count_failure
from accounts.rules import CounterKind, Subjects
from core.audit import record
from core.errors import N_, Conflict
from core.identity import Actor


@dataclass(frozen=True)
class CodeAttempt:
    """An employee number with a code as typed, and the hash of the password to set."""

    user_id: int | None
    code: str
    new_hash: str
    subjects: Subjects
    # The counter of wrong passwords, which a right code makes forgotten.
    password_pair: str


def make_activation_code(
    session: Session, user: User, *, actor: Actor, now: datetime, code: str
) -> ActivationCode:
    """Make `code` the only one with which the person can set a password, once, within 72 hours.

    The caller decides who may, and shows `rules.show_code(code)` once: only a hash is stored.
    """
    if not user.is_active:
        raise Conflict(N_("%(name)s 的离职已登记，不能再发激活码"), name=user.name)
    session.execute(
        update(ActivationCode)
        .where(
            ActivationCode.user_id == user.id,
            ActivationCode.used_at.is_(None),
            ActivationCode.expires_at > now,
        )
        .values(expires_at=now)
    )
    made = ActivationCode(
        user_id=user.id,
        code_hash=rules.code_hash(user.id, code),
        made_by_id=actor.user_id,
        created_at=now,
        expires_at=now + timedelta(hours=rules.CODE_HOURS),
    )
    session.add(made)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        action="activation_code.made",
        subject=("activation_code", made.id),
        on_user_id=user.id,
        after={"expires_at": made.expires_at.isoformat()},
    )
    return made


def activate(
    session: Session, attempt: CodeAttempt, visit: Visit, *, actor: Actor, now: datetime
) -> EntryOutcome:
    """Set the password and sign in if the code is right; else count it, also on the code."""
    ends = queries.wait_of_try(
        session, attempt.subjects, user_id=attempt.user_id, address=visit.address, now=now
    )
    if ends is not None:
        return EntryOutcome(Entry.WAIT, waits_until=ends)
    user = session.get(User, attempt.user_id) if attempt.user_id is not None else None
    if user is None or not _use_code(session, user, attempt.code, actor=actor, now=now):
        return count_failure(session, attempt.subjects, user=user, actor=actor, now=now)
    if not user.is_active:
        return EntryOutcome(Entry.LEFT)
    person = Actor(user.id, user.name)
    _set_password(session, user, attempt.new_hash, actor=person, now=now)
    counters.add(session, CounterKind.ADDRESS, attempt.subjects.address, now=now, succeeded=1)
    counters.forget_failures(session, attempt.subjects.pair, attempt.password_pair)
    start_session(session, user, visit, actor=person, now=now)
    return EntryOutcome(Entry.SIGNED_IN)


def _use_code(session: Session, user: User, code: str, *, actor: Actor, now: datetime) -> bool:
    """Spend the person's open code if this is it; a wrong one is counted, the fifth burns it."""
    found = queries.open_code(session, user.id, now=now)
    if found is None:
        return False
    if not hmac.compare_digest(found.code_hash, rules.code_hash(user.id, code)):
        found.failed_count += 1
        if found.failed_count >= rules.CODE_TRIES:
            _record_code(session, found, "activation_code.burned", actor=actor, now=now)
        session.flush()
        return False
    # Asked of the row itself, so that of two who type the same code at once one gets in.
    spent = session.scalar(
        update(ActivationCode)
        .where(ActivationCode.id == found.id, ActivationCode.used_at.is_(None))
        .values(used_at=now)
        .returning(ActivationCode.id)
    )
    if spent is None:
        return False
    person = Actor(user.id, user.name)
    _record_code(session, found, "activation_code.used", actor=person, now=now)
    return True


def _record_code(
    session: Session, code: ActivationCode, action: str, *, actor: Actor, now: datetime
) -> None:
    record(
        session,
        actor=actor,
        now=now,
        action=action,
        subject=("activation_code", code.id),
        on_user_id=code.user_id,
    )


def change_password(
    session: Session,
    user: User,
    visit: Visit,
    *,
    checked_hash: str | None,
    new_hash: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Replace the password that was checked before the write; every browser is signed out.

    The one that asks gets a new session.
    """
    if user.password_hash != checked_hash:
        raise Conflict(N_("密码刚刚在别处改过。重新登录，再改一次"))
    _set_password(session, user, new_hash, actor=actor, now=now)
    start_session(session, user, visit, actor=actor, now=now)


def _set_password(
    session: Session, user: User, new_hash: str, *, actor: Actor, now: datetime
) -> None:
    user.password_hash = new_hash
    user.must_change_password = False
    record(
        session,
        actor=actor,
        now=now,
        action="password.changed",
        subject=("user", user.id),
        on_user_id=user.id,
    )
    end_sessions(session, user.id, reason="password_changed", actor=actor, now=now)
