"""Exempting people from an exam, and taking an exemption back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import record
from core.errors import N_, Conflict, NotFound
from core.identity import Actor
from exams.models import Exam, ExamState, Exemption, Sitting
from exams.operations.grants import add_grant
from exams.queries.audience import Days, audience_people
from exams.queries.exams import locked_exam


def grant_exemption(
    session: Session,
    exam: Exam,
    user_id: int,
    *,
    reason: str,
    days: Days,
    actor: Actor,
    now: datetime,
) -> None:
    """Exempt a person of the audience who has not begun the exam, also after its window.

    Whoever has sat stays counted, or a failed exam could be exempted away.
    """
    exam = locked_exam(session, exam)
    if exam.state is ExamState.WITHDRAWN:
        raise Conflict(N_("这场考试已经撤下"))
    people = audience_people(exam.id, days).subquery()
    if session.scalar(select(people.c.user_id).where(people.c.user_id == user_id)) is None:
        raise NotFound(N_("这个人不在参考范围里"))
    if _exemption(session, exam, user_id) is not None:
        raise Conflict(N_("这个人已经免考"))
    begun = select(Sitting.id).where(Sitting.exam_id == exam.id, Sitting.user_id == user_id)
    if session.scalar(begun.limit(1)) is not None:
        raise Conflict(N_("这个人已经开考，不能再免考"))
    why = {"action": "exam.exemption.granted", "reason": reason}
    add_grant(session, Exemption, exam, user_id, **why, actor=actor, now=now)


def remove_exemption(
    session: Session, exam: Exam, user_id: int, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Take an exemption back: the person must sit again."""
    exam = locked_exam(session, exam)
    exemption = _exemption(session, exam, user_id)
    if exemption is None:
        raise NotFound()
    session.delete(exemption)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.exemption.removed",
        subject=("exam", exam.id),
        on_user_id=user_id,
        before={"reason": exemption.reason},
        reason=reason,
    )
    session.flush()


def _exemption(session: Session, exam: Exam, user_id: int) -> Exemption | None:
    return session.scalar(
        select(Exemption).where(Exemption.exam_id == exam.id, Exemption.user_id == user_id)
    )
