"""Amending a published exam in what stays fair."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.audit import record
from core.errors import N_, Conflict
from core.identity import Actor
from exams.amendments import amendment_findings
from exams.blueprint import total_tenths
from exams.definition import ExamDefinition, audited, columns_of, definition_of, findings
from exams.models import Exam, ExamState
from exams.queries.exams import blueprint_of, has_begun, locked_exam, spec_of


def amend_exam(
    session: Session,
    exam: Exam,
    definition: ExamDefinition,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Amend an exam that is published and not over; Conflict with the first unfair change.

    The audit entry has what changed, before and after, and nothing else.
    """
    exam = locked_exam(session, exam)
    if exam.state is not ExamState.PUBLISHED or now > exam.closes_at:
        raise Conflict(N_("考试窗口已经关闭，不能再改"))
    before = definition_of(exam)
    total = total_tenths([spec_of(row) for row in blueprint_of(session, exam.id)])
    unfair = amendment_findings(before, definition, has_begun=has_begun(session, exam.id))
    for finding in [*unfair, *findings(definition, total_tenths=total)]:
        raise Conflict(finding.msgid, **finding.values)
    told_before, told_after = audited(before), audited(definition)
    changed = [name for name in told_after if told_after[name] != told_before[name]]
    if not changed and before.entry_code == definition.entry_code:
        raise Conflict(N_("什么也没改"))
    for name, value in columns_of(definition).items():
        setattr(exam, name, value)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.amended",
        subject=("exam", exam.id),
        before={name: told_before[name] for name in changed},
        after={name: told_after[name] for name in changed},
        reason=reason,
    )
    session.flush()
