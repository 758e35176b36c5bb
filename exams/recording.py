"""Appending one answer to the chain of its sitting: a few statements, no objects to load."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from exams.chain import ANSWER, link_hash
from exams.links import answer_content
from exams.models import Answer, Sitting

CLIENT_KEY = re.compile(r"[A-Za-z0-9-]{8,40}")


@dataclass(frozen=True)
class JournalEntry:
    """One choice as a page sends it.

    `key` makes sending twice harmless. `number` counts the choices of one page from 1 and `after`
    is the key of the one before it, so that nothing is skipped; both are None without script.
    """

    slot: int
    response: Any
    key: str
    number: int | None = None
    after: str | None = None
    claimed_at: datetime | None = None


def is_next(entry: JournalEntry, journal_number: int, journal_key: str | None) -> bool:
    """Whether an entry goes on from the journal's newest one; without a number it always does."""
    if entry.number is None:
        return True
    return (entry.number, entry.after) == (journal_number + 1, journal_key)


@dataclass(frozen=True)
class Tip:
    """Where a sitting's chain and its page's journal end."""

    number: int
    head: str
    journal_number: int
    journal_key: str | None

    @staticmethod
    def of(sitting: Any) -> "Tip":
        return Tip(
            sitting.chain_number, sitting.chain_head, sitting.journal_number, sitting.journal_key
        )


def insert_answer(
    session: Session,
    sitting_id: int,
    tip: Tip,
    entry: JournalEntry,
    *,
    is_late: bool = False,
    now: datetime,
) -> str | None:
    """Append a checked answer to the chain that ends at `tip`; None if its key is there already."""
    number = tip.number + 1
    content = answer_content(
        entry.slot,
        entry.response,
        entry.key,
        journal_number=entry.number,
        claimed_at=entry.claimed_at,
        is_late=is_late,
    )
    of_hash = link_hash(tip.head, number=number, kind=ANSWER, content=content, at=now)
    row = {
        "sitting_id": sitting_id,
        "slot": entry.slot,
        "response": entry.response,
        "client_key": entry.key,
        "received_at": now,
        "number": number,
        "journal_number": entry.number,
        "claimed_at": entry.claimed_at,
        "is_late": is_late,
        "receipt_hash": of_hash,
    }
    made = _UNLESS_THERE[session.get_bind().dialect.name]
    if session.connection().scalar(made, row) is None:
        return None
    has_number = entry.number is not None
    session.connection().execute(
        _TIP,
        {
            "of_id": sitting_id,
            "number": number,
            "head": of_hash,
            "at": entry.number if has_number else tip.journal_number,
            "last_key": entry.key if has_number else tip.journal_key,
        },
    )
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
    .values(
        chain_number=bindparam("number"),
        chain_head=bindparam("head"),
        journal_number=bindparam("at"),
        journal_key=bindparam("last_key"),
    )
)
