"""Which exams rest on a clause, and which finished sittings on a version of a question."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from core.identity import Actor
from exams.models import (
    BlueprintRow,
    Exam,
    ExamState,
    PoolEntry,
    Sitting,
    SittingQuestion,
    SittingState,
)
from exams.queries.exams import may_read
from question_bank.models import Question, QuestionReference, QuestionVersion


@dataclass(frozen=True)
class RestingExam:
    """An exam not yet over whose pool holds questions on a clause."""

    exam: Exam
    questions: int
    sittings: int


@dataclass(frozen=True)
class AnsweredIn:
    """How many finished sittings of an exam hold a version of a question."""

    exam: Exam
    sittings: int


def exams_on_clause(
    session: Session, actor: Actor, module_key: str, anchor: str, *, now: datetime
) -> tuple[list[RestingExam], int]:
    """Planned and running exams that may draw a question on a clause, as far as the actor may read
    them, and how many there are in all.
    """
    total = session.scalar(
        select(func.count(Exam.id.distinct()))
        .select_from(Exam)
        .join(BlueprintRow, BlueprintRow.exam_id == Exam.id)
        .join(PoolEntry, PoolEntry.blueprint_row_id == BlueprintRow.id)
        .where(*_resting(module_key, anchor), *_ahead(now))
    )
    rows = session.execute(
        select(Exam, func.count(PoolEntry.question_version_id.distinct()))
        .join(BlueprintRow, BlueprintRow.exam_id == Exam.id)
        .join(PoolEntry, PoolEntry.blueprint_row_id == BlueprintRow.id)
        .where(*_resting(module_key, anchor), *_ahead(now), may_read(actor))
        .group_by(Exam.id)
        .order_by(Exam.opens_at, Exam.id)
    ).all()
    begun = _sittings(session, [exam.id for exam, _ in rows])
    found = [RestingExam(exam, count, begun.get(exam.id, 0)) for exam, count in rows]
    return found, total or 0


def answered_in(session: Session, actor: Actor, version_id: int) -> tuple[list[AnsweredIn], int]:
    """Exams with finished sittings that hold this version, as far as the actor may read them, and
    the number of such sittings in all.
    """
    holding = (
        select(Sitting.exam_id, func.count(Sitting.id.distinct()).label("sittings"))
        .join(SittingQuestion, SittingQuestion.sitting_id == Sitting.id)
        .where(
            SittingQuestion.question_version_id == version_id,
            Sitting.state != SittingState.OPEN,
        )
        .group_by(Sitting.exam_id)
        .subquery()
    )
    total = session.scalar(select(func.coalesce(func.sum(holding.c.sittings), 0))) or 0
    rows = session.execute(
        select(Exam, holding.c.sittings)
        .join(holding, holding.c.exam_id == Exam.id)
        .where(may_read(actor))
        .order_by(Exam.opens_at.desc(), Exam.id)
    )
    return [AnsweredIn(exam, count) for exam, count in rows], int(total)


def versions_on_clause(module_key: str, anchor: str) -> Select[int]:
    """The versions of all questions that rest on a clause now, and of the cases they belong to."""
    cited = select(QuestionReference.question_id).where(
        QuestionReference.module_key == module_key, QuestionReference.anchor == anchor
    )
    cases = select(Question.case_id).where(Question.id.in_(cited), Question.case_id.is_not(None))
    return select(QuestionVersion.id).where(
        or_(QuestionVersion.question_id.in_(cited), QuestionVersion.question_id.in_(cases))
    )


def _resting(module_key: str, anchor: str) -> tuple[ColumnElement[bool], ...]:
    return (
        PoolEntry.withdrawn_at.is_(None),
        PoolEntry.question_version_id.in_(versions_on_clause(module_key, anchor)),
    )


def _ahead(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Exam.state == ExamState.PUBLISHED, Exam.closes_at >= now)


def _sittings(session: Session, exam_ids: list[int]) -> dict[int, int]:
    rows = session.execute(
        select(Sitting.exam_id, func.count())
        .where(Sitting.exam_id.in_(exam_ids))
        .group_by(Sitting.exam_id)
    )
    return {row[0]: row[1] for row in rows}
