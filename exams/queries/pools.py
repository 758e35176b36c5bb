"""The stored pool of a published exam, as the draw takes it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from exams.drawing import PoolRow
from exams.models import BlueprintRow, PoolEntry
from exams.versions import known_versions
from question_bank.keys import QuestionType
from question_bank.models import Question, QuestionVersion


def pool_rows(session: Session, exam_id: int) -> tuple[PoolRow, ...]:
    """The blueprint of an exam with the stored pool, without what was withdrawn from it."""
    rows = session.execute(
        select(
            BlueprintRow.id, BlueprintRow.position, BlueprintRow.count, BlueprintRow.points_tenths
        )
        .where(BlueprintRow.exam_id == exam_id)
        .order_by(BlueprintRow.position)
    ).all()
    entries = session.execute(
        select(PoolEntry.blueprint_row_id, PoolEntry.question_version_id)
        .where(
            PoolEntry.blueprint_row_id.in_([row.id for row in rows]),
            PoolEntry.withdrawn_at.is_(None),
        )
        .order_by(PoolEntry.id)
    ).all()
    versions = known_versions(session, [version_id for _, version_id in entries])
    pools: dict[int, list[Any]] = {row.id: [] for row in rows}
    for row_id, version_id in entries:
        pools[row_id].append(versions[version_id].pool)
    return tuple(PoolRow(*row, tuple(pools[row.id])) for row in rows)


def is_for_persons(session: Session, exam_id: int) -> bool:
    """Whether a published exam can draw what only a person marks, alone or as part of a case."""
    part = aliased(Question)
    written = or_(
        Question.type == QuestionType.SHORT_ANSWER,
        exists().where(part.case_id == Question.id, part.type == QuestionType.SHORT_ANSWER),
    )
    found = (
        select(PoolEntry.id)
        .join(BlueprintRow, BlueprintRow.id == PoolEntry.blueprint_row_id)
        .join(QuestionVersion, QuestionVersion.id == PoolEntry.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(BlueprintRow.exam_id == exam_id, written)
    )
    return session.scalar(found.limit(1)) is not None


@dataclass(frozen=True)
class PaperSize:
    """How many questions a paper has, and for how many points."""

    questions: int
    points_tenths: int


def paper_size(session: Session, exam_id: int) -> PaperSize:
    """The size of every paper of an exam, from its blueprint."""
    count, points = session.execute(
        select(
            func.coalesce(func.sum(BlueprintRow.count), 0),
            func.coalesce(func.sum(BlueprintRow.count * BlueprintRow.points_tenths), 0),
        ).where(BlueprintRow.exam_id == exam_id)
    ).one()
    return PaperSize(int(count), int(points))
