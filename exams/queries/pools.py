"""The stored pool of a published exam, as the draw takes it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from exams.blueprint import sections
from exams.drawing import PoolRow, PoolVersion
from exams.models import BlueprintRow, Exam, PoolEntry, Sitting, SittingQuestion
from exams.versions import known_versions
from question_bank.keys import QuestionType
from question_bank.models import Question, QuestionVersion

# Built once: every start asks the first two, every hand-in the third.
_ROWS = (
    select(
        BlueprintRow.id,
        BlueprintRow.position,
        BlueprintRow.count.label("wanted"),
        BlueprintRow.points_tenths,
        BlueprintRow.question,
        BlueprintRow.section_title,
        BlueprintRow.is_must_pass,
    )
    .where(BlueprintRow.exam_id == bindparam("exam_id"))
    .order_by(BlueprintRow.position)
)
_ENTRIES = (
    select(
        PoolEntry.blueprint_row_id,
        PoolEntry.question_version_id,
        PoolEntry.expected_permille,
        PoolEntry.id,
        PoolEntry.replaces_id,
        PoolEntry.withdrawn_at.is_not(None).label("is_withdrawn"),
    )
    .join(BlueprintRow, BlueprintRow.id == PoolEntry.blueprint_row_id)
    .where(BlueprintRow.exam_id == bindparam("exam_id"))
    .order_by(PoolEntry.id)
)
_MUST_PASS = select(BlueprintRow.id).where(
    BlueprintRow.exam_id == bindparam("exam_id"), BlueprintRow.is_must_pass.is_(True)
)


@dataclass(frozen=True)
class StoredPool:
    """The blueprint of an exam with what its rows may draw now, and the entries withdrawn so far.

    The withdrawn ones are named by id, in order: with them the pool can be made as it is now.
    """

    rows: tuple[PoolRow, ...]
    withdrawn: list[int]


def pool_rows(
    session: Session,
    exam_id: int,
    *,
    without: Collection[int] | None = None,
    is_whole: bool = False,
) -> tuple[PoolRow, ...]:
    """The blueprint of an exam with the stored pool, without what was withdrawn from it.

    Given `without`, these entries are left out instead: the pool as it was at an earlier draw,
    when nothing had come yet in the place of the others. With `is_whole` it holds everything that
    any paper could be drawn from at any time.
    """
    rows, entries = _blueprint(session, exam_id)
    if without is not None:
        left_out = set(without)
        entries = [one for one in entries if _was_there(one, left_out)]
    elif not is_whole:
        entries = [one for one in entries if not one.is_withdrawn]
    return _made(session, rows, entries)


def stored_pool(session: Session, exam_id: int) -> StoredPool:
    """What papers of an exam are drawn from now, in two statements."""
    rows, entries = _blueprint(session, exam_id)
    kept = [one for one in entries if not one.is_withdrawn]
    withdrawn = [one.id for one in entries if one.is_withdrawn]
    return StoredPool(_made(session, rows, kept), withdrawn)


def _blueprint(session: Session, exam_id: int) -> tuple[Sequence[Any], Sequence[Any]]:
    """The rows of a blueprint, and the entries of their pools in the order of their making."""
    of_exam = {"exam_id": exam_id}
    return session.execute(_ROWS, of_exam).all(), session.execute(_ENTRIES, of_exam).all()


def _was_there(entry: Any, left_out: set[int]) -> bool:
    """Whether an entry was in the pool when exactly these had been withdrawn."""
    return entry.id not in left_out and (entry.replaces_id is None or entry.replaces_id in left_out)


def _made(session: Session, rows: Sequence[Any], kept: Sequence[Any]) -> tuple[PoolRow, ...]:
    versions = known_versions(session, [entry.question_version_id for entry in kept])
    pools: dict[int, list[PoolVersion]] = {row.id: [] for row in rows}
    expected: dict[int, dict[int, int]] = {row.id: {} for row in rows}
    for row_id, version_id, share, *_more in kept:
        pools[row_id].append(versions[version_id].pool)
        if share is not None:
            expected[row_id][version_id] = share
    return tuple(
        PoolRow(
            row_id=row.id,
            position=row.position,
            count=row.wanted,
            points_tenths=row.points_tenths,
            pool=tuple(pools[row.id]),
            section=section,
            is_fixed=row.question is not None,
            is_must_pass=row.is_must_pass,
            expected=expected[row.id],
        )
        for row, section in zip(rows, sections([r.section_title for r in rows]), strict=True)
    )


def seen_versions(session: Session, exam_id: int) -> frozenset[int]:
    """The versions, a case as a whole, that stand on any paper of the exam so far."""
    asked = func.coalesce(SittingQuestion.case_version_id, SittingQuestion.question_version_id)
    found = (
        select(asked)
        .join(Sitting, Sitting.id == SittingQuestion.sitting_id)
        .where(Sitting.exam_id == exam_id)
        .distinct()
    )
    return frozenset(session.scalars(found))


def papers_with(session: Session, exam: Exam, version_id: int) -> int:
    """How many papers of an exam hold a version, alone or as a case."""
    asked = func.coalesce(SittingQuestion.case_version_id, SittingQuestion.question_version_id)
    found = (
        select(func.count(Sitting.id.distinct()))
        .join(SittingQuestion, SittingQuestion.sitting_id == Sitting.id)
        .where(Sitting.exam_id == exam.id, asked == version_id)
    )
    return session.scalar(found) or 0


def must_pass_rows(session: Session, exam_id: int) -> frozenset[int]:
    """The rows of a blueprint whose questions must all be answered right (红线题)."""
    return frozenset(session.scalars(_MUST_PASS, {"exam_id": exam_id}))


def must_pass_slots(session: Session, sitting_id: int) -> list[int]:
    """The places of a paper whose questions must all be answered right."""
    found = (
        select(SittingQuestion.slot)
        .join(BlueprintRow, BlueprintRow.id == SittingQuestion.blueprint_row_id)
        .where(SittingQuestion.sitting_id == sitting_id, BlueprintRow.is_must_pass.is_(True))
        .order_by(SittingQuestion.slot)
    )
    return list(session.scalars(found))


@dataclass(frozen=True)
class RowMark:
    """What a paper says of the questions of a row: their section and whether they must be right."""

    section: int
    section_title: str
    is_must_pass: bool


def row_marks(session: Session, exam_id: int) -> dict[int, RowMark]:
    """What papers say of the rows of a blueprint, by row; nothing where no row says anything."""
    rows = session.execute(
        select(BlueprintRow.id, BlueprintRow.section_title, BlueprintRow.is_must_pass)
        .where(BlueprintRow.exam_id == exam_id)
        .order_by(BlueprintRow.position)
    ).all()
    titles: dict[int, str] = {}
    marks: dict[int, RowMark] = {}
    for row, section in zip(rows, sections(row.section_title for row in rows), strict=True):
        title = titles.setdefault(section, row.section_title or "")
        if title or row.is_must_pass:
            marks[row.id] = RowMark(section, title, row.is_must_pass)
    return marks


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
    """How many questions a paper has, for how many points, and how many of them must be right."""

    questions: int
    points_tenths: int
    must_pass: int


def paper_size(session: Session, exam_id: int) -> PaperSize:
    """The size of every paper of an exam, from its blueprint."""
    counted = case((BlueprintRow.is_must_pass.is_(True), BlueprintRow.count), else_=0)
    count, points, must_pass = session.execute(
        select(
            func.coalesce(func.sum(BlueprintRow.count), 0),
            func.coalesce(func.sum(BlueprintRow.count * BlueprintRow.points_tenths), 0),
            func.coalesce(func.sum(counted), 0),
        ).where(BlueprintRow.exam_id == exam_id)
    ).one()
    return PaperSize(int(count), int(points), int(must_pass))
