"""A paper drawn for a look and never stored: nobody sits it, nothing counts it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from exams.blueprint import pools
from exams.drawing import PoolRow
from exams.models import Exam
from exams.papers import draw_for
from exams.queries.bank import bank_questions
from exams.queries.exams import blueprint_of, spec_of
from exams.queries.pools import pool_rows
from exams.versions import known_versions


@dataclass(frozen=True)
class PreviewQuestion:
    """One place of such a paper, with the fields of a stored one; None while not marked."""

    slot: int
    blueprint_row_id: int
    question_version_id: int
    case_version_id: int | None
    option_order: list[int]
    points_tenths: int
    score_tenths: int | None = None
    counted_tenths: int | None = None


def preview_paper(session: Session, exam: Exam, *, seed: int) -> list[PreviewQuestion]:
    """Draw as a candidate's paper would be drawn; of a draft from what the bank holds today.

    Raises PoolShortage where no paper can be drawn.
    """
    rows = pool_rows(session, exam.id) if exam.published_at else _draft_rows(session, exam)
    return [
        PreviewQuestion(
            slot=one.slot,
            blueprint_row_id=one.row_id,
            question_version_id=one.version_id,
            case_version_id=one.case_version_id,
            option_order=list(one.option_order),
            points_tenths=one.points_tenths,
        )
        for one in draw_for(exam, rows, None, seed=seed)
    ]


def with_scores(
    paper: Sequence[PreviewQuestion], scores: Mapping[int, int | None]
) -> list[PreviewQuestion]:
    """The paper with the score of each slot."""
    return [replace(one, score_tenths=scores[one.slot]) for one in paper]


def _draft_rows(session: Session, exam: Exam) -> list[PoolRow]:
    stored = blueprint_of(session, exam.id)
    rows = pools([spec_of(row) for row in stored], bank_questions(session))
    ids = [version.version_id for row in rows for version in row.pool]
    versions = known_versions(session, ids)
    return [
        replace(row, row_id=of.id, pool=tuple(versions[one.version_id].pool for one in row.pool))
        for row, of in zip(rows, stored, strict=True)
    ]
