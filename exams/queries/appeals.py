"""Appeals as candidates see their own, and as those who answer see them, by question."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.identity import Actor
from exams.models import (
    Appeal,
    AppealState,
    Exam,
    Reveal,
    Sitting,
    SittingEvent,
    SittingQuestion,
)
from exams.queries.exams import may_manage_as
from exams.queries.regrade import CORRECTORS

# How long an answer stays among a person's news.
NEWS_SHOWN = timedelta(days=14)


@dataclass(frozen=True)
class AppealGroup:
    """The appeals on one question of one exam; without a version, on whole results."""

    exam_id: int
    title: str
    version_id: int | None
    open_count: int
    total: int
    oldest_at: datetime


def visible_since(session: Session, exam: Exam, sitting: Sitting) -> datetime | None:
    """From when on the newest result of a sitting can be seen, with the answers where told.

    None while there is no result, or where it is never shown. A regrade and a decision on late
    answers count as new results.
    """
    is_shown = exam.result_reveal is not Reveal.NEVER
    if not is_shown or sitting.score_tenths is None or sitting.submitted_at is None:
        return None
    moments = [sitting.submitted_at]
    if Reveal.AFTER_WINDOW in (exam.result_reveal, exam.reveal):
        moments.append(exam.closes_at)
    events = session.execute(
        select(SittingEvent.content, SittingEvent.at).where(SittingEvent.sitting_id == sitting.id)
    )
    moments += [at for content, at in events if _has_scores(content)]
    return max(moments)


def _has_scores(content: Any) -> bool:
    return isinstance(content, dict) and "scores_tenths" in content


def appeals_of_sitting(session: Session, sitting_id: int) -> list[Appeal]:
    """The appeals of one result, newest first."""
    found = select(Appeal).where(Appeal.sitting_id == sitting_id)
    return list(session.scalars(found.order_by(Appeal.id.desc())))


def open_appeal(session: Session, sitting_id: int, slot: int) -> Appeal | None:
    """The appeal on this slot that nobody has answered yet."""
    return session.scalar(
        select(Appeal).where(
            Appeal.sitting_id == sitting_id,
            Appeal.slot == slot,
            Appeal.state != AppealState.DECIDED,
        )
    )


def appeals_of_person(session: Session, user_id: int) -> list[tuple[Appeal, str]]:
    """A person's appeals with the exam's title, newest first."""
    rows = session.execute(
        select(Appeal, Exam.title)
        .join(Exam, Exam.id == Appeal.exam_id)
        .where(Appeal.user_id == user_id)
        .order_by(Appeal.id.desc())
    )
    return [(appeal, title) for appeal, title in rows]


def answered_since(session: Session, user_id: int, *, since: datetime) -> list[tuple[Appeal, str]]:
    """A person's appeals that were answered lately."""
    return [
        (appeal, title)
        for appeal, title in appeals_of_person(session, user_id)
        if appeal.decided_at is not None and appeal.decided_at >= since
    ]


def open_counts(session: Session, exam_id: int) -> dict[int | None, int]:
    """Open appeals of an exam by question version; None stands for whole results."""
    rows = session.execute(
        select(Appeal.question_version_id, func.count())
        .where(Appeal.exam_id == exam_id, Appeal.state != AppealState.DECIDED)
        .group_by(Appeal.question_version_id)
    )
    return {row[0]: row[1] for row in rows}


def appeals_on(
    session: Session, exam_id: int, version_id: int | None, *, only_open: bool = False
) -> list[Appeal]:
    """The appeals on one question of an exam, or on whole results, the oldest first."""
    found = select(Appeal).where(
        Appeal.exam_id == exam_id, Appeal.question_version_id.is_not_distinct_from(version_id)
    )
    if only_open:
        found = found.where(Appeal.state != AppealState.DECIDED)
    return list(session.scalars(found.order_by(Appeal.id)))


def locked_appeals(session: Session, exam_id: int, ids: Collection[int]) -> list[Appeal]:
    """These appeals of an exam, read afresh and locked; NotFound where one is of another exam."""
    rows = list(
        session.scalars(
            select(Appeal)
            .where(Appeal.exam_id == exam_id, Appeal.id.in_(ids))
            .order_by(Appeal.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    if len(rows) != len(set(ids)):
        raise NotFound()
    return rows


def appeal_groups(
    session: Session, actor: Actor, *, exam_id: int | None = None
) -> list[AppealGroup]:
    """Appeals that the actor may answer, by question, with those that wait first."""
    waiting = func.count(Appeal.id).filter(Appeal.state != AppealState.DECIDED)
    oldest = func.min(Appeal.filed_at)
    found = (
        select(
            Appeal.exam_id,
            Exam.title,
            Appeal.question_version_id,
            waiting,
            func.count(Appeal.id),
            oldest,
        )
        .join(Exam, Exam.id == Appeal.exam_id)
        .where(may_manage_as(actor, CORRECTORS))
        .group_by(Appeal.exam_id, Exam.title, Appeal.question_version_id)
        .order_by(waiting.desc(), oldest)
    )
    if exam_id is not None:
        found = found.where(Appeal.exam_id == exam_id)
    return [AppealGroup(*row) for row in session.execute(found)]


def waiting_count(session: Session, actor: Actor) -> int:
    """How many appeals wait for an answer of somebody like the actor."""
    return sum(group.open_count for group in appeal_groups(session, actor))


def slots_of(session: Session, sitting_id: int) -> dict[int, int]:
    """The question version in each slot of a sitting."""
    rows = session.execute(
        select(SittingQuestion.slot, SittingQuestion.question_version_id)
        .where(SittingQuestion.sitting_id == sitting_id)
        .order_by(SittingQuestion.slot)
    )
    return {row[0]: row[1] for row in rows}
