"""The rows of a sitting's chain: appending events, reading all links back in order."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.db import table_of
from exams.chain import ANSWER, Link, digest, link_hash
from exams.drawing import DrawnQuestion
from exams.models import Answer, Exam, Sitting, SittingEvent

PAPER = "paper"
EXTENDED = "extended"
TAKEN_OVER = "taken_over"
REOPENED = "reopened"
CLOSED_FOR = "closed_for"
LATE_DECIDED = "late_decided"
PAPER_ANSWERS = "paper_answers"
ACCOMMODATED = "accommodated"
AT_TERMINAL = "at_terminal"
MARKED_BY_PERSON = "marked_by_person"
# Incidents go into the chain in batches: one link for what one sign of life brought.
INCIDENT = "incident"
LIMIT = "limit"
TIMES = "times"
CONFIRMED = "confirmed"
VOIDED = "voided"
REGRADED = "regraded"
APPEAL = "appeal"

_EVENT = insert(table_of(SittingEvent))


def append_event(
    session: Session, sitting: Sitting, kind: str, content: Any, *, now: datetime
) -> None:
    """Add an event after the newest link; the sitting must be new or locked and read afresh."""
    store_event(session, sitting, next_event(sitting, kind, content, now=now))
    session.flush()


def next_event(sitting: Sitting, kind: str, content: Any, *, now: datetime) -> dict[str, Any]:
    """Lead a chain on by one event, which is returned as it is to be stored."""
    number = sitting.chain_number + 1
    of_hash = link_hash(sitting.chain_head, number=number, kind=kind, content=content, at=now)
    sitting.chain_number, sitting.chain_head = number, of_hash
    return {"number": number, "kind": kind, "content": content, "at": now, "hash": of_hash}


def store_event(session: Session, sitting: Sitting, event: Mapping[str, Any]) -> None:
    """Store an event by which a chain was led on; the sitting must have its row."""
    session.execute(_EVENT, {"sitting_id": sitting.id, **event})


def answer_content(
    slot: int,
    response: Any,
    client_key: str,
    *,
    journal_number: int | None = None,
    claimed_at: datetime | None = None,
    is_late: bool = False,
) -> dict[str, Any]:
    """What the link of an answer says."""
    return {
        "slot": slot,
        "response": response,
        "key": client_key,
        "journal": journal_number,
        "claimed_at": claimed_at.isoformat() if claimed_at else None,
        "late": is_late,
    }


def links_of(session: Session, sitting_id: int) -> list[Link]:
    """All links of a chain as they are stored, by number; answers older than chains left out."""
    answers = session.scalars(
        select(Answer).where(Answer.sitting_id == sitting_id, Answer.number.is_not(None))
    )
    events = session.scalars(select(SittingEvent).where(SittingEvent.sitting_id == sitting_id))
    links = [
        Link(
            number=answer.number or 0,
            kind=ANSWER,
            content=answer_content(
                answer.slot,
                answer.response,
                answer.client_key,
                journal_number=answer.journal_number,
                claimed_at=answer.claimed_at,
                is_late=answer.is_late,
            ),
            at=answer.received_at,
            hash=answer.receipt_hash,
        )
        for answer in answers
    ]
    links += [Link(e.number, e.kind, e.content, e.at, e.hash) for e in events]
    return sorted(links, key=lambda link: link.number)


def as_drawn(paper: Iterable[Any]) -> list[DrawnQuestion]:
    """The stored rows of a paper as the draw made them."""
    return [
        DrawnQuestion(
            slot=row.slot,
            row_id=row.blueprint_row_id,
            version_id=row.question_version_id,
            points_tenths=row.points_tenths,
            option_order=tuple(row.option_order),
            case_version_id=row.case_version_id,
        )
        for row in paper
    ]


def paper_content(
    sitting: Sitting,
    exam: Exam,
    paper: Sequence[DrawnQuestion],
    digests: Mapping[int, str],
    must_pass: Collection[int],
) -> dict[str, Any]:
    """What the first link says: whose paper of which exam, and a digest of all that was drawn.

    `digests` has the digest of each question version, so that a changed key shows as well. The
    slots of must-pass questions are named where there are any; `must_pass` are their rows of the
    blueprint.
    """
    must_pass_slots = [one.slot for one in paper if one.row_id in must_pass]
    drawn = [
        [
            one.slot,
            one.version_id,
            one.case_version_id,
            list(one.option_order),
            one.points_tenths,
            digests.get(one.version_id, ""),
            digests.get(one.case_version_id or 0, ""),
        ]
        for one in paper
    ]
    return {
        "exam": sitting.exam_id,
        "user": sitting.user_id,
        "try": sitting.try_number,
        "seed": str(sitting.seed),
        "started_at": sitting.started_at.isoformat(),
        "rule": [exam.scoring_rule, exam.scoring_value_tenths],
        "paper": digest(drawn),
    } | ({"must_pass": must_pass_slots} if must_pass_slots else {})
