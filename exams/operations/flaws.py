"""Telling the bank which of its questions an exam found faulty, so that people look at them."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from core.identity import Actor
from exams.corrections import ChangeKind
from exams.models import Appeal, AppealOutcome, Exam, Regrade, RegradeChange
from question_bank.models import FlawCause
from question_bank.reviews import ask_about_flaw

# Other points or another rule say nothing against the question.
CAUSES = {
    ChangeKind.VOID: FlawCause.VOID,
    ChangeKind.FULL_MARKS: FlawCause.FULL_MARKS,
    ChangeKind.KEY: FlawCause.KEY,
    ChangeKind.RUBRIC: FlawCause.KEY,
}


def tell_withdrawn(
    session: Session, exam: Exam, version_id: int, *, reason: str, actor: Actor, now: datetime
) -> None:
    """A question was taken out of papers not yet drawn."""
    _tell(session, exam.id, [version_id], FlawCause.WITHDRAWN, reason, actor=actor, now=now)


def tell_regraded(
    session: Session,
    regrade: Regrade,
    changes: Iterable[RegradeChange],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """A regrade was put in force; of its lines those count that find a question wrong."""
    for line in changes:
        cause = CAUSES.get(line.kind)
        if cause is not None and line.question_version_id is not None:
            asked = [line.question_version_id]
            _tell(session, regrade.exam_id, asked, cause, regrade.reason, actor=actor, now=now)


def tell_appealed(
    session: Session,
    exam: Exam,
    appeals: Iterable[Appeal],
    outcome: AppealOutcome,
    *,
    answer: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Appeals were answered; only a granted one on a single question finds that question wrong."""
    asked = {one.question_version_id for one in appeals if one.question_version_id is not None}
    if outcome is AppealOutcome.GRANTED:
        _tell(session, exam.id, asked, FlawCause.APPEAL, answer, actor=actor, now=now)


def _tell(
    session: Session,
    exam_id: int,
    version_ids: Collection[int],
    cause: FlawCause,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    ask_about_flaw(
        session, version_ids, cause, exam_id=exam_id, reason=reason, actor=actor, now=now
    )
