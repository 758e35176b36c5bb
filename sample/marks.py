"""Written answers of the sample, half marked by two people, who disagree now and then.

A marker ticks the scoring points that stand in the answer; the second one is stricter with some.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User
from core.db import Database
from core.identity import Actor, Role
from exams.hand_marking import Given, ticked_tenths
from exams.models import Exam, MarkingTask
from exams.operations.hand_marking import give_mark, take_answers
from exams.operations.markers import MarkingSettings, appoint_marker, set_marking
from exams.queries.audience import window_days
from exams.queries.marking import points_of
from exams.queries.sittings import last_answers, paper_of
from exams.versions import known_versions
from question_bank.keys import RubricKey
from sample.exams import Scene
from teams.models import RoleGrant
from teams.queries.identity import actor_for

MOST_MARKED = 30
# Of the answers that the second marker reads, every so many one is read strictly.
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
    """Half of the answers get the demo trainer's mark, most of these a second one; says how many
    marks were given.
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
        count = _mark(session, exam, wanted, first, half, now=now)
        return count + _mark(
            session, exam, wanted, second, half * 3 // 4, strict_every=STRICT_EVERY, now=now
        )


def _markers(session: Session, scene: Scene) -> tuple[Actor, Actor]:
    trainer = scene.actor(session, "孙清明")
    other = session.scalars(
        select(RoleGrant.user_id)
        .where(RoleGrant.role == Role.TRAINER, RoleGrant.user_id != trainer.user_id)
        .order_by(RoleGrant.user_id)
        .limit(1)
    ).one()
    return trainer, actor_for(session, other)


def _mark(
    session: Session,
    exam: Exam,
    version_ids: Sequence[int],
    marker: Actor,
    most: int,
    *,
    strict_every: int = 0,
    now: datetime,
) -> int:
    """Take answers and mark them, as the page does, until there are so many marks."""
    given = 0
    for version_id in version_ids:
        while given < most:
            tokens = take_answers(session, exam, version_id, actor=marker, now=now)
            if not tokens:
                break
            is_strict = strict_every > 0 and given % strict_every == 0
            mark = _read(session, tokens[0], is_strict=is_strict)
            give_mark(session, tokens[0], mark, together=False, actor=marker, now=now)
            given += 1
    return given


def _read(session: Session, token: str, *, is_strict: bool) -> Given:
    """The points whose words stand in the answer; strictly, the first of them alone."""
    task = session.scalars(select(MarkingTask).where(MarkingTask.token == token)).one()
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
