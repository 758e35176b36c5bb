"""What is read for exams on paper: the printed forms, and the people who sat them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User
from core.identity import Actor
from exams.drawing import DrawnQuestion
from exams.models import RUNNING, Exam, PaperForm, Sitting
from exams.queries.audience import Days
from exams.queries.candidates import Candidate, CandidateFilter, candidates
from exams.standing import Standing

# No plant sits more people at paper at once.
MOST_PEOPLE = 5000
PEOPLE_AT_ONCE = 500


@dataclass(frozen=True)
class Earlier:
    """One sitting that a person has in the exam already."""

    started_at: datetime
    ended_at: datetime | None
    is_running: bool
    is_passed: bool


@dataclass(frozen=True)
class Known:
    """A person of the file as the product knows the person."""

    user_id: int
    employee_no: str
    name: str
    earlier: tuple[Earlier, ...]


def forms_of(session: Session, exam_id: int) -> list[PaperForm]:
    """The forms of an exam by letter."""
    return list(
        session.scalars(
            select(PaperForm).where(PaperForm.exam_id == exam_id).order_by(PaperForm.letter)
        )
    )


def drawn_of(form: PaperForm) -> tuple[DrawnQuestion, ...]:
    """The questions of a form as they were drawn."""
    return tuple(
        DrawnQuestion(**{**stored, "option_order": tuple(stored["option_order"])})
        for stored in form.questions
    )


def people_to_sit(
    session: Session, actor: Actor, exam: Exam, *, days: Days, now: datetime
) -> list[Candidate]:
    """The required people who may still sit, by team and number."""
    everybody = candidates(
        session, actor, exam, CandidateFilter(), days=days, now=now, limit=MOST_PEOPLE
    )
    return [
        one
        for one in everybody
        if one.standing not in (Standing.PASSED, Standing.SITTING) and one.tries < exam.tries
    ]


def known_people(session: Session, exam_id: int, numbers: Iterable[str]) -> dict[str, Known]:
    """The people of these employee numbers with their sittings of the exam."""
    wanted = sorted(set(numbers))
    found: dict[str, Known] = {}
    for start in range(0, len(wanted), PEOPLE_AT_ONCE):
        part = wanted[start : start + PEOPLE_AT_ONCE]
        rows = session.execute(
            select(User.id, User.employee_no, User.name).where(User.employee_no.in_(part))
        ).all()
        earlier = _earlier(session, exam_id, [row.id for row in rows])
        for row in rows:
            found[row.employee_no] = Known(*row, tuple(earlier.get(row.id, ())))
    return found


def _earlier(session: Session, exam_id: int, ids: Collection[int]) -> dict[int, list[Earlier]]:
    rows: Any = session.execute(
        select(
            Sitting.user_id,
            Sitting.started_at,
            Sitting.submitted_at,
            Sitting.state,
            Sitting.is_passed,
        )
        .where(Sitting.exam_id == exam_id, Sitting.user_id.in_(ids))
        .order_by(Sitting.try_number)
    )
    found: dict[int, list[Earlier]] = {}
    for user_id, started_at, submitted_at, state, is_passed in rows:
        one = Earlier(started_at, submitted_at, state in RUNNING, bool(is_passed))
        found.setdefault(user_id, []).append(one)
    return found
