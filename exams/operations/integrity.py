"""What an exam records and asks of browsers, and who may use any browser."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import record
from core.errors import N_, Conflict, NotFound
from core.identity import Actor
from exams.integrity import Integrity, as_data, findings, tightened
from exams.models import Exam, ExamIntegrity, ExamState, SafeBrowserExemption
from exams.operations.grants import add_grant
from exams.queries.exams import has_begun, locked_exam
from exams.queries.incidents import integrity_of


def set_integrity(
    session: Session, exam: Exam, wanted: Integrity, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Switch on or off what an exam records of its candidates.

    Once somebody has begun, it may only be loosened: nobody is watched more closely than the start
    page said. Raises Conflict for that, for a withdrawn exam and with the first finding.
    """
    exam = locked_exam(session, exam)
    if exam.state is ExamState.WITHDRAWN:
        raise Conflict(N_("这场考试已经撤下"))
    for msgid in findings(wanted).values():
        raise Conflict(msgid)
    before = integrity_of(session, exam.id)
    if before == wanted:
        return
    if tightened(before, wanted) and has_begun(session, exam.id):
        raise Conflict(N_("已经有人开考，只能关掉或放宽，不能加严"))
    _store(session, exam.id, wanted)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.integrity.changed",
        subject=("exam", exam.id),
        before=as_data(before),
        after=as_data(wanted),
        reason=reason or None,
    )
    session.flush()


def copy_integrity(
    session: Session, exam: Exam, to_exam: Exam, *, actor: Actor, now: datetime
) -> None:
    """Give a copied exam the same switches; exemptions are left behind."""
    found = integrity_of(session, exam.id)
    if found != Integrity():
        set_integrity(session, to_exam, found, reason="", actor=actor, now=now)


def free_of_safe_browser(
    session: Session, exam: Exam, user_id: int, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Let a person sit the exam in any browser. Raises Conflict where that is so already."""
    exam = locked_exam(session, exam)
    if _exemption(session, exam.id, user_id) is not None:
        raise Conflict(N_("这个人已经可以用任何浏览器考"))
    why = {"action": "exam.safe_browser.exempted", "reason": reason}
    add_grant(session, SafeBrowserExemption, exam, user_id, **why, actor=actor, now=now)


def bind_to_safe_browser(
    session: Session, exam: Exam, user_id: int, *, actor: Actor, now: datetime
) -> None:
    """Take such an exemption back. Raises NotFound where there is none."""
    exam = locked_exam(session, exam)
    exemption = _exemption(session, exam.id, user_id)
    if exemption is None:
        raise NotFound()
    session.delete(exemption)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.safe_browser.bound",
        subject=("exam", exam.id),
        on_user_id=user_id,
        before={"reason": exemption.reason},
    )
    session.flush()


def _store(session: Session, exam_id: int, wanted: Integrity) -> None:
    row = session.get(ExamIntegrity, exam_id)
    if row is None:
        row = ExamIntegrity(exam_id=exam_id, safe_browser_keys=[])
        session.add(row)
    for name, value in asdict(wanted).items():
        setattr(row, name, list(value) if isinstance(value, tuple) else value)
    session.flush()


def _exemption(session: Session, exam_id: int, user_id: int) -> SafeBrowserExemption | None:
    return session.scalar(
        select(SafeBrowserExemption).where(
            SafeBrowserExemption.exam_id == exam_id, SafeBrowserExemption.user_id == user_id
        )
    )
