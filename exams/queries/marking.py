"""Answers that people mark: what waits, what lies on whose desk, which marks there are."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.identity import Actor
from exams.models import (
    RUNNING,
    Exam,
    LateDecision,
    ManualMark,
    MarkerAppointment,
    MarkingLease,
    MarkingTask,
    MarkRound,
    Sitting,
    SittingQuestion,
    TaskState,
)

DECIDED = (TaskState.MARKED, TaskState.RELEASED)


def is_closed() -> ColumnElement[bool]:
    """Whether a sitting's answers stand: it is closed and no late answers await a decision."""
    return and_(
        Sitting.state.not_in(RUNNING),
        or_(Sitting.late_decision.is_(None), Sitting.late_decision != LateDecision.PENDING),
    )


def appointment_of(session: Session, exam_id: int, actor: Actor) -> MarkerAppointment:
    """The actor's appointment in an exam; NotFound for whoever has none."""
    found = session.scalar(
        select(MarkerAppointment).where(
            MarkerAppointment.exam_id == exam_id, MarkerAppointment.user_id == actor.user_id
        )
    )
    if found is None:
        raise NotFound()
    return found


def task_for(
    session: Session, actor: Actor, token: str, *, lock: bool = False
) -> tuple[MarkingTask, Exam, MarkerAppointment]:
    """An answer of an exam that the actor marks, never the actor's own; NotFound for any other."""
    found = (
        select(MarkingTask)
        .join(Sitting, Sitting.id == MarkingTask.sitting_id)
        .where(
            MarkingTask.token == token,
            MarkingTask.state != TaskState.DROPPED,
            Sitting.user_id != actor.user_id,
            is_closed(),
        )
    )
    if lock:
        found = found.with_for_update(of=MarkingTask).execution_options(populate_existing=True)
    task = session.scalar(found)
    if task is None:
        raise NotFound()
    appointment = appointment_of(session, task.exam_id, actor)
    return task, session.get_one(Exam, task.exam_id), appointment


def current_marks(session: Session, ids: Collection[int]) -> dict[int, list[ManualMark]]:
    """The marks that count of each answer, by the id of its place in the paper."""
    found: dict[int, list[ManualMark]] = {one: [] for one in ids}
    rows = session.scalars(
        select(ManualMark)
        .where(ManualMark.sitting_question_id.in_(list(found)), ManualMark.superseded_at.is_(None))
        .order_by(ManualMark.id)
    )
    for mark in rows:
        found[mark.sitting_question_id].append(mark)
    return found


def points_of(session: Session, task: MarkingTask) -> int:
    """What the paper gives for an answer at most."""
    found = select(SittingQuestion.points_tenths).where(
        SittingQuestion.id == task.sitting_question_id
    )
    return session.scalars(found).one()


def marks_as_data(marks: Iterable[ManualMark]) -> list[list[Any]]:
    """Marks as the chain tells them: marker, round, tenths, points ticked."""
    return [[mark.marker_id, mark.round.value, mark.tenths, mark.points] for mark in marks]


def own_mark(actor: Actor) -> ColumnElement[bool]:
    """Whether the actor has a mark that counts on an answer."""
    return exists().where(
        ManualMark.sitting_question_id == MarkingTask.sitting_question_id,
        ManualMark.superseded_at.is_(None),
        ManualMark.marker_id == actor.user_id,
    )


def tasks_to_take(
    actor: Actor, exam: Exam, version_id: int, *, adjudicates: bool, now: datetime
) -> Select[MarkingTask]:
    """Answers that a marker may take, in the order of the tokens.

    An answer is free while marks and other people's leases are fewer than its markers.
    """
    return (
        select(MarkingTask)
        .join(Sitting, Sitting.id == MarkingTask.sitting_id)
        .where(
            *of_question(exam.id, version_id, actor),
            _is_free(actor, exam.marker_count, adjudicates=adjudicates, now=now),
            ~own_mark(actor),
        )
        .order_by(MarkingTask.token)
    )


def free_count(
    session: Session,
    actor: Actor,
    exam: Exam,
    version_id: int,
    *,
    adjudicates: bool,
    now: datetime,
) -> int:
    """How many answers of a question the actor could take or holds."""
    free = tasks_to_take(actor, exam, version_id, adjudicates=adjudicates, now=now)
    return _count(session, free)


def alike(
    actor: Actor, exam: Exam, task: MarkingTask, *, adjudicates: bool, now: datetime
) -> Select[MarkingTask]:
    """The other answers with the same text that the actor could mark at once."""
    free = tasks_to_take(actor, exam, task.question_version_id, adjudicates=adjudicates, now=now)
    return free.where(
        MarkingTask.likeness == task.likeness,
        MarkingTask.sitting_question_id != task.sitting_question_id,
    )


def count_alike(
    session: Session,
    actor: Actor,
    exam: Exam,
    task: MarkingTask,
    *,
    adjudicates: bool,
    now: datetime,
) -> int:
    """How many these are."""
    return _count(session, alike(actor, exam, task, adjudicates=adjudicates, now=now))


def held_leases(
    session: Session,
    actor: Actor,
    exam_id: int,
    version_id: int,
    *,
    adjudicates: bool,
    now: datetime,
) -> list[tuple[MarkingLease, str]]:
    """What lies on the actor's desk of a question, with the tokens, in their order."""
    rounds = MarkingLease.round == MarkRound.ADJUDICATOR
    rows = session.execute(
        select(MarkingLease, MarkingTask.token)
        .join(MarkingTask, MarkingTask.sitting_question_id == MarkingLease.sitting_question_id)
        .join(Sitting, Sitting.id == MarkingTask.sitting_id)
        .where(
            MarkingTask.exam_id == exam_id,
            MarkingTask.question_version_id == version_id,
            MarkingTask.state == (TaskState.DISPUTED if adjudicates else TaskState.OPEN),
            MarkingLease.marker_id == actor.user_id,
            MarkingLease.until >= now,
            rounds if adjudicates else ~rounds,
            is_closed(),
        )
        .order_by(MarkingTask.token)
    )
    return [(row[0], row[1]) for row in rows]


def lease_of(
    session: Session, actor: Actor, task: MarkingTask, *, now: datetime
) -> MarkingLease | None:
    """That an answer lies on the actor's desk, or None."""
    return session.scalar(
        select(MarkingLease).where(
            MarkingLease.sitting_question_id == task.sitting_question_id,
            MarkingLease.marker_id == actor.user_id,
            MarkingLease.until >= now,
        )
    )


def neighbours(session: Session, actor: Actor, task: MarkingTask) -> tuple[str | None, str | None]:
    """The answers before and after that the actor has marked or holds, to leaf through."""
    held = exists().where(
        MarkingLease.sitting_question_id == MarkingTask.sitting_question_id,
        MarkingLease.marker_id == actor.user_id,
    )
    mine = (
        select(MarkingTask.token)
        .join(Sitting, Sitting.id == MarkingTask.sitting_id)
        .where(
            *of_question(task.exam_id, task.question_version_id, actor),
            or_(own_mark(actor), held),
        )
    )
    before = mine.where(MarkingTask.token < task.token).order_by(MarkingTask.token.desc())
    after = mine.where(MarkingTask.token > task.token).order_by(MarkingTask.token)
    return session.scalar(before.limit(1)), session.scalar(after.limit(1))


def count_batch(session: Session, actor: Actor, token: str) -> int:
    """How many answers carry a mark that the actor gave together with that of this answer."""
    found = select(func.count(ManualMark.id)).where(
        ManualMark.batch == token,
        ManualMark.marker_id == actor.user_id,
        ManualMark.superseded_at.is_(None),
    )
    return session.scalar(found) or 0


def count_marked_by(session: Session, actor: Actor, exam_id: int, version_id: int) -> int:
    """How many answers of a question the actor has marked."""
    found = (
        select(func.count())
        .select_from(MarkingTask)
        .join(Sitting, Sitting.id == MarkingTask.sitting_id)
        .where(*of_question(exam_id, version_id, actor), own_mark(actor))
    )
    return session.scalar(found) or 0


def marked_by(
    session: Session, actor: Actor, exam_id: int, version_id: int, *, limit: int, offset: int
) -> list[tuple[MarkingTask, ManualMark]]:
    """The actor's own marks of a question, the latest first."""
    rows = session.execute(
        select(MarkingTask, ManualMark)
        .join(ManualMark, ManualMark.sitting_question_id == MarkingTask.sitting_question_id)
        .join(Sitting, Sitting.id == MarkingTask.sitting_id)
        .where(
            *of_question(exam_id, version_id, actor),
            ManualMark.marker_id == actor.user_id,
            ManualMark.superseded_at.is_(None),
        )
        .order_by(ManualMark.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [(row[0], row[1]) for row in rows]


def tasks_of(session: Session, sitting_id: int) -> list[MarkingTask]:
    """The answers of a sitting that need a person, read afresh."""
    return list(
        session.scalars(
            select(MarkingTask)
            .where(MarkingTask.sitting_id == sitting_id)
            .order_by(MarkingTask.sitting_question_id)
            .execution_options(populate_existing=True)
        )
    )


def released_tenths(session: Session, sitting_id: int) -> dict[int, tuple[int, str]]:
    """What people gave, once released: score and digest of the answer, by place in the paper."""
    rows = session.execute(
        select(
            MarkingTask.sitting_question_id, MarkingTask.tenths, MarkingTask.answer_digest
        ).where(MarkingTask.sitting_id == sitting_id, MarkingTask.state == TaskState.RELEASED)
    )
    return {row[0]: (row[1] or 0, row[2]) for row in rows}


def are_shown() -> tuple[ColumnElement[bool], ...]:
    return (MarkingTask.state != TaskState.DROPPED, is_closed())


def of_question(exam_id: int, version_id: int, actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        MarkingTask.exam_id == exam_id,
        MarkingTask.question_version_id == version_id,
        Sitting.user_id != actor.user_id,
        *are_shown(),
    )


def _is_free(
    actor: Actor, marker_count: int, *, adjudicates: bool, now: datetime
) -> ColumnElement[bool]:
    lent = select(func.count(MarkingLease.id)).where(
        MarkingLease.sitting_question_id == MarkingTask.sitting_question_id,
        MarkingLease.until >= now,
        MarkingLease.marker_id != actor.user_id,
    )
    if adjudicates:
        lent = lent.where(MarkingLease.round == MarkRound.ADJUDICATOR)
        return and_(
            MarkingTask.state == TaskState.DISPUTED,
            lent.correlate(MarkingTask).scalar_subquery() == 0,
        )
    marks = select(func.count(ManualMark.id)).where(
        ManualMark.sitting_question_id == MarkingTask.sitting_question_id,
        ManualMark.superseded_at.is_(None),
    )
    taken: Any = (
        marks.correlate(MarkingTask).scalar_subquery()
        + lent.correlate(MarkingTask).scalar_subquery()
    )
    return and_(MarkingTask.state == TaskState.OPEN, taken < marker_count)


def _count(session: Session, found: Select[Any]) -> int:
    ids = found.with_only_columns(MarkingTask.sitting_question_id, maintain_column_froms=True)
    rows = ids.order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0
