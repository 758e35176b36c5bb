"""Recording answers: a few indexed statements, no template and no objects to load."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from core.audit import record
from core.errors import NotFound
from core.identity import Actor
from exams.models import RUNNING, Answer, Sitting, SittingQuestion, SittingState
from exams.operations.closing import settle_overdue
from exams.queries import sittings as queries
from exams.receipts import receipt_code
from exams.recording import CLIENT_KEY, JournalEntry, Tip, insert_answer, is_next
from exams.responses import Stored, misfit, stored_response
from exams.rules import is_in_time, seconds_left
from exams.versions import known_versions

# Built once: putting a statement together costs as much as running it.
_SLOT = (
    select(
        Sitting.user_id,
        Sitting.state,
        Sitting.deadline,
        Sitting.lease,
        Sitting.journal_number,
        Sitting.journal_key,
        Sitting.chain_number,
        Sitting.chain_head,
        SittingQuestion.question_version_id,
    )
    .join(SittingQuestion, SittingQuestion.sitting_id == Sitting.id)
    .where(Sitting.id == bindparam("sitting_id"), SittingQuestion.slot == bindparam("slot"))
    .with_for_update(of=Sitting)
)


class AnswerOutcome(Enum):
    """What became of one answer."""

    SAVED = "saved"
    # The same choice had been stored before; the receipt is the one of that time.
    REPEATED = "repeated"
    TOO_LATE = "too_late"
    # Another page holds the sitting now.
    TAKEN_OVER = "taken_over"
    # Not the next entry of the journal; the page sends again from the one that is awaited.
    OUT_OF_ORDER = "out_of_order"
    # The paper had been handed in.
    CLOSED = "closed"


@dataclass(frozen=True)
class AnswerReceipt:
    """What the page is told. Without `code` nothing was stored."""

    outcome: AnswerOutcome
    seconds_left: int
    received_at: datetime
    code: str | None
    # The journal number that the server awaits next.
    next_number: int | None = None
    # Of a repeated choice that a newer one has replaced meanwhile: that newer reply, alone in here.
    newest: tuple[Stored, ...] = ()


def record_answer(
    session: Session,
    sitting_id: int,
    entry: JournalEntry,
    *,
    lease: str | None = None,
    actor: Actor,
    now: datetime,
) -> AnswerReceipt:
    """Store one choice of the actor's own sitting, exactly once for a client key.

    In time means up to the deadline and the network grace; what comes later is refused, and the
    refusal is recorded. Raises NotFound for another person's sitting and for a slot that the
    paper does not have, Conflict for a reply that does not fit the question.
    """
    place = {"sitting_id": sitting_id, "slot": entry.slot}
    row = session.connection().execute(_SLOT, place).first()
    if row is None or actor.user_id is None or row.user_id != actor.user_id:
        raise NotFound()
    if not CLIENT_KEY.fullmatch(entry.key):
        raise misfit()
    version = known_versions(session, [row.question_version_id])[row.question_version_id]
    entry = replace(entry, response=stored_response(version.printed, entry.response))
    left = seconds_left(deadline=row.deadline, now=now)
    if row.state is SittingState.OPEN and is_in_time(deadline=row.deadline, received_at=now):
        next_number = row.journal_number + 1
        if lease == row.lease and is_next(entry, row.journal_number, row.journal_key):
            of_hash = insert_answer(session, sitting_id, Tip.of(row), entry, now=now)
            if of_hash is not None:
                code = receipt_code(of_hash)
                return AnswerReceipt(AnswerOutcome.SAVED, left, now, code, next_number + 1)
        return _not_inserted(session, sitting_id, row, entry, lease, left, actor=actor, now=now)
    return _earlier(session, sitting_id, entry, left) or _refuse(
        session,
        sitting_id,
        entry,
        AnswerOutcome.CLOSED if row.state not in RUNNING else AnswerOutcome.TOO_LATE,
        actor=actor,
        now=now,
    )


def _not_inserted(
    session: Session,
    sitting_id: int,
    row: Any,
    entry: JournalEntry,
    lease: str | None,
    left: int,
    *,
    actor: Actor,
    now: datetime,
) -> AnswerReceipt:
    """In time, yet nothing new: stored before, from another page, or not the next one."""
    earlier = _earlier(session, sitting_id, entry, left, next_number=row.journal_number + 1)
    if earlier is not None:
        return earlier
    if lease != row.lease:
        return _refuse(session, sitting_id, entry, AnswerOutcome.TAKEN_OVER, actor=actor, now=now)
    return AnswerReceipt(AnswerOutcome.OUT_OF_ORDER, left, now, None, row.journal_number + 1)


def _earlier(
    session: Session,
    sitting_id: int,
    entry: JournalEntry,
    left: int,
    *,
    next_number: int | None = None,
) -> AnswerReceipt | None:
    """The receipt of the time at which this very choice was stored before."""
    columns = (Answer.id, Answer.received_at, Answer.receipt_hash, Answer.response)
    mine = select(*columns).where(Answer.sitting_id == sitting_id)
    earlier = session.execute(mine.where(Answer.client_key == entry.key)).first()
    if earlier is None:
        return None
    last = session.execute(
        mine.where(Answer.slot == entry.slot).order_by(Answer.id.desc()).limit(1)
    ).one()
    return AnswerReceipt(
        AnswerOutcome.REPEATED,
        left,
        earlier.received_at,
        receipt_code(earlier.receipt_hash),
        next_number,
        newest=() if last.id == earlier.id else (last.response,),
    )


def _refuse(
    session: Session,
    sitting_id: int,
    entry: JournalEntry,
    outcome: AnswerOutcome,
    *,
    actor: Actor,
    now: datetime,
) -> AnswerReceipt:
    """Keep the fact that an answer was not taken, and settle the sitting if its time is over."""
    record(
        session,
        actor=actor,
        now=now,
        action="exam.answer.refused",
        subject=("sitting", sitting_id),
        on_user_id=actor.user_id,
        after={"slot": entry.slot, "response": entry.response, "outcome": outcome.value},
    )
    if outcome is AnswerOutcome.TOO_LATE:
        sitting = queries.locked_sitting(session, sitting_id)
        settle_overdue(session, sitting, actor=actor, now=now)
    session.flush()
    return AnswerReceipt(outcome, 0, now, None)


def save_form(
    session: Session,
    sitting: Sitting,
    responses: Mapping[int, Stored],
    *,
    seen_id: int,
    actor: Actor,
    now: datetime,
) -> int:
    """Store the answers of a whole page as an ordinary form sends them; says how many it stored.

    `seen_id` is the newest answer that the page knew when it was made. Only what was changed on
    the page since is appended, so an old page left open elsewhere overwrites nothing, and sending
    a form twice does nothing. After the time nothing is stored.
    """
    if sitting.user_id != actor.user_id:
        raise NotFound()
    sitting = queries.locked_sitting(session, sitting.id)
    is_open = sitting.state is SittingState.OPEN
    if not (is_open and is_in_time(deadline=sitting.deadline, received_at=now)):
        return 0
    seen = queries.last_answers(session, sitting.id, up_to_id=seen_id)
    last = queries.last_answers(session, sitting.id)
    stored = 0
    for slot, response in responses.items():
        before = seen[slot].response if slot in seen else None
        current = last[slot].response if slot in last else None
        if response not in (before, current):
            key = f"form-{now:%Y%m%d%H%M%S%f}-{slot}"
            entry = JournalEntry(slot, response, key)
            of_hash = insert_answer(session, sitting.id, Tip.of(sitting), entry, now=now)
            stored += of_hash is not None
            # The chain grew beside the object.
            session.refresh(sitting)
    return stored
