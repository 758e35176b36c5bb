"""Questions of exams to come that the bank has retired since, or that wait there for a review."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy import ColumnElement, case, func, not_, select
from sqlalchemy.orm import Session

from core.identity import Actor
from exams.models import BlueprintRow, Exam, ExamState, PoolEntry
from exams.queries.exams import may_manage_as
from question_bank.models import Question, QuestionState, QuestionVersion
from question_bank.queries.content import is_drawable


class BankState(Enum):
    """What the bank says today of a question that an exam holds."""

    USABLE = "usable"
    REVIEW = "review"
    RETIRED = "retired"


@dataclass(frozen=True)
class StaleRow:
    """How many questions of a row the bank would not give out today."""

    retired: int = 0
    in_review: int = 0

    @property
    def total(self) -> int:
        return self.retired + self.in_review


@dataclass(frozen=True)
class StaleExam:
    """A planned exam that holds such questions, and how many."""

    exam: Exam
    questions: int


def bank_state() -> ColumnElement[str]:
    """The value of `BankState` of a question; one that is a draft again counts as retired."""
    return case(
        (is_drawable(), BankState.USABLE.value),
        (Question.state == QuestionState.ACTIVE, BankState.REVIEW.value),
        else_=BankState.RETIRED.value,
    )


def stale_rows(session: Session, exam: Exam) -> Mapping[int, StaleRow]:
    """The rows of an exam with such questions, by the row's id.

    Of a draft only fixed questions: its other rows are drawn from what is in use on the day of
    publication.
    """
    if exam.state is ExamState.DRAFT:
        found = select(BlueprintRow.id, bank_state()).join(
            Question, Question.public_id == BlueprintRow.question
        )
    else:
        found = (
            select(BlueprintRow.id, bank_state())
            .join(PoolEntry, PoolEntry.blueprint_row_id == BlueprintRow.id)
            .join(QuestionVersion, QuestionVersion.id == PoolEntry.question_version_id)
            .join(Question, Question.id == QuestionVersion.question_id)
            .where(PoolEntry.withdrawn_at.is_(None))
        )
    wanted = found.where(BlueprintRow.exam_id == exam.id, not_(is_drawable()))
    counts: dict[int, Counter[str]] = {}
    for row_id, state in session.execute(wanted):
        counts.setdefault(row_id, Counter())[state] += 1
    return {
        row_id: StaleRow(of_row[BankState.RETIRED.value], of_row[BankState.REVIEW.value])
        for row_id, of_row in counts.items()
    }


def stale_exams(session: Session, actor: Actor, *, now: datetime) -> list[StaleExam]:
    """Exams that the actor manages and that nobody can sit yet, the next one first."""
    drafts = (
        select(BlueprintRow.exam_id, func.count(Question.id.distinct()).label("questions"))
        .join(Exam, Exam.id == BlueprintRow.exam_id)
        .join(Question, Question.public_id == BlueprintRow.question)
        .where(Exam.state == ExamState.DRAFT, not_(is_drawable()))
        .group_by(BlueprintRow.exam_id)
    )
    planned = (
        select(BlueprintRow.exam_id, func.count(Question.id.distinct()).label("questions"))
        .join(Exam, Exam.id == BlueprintRow.exam_id)
        .join(PoolEntry, PoolEntry.blueprint_row_id == BlueprintRow.id)
        .join(QuestionVersion, QuestionVersion.id == PoolEntry.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(
            Exam.state == ExamState.PUBLISHED,
            Exam.opens_at > now,
            PoolEntry.withdrawn_at.is_(None),
            not_(is_drawable()),
        )
        .group_by(BlueprintRow.exam_id)
    )
    holding = drafts.union_all(planned).subquery()
    rows = session.execute(
        select(Exam, holding.c.questions)
        .join(holding, holding.c.exam_id == Exam.id)
        .where(may_manage_as(actor))
        .order_by(Exam.opens_at, Exam.id)
    )
    return [StaleExam(exam, count) for exam, count in rows]
