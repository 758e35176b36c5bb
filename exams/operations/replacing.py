"""Putting another question in the place of a fixed one, for papers not yet drawn."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from accounts.models import User
from core.audit import record
from core.errors import N_, Conflict
from core.identity import Actor
from exams.blueprint import BankQuestion
from exams.drawing import PoolRow
from exams.models import Exam, PoolEntry
from exams.operations.flaws import tell_withdrawn
from exams.queries.exams import amendable_exam, blueprint_of, spec_of
from exams.queries.markers import authors_of, markers_of
from exams.queries.pools import pool_rows
from exams.queries.publication import pool_findings
from exams.queries.replacements import candidates, entries_of, fixed_entry
from exams.versions import known_versions


def replace_question(
    session: Session,
    exam: Exam,
    version_id: int,
    public_id: str,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Withdraw a fixed question of an exam that is not over, and fix this one in its place.

    It earns the same points in the same row; papers already drawn keep what they have, and are
    drawn again from the pool as it was. Raises Conflict for a question of another type, one that
    is not in use, or one with which papers could not keep what publication promised.
    """
    exam = amendable_exam(session, exam, now=now)
    row, entry = fixed_entry(session, exam, version_id)
    chosen = next(
        (one for one in candidates(session, exam, version_id) if one.public_id == public_id), None
    )
    if chosen is None:
        raise Conflict(N_("这道题不能顶上：题型不同、停用了、等人复核，或这场考试用过。另选一题"))
    _refuse_unfair(session, exam, row.id, chosen)
    wrote = authors_of(session, exam)
    before = row.question
    # What is fixed in one row is no part of another's pool.
    for gone in [entry, *entries_of(session, exam, chosen.version_id)]:
        gone.withdrawn_at, gone.withdrawn_reason = now, reason
    session.add(
        PoolEntry(
            blueprint_row_id=row.id,
            question_version_id=chosen.version_id,
            expected_permille=chosen.expected,
            replaces_id=entry.id,
        )
    )
    row.question = chosen.public_id
    session.flush()
    _refuse_author(session, exam, wrote)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.question.replaced",
        subject=("exam", exam.id),
        before={"question": before, "question_version_id": version_id},
        after={"question": chosen.public_id, "question_version_id": chosen.version_id},
        reason=reason,
    )
    tell_withdrawn(session, exam, version_id, reason=reason, actor=actor, now=now)
    session.flush()


def _refuse_unfair(session: Session, exam: Exam, row_id: int, chosen: BankQuestion) -> None:
    """Conflict where rows would run short, or tolerance or reuse could no longer be kept."""
    version = known_versions(session, [chosen.version_id])[chosen.version_id].pool

    def changed(row: PoolRow) -> PoolRow:
        if row.row_id == row_id:
            return replace(row, pool=(version,), expected={chosen.version_id: chosen.expected})
        return replace(
            row,
            pool=tuple(one for one in row.pool if one.version_id != chosen.version_id),
            expected={key: one for key, one in row.expected.items() if key != chosen.version_id},
        )

    rows = [changed(row) for row in pool_rows(session, exam.id)]
    specs = [spec_of(row) for row in blueprint_of(session, exam.id)]
    for finding in pool_findings(exam, specs, rows, is_stored=True):
        raise Conflict(finding.msgid, **finding.values)


def _refuse_author(session: Session, exam: Exam, wrote: set[int]) -> None:
    """Conflict where somebody appointed to mark wrote what would now have to be marked."""
    newly = authors_of(session, exam) - wrote if exam.separates_markers else set()
    for line in markers_of(session, exam.id):
        if line.user_id in newly:
            name = session.get_one(User, line.user_id).name
            raise Conflict(
                N_("%(name)s 写过这道题所在的模块，又要阅这场考试的卷，考教要分离。另选一题"),
                name=name,
            )
