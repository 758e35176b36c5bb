"""What the item analysis reads of an exam, in a stream and with a fixed number of statements."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, select
from sqlalchemy.orm import Session

from exams.models import (
    Answer,
    Exam,
    ExamItemStatistics,
    ExamKind,
    ExamState,
    ExamStatistics,
    IntegrityDecision,
    Sitting,
    SittingQuestion,
    SittingState,
)
from question_bank.models import Question, QuestionVersion
from question_bank.statistics_store import PooledUse

# Rows that a stream holds at once.
AT_ONCE = 5000
FINISHED = (SittingState.SUBMITTED, SittingState.EXPIRED)


@dataclass
class Use:
    """How often a version stood on a paper of an exam, when, and for which teams."""

    papers: int
    first_at: datetime
    last_at: datetime
    teams: dict[int | None, int] = field(default_factory=dict)


def exams_to_analyse(session: Session, *, only: int | None = None) -> list[int]:
    """Exams whose sittings are not those that their figures were computed from; never practice,
    in which people look things up.
    """
    known = session.execute(select(ExamStatistics.exam_id, ExamStatistics.basis))
    stored = {row[0]: row[1] for row in known}
    found = _bases().where(Exam.state != ExamState.DRAFT, Exam.kind == ExamKind.FINAL)
    if only is not None:
        found = found.where(Exam.id == only)
    rows = session.execute(found).all()
    return [row[0] for row in rows if only is not None or stored.get(row[0]) != _basis(row)]


def basis_of(session: Session, exam_id: int) -> str:
    """What tells whether sittings of an exam changed: how many, their points, which are void."""
    row = session.execute(_bases().where(Exam.id == exam_id)).one_or_none()
    return "" if row is None else _basis(row)


def first_sittings(session: Session, exam_id: int) -> list[Row[Any]]:
    """The marked first tries of an exam that count, in the order in which they were started."""
    return list(
        session.execute(
            select(
                Sitting.id,
                Sitting.team_id,
                Sitting.started_at,
                Sitting.score_tenths,
                Sitting.full_score_tenths,
            )
            .where(*_first(exam_id))
            .order_by(Sitting.id)
        )
    )


def marked_questions(session: Session, exam_id: int) -> Iterator[Any]:
    """The questions of these sittings, paper by paper.

    On a paper by row of the blueprint and version, not by slot: slots may be shuffled.
    """
    yield from session.execute(
        select(
            SittingQuestion.sitting_id,
            SittingQuestion.question_version_id,
            func.coalesce(SittingQuestion.counted_tenths, SittingQuestion.points_tenths).label(
                "points_tenths"
            ),
            func.coalesce(SittingQuestion.score_tenths, 0).label("score_tenths"),
        )
        .join(Sitting, Sitting.id == SittingQuestion.sitting_id)
        .where(*_first(exam_id))
        .order_by(
            SittingQuestion.sitting_id,
            SittingQuestion.blueprint_row_id,
            SittingQuestion.question_version_id,
        )
        .execution_options(yield_per=AT_ONCE)
    )


def received_answers(session: Session, exam_id: int) -> Iterator[Any]:
    """Every saved choice of these sittings with the version that it answers, as received."""
    yield from session.execute(
        select(
            Answer.sitting_id,
            SittingQuestion.question_version_id,
            QuestionVersion.type,
            Answer.response,
            Answer.received_at,
        )
        .join(Sitting, Sitting.id == Answer.sitting_id)
        .join(
            SittingQuestion,
            (SittingQuestion.sitting_id == Answer.sitting_id)
            & (SittingQuestion.slot == Answer.slot),
        )
        .join(QuestionVersion, QuestionVersion.id == SittingQuestion.question_version_id)
        .where(*_first(exam_id))
        .order_by(Answer.sitting_id, Answer.id)
        .execution_options(yield_per=AT_ONCE)
    )


def drawn_versions(session: Session, exam_id: int) -> dict[int, Use]:
    """How each version was used on all papers of an exam.

    Void sittings are among them: what was answered there says nothing, but the question was seen.
    """
    rows = session.execute(
        select(
            SittingQuestion.question_version_id,
            Sitting.team_id,
            func.count(Sitting.id.distinct()),
            func.min(Sitting.started_at),
            func.max(Sitting.started_at),
        )
        .join(Sitting, Sitting.id == SittingQuestion.sitting_id)
        .where(Sitting.exam_id == exam_id)
        .group_by(SittingQuestion.question_version_id, Sitting.team_id)
    )
    found: dict[int, Use] = {}
    for version_id, team_id, papers, first_at, last_at in rows:
        use = found.setdefault(version_id, Use(0, first_at, last_at))
        use.papers += papers
        use.first_at, use.last_at = min(use.first_at, first_at), max(use.last_at, last_at)
        use.teams[team_id] = papers
    return found


@dataclass(frozen=True)
class ItemRow:
    """One line of an exam's table of items."""

    figures: ExamItemStatistics
    question: Question
    version: QuestionVersion


def exam_statistics(session: Session, exam_id: int) -> ExamStatistics | None:
    """The figures of an exam as a whole, once computed."""
    return session.get(ExamStatistics, exam_id)


def exam_items(session: Session, exam_id: int) -> list[ItemRow]:
    """The items of an exam that somebody was marked on; those that discriminate worst first."""
    rows = session.execute(
        select(ExamItemStatistics, Question, QuestionVersion)
        .join(QuestionVersion, QuestionVersion.id == ExamItemStatistics.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(ExamItemStatistics.exam_id == exam_id, ExamItemStatistics.sittings > 0)
        .order_by(
            ExamItemStatistics.point_biserial.is_(None),
            ExamItemStatistics.point_biserial,
            ExamItemStatistics.facility,
            Question.id,
        )
    )
    return [ItemRow(*row) for row in rows]


def uses_of(session: Session, public_id: str) -> list[tuple[ExamItemStatistics, Exam, int]]:
    """Each exam that had a version of the question on a paper, the latest first."""
    rows = session.execute(
        select(ExamItemStatistics, Exam, QuestionVersion.number)
        .join(Exam, Exam.id == ExamItemStatistics.exam_id)
        .join(QuestionVersion, QuestionVersion.id == ExamItemStatistics.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Question.public_id == public_id)
        .order_by(ExamItemStatistics.last_at.desc(), Exam.id.desc(), QuestionVersion.number)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def figures_of_versions(
    session: Session, version_ids: list[int]
) -> dict[int, list[ExamItemStatistics]]:
    """The figures of versions in every exam, by version.

    A version that only corrects the words of another (勘误) goes on with that one's figures, so it
    is found together with the one that it continues.
    """
    corrections = session.execute(
        select(QuestionVersion.id, QuestionVersion.continues_id).where(
            QuestionVersion.continues_id.is_not(None)
        )
    )
    continued: dict[int, int | None] = {row[0]: row[1] for row in corrections}
    lines = {version_id: _line(version_id, continued) for version_id in version_ids}
    lines |= {
        newer: line
        for newer in continued
        if not {*(line := _line(newer, continued))}.isdisjoint(version_ids)
    }
    wanted = sorted({version_id for line in lines.values() for version_id in line})
    rows: dict[int, list[ExamItemStatistics]] = {}
    for start in range(0, len(wanted), 500):
        for row in session.scalars(
            select(ExamItemStatistics)
            .where(ExamItemStatistics.question_version_id.in_(wanted[start : start + 500]))
            .order_by(ExamItemStatistics.question_version_id, ExamItemStatistics.exam_id)
        ):
            rows.setdefault(row.question_version_id, []).append(row)
    return {
        version_id: [row for one in line for row in rows.get(one, [])]
        for version_id, line in lines.items()
        if any(one in rows for one in line)
    }


def _line(version_id: int, continued: Mapping[int, int | None]) -> list[int]:
    """A version, the one that it continues, and so on."""
    line = [version_id]
    while (before := continued.get(line[-1])) is not None:
        line.append(before)
    return line


def uses_of_questions(session: Session, version_ids: list[int]) -> dict[int, PooledUse]:
    """How often the questions of these versions stood on a paper, in whichever version."""
    uses: dict[int, PooledUse] = {}
    for start in range(0, len(version_ids), 500):
        asked = select(QuestionVersion.question_id).where(
            QuestionVersion.id.in_(version_ids[start : start + 500])
        )
        rows = session.execute(
            select(
                QuestionVersion.question_id,
                func.sum(ExamItemStatistics.papers),
                func.min(ExamItemStatistics.first_at),
                func.max(ExamItemStatistics.last_at),
            )
            .join(ExamItemStatistics, ExamItemStatistics.question_version_id == QuestionVersion.id)
            .where(QuestionVersion.question_id.in_(asked))
            .group_by(QuestionVersion.question_id)
        )
        uses |= {row[0]: PooledUse(int(row[1]), row[2], row[3]) for row in rows}
    return uses


def _first(exam_id: int) -> list[Any]:
    return [
        Sitting.exam_id == exam_id,
        Sitting.try_number == 1,
        Sitting.state.in_(FINISHED),
        Sitting.score_tenths.is_not(None),
        is_not_void(),
    ]


def is_not_void() -> ColumnElement[bool]:
    """Whether what was answered in a sitting tells of its questions; not where it is 违纪作废."""
    return Sitting.integrity_decision.is_distinct_from(IntegrityDecision.VOIDED)


def void_first_sittings(session: Session, exam_id: int) -> int:
    """How many marked first tries of an exam are left out of its figures as void."""
    found = select(func.count(Sitting.id)).where(
        Sitting.exam_id == exam_id,
        Sitting.try_number == 1,
        Sitting.score_tenths.is_not(None),
        Sitting.integrity_decision == IntegrityDecision.VOIDED,
    )
    return session.scalar(found) or 0


def _bases() -> Any:
    return (
        select(
            Exam.id,
            func.count(Sitting.id),
            func.count(Sitting.score_tenths),
            func.sum(Sitting.score_tenths),
            func.max(Sitting.submitted_at),
            # Which are void: a decision changes neither a score nor how many there are.
            func.sum(case((is_not_void(), 0), else_=Sitting.id)),
        )
        .join(Sitting, Sitting.exam_id == Exam.id)
        .group_by(Exam.id)
        .order_by(Exam.id)
    )


def _basis(row: Any) -> str:
    return "/".join(str(value) for value in row[1:])[:80]
