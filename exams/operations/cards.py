"""Card codes: made by who leads the person, looked at, spent at a registered terminal."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from accounts import counters, rules
from accounts.models import Terminal, User
from accounts.operations import Entry, EntryOutcome, Visit, count_failure, start_session
from accounts.operations.upkeep import SIGN_INS_KEPT
from accounts.queries import wait_of_try
from accounts.rules import CounterKind, Subjects
from core.audit import record
from core.errors import N_, Conflict
from core.identity import Actor
from exams.circumstances import note_terminal
from exams.models import CardCode, Exam
from exams.queries.cards import open_card, open_sitting_ids
from exams.queries.sittings import locked_sitting


@dataclass(frozen=True)
class CardAttempt:
    """An employee number with a card code as typed at a terminal; `key` is that of the hashes."""

    user_id: int | None
    code: str
    subjects: Subjects
    key: bytes


class Look(Enum):
    """What a card code that was typed turned out to be."""

    RIGHT = "right"
    REFUSED = "refused"
    # The right one, but of another day.
    EARLY = "early"


@dataclass(frozen=True)
class CardOutcome:
    """What to tell: the card where it was right, else how the refusal ended."""

    look: Look
    card: CardCode | None = None
    refusal: EntryOutcome | None = None


@dataclass(frozen=True)
class Validity:
    """From when to when a card code works, and for which exam alone, if for one."""

    valid_from: datetime
    expires_at: datetime
    exam: Exam | None = None


def make_card(
    session: Session,
    user: User,
    validity: Validity,
    *,
    code: str,
    key: bytes,
    actor: Actor,
    now: datetime,
) -> CardCode:
    """Make `code` the only one with which the person gets into exams at a terminal, once.

    The caller decides who may, and shows the code: only a keyed hash is stored.
    """
    if not user.is_active:
        raise Conflict(N_("%(name)s 的离职已登记，不能再发卡码"), name=user.name)
    if validity.expires_at <= now:
        raise Conflict(N_("卡码的有效期已经过了。选今天或以后的一天"))
    session.execute(
        update(CardCode)
        .where(CardCode.user_id == user.id, CardCode.used_at.is_(None), CardCode.expires_at > now)
        .values(expires_at=now)
    )
    made = CardCode(
        user_id=user.id,
        exam_id=validity.exam.id if validity.exam else None,
        code_hash=rules.card_hash(user.id, code, key=key),
        made_by_id=actor.user_id,
        created_at=now,
        valid_from=validity.valid_from,
        expires_at=validity.expires_at,
    )
    session.add(made)
    session.flush()
    _record(
        session,
        made,
        "card_code.made",
        actor=actor,
        now=now,
        after={
            "exam_id": made.exam_id,
            "valid_from": made.valid_from.isoformat(),
            "expires_at": made.expires_at.isoformat(),
        },
    )
    return made


def look_at_card(
    session: Session, attempt: CardAttempt, *, address: str, actor: Actor, now: datetime
) -> CardOutcome:
    """Whether the code is the person's, without spending it; a wrong one is counted."""
    ends = wait_of_try(session, attempt.subjects, user_id=attempt.user_id, address=address, now=now)
    if ends is not None:
        return CardOutcome(Look.REFUSED, refusal=EntryOutcome(Entry.WAIT, waits_until=ends))
    user = session.get(User, attempt.user_id) if attempt.user_id is not None else None
    card = open_card(session, user.id, now=now) if user is not None else None
    if user is None or card is None or not _fits(card, attempt):
        if card is not None:
            _count_on(session, card, actor=actor, now=now)
        refusal = count_failure(session, attempt.subjects, user=user, actor=actor, now=now)
        return CardOutcome(Look.REFUSED, refusal=refusal)
    if not user.is_active:
        return CardOutcome(Look.REFUSED, refusal=EntryOutcome(Entry.LEFT))
    return CardOutcome(Look.EARLY if now < card.valid_from else Look.RIGHT, card)


def enter_by_card(
    session: Session,
    attempt: CardAttempt,
    visit: Visit,
    terminal: Terminal,
    *,
    actor: Actor,
    now: datetime,
) -> CardOutcome:
    """Spend the code and sign the person in at the terminal; sittings that run note the place."""
    seen = look_at_card(session, attempt, address=visit.address, actor=actor, now=now)
    if seen.look is not Look.RIGHT or seen.card is None:
        return seen
    # Asked of the row itself, so that of two who type the same code at once one gets in.
    spent = session.scalar(
        update(CardCode)
        .where(CardCode.id == seen.card.id, CardCode.used_at.is_(None))
        .values(used_at=now, terminal_id=terminal.id)
        .returning(CardCode.id)
    )
    user = session.get_one(User, seen.card.user_id)
    if spent is None:
        refusal = count_failure(session, attempt.subjects, user=user, actor=actor, now=now)
        return CardOutcome(Look.REFUSED, refusal=refusal)
    person = Actor(user.id, user.name)
    counters.add(session, CounterKind.ADDRESS, attempt.subjects.address, now=now, succeeded=1)
    counters.forget_failures(session, attempt.subjects.pair)
    opened = start_session(session, user, visit, actor=person, now=now)
    seen.card.session_id = opened.id
    terminal.last_used_at = now
    _record(
        session,
        seen.card,
        "card_code.used",
        actor=person,
        now=now,
        after={"terminal_id": terminal.id, "session_id": opened.id},
    )
    at_terminal = Actor(user.id, user.name, session_id=opened.id)
    for sitting_id in open_sitting_ids(session, user.id, only_exam_id=seen.card.exam_id, now=now):
        sitting = locked_sitting(session, sitting_id)
        note_terminal(session, sitting, actor=at_terminal, now=now)
    session.flush()
    return seen


def purge_expired_cards(session: Session, *, actor: Actor, now: datetime) -> int:
    """Clear away card codes that ended over six months ago; returns how many."""
    gone = session.execute(
        delete(CardCode).where(CardCode.expires_at < now - SIGN_INS_KEPT).returning(CardCode.id),
        execution_options={"synchronize_session": False},
    ).all()
    if gone:
        record(
            session,
            actor=actor,
            now=now,
            action="card_code.purged",
            subject=("card_code", "expired"),
            after={"codes": len(gone)},
        )
    session.flush()
    return len(gone)


def _fits(card: CardCode, attempt: CardAttempt) -> bool:
    typed = rules.card_hash(card.user_id, attempt.code, key=attempt.key)
    return hmac.compare_digest(card.code_hash, typed)


def _count_on(session: Session, card: CardCode, *, actor: Actor, now: datetime) -> None:
    card.failed_count += 1
    if card.failed_count >= rules.CODE_TRIES:
        _record(session, card, "card_code.burned", actor=actor, now=now)
    session.flush()


def _record(
    session: Session,
    card: CardCode,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    after: dict[str, object] | None = None,
) -> None:
    record(
        session,
        actor=actor,
        now=now,
        action=action,
        subject=("card_code", card.id),
        on_user_id=card.user_id,
        after=after,
    )
