"""What the fairness report reads: the papers of an exam, its shifts, and the stored figures."""

from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exams.models import Exam, ExamFairness, ExamState, Sitting, SittingQuestion
from exams.queries.statistics import is_not_void
from question_bank.models import Question, QuestionReference, QuestionVersion

AT_ONCE = 5000
ASKED = func.coalesce(SittingQuestion.case_version_id, SittingQuestion.question_version_id)


def published(session: Session, exam_id: int) -> Exam | None:
    """The exam, unless it is a draft or does not exist."""
    exam = session.get(Exam, exam_id)
    return None if exam is None or exam.state is ExamState.DRAFT else exam


def drawn_papers(session: Session, exam_id: int) -> Iterator[dict[int, int]]:
    """Every paper of an exam as its versions, cases as a whole, with the row of each."""
    rows = session.execute(
        select(SittingQuestion.sitting_id, ASKED, SittingQuestion.blueprint_row_id)
        .join(Sitting, Sitting.id == SittingQuestion.sitting_id)
        .where(Sitting.exam_id == exam_id)
        .order_by(SittingQuestion.sitting_id, SittingQuestion.slot)
        .execution_options(yield_per=AT_ONCE)
    )
    for _sitting_id, paper in groupby(rows, lambda row: row[0]):
        yield {row[1]: row[2] for row in paper}


def started_sittings(session: Session, exam_id: int) -> list[Any]:
    """All sittings of an exam, with what tells whether they are marked first tries that count."""
    return list(
        session.execute(
            select(
                Sitting.id,
                Sitting.started_at,
                Sitting.try_number,
                Sitting.state,
                Sitting.score_tenths,
                Sitting.is_passed,
                is_not_void().label("is_valid"),
            )
            .where(Sitting.exam_id == exam_id)
            .order_by(Sitting.id)
        )
    )


def asked_questions(session: Session, exam_id: int) -> Iterator[Any]:
    """Every question of every paper with its score so far."""
    yield from session.execute(
        select(
            SittingQuestion.sitting_id,
            ASKED.label("asked_id"),
            SittingQuestion.points_tenths,
            SittingQuestion.score_tenths,
        )
        .join(Sitting, Sitting.id == SittingQuestion.sitting_id)
        .where(Sitting.exam_id == exam_id)
        .order_by(SittingQuestion.id)
        .execution_options(yield_per=AT_ONCE)
    )


def stored_fairness(session: Session, exam_id: int) -> ExamFairness | None:
    """The figures of an exam, once computed."""
    return session.get(ExamFairness, exam_id)


def stems_of(session: Session, version_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Public id and stem of versions."""
    rows = session.execute(
        select(QuestionVersion.id, Question.public_id, QuestionVersion.stem_html)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(QuestionVersion.id.in_(sorted(version_ids)))
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def clause_labels(session: Session, clauses: Collection[str]) -> dict[str, str]:
    """The label of each of these clauses, given as module#anchor."""
    keys = {clause.partition("#")[0] for clause in clauses}
    rows = session.execute(
        select(
            QuestionReference.module_key,
            QuestionReference.anchor,
            func.min(QuestionReference.label),
        )
        .where(QuestionReference.module_key.in_(sorted(keys)))
        .group_by(QuestionReference.module_key, QuestionReference.anchor)
    )
    found = {f"{row[0]}#{row[1]}": row[2] for row in rows}
    return {clause: found.get(clause, clause) for clause in clauses}
