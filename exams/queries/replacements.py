"""What may take the place of a fixed question of a published exam."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from core.errors import NotFound
from exams.blueprint import MACHINE_MARKED, BankQuestion
from exams.models import BlueprintRow, Exam, PoolEntry
from exams.queries.bank import (
    FoundQuestion,
    bank_questions,
    fixed_questions,
    matching_ids,
    version_clauses,
)
from question_bank.keys import QuestionType
from question_bank.models import Question, QuestionVersion

MOST_OFFERED = 20


@dataclass(frozen=True)
class Replacement:
    """A question that may be put in another's place, and what speaks for it."""

    question: FoundQuestion
    shares_clause: bool
    # Another row may draw it; once it is fixed, that row draws it no more.
    is_in_other_row: bool


def fixed_entry(session: Session, exam: Exam, version_id: int) -> tuple[BlueprintRow, PoolEntry]:
    """The row that is this one question, with its place in the pool; NotFound where none is."""
    found = session.execute(
        select(BlueprintRow, PoolEntry)
        .join(PoolEntry, PoolEntry.blueprint_row_id == BlueprintRow.id)
        .where(
            BlueprintRow.exam_id == exam.id,
            BlueprintRow.question.is_not(None),
            PoolEntry.question_version_id == version_id,
            PoolEntry.withdrawn_at.is_(None),
        )
    ).first()
    if found is None:
        raise NotFound()
    return found[0], found[1]


def entries_of(session: Session, exam: Exam, version_id: int) -> list[PoolEntry]:
    """Where a version stands in the pool of an exam now."""
    found = (
        select(PoolEntry)
        .join(BlueprintRow, BlueprintRow.id == PoolEntry.blueprint_row_id)
        .where(
            BlueprintRow.exam_id == exam.id,
            PoolEntry.question_version_id == version_id,
            PoolEntry.withdrawn_at.is_(None),
        )
    )
    return list(session.scalars(found))


def replacements(
    session: Session, exam: Exam, version_id: int, *, words: str = ""
) -> list[Replacement]:
    """The best of what may take a fixed question's place, those on the same clause first."""
    clauses = version_clauses(session, [version_id])[version_id]
    old = _question_of(session, version_id)
    in_rows = _pooled(session, exam)
    found = candidates(session, exam, version_id)
    if words:
        wanted = matching_ids(session, words)
        found = [one for one in found if one.public_id in wanted]
    found.sort(
        key=lambda one: (
            not one.clauses & clauses,
            one.version_id in in_rows,
            one.module_key != old.module_key,
            abs(one.difficulty - old.difficulty),
            one.public_id,
        )
    )
    shown = found[:MOST_OFFERED]
    texts = fixed_questions(session, [one.public_id for one in shown])
    return [
        Replacement(texts[one.public_id], bool(one.clauses & clauses), one.version_id in in_rows)
        for one in shown
    ]


def candidates(session: Session, exam: Exam, version_id: int) -> list[BankQuestion]:
    """Questions in use of the same type that the exam neither fixes nor has ever withdrawn.

    An exam that a machine marks gets nothing that only a person can mark.
    """
    old = _question_of(session, version_id)
    needs_person = bool(_types_asked(session, version_id, old.type) - MACHINE_MARKED)
    taken = _taken(session, exam)
    return [
        one
        for one in bank_questions(session)
        if one.type is old.type
        and one.public_id not in taken
        and (needs_person or not one.needs_person)
    ]


def _question_of(session: Session, version_id: int) -> Question:
    return session.scalars(
        select(Question)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(QuestionVersion.id == version_id)
    ).one()


def _types_asked(session: Session, version_id: int, own: QuestionType) -> set[QuestionType]:
    """The types of a case's parts; of any other question its own."""
    version = session.get_one(QuestionVersion, version_id)
    part = aliased(QuestionVersion)
    found = select(part.type).where(part.id.in_(version.part_version_ids))
    return set(session.scalars(found)) or {own}


def _taken(session: Session, exam: Exam) -> set[str]:
    """The questions that are or were fixed, and those withdrawn from any row."""
    rows = session.execute(
        select(Question.public_id, BlueprintRow.question, PoolEntry.withdrawn_at)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .join(PoolEntry, PoolEntry.question_version_id == QuestionVersion.id)
        .join(BlueprintRow, BlueprintRow.id == PoolEntry.blueprint_row_id)
        .where(BlueprintRow.exam_id == exam.id)
    )
    return {public_id for public_id, fixed, gone in rows if fixed is not None or gone is not None}


def _pooled(session: Session, exam: Exam) -> set[int]:
    found = (
        select(PoolEntry.question_version_id)
        .join(BlueprintRow, BlueprintRow.id == PoolEntry.blueprint_row_id)
        .where(BlueprintRow.exam_id == exam.id, PoolEntry.withdrawn_at.is_(None))
    )
    return set(session.scalars(found))
