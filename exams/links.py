"""The rows of a sitting's chain: appending events, reading all links back in order."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from exams.chain import ANSWER, Link, digest, link_hash
from exams.models import Answer, BlueprintRow, Exam, Sitting, SittingEvent, SittingQuestion

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


def append_event(
    session: Session, sitting: Sitting, kind: str, content: Any, *, now: datetime
) -> None:
    """Add an event after the newest link; the sitting must be new or locked and read afresh."""
    number = sitting.chain_number + 1
    of_hash = link_hash(sitting.chain_head, number=number, kind=kind, content=content, at=now)
    session.add(
        SittingEvent(
            sitting_id=sitting.id, number=number, kind=kind, content=content, at=now, hash=of_hash
        )
    )
    sitting.chain_number, sitting.chain_head = number, of_hash
    session.flush()


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


def paper_content(
    session: Session, sitting: Sitting, exam: Exam, digests: Mapping[int, str]
) -> dict[str, Any]:
    """What the first link says: whose paper of which exam, and a digest of all that was drawn.

    `digests` has the digest of each question version, so that a changed key shows as well. The
    slots of must-pass questions are named where there are any.
    """
    questions = session.execute(
        select(
            SittingQuestion.slot,
            SittingQuestion.question_version_id,
            SittingQuestion.case_version_id,
            SittingQuestion.option_order,
            SittingQuestion.points_tenths,
            BlueprintRow.is_must_pass,
        )
        .join(BlueprintRow, BlueprintRow.id == SittingQuestion.blueprint_row_id)
        .where(SittingQuestion.sitting_id == sitting.id)
        .order_by(SittingQuestion.slot)
    ).all()
    must_pass = [row.slot for row in questions if row.is_must_pass]
    paper = [
        [*row[:-1], digests.get(row.question_version_id, ""), digests.get(row.case_version_id, "")]
        for row in questions
    ]
    return {
        "exam": sitting.exam_id,
        "user": sitting.user_id,
        "try": sitting.try_number,
        "seed": str(sitting.seed),
        "started_at": sitting.started_at.isoformat(),
        "rule": [exam.scoring_rule, exam.scoring_value_tenths],
        "paper": digest(paper),
    } | ({"must_pass": must_pass} if must_pass else {})
