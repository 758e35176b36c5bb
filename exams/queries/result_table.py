"""All closed sittings of an exam with every answer, a part at a time, for the table of results."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from accounts.models import User
from core.identity import Actor
from exams.links import PAPER_ANSWERS
from exams.models import (
    RUNNING,
    Answer,
    Exam,
    IntegrityDecision,
    LateDecision,
    Sitting,
    SittingEvent,
    SittingQuestion,
    SittingState,
)
from exams.queries.evidence import seen_by
from teams.models import Post, Team

AT_ONCE = 100


@dataclass(frozen=True)
class SittingLine:
    """One sitting of the table."""

    id: int
    employee_no: str
    name: str
    team: str | None
    post: str | None
    try_number: int
    started_at: datetime
    submitted_at: datetime
    state: SittingState
    extra_minutes: int
    score_tenths: int | None
    full_score_tenths: int
    is_passed: bool | None
    late_decision: LateDecision | None
    is_on_paper: bool
    signed_head: str | None
    integrity: IntegrityDecision | None


@dataclass(frozen=True)
class SlotLine:
    """One question of one of these sittings, with the reply that counts."""

    sitting_id: int
    slot: int
    version_id: int
    option_order: list[int]
    # What the question counts, after corrections.
    points_tenths: int
    score_tenths: int | None
    response: Any
    received_at: datetime | None


def sitting_lines(session: Session, actor: Actor, exam: Exam) -> list[SittingLine]:
    """The closed sittings that the actor may see, by team, number and try."""
    on_paper = exists().where(
        SittingEvent.sitting_id == Sitting.id, SittingEvent.kind == PAPER_ANSWERS
    )
    rows: Any = session.execute(
        select(
            Sitting.id,
            User.employee_no,
            User.name,
            Team.name,
            Post.name,
            Sitting.try_number,
            Sitting.started_at,
            Sitting.submitted_at,
            Sitting.state,
            Sitting.extra_minutes,
            Sitting.score_tenths,
            Sitting.full_score_tenths,
            Sitting.is_passed,
            Sitting.late_decision,
            on_paper,
            Sitting.signed_head,
            Sitting.integrity_decision,
        )
        .join(User, User.id == Sitting.user_id)
        .outerjoin(Team, Team.id == Sitting.team_id)
        .outerjoin(Post, Post.id == Sitting.post_id)
        .where(Sitting.exam_id == exam.id, Sitting.state.not_in(RUNNING), seen_by(actor))
        .order_by(Team.path, User.employee_no, Sitting.try_number)
    )
    return [SittingLine(*row) for row in rows]


def slot_lines(session: Session, sittings: list[SittingLine]) -> Iterator[SlotLine]:
    """Every question of these sittings, sitting by sitting; never more than a part in memory."""
    for start in range(0, len(sittings), AT_ONCE):
        part = sittings[start : start + AT_ONCE]
        answers = _last_answers(session, part)
        rows: dict[int, list[Any]] = {}
        for row in _questions(session, part):
            rows.setdefault(row.sitting_id, []).append(row)
        for sitting in part:
            for row in rows.get(sitting.id, ()):
                response, received_at = answers.get((sitting.id, row.slot), (None, None))
                yield SlotLine(*(*row, response, received_at))


def _questions(session: Session, part: list[SittingLine]) -> Any:
    question = SittingQuestion
    return session.execute(
        select(
            question.sitting_id,
            question.slot,
            question.question_version_id,
            question.option_order,
            func.coalesce(question.counted_tenths, question.points_tenths),
            question.score_tenths,
        )
        .where(question.sitting_id.in_([one.id for one in part]))
        .order_by(question.sitting_id, question.slot)
    )


def _last_answers(
    session: Session, part: list[SittingLine]
) -> dict[tuple[int, int], tuple[Any, datetime]]:
    """The last answer of each slot; those delivered late only where they were accepted."""
    counts_late = {one.id for one in part if one.late_decision is LateDecision.ACCEPTED}
    rows = session.execute(
        select(Answer.sitting_id, Answer.slot, Answer.response, Answer.received_at, Answer.is_late)
        .where(Answer.sitting_id.in_([one.id for one in part]))
        .order_by(Answer.id)
    )
    return {
        (sitting_id, slot): (response, received_at)
        for sitting_id, slot, response, received_at, is_late in rows
        if not is_late or sitting_id in counts_late
    }
