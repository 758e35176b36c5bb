"""Sat exams to regrade: people of the cast answer, hand in, and drafts are put in force."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from exams.corrections import ChangeKind
from exams.dry_run import DryRun, dry_run
from exams.models import Exam, Regrade, Sitting
from exams.operations.answers import record_answer
from exams.operations.closing import submit_sitting
from exams.operations.regrade import (
    begin_regrade,
    change_question,
    draft_regrade,
    write_results,
)
from exams.operations.sitting import start_sitting
from exams.queries.sittings import paper_of
from exams.recording import JournalEntry
from question_bank.models import QuestionVersion
from tests.cast import Cast
from tests.conftest import MONDAY

ZONE = ZoneInfo("Asia/Shanghai")
HANDED_IN = MONDAY + timedelta(minutes=10)
LATER = MONDAY + timedelta(hours=3)
REASON = "规程 3.2 条改了，原来的答案不对"


def start(session: Session, cast: Cast, exam: Exam, who: str) -> Sitting:
    return start_sitting(
        session, exam, actor=cast.actor(who), now=MONDAY, seed=cast.user(who).id, zone=ZONE
    )


def answer(
    session: Session, cast: Cast, sitting: Sitting, who: str, replies: Mapping[int, Any]
) -> None:
    """Reply to questions by their versions."""
    slots = {row.question_version_id: row.slot for row in paper_of(session, sitting.id)}
    for version_id, response in replies.items():
        record_answer(
            session,
            sitting.id,
            JournalEntry(slots[version_id], response, f"reply-{version_id:06d}"),
            actor=cast.actor(who),
            now=MONDAY + timedelta(minutes=1),
        )
    session.expire(sitting)


def sit(session: Session, cast: Cast, exam: Exam, who: str, replies: Mapping[int, Any]) -> Sitting:
    """Start, answer, hand in."""
    sitting = start(session, cast, exam, who)
    answer(session, cast, sitting, who, replies)
    submit_sitting(session, sitting, actor=cast.actor(who), now=HANDED_IN)
    return sitting


def draft(
    session: Session,
    cast: Cast,
    exam: Exam,
    lines: Sequence[tuple[QuestionVersion, ChangeKind, Any]],
) -> Regrade:
    """A draft of the examiner's."""
    actor = cast.actor("examiner")
    regrade = draft_regrade(session, exam, actor=actor, now=LATER)
    for version, kind, value in lines:
        change_question(session, regrade, version.id, kind, value, actor=actor, now=LATER)
    return regrade


def put_in_force(session: Session, cast: Cast, exam: Exam, regrade: Regrade) -> DryRun:
    """Dry run, then every result; returns what the dry run had said."""
    actor = cast.actor("examiner")
    seen = dry_run(session, exam, regrade)
    assert begin_regrade(session, regrade, seen, reason=REASON, actor=actor, now=LATER)
    assert write_results(session, regrade.id, actor=actor, now=LATER, limit=100).is_finished
    session.expire_all()
    return seen


def regrade_by(
    session: Session,
    cast: Cast,
    exam: Exam,
    version: QuestionVersion,
    kind: ChangeKind,
    value: Any = None,
) -> DryRun:
    """A regrade of one line, from draft to results."""
    return put_in_force(session, cast, exam, draft(session, cast, exam, [(version, kind, value)]))


def key(*answers: Any, keeps_old: bool = False) -> dict[str, Any]:
    return {"answers": list(answers), "keeps_old": keeps_old}
