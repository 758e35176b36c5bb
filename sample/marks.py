"""Written answers of the sample, half marked by two people, who disagree now and then.

A marker ticks the scoring points that stand in the answer; the second one is stricter with some.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User
from core.db import Database
from core.identity import Actor, Role
from exams.hand_marking import Given, TaskState, ticked_tenths
from exams.models import Exam, MarkingTask
from exams.operations.hand_marking import give_mark, take_answers
from exams.operations.markers import MarkingSettings, appoint_marker, set_marking
from exams.queries.audience import window_days
from exams.queries.marking import current_marks, points_of
from exams.queries.sittings import last_answers, paper_of
from exams.versions import known_versions
from question_bank.keys import RubricKey
from sample.exams import Scene
from teams.models import RoleGrant
from teams.queries.identity import actor_for

MOST_MARKED = 30
# After a disagreement the second marker agrees this often before the next.
STRICT_EVERY = 6


def appoint(session: Session, exam: Exam, scene: Scene, *, now: datetime) -> None:
    """Two trainers mark, one of them a demo sign-in; the demo examiner decides between them."""
    examiner, days = scene.actor(session, "周谷雨"), window_days(exam, scene.zone)
    settings = MarkingSettings(
        marker_count=2, max_difference_percent=20, separates_markers=False, releases_together=True
    )
    set_marking(session, exam, settings, days=days, actor=examiner, now=now)
    for person in (*_markers(session, scene), examiner):
        appoint_marker(
            session,
            exam,
            session.get_one(User, person.user_id),
            is_adjudicator=person is examiner,
            days=days,
            actor=examiner,
            now=now,
        )


def mark_half(database: Database, exam_id: int, scene: Scene, *, now: datetime) -> int:
    """Half of the answers get the demo trainer's mark, most of these, and two at least, a second
    one; says how many marks were given.
    """
    with database.writing() as session:
        session.info["unrecorded"] = True
        exam = session.get_one(Exam, exam_id)
        versions = session.scalars(
            select(MarkingTask.question_version_id)
            .where(MarkingTask.exam_id == exam_id)
            .order_by(MarkingTask.question_version_id)
        ).all()
        half = min(MOST_MARKED, (len(versions) + 1) // 2)
        first, second = _markers(session, scene)
        wanted = sorted(set(versions))
        count = _mark_first(session, exam, wanted, first, half, now=now)
        both = max(2, half * 3 // 4)
        return count + _mark_second(session, exam, wanted, second, both, now=now)


def _markers(session: Session, scene: Scene) -> tuple[Actor, Actor]:
    trainer = scene.actor(session, "孙清明")
    other = session.scalars(
        select(RoleGrant.user_id)
        .where(RoleGrant.role == Role.TRAINER, RoleGrant.user_id != trainer.user_id)
        .order_by(RoleGrant.user_id)
        .limit(1)
    ).one()
    return trainer, actor_for(session, other)


def _mark_first(
    session: Session,
    exam: Exam,
    version_ids: Sequence[int],
    marker: Actor,
    most: int,
    *,
    now: datetime,
) -> int:
    """Take answers and mark them, as the page does, until there are so many marks."""
    given = 0
    for task in islice(_taken(session, exam, version_ids, marker, now=now), most):
        mark = _read(session, task, is_strict=False)
        give_mark(session, task.token, mark, together=False, actor=marker, now=now)
        given += 1
    return given


def _mark_second(
    session: Session,
    exam: Exam,
    version_ids: Sequence[int],
    marker: Actor,
    most: int,
    *,
    now: datetime,
) -> int:
    """Mark until so many answers have two marks, some of which differ; which answers lie on top
    of the pile is a matter of chance.
    """
    given = settled = strict_from = 0
    for task in _taken(session, exam, version_ids, marker, now=now):
        is_second = bool(
            current_marks(session, [task.sitting_question_id])[task.sitting_question_id]
        )
        mark = _read(session, task, is_strict=is_second and settled >= strict_from)
        give_mark(session, task.token, mark, together=False, actor=marker, now=now)
        given, settled = given + 1, settled + is_second
        if task.state is TaskState.DISPUTED:
            strict_from = settled + STRICT_EVERY
        if settled >= most:
            break
    return given


def _taken(
    session: Session, exam: Exam, version_ids: Sequence[int], marker: Actor, *, now: datetime
) -> Iterator[MarkingTask]:
    """The answers that a marker finds on the desk, one after the other."""
    for version_id in version_ids:
        while tokens := take_answers(session, exam, version_id, actor=marker, now=now):
            yield session.scalars(select(MarkingTask).where(MarkingTask.token == tokens[0])).one()


def _read(session: Session, task: MarkingTask, *, is_strict: bool) -> Given:
    """The points whose words stand in the answer; strictly, the first of them alone."""
    key = known_versions(session, [task.question_version_id])[task.question_version_id].key
    assert isinstance(key, RubricKey)
    text = _text(session, task)
    ticked = [at for at, point in enumerate(key.points, start=1) if point.text in text]
    ticked = ticked[:1] if is_strict else ticked
    tenths = ticked_tenths(key.points, ticked, points_tenths=points_of(session, task))
    return Given(tuple(ticked), tenths)


def _text(session: Session, task: MarkingTask) -> str:
    slots = {row.id: row.slot for row in paper_of(session, task.sitting_id)}
    found = last_answers(session, task.sitting_id).get(slots[task.sitting_question_id])
    return str(found.response) if found else ""
