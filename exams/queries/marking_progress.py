"""How far the marking of an exam is: per question, per marker, how well markers agree."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, not_, or_, select
from sqlalchemy.orm import Session

from core.identity import Actor
from exams.hand_marking import Agreement, agreement
from exams.models import (
    RUNNING,
    Exam,
    ManualMark,
    MarkerAppointment,
    MarkingTask,
    MarkRound,
    Sitting,
    TaskState,
)
from exams.queries.marking import DECIDED, are_shown, is_closed, of_question, own_mark
from exams.queries.regrade import unmarked_questions


@dataclass(frozen=True)
class QuestionProgress:
    """How far the answers of one question are."""

    version_id: int
    total: int
    marked: int
    disputed: int
    released: int

    @property
    def is_done(self) -> bool:
        return self.marked == self.total


@dataclass(frozen=True)
class Desk:
    """What one marker has before and behind, of one question."""

    done: int
    # All answers that are the marker's to look at, own ones left out.
    total: int


@dataclass(frozen=True)
class Release:
    """How many closed sittings wait for people: ready to be released, still being marked."""

    ready: int
    unfinished: int


def progress_of(session: Session, exam_id: int) -> list[QuestionProgress]:
    """How far each question of an exam is, questions in a stable order.

    What a correction took from markers is left out: nobody waits for a mark there.
    """
    rows = session.execute(
        select(
            MarkingTask.question_version_id,
            func.count(),
            counted(MarkingTask.state.in_(DECIDED)),
            counted(MarkingTask.state == TaskState.DISPUTED),
            counted(MarkingTask.state == TaskState.RELEASED),
        )
        .join(Sitting, Sitting.id == MarkingTask.sitting_id)
        .where(MarkingTask.exam_id == exam_id, *are_shown(), _needs_marks(session, [exam_id]))
        .group_by(MarkingTask.question_version_id)
        .order_by(MarkingTask.question_version_id)
    )
    return [QuestionProgress(*row) for row in rows]


def spared_answers(session: Session, exam_id: int) -> int:
    """How many unfinished answers of an exam need no mark any more, because of a correction."""
    found = (
        select(func.count())
        .select_from(MarkingTask)
        .join(Sitting, Sitting.id == MarkingTask.sitting_id)
        .where(
            MarkingTask.exam_id == exam_id,
            MarkingTask.state.not_in(DECIDED),
            *are_shown(),
            not_(_needs_marks(session, [exam_id])),
        )
    )
    return session.scalar(found) or 0


def _needs_marks(session: Session, exam_ids: Collection[int] | Select[int]) -> ColumnElement[bool]:
    """Whether a mark for an answer of these exams would change a result."""
    return not_(
        or_(
            false(),
            *(
                and_(MarkingTask.exam_id == id_, MarkingTask.question_version_id.in_(versions))
                for id_, versions in unmarked_questions(session, exam_ids).items()
            ),
        )
    )


def desk_of(
    session: Session, actor: Actor, exam: Exam, version_id: int, *, adjudicates: bool
) -> Desk:
    """How many answers of a question the actor is through with, of those to look at.

    For a marker all answers, of which others may have taken some; for an adjudicator the disputes.
    """
    mine = own_mark(actor)
    done = mine if adjudicates else or_(mine, MarkingTask.state != TaskState.OPEN)
    found = (
        select(counted(done), func.count())
        .select_from(MarkingTask)
        .join(Sitting, Sitting.id == MarkingTask.sitting_id)
        .where(*of_question(exam.id, version_id, actor))
    )
    if adjudicates:
        found = found.where(or_(mine, MarkingTask.state == TaskState.DISPUTED))
    return Desk(*session.execute(found).one())


def waiting_for(session: Session, actor: Actor) -> int:
    """How many answers wait for the actor, as a marker or as an adjudicator, in all exams."""
    judges = MarkerAppointment.is_adjudicator
    own = select(MarkerAppointment.exam_id).where(MarkerAppointment.user_id == actor.user_id)
    found = (
        select(func.count())
        .select_from(MarkingTask)
        .join(Sitting, Sitting.id == MarkingTask.sitting_id)
        .join(MarkerAppointment, MarkerAppointment.exam_id == MarkingTask.exam_id)
        .where(
            MarkerAppointment.user_id == actor.user_id,
            Sitting.user_id != actor.user_id,
            or_(
                and_(judges.is_(False), MarkingTask.state == TaskState.OPEN),
                and_(judges.is_(True), MarkingTask.state == TaskState.DISPUTED),
            ),
            ~own_mark(actor),
            is_closed(),
            _needs_marks(session, own),
        )
    )
    return session.scalar(found) or 0


def exams_to_mark(session: Session) -> list[Exam]:
    """The exams that have answers for people, the latest first."""
    return list(
        session.scalars(
            select(Exam)
            .where(exists().where(MarkingTask.exam_id == Exam.id))
            .order_by(Exam.opens_at.desc(), Exam.id.desc())
        )
    )


def agreements(session: Session, exam_id: int) -> dict[int, Agreement]:
    """How well two markers agree on each question; a pair is ordered by the markers' ids."""
    pairs: dict[int, dict[int, list[tuple[int, int]]]] = {}
    rows = session.execute(
        select(
            MarkingTask.question_version_id,
            ManualMark.sitting_question_id,
            ManualMark.marker_id,
            ManualMark.tenths,
        )
        .join(MarkingTask, MarkingTask.sitting_question_id == ManualMark.sitting_question_id)
        .where(
            MarkingTask.exam_id == exam_id,
            ManualMark.superseded_at.is_(None),
            ManualMark.round != MarkRound.ADJUDICATOR,
        )
        .order_by(ManualMark.marker_id)
    )
    for version_id, question_id, marker_id, tenths in rows:
        by_answer = pairs.setdefault(version_id, {})
        by_answer.setdefault(question_id, []).append((marker_id, tenths))
    return {
        version_id: agreement([(a[1], b[1]) for a, b in _twice_marked(by_answer)])
        for version_id, by_answer in pairs.items()
    }


def _twice_marked(
    by_answer: Mapping[int, list[tuple[int, int]]],
) -> Iterable[tuple[tuple[int, int], tuple[int, int]]]:
    return ((marks[0], marks[1]) for marks in by_answer.values() if len(marks) > 1)


def has_marks(session: Session, exam_id: int) -> bool:
    """Whether anybody has marked an answer of an exam."""
    found = (
        select(ManualMark.id)
        .join(MarkingTask, MarkingTask.sitting_question_id == ManualMark.sitting_question_id)
        .where(MarkingTask.exam_id == exam_id)
    )
    return session.scalar(found.limit(1)) is not None


def release_of(session: Session, exam_id: int) -> Release:
    """How many sittings could be released now and how many cannot."""
    waiting = (
        select(func.count())
        .select_from(Sitting)
        .where(
            Sitting.exam_id == exam_id,
            Sitting.state.not_in(RUNNING),
            Sitting.score_tenths.is_(None),
        )
    )
    ready = session.scalar(waiting.where(is_closed(), ~_is_unfinished(session, exam_id))) or 0
    return Release(ready, (session.scalar(waiting) or 0) - ready)


def sittings_to_release(session: Session, exam_id: int) -> Select[int]:
    """Ids of the closed sittings without a score of which every answer that needs it is marked."""
    return (
        select(Sitting.id)
        .where(
            Sitting.exam_id == exam_id,
            Sitting.score_tenths.is_(None),
            is_closed(),
            ~_is_unfinished(session, exam_id),
        )
        .order_by(Sitting.id)
    )


def _is_unfinished(session: Session, exam_id: int) -> ColumnElement[bool]:
    return exists().where(
        MarkingTask.sitting_id == Sitting.id,
        _needs_marks(session, [exam_id]),
        MarkingTask.state.in_((TaskState.OPEN, TaskState.DISPUTED)),
    )


def counted(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
