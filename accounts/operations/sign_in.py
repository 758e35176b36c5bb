"""Signing in with a checked password, and counting who fails and who succeeds."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy.orm import Session

from accounts import counters, queries, rules
from accounts.models import User
from accounts.operations.sessions import Visit, start_session
from accounts.rules import CounterKind, Subjects
from core.audit import record
from core.identity import Actor


class Entry(Enum):
    """How a try to get in ended."""

    SIGNED_IN = "signed_in"
    WRONG = "wrong"
    WAIT = "wait"
    LEFT = "left"


@dataclass(frozen=True)
class EntryOutcome:
    """How it ended, and what to tell: tries left after a wrong one, or until when to wait."""

    entry: Entry
    tries_left: int = 0
    waits_until: datetime | None = None


@dataclass(frozen=True)
class Attempt:
    """A sign-in whose password has been checked, before the write, against `checked_hash`."""

    user_id: int | None
    checked_hash: str | None
    is_right: bool
    subjects: Subjects
    # The password's hash under today's setting, where the stored one is older.
    fresh_hash: str | None = None


def sign_in(
    session: Session, attempt: Attempt, visit: Visit, *, actor: Actor, now: datetime
) -> EntryOutcome:
    """Start a session if the password was right and still is the stored one; else count it.

    Waiting is looked at again here, so that tries sent all at once gain nothing: beyond the fifth
    even the right password is refused.
    """
    ends = queries.wait_of_try(
        session, attempt.subjects, user_id=attempt.user_id, address=visit.address, now=now
    )
    if ends is not None:
        return EntryOutcome(Entry.WAIT, waits_until=ends)
    user = session.get(User, attempt.user_id) if attempt.user_id is not None else None
    if user is None or not attempt.is_right or user.password_hash != attempt.checked_hash:
        return count_failure(session, attempt.subjects, user=user, actor=actor, now=now)
    if not user.is_active:
        return EntryOutcome(Entry.LEFT)
    person = Actor(user.id, user.name)
    if attempt.fresh_hash is not None:
        user.password_hash = attempt.fresh_hash
        record(
            session,
            actor=person,
            now=now,
            action="password.rehashed",
            subject=("user", user.id),
            on_user_id=user.id,
        )
    counters.add(session, CounterKind.ADDRESS, attempt.subjects.address, now=now, succeeded=1)
    counters.forget_failures(session, attempt.subjects.pair)
    start_session(session, user, visit, actor=person, now=now)
    return EntryOutcome(Entry.SIGNED_IN)


def count_failure(
    session: Session, subjects: Subjects, *, user: User | None, actor: Actor, now: datetime
) -> EntryOutcome:
    """Count a wrong password or code, and say how many tries are left."""
    counters.add(session, CounterKind.PAIR, subjects.pair, now=now, failed=1)
    counters.add(session, CounterKind.ACCOUNT, subjects.account, now=now, failed=1)
    counters.add(session, CounterKind.ADDRESS, subjects.address, now=now, failed=1)
    left = queries.tries_left(session, subjects, now=now)
    # Of unknown numbers only the counters know: people type passwords into the wrong box.
    if user is not None:
        record(
            session,
            actor=actor,
            now=now,
            action="sign_in.refused",
            subject=("user", user.id),
            on_user_id=user.id,
            after={"tries_left": left},
        )
    ends = None if left else rules.bucket_of(now) + rules.WAIT
    return EntryOutcome(Entry.WRONG, tries_left=left, waits_until=ends)
