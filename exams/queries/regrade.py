"""Regrades: which corrections are in force, which sittings they touch, what came of them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from core.errors import Forbidden, NotFound
from core.identity import Actor, Role
from exams.chain import digest
from exams.corrections import Change, Corrections, Treatment, folded
from exams.models import (
    IN_FORCE,
    Exam,
    MarkingTask,
    Regrade,
    RegradeChange,
    RegradeOutcome,
    RegradeState,
    Sitting,
    SittingEvent,
    SittingQuestion,
    SittingState,
)
from exams.queries.exams import exam_for, may_manage_as
from question_bank.models import Question, QuestionVersion

# Who corrects results: each over exams whose whole audience lies in the own scope.
CORRECTORS = (Role.EXAMINER, Role.SAFETY_MANAGER)
CLOSED = (SittingState.SUBMITTED, SittingState.EXPIRED)
UNDER_WAY = (RegradeState.DRAFT, RegradeState.APPLYING)
_CHANGES = (
    select(
        Regrade.id,
        RegradeChange.kind,
        RegradeChange.question_version_id,
        RegradeChange.value,
    )
    .join(RegradeChange, RegradeChange.regrade_id == Regrade.id)
    .where(Regrade.exam_id == bindparam("exam_id"))
    .order_by(Regrade.id, RegradeChange.id)
)
# Built once: every hand-in asks it.
_CHANGES_IN_FORCE = _CHANGES.where(Regrade.state.in_(IN_FORCE))


@dataclass(frozen=True)
class Progress:
    """How far a regrade is: results written, of how many."""

    done: int
    total: int


@dataclass(frozen=True)
class DrawnLine:
    """A question that stands on papers of an exam."""

    version_id: int
    public_id: str
    type: Any
    number: int
    stem_html: str
    papers: int


def may_correct(session: Session, actor: Actor, exam: Exam) -> bool:
    """Whether the actor may correct the results of this exam."""
    found = select(Exam.id).where(Exam.id == exam.id, may_manage_as(actor, CORRECTORS))
    return exam.published_at is not None and session.scalar(found) is not None


def corrected_exam(session: Session, actor: Actor, exam_id: int) -> Exam:
    """An exam whose results the actor may correct; Forbidden for one that may only be read."""
    exam = exam_for(session, actor, exam_id)
    if exam.published_at is None:
        raise NotFound()
    if not may_correct(session, actor, exam):
        raise Forbidden()
    return exam


def regrade_of(session: Session, exam: Exam, regrade_id: int) -> Regrade:
    """A regrade of this exam; NotFound for any other."""
    regrade = session.get(Regrade, regrade_id)
    if regrade is None or regrade.exam_id != exam.id:
        raise NotFound()
    return regrade


def locked_regrade(session: Session, regrade_id: int) -> Regrade:
    """A regrade read afresh and locked until the end of the transaction."""
    return session.scalars(
        select(Regrade)
        .where(Regrade.id == regrade_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def regrades_of(session: Session, exam_id: int) -> list[Regrade]:
    """The regrades of an exam that were not given up, newest first."""
    found = select(Regrade).where(
        Regrade.exam_id == exam_id, Regrade.state != RegradeState.DISCARDED
    )
    return list(session.scalars(found.order_by(Regrade.id.desc())))


def regrade_under_way(session: Session, exam_id: int) -> Regrade | None:
    """The draft of an exam, or the regrade that is just being applied."""
    found = select(Regrade).where(Regrade.exam_id == exam_id, Regrade.state.in_(UNDER_WAY))
    return session.scalar(found)


def unfinished_regrades(session: Session) -> list[int]:
    """Ids of regrades whose results are not all written."""
    found = select(Regrade.id).where(Regrade.state == RegradeState.APPLYING)
    return list(session.scalars(found.order_by(Regrade.id)))


def changes_of(session: Session, regrade_id: int) -> list[RegradeChange]:
    """The lines of a regrade in the order in which they were made."""
    found = select(RegradeChange).where(RegradeChange.regrade_id == regrade_id)
    return list(session.scalars(found.order_by(RegradeChange.id)))


def corrections_of(
    session: Session,
    exam_id: int,
    *,
    draft_id: int | None = None,
    only: Sequence[int] | None = None,
) -> Corrections:
    """What is in force for an exam; with a draft, what would be; `only` these regrades."""
    wanted = _CHANGES_IN_FORCE
    if draft_id is not None or only is not None:
        in_force: ColumnElement[bool] = Regrade.state.in_(IN_FORCE)
        if only is not None:
            in_force = and_(in_force, Regrade.id.in_(only))
        wanted = _CHANGES.where(or_(in_force, Regrade.id == draft_id))
    rows = session.execute(wanted, {"exam_id": exam_id}).all()
    return folded(
        [Change(kind, version_id, value) for _id, kind, version_id, value in rows],
        regrade_ids=dict.fromkeys(row.id for row in rows),
    )


def unmarked_questions(
    session: Session, exam_ids: Collection[int] | Select[int]
) -> dict[int, dict[int, Treatment]]:
    """Of each exam the questions that a correction in force took from markers, and how they count.

    Void ones count for nobody, the others give everybody all points: no mark can change either.
    """
    rows = session.execute(
        select(
            Regrade.exam_id,
            RegradeChange.kind,
            RegradeChange.question_version_id,
            RegradeChange.value,
        )
        .join(RegradeChange, RegradeChange.regrade_id == Regrade.id)
        .where(Regrade.exam_id.in_(exam_ids), Regrade.state.in_(IN_FORCE))
        .order_by(Regrade.exam_id, Regrade.id, RegradeChange.id)
    )
    found: dict[int, dict[int, Treatment]] = {}
    for exam_id, lines in groupby(rows, key=lambda row: row[0]):
        corrected = folded(Change(*line[1:]) for line in lines).by_version
        found[exam_id] = {
            version_id: correction.treatment
            for version_id, correction in corrected.items()
            if correction.treatment is not Treatment.MARKED
        }
    return found


def spared_by(session: Session, task: MarkingTask) -> Treatment | None:
    """How the question of an answer counts that needs no mark since; None where it needs one."""
    found = unmarked_questions(session, [task.exam_id]).get(task.exam_id, {})
    return found.get(task.question_version_id)


def marked_by(session: Session, sitting_id: int) -> Corrections:
    """The corrections by which a sitting has its result, as its chain names them."""
    contents = session.scalars(
        select(SittingEvent.content)
        .where(SittingEvent.sitting_id == sitting_id)
        .order_by(SittingEvent.number.desc())
    )
    marked = (one for one in contents if isinstance(one, dict) and "scores_tenths" in one)
    newest: dict[str, Any] = next(marked, {})
    return Corrections.from_content(newest.get("corrections"))


def touched_sittings(exam_id: int, version_ids: Iterable[int | None]) -> Select[*tuple[Any, ...]]:
    """The marked sittings of an exam with one of these versions on their papers.

    None among the versions means the rule of the exam, which touches all of them.
    """
    ids = set(version_ids)
    found: Select[*tuple[Any, ...]] = (
        select(
            Sitting.id,
            Sitting.user_id,
            Sitting.score_tenths,
            Sitting.full_score_tenths,
            Sitting.pass_mark_tenths,
            Sitting.is_passed,
            Sitting.late_decision,
            Sitting.must_pass_missed,
            Sitting.integrity_decision,
            Sitting.chain_head,
        )
        .where(*closed_and_marked(exam_id))
        .order_by(Sitting.id)
    )
    if None in ids:
        return found
    # Not correlated: SQLite would look through every paper with the question once a sitting.
    on_paper = select(SittingQuestion.sitting_id).where(
        SittingQuestion.question_version_id.in_(ids)
    )
    return found.where(Sitting.id.in_(on_paper))


def closed_and_marked(exam_id: int) -> tuple[ColumnElement[bool], ...]:
    """The sittings of an exam that have a result."""
    return (
        Sitting.exam_id == exam_id,
        Sitting.state.in_(CLOSED),
        Sitting.score_tenths.is_not(None),
    )


def basis_of(rows: Sequence[Any], changes: Iterable[RegradeChange], force: Corrections) -> str:
    """What a dry run rests on: the results, their chains, the lines, what is in force."""
    return digest(
        [
            [[row.id, row.score_tenths, row.is_passed, row.chain_head] for row in rows],
            [[one.kind.value, one.question_version_id, one.value] for one in changes],
            list(force.regrade_ids),
        ]
    )


def progress_of(session: Session, regrade_id: int) -> Progress:
    """How many results of a regrade are written."""
    done, total = session.execute(
        select(func.count(RegradeOutcome.done_at), func.count()).where(
            RegradeOutcome.regrade_id == regrade_id
        )
    ).one()
    return Progress(done, total)


def pending_outcomes(session: Session, regrade_id: int, *, limit: int, after_id: int) -> list[int]:
    """Ids of sittings whose results a regrade still has to write."""
    found = (
        select(RegradeOutcome.sitting_id)
        .where(
            RegradeOutcome.regrade_id == regrade_id,
            RegradeOutcome.done_at.is_(None),
            RegradeOutcome.sitting_id > after_id,
        )
        .order_by(RegradeOutcome.sitting_id)
        .limit(limit)
    )
    return list(session.scalars(found))


def outcomes_of_regrade(session: Session, regrade_id: int) -> list[Any]:
    """Every outcome of a regrade with the person, by sitting."""
    return list(
        session.execute(
            select(RegradeOutcome, Sitting.user_id)
            .join(Sitting, Sitting.id == RegradeOutcome.sitting_id)
            .where(RegradeOutcome.regrade_id == regrade_id)
            .order_by(RegradeOutcome.sitting_id)
        )
    )


def outcomes_of_sitting(session: Session, sitting_id: int) -> list[Any]:
    """What regrades made of a sitting, with the reason of each, newest first."""
    return list(
        session.execute(
            select(RegradeOutcome, Regrade.reason)
            .join(Regrade, Regrade.id == RegradeOutcome.regrade_id)
            .where(RegradeOutcome.sitting_id == sitting_id, RegradeOutcome.done_at.is_not(None))
            .order_by(RegradeOutcome.regrade_id.desc())
        )
    )


def regraded_since(session: Session, user_id: int, *, since: datetime) -> list[Any]:
    """A person's results that a regrade changed lately: (outcome, title of the exam)."""
    changed = or_(
        RegradeOutcome.score_after != RegradeOutcome.score_before,
        RegradeOutcome.full_after != RegradeOutcome.full_before,
    )
    return list(
        session.execute(
            select(RegradeOutcome, Exam.title)
            .join(Sitting, Sitting.id == RegradeOutcome.sitting_id)
            .join(Exam, Exam.id == Sitting.exam_id)
            .where(Sitting.user_id == user_id, RegradeOutcome.done_at >= since, changed)
            .order_by(RegradeOutcome.done_at.desc())
        )
    )


def drawn_lines(
    session: Session, exam_id: int, *, words: str = "", version_ids: Iterable[int] | None = None
) -> list[DrawnLine]:
    """The questions on the papers of an exam, by how many papers they stand on."""
    papers = func.count(SittingQuestion.sitting_id)
    found = (
        select(
            QuestionVersion.id,
            Question.public_id,
            QuestionVersion.type,
            QuestionVersion.number,
            QuestionVersion.stem_html,
            papers,
        )
        .join(Sitting, Sitting.id == SittingQuestion.sitting_id)
        .join(QuestionVersion, QuestionVersion.id == SittingQuestion.question_version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Sitting.exam_id == exam_id)
        .group_by(
            QuestionVersion.id,
            Question.public_id,
            QuestionVersion.type,
            QuestionVersion.number,
            QuestionVersion.stem_html,
        )
        .order_by(papers.desc(), QuestionVersion.id)
    )
    if words:
        found = found.where(
            or_(
                QuestionVersion.stem_html.contains(words, autoescape=True),
                Question.public_id == words,
            )
        )
    if version_ids is not None:
        found = found.where(QuestionVersion.id.in_(list(version_ids)))
    return [DrawnLine(*row) for row in session.execute(found)]


def drawn_line(session: Session, exam_id: int, version_id: int) -> DrawnLine:
    """One question on the papers of an exam; NotFound where it stands on none."""
    lines = drawn_lines(session, exam_id, version_ids=[version_id])
    if not lines:
        raise NotFound()
    return lines[0]
