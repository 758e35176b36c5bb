"""Recording answers: a few indexed statements, no template and no objects to load."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from core.audit import record
from core.errors import NotFound
from core.identity import Actor
from exams.chain import ANSWER, link_hash
from exams.links import answer_content
from exams.models import Answer, Sitting, SittingQuestion, SittingState
from exams.operations.sitting import submit_sitting
from exams.queries import sittings as queries
from exams.receipts import receipt_code
from exams.responses import Stored, misfit, stored_response
from exams.rules import is_in_time, seconds_left
from exams.versions import known_versions

CLIENT_KEY = re.compile(r"[A-Za-z0-9-]{8,40}")

# Built once: putting a statement together costs as much as running it.
_SLOT = (
    select(
        Sitting.user_id,
        Sitting.state,
        Sitting.deadline,
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
    # The paper had been handed in.
    CLOSED = "closed"


@dataclass(frozen=True)
class AnswerReceipt:
    """What the page is told. Without `code` nothing was stored."""

    outcome: AnswerOutcome
    seconds_left: int
    received_at: datetime
    code: str | None


def record_answer(
    session: Session,
    sitting_id: int,
    slot: int,
    *,
    response: Any,
    client_key: str,
    actor: Actor,
    now: datetime,
) -> AnswerReceipt:
    """Store one choice of the actor's own sitting, exactly once for a client key.

    In time means up to the deadline and the network grace; what comes later is refused, and the
    refusal is recorded. Raises NotFound for another person's sitting and for a slot that the
    paper does not have, Conflict for a reply that does not fit the question.
    """
    row = session.connection().execute(_SLOT, {"sitting_id": sitting_id, "slot": slot}).first()
    if row is None or actor.user_id is None or row.user_id != actor.user_id:
        raise NotFound()
    if not CLIENT_KEY.fullmatch(client_key):
        raise misfit()
    version = known_versions(session, [row.question_version_id])[row.question_version_id]
    stored = stored_response(version.printed, response)
    left = seconds_left(deadline=row.deadline, now=now)
    if row.state is SittingState.OPEN and is_in_time(deadline=row.deadline, received_at=now):
        tip = (row.chain_number, row.chain_head)
        of_hash = _insert(session, sitting_id, tip, slot, stored, client_key, now)
        if of_hash is not None:
            return AnswerReceipt(AnswerOutcome.SAVED, left, now, receipt_code(of_hash))
    earlier = session.execute(
        select(Answer.received_at, Answer.receipt_hash).where(
            Answer.sitting_id == sitting_id, Answer.client_key == client_key
        )
    ).first()
    if earlier is not None:
        code = receipt_code(earlier.receipt_hash)
        return AnswerReceipt(AnswerOutcome.REPEATED, left, earlier.received_at, code)
    outcome = AnswerOutcome.TOO_LATE if row.state is SittingState.OPEN else AnswerOutcome.CLOSED
    _refuse(session, sitting_id, slot, stored, outcome, actor=actor, now=now)
    return AnswerReceipt(outcome, 0, now, None)


def _insert(
    session: Session,
    sitting_id: int,
    tip: tuple[int, str],
    slot: int,
    stored: Stored,
    client_key: str,
    now: datetime,
) -> str | None:
    """Append the answer to the chain that ends at `tip`; None if its client key is there."""
    number = tip[0] + 1
    content = answer_content(slot, stored, client_key)
    of_hash = link_hash(tip[1], number=number, kind=ANSWER, content=content, at=now)
    made = _UNLESS_THERE[session.get_bind().dialect.name]
    made_id = session.connection().scalar(
        made,
        {
            "sitting_id": sitting_id,
            "slot": slot,
            "response": stored,
            "client_key": client_key,
            "received_at": now,
            "number": number,
            "receipt_hash": of_hash,
        },
    )
    if made_id is None:
        return None
    session.connection().execute(_TIP, {"of_id": sitting_id, "tip": number, "head": of_hash})
    return of_hash


_KEY = ["sitting_id", "client_key"]
# The id comes back only where a row was made; the row count means something else on each engine.
_UNLESS_THERE: dict[str, Any] = {
    name: dialect.insert(Answer).on_conflict_do_nothing(index_elements=_KEY).returning(Answer.id)
    for name, dialect in {"sqlite": sqlite, "postgresql": postgresql}.items()
}
_TIP = (
    update(Sitting)
    .where(Sitting.id == bindparam("of_id"))
    .values(chain_number=bindparam("tip"), chain_head=bindparam("head"))
)


def _refuse(
    session: Session,
    sitting_id: int,
    slot: int,
    stored: Stored,
    outcome: AnswerOutcome,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep the fact that an answer came too late, and close the sitting if nobody has yet."""
    record(
        session,
        actor=actor,
        now=now,
        action="exam.answer.refused",
        subject=("sitting", sitting_id),
        on_user_id=actor.user_id,
        after={"slot": slot, "response": stored, "outcome": outcome.value},
    )
    if outcome is AnswerOutcome.TOO_LATE:
        sitting = queries.locked_sitting(session, sitting_id)
        submit_sitting(session, sitting, actor=actor, now=now)
    session.flush()


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
    stored, head = 0, sitting.chain_head
    for slot, response in responses.items():
        before = seen[slot].response if slot in seen else None
        current = last[slot].response if slot in last else None
        if response not in (before, current):
            key = f"form-{now:%Y%m%d%H%M%S%f}-{slot}"
            tip = (sitting.chain_number + stored, head)
            of_hash = _insert(session, sitting.id, tip, slot, response, key, now)
            if of_hash is not None:
                head = of_hash
                stored += 1
    # The chain grew beside the object.
    session.expire(sitting)
    return stored
