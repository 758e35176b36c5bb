"""One invented person in an exam: comes in, answers, leaves the page, hands in."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.identity import Actor
from exams.integrity import Claim
from exams.models import Exam, IncidentKind, Sitting
from exams.operations.answers import save_form
from exams.operations.entry import enter_exam
from exams.operations.presence import SignOfLife, record_presence
from exams.operations.sitting import take_over
from exams.queries.sittings import paper_of
from exams.versions import known_versions
from question_bank.models import Question
from sample import history

# Where the pages of the invented candidates stand.
ADDRESS = "10.2.3."


@dataclass(frozen=True)
class Leaving:
    """That the page was out of sight: minutes after the start, for how many seconds."""

    minute: int
    seconds: int
    slot: int = 2


def come_in(
    session: Session,
    exam: Exam,
    person: Actor,
    *,
    rng: random.Random,
    at: datetime,
    zone: ZoneInfo,
    lease: str = "page-1",
) -> Sitting:
    """Start with the entry code, on a page that then holds the sitting."""
    outcome = enter_exam(
        session,
        exam,
        typed_code=exam.entry_code or "",
        address=address_of(person),
        actor=person,
        now=at,
        seed=rng.getrandbits(63),
        zone=zone,
    )
    assert outcome.sitting is not None, "the code is the exam's own"
    take_over(session, outcome.sitting.id, lease=lease, actor=person, now=at)
    return outcome.sitting


def address_of(person: Actor) -> str:
    """Where a person sits; everybody at another machine."""
    return f"{ADDRESS}{(person.user_id or 0) % 200 + 20}"


def answer(
    session: Session,
    sitting: Sitting,
    person: Actor,
    slots: Sequence[int],
    *,
    wrong: Collection[str] = (),
    ability: float = 1,
    rng: random.Random,
    at: datetime,
) -> None:
    """Answer these questions: those whose public id is in `wrong` wrongly, the others as well as
    somebody can.
    """
    paper = {row.slot: row.question_version_id for row in paper_of(session, sitting.id)}
    versions = known_versions(session, list(paper.values()))
    missed = set(versions_of(session, wrong).values())
    responses = {
        slot: history.chosen(
            rng, versions[paper[slot]].key, 0 if paper[slot] in missed else ability
        )
        for slot in slots
        if slot in paper
    }
    save_form(session, sitting, responses, seen_id=0, actor=person, now=at)


def versions_of(session: Session, questions: Collection[str]) -> dict[str, int]:
    """The current versions of questions by their public ids."""
    rows = session.execute(
        select(Question.public_id, Question.current_version_id).where(
            Question.public_id.in_(list(questions))
        )
    )
    return {row.public_id: row.current_version_id for row in rows if row.current_version_id}


def slot_of(session: Session, sitting: Sitting, question: str) -> int:
    """Where a question stands on a paper."""
    version_id = versions_of(session, [question])[question]
    return next(
        int(row.slot)
        for row in paper_of(session, sitting.id)
        if row.question_version_id == version_id
    )


def be_there(
    session: Session,
    sitting: Sitting,
    person: Actor,
    *,
    answered: int,
    at: datetime,
    waiting: int = 0,
    leavings: Sequence[Leaving] = (),
    address: str | None = None,
    lease: str = "page-1",
) -> None:
    """A sign of life, with the leavings since the last one and the time spent on each question."""
    claims = [
        Claim(
            IncidentKind.LEFT,
            f"left-{sitting.id}-{one.minute}",
            sitting.started_at + timedelta(minutes=one.minute),
            one.seconds,
            {"how": "hidden", "slot": one.slot},
        )
        for one in leavings
    ]
    spent = int((at - sitting.started_at).total_seconds() * 0.8)
    each = max(1, spent // max(1, answered + 1))
    sign = SignOfLife(
        lease=lease,
        answered=answered,
        slot=answered + 1,
        waiting=waiting,
        address=address or address_of(person),
        claims=claims,
        times=dict.fromkeys(range(1, answered + 1), each),
    )
    record_presence(session, sitting.id, sign, actor=person, now=at)
