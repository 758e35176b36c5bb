"""Who marks an exam and how: settings, appointing, dismissing."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from accounts.models import User
from core.audit import record
from core.errors import N_, Conflict, NotFound
from core.identity import Actor
from exams.models import Exam, ExamState, MarkerAppointment
from exams.queries.audience import Days
from exams.queries.exams import locked_exam
from exams.queries.markers import MarkerRefusal, marker_refusal, markers_of
from exams.queries.marking_progress import has_marks


@dataclass(frozen=True)
class MarkingSettings:
    """How the answers of an exam are marked by people."""

    marker_count: int
    max_difference_percent: int
    separates_markers: bool
    releases_together: bool

    @classmethod
    def of(cls, exam: Exam) -> "MarkingSettings":
        """What stands in an exam."""
        return cls(
            marker_count=exam.marker_count,
            max_difference_percent=exam.max_difference_percent,
            separates_markers=exam.separates_markers,
            releases_together=exam.releases_together,
        )


def set_marking(
    session: Session,
    exam: Exam,
    settings: MarkingSettings,
    *,
    days: Days,
    actor: Actor,
    now: datetime,
) -> None:
    """Change how an exam is marked, until the first answer is; Conflict afterwards.

    考教分离 is not switched on over the head of a marker whom it forbids.
    """
    exam = locked_exam(session, exam)
    before = MarkingSettings.of(exam)
    if settings == before:
        return
    _refuse_withdrawn(exam)
    if has_marks(session, exam.id):
        raise Conflict(N_("已经开始阅卷，不能再改阅卷办法"))
    for name, value in asdict(settings).items():
        setattr(exam, name, value)
    session.flush()
    for line in markers_of(session, exam.id):
        user = session.get_one(User, line.user_id)
        refusal = marker_refusal(session, exam, user, days=days, now=now)
        if refusal in (MarkerRefusal.MAKER, MarkerRefusal.AUTHOR):
            raise Conflict(refusal.value, name=user.name)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.marking.changed",
        subject=("exam", exam.id),
        before=asdict(before),
        after=asdict(settings),
    )
    session.flush()


def appoint_marker(
    session: Session,
    exam: Exam,
    user: User,
    *,
    is_adjudicator: bool,
    days: Days,
    actor: Actor,
    now: datetime,
) -> None:
    """Let a person mark, or adjudicate in, an exam; Conflict with the reason where that cannot be.

    Whoever is appointed already gets the other duty.
    """
    exam = locked_exam(session, exam)
    _refuse_withdrawn(exam)
    refusal = marker_refusal(session, exam, user, days=days, now=now)
    if refusal is not None:
        raise Conflict(refusal.value, name=user.name)
    known = session.scalar(_appointment(exam, user.id))
    if known is None:
        known = MarkerAppointment(exam_id=exam.id, user_id=user.id)
        session.add(known)
    known.is_adjudicator = is_adjudicator
    known.appointed_by_id, known.appointed_at = actor.user_id, now
    record(
        session,
        actor=actor,
        now=now,
        action="exam.marker.appointed",
        subject=("exam", exam.id),
        on_user_id=user.id,
        after={"is_adjudicator": is_adjudicator},
    )
    session.flush()


def dismiss_marker(
    session: Session, exam: Exam, user_id: int, *, actor: Actor, now: datetime
) -> None:
    """Take a person's appointment back; what the person has marked stands."""
    exam = locked_exam(session, exam)
    known = session.scalar(_appointment(exam, user_id))
    if known is None:
        raise NotFound()
    session.delete(known)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.marker.dismissed",
        subject=("exam", exam.id),
        on_user_id=user_id,
        before={"is_adjudicator": known.is_adjudicator},
    )
    session.flush()


def _appointment(exam: Exam, user_id: int) -> Select[MarkerAppointment]:
    return select(MarkerAppointment).where(
        MarkerAppointment.exam_id == exam.id, MarkerAppointment.user_id == user_id
    )


def _refuse_withdrawn(exam: Exam) -> None:
    if exam.state is ExamState.WITHDRAWN:
        raise Conflict(N_("这场考试已经撤下"))
