"""Exams with written answers, people who sat them, and markers, for the tests of marking."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User
from core.identity import Role
from exams.hand_marking import Given
from exams.models import Exam, MarkingLease, MarkingTask, MarkRound, Sitting, SittingQuestion
from exams.operations.answers import record_answer
from exams.operations.closing import submit_sitting
from exams.operations.hand_marking import LEASE, give_mark
from exams.operations.markers import appoint_marker
from exams.operations.sitting import start_sitting
from exams.queries.audience import window_days
from exams.recording import JournalEntry
from question_bank.models import QuestionVersion
from teams.models import RoleGrant
from teams.queries import actor_for
from tests.cast import Cast, make_user
from tests.conftest import MONDAY
from tests.exams.factories import make_exam, make_verdict, make_written

SHANGHAI = ZoneInfo("Asia/Shanghai")
LATER = MONDAY + timedelta(hours=3)
# What a point of `make_written` earns on a paper that gives the question ten points.
POINT = 50


def written_exam(session: Session, cast: Cast, **more: Any) -> Exam:
    """A 判断 and a 简答 of ten points each for 冲压; twelve points pass."""
    more = {"pass_mark_tenths": 120, "audience": "press", "shuffles_questions": False} | more
    return make_exam(session, cast, [make_verdict(session), make_written(session)], **more)


def make_marker(session: Session, cast: Cast, name: str, role: Role = Role.EXAMINER) -> User:
    """Somebody of 安全科 who may be appointed."""
    number = f"M{session.query(User).count():07d}"
    user = make_user(session, number, name, now=MONDAY, team=cast.team("safety"))
    over = cast.team("enterprise").id
    session.add(RoleGrant(user_id=user.id, team_id=over, role=role, granted_at=MONDAY))
    session.flush()
    return user


def appoint(
    session: Session, cast: Cast, exam: Exam, user: User, *, is_adjudicator: bool = False
) -> None:
    appoint_marker(
        session,
        exam,
        user,
        is_adjudicator=is_adjudicator,
        days=window_days(exam, SHANGHAI),
        actor=cast.actor("examiner"),
        now=MONDAY,
    )


def sit(
    session: Session,
    exam: Exam,
    user: User,
    text: str | None,
    *,
    verdict: bool | None = False,
    seed: int | None = None,
    now: datetime = MONDAY,
) -> Sitting:
    """Sit the exam from start to end; the right verdict is False."""
    actor = actor_for(session, user.id)
    seed = user.id * 7919 if seed is None else seed
    sitting = start_sitting(session, exam, actor=actor, now=now, seed=seed, zone=SHANGHAI)
    reply(session, sitting, verdict, text, now=now)
    return sitting


def reply(
    session: Session, sitting: Sitting, verdict: bool | None, text: str | None, *, now: datetime
) -> None:
    """Answer and hand in."""
    actor = actor_for(session, sitting.user_id)
    for slot, response in replies(session, sitting, verdict, text).items():
        key = f"key-{sitting.id:05d}-{slot:03d}-{now:%H%M}"
        record_answer(session, sitting.id, JournalEntry(slot, response, key), actor=actor, now=now)
    submit_sitting(session, sitting, actor=actor, now=now + timedelta(minutes=5))


def answer_again(session: Session, sitting: Sitting, text: str, *, now: datetime) -> None:
    """Write another text into a paper that was opened again, and hand it in."""
    reply(session, sitting, None, text, now=now)


def replies(
    session: Session, sitting: Sitting, verdict: bool | None, text: str | None
) -> dict[int, object]:
    rows = session.execute(
        select(SittingQuestion.slot, QuestionVersion.type)
        .join(QuestionVersion, QuestionVersion.id == SittingQuestion.question_version_id)
        .where(SittingQuestion.sitting_id == sitting.id)
    )
    said: dict[str, object] = {"true_false": verdict, "short_answer": text}
    return {slot: said[kind.value] for slot, kind in rows if said.get(kind.value) is not None}


def candidates(session: Session, cast: Cast, count: int) -> list[User]:
    """New people of 冲压一班."""
    before = session.query(User).count()
    return [
        make_user(
            session,
            f"C{before + number:07d}",
            f"考生{before + number}",
            now=MONDAY,
            team=cast.team("press_one"),
        )
        for number in range(count)
    ]


def task_of(session: Session, sitting: Sitting) -> MarkingTask:
    """The one answer of a sitting that needs a person."""
    return session.scalars(select(MarkingTask).where(MarkingTask.sitting_id == sitting.id)).one()


def lay(
    session: Session, marker: User, sitting: Sitting, *, round_: MarkRound = MarkRound.FIRST
) -> MarkingTask:
    """Lay the sitting's answer on a marker's desk, whichever would be next in the hidden order."""
    task = task_of(session, sitting)
    known = select(MarkingLease).where(
        MarkingLease.sitting_question_id == task.sitting_question_id, MarkingLease.round == round_
    )
    for lease in session.scalars(known):
        session.delete(lease)
    session.flush()
    session.add(
        MarkingLease(
            sitting_question_id=task.sitting_question_id,
            round=round_,
            marker_id=marker.id,
            until=LATER + LEASE,
        )
    )
    session.flush()
    return task


def mark(
    session: Session,
    marker: User,
    sitting: Sitting,
    tenths: int,
    *,
    points: Sequence[int] = (),
    remark: str = "看过",
    round_: MarkRound = MarkRound.FIRST,
    now: datetime = LATER,
) -> None:
    """Mark the sitting's written answer, as a first mark or another."""
    task = lay(session, marker, sitting, round_=round_)
    actor = actor_for(session, marker.id)
    given = Given(tuple(points), tenths, remark)
    give_mark(session, task.token, given, together=False, actor=actor, now=now)
