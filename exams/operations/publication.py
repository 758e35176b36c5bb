"""From draft to open exam: publication, and what stays fair to change afterwards.

After publication the paper's rules stand. The window may close later, minutes may be added before
anyone has begun, the audience may grow, and a faulty question may be withdrawn from papers not yet
drawn; each with a reason.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.audit import record
from core.errors import N_, Conflict, Forbidden, NotFound
from core.identity import Actor
from exams.blueprint import mean_of, pools
from exams.circumstances import keep_terminal_session
from exams.definition import LONGEST_WINDOW, MOST_MINUTES, as_data
from exams.models import (
    BlueprintRow,
    Exam,
    ExamAudience,
    ExamState,
    PoolEntry,
    Sitting,
    SittingState,
)
from exams.operations.flaws import tell_withdrawn
from exams.queries.audience import AudienceChoice, Days, audience_of
from exams.queries.bank import bank_questions
from exams.queries.exams import (
    amendable_exam,
    blueprint_of,
    has_begun,
    lies_in_scope,
    locked_draft,
    locked_exam,
    spec_of,
)
from exams.queries.pools import pool_rows
from exams.queries.publication import pool_findings, publication_findings
from exams.rules import deadline_for, is_overdue


def publish_exam(session: Session, exam: Exam, *, days: Days, actor: Actor, now: datetime) -> None:
    """Store the pool of every row and freeze the exam; Conflict with the first hindrance.

    `days` are the window's days in the enterprise's time zone.
    """
    exam = locked_draft(session, exam)
    for finding in publication_findings(session, exam, days=days, now=now):
        raise Conflict(finding.msgid, **finding.values)
    stored = blueprint_of(session, exam.id)
    drawable = pools([spec_of(row) for row in stored], bank_questions(session))
    entries = [
        {
            "blueprint_row_id": row.id,
            "question_version_id": version.version_id,
            "expected_permille": pool.expected[version.version_id],
        }
        for row, pool in zip(stored, drawable, strict=True)
        for version in pool.pool
    ]
    session.execute(insert(PoolEntry), entries)
    exam.state = ExamState.PUBLISHED
    exam.published_at = now
    exam.mean_expected = mean_of(drawable)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.published",
        subject=("exam", exam.id),
        before={"state": ExamState.DRAFT.value},
        after={
            "state": ExamState.PUBLISHED.value,
            "pool": {str(pool.position): len(pool.pool) for pool in drawable},
        },
    )
    session.flush()


def withdraw_exam(
    session: Session, exam: Exam, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Take an exam back before anybody has begun it; a draft is given up the same way."""
    exam = locked_exam(session, exam)
    if exam.state is ExamState.WITHDRAWN:
        raise Conflict(N_("这场考试已经撤下"))
    if has_begun(session, exam.id):
        raise Conflict(N_("已经有人开考，不能撤下。题目有错，撤掉那一题"))
    before = exam.state
    exam.state = ExamState.WITHDRAWN
    record(
        session,
        actor=actor,
        now=now,
        action="exam.withdrawn",
        subject=("exam", exam.id),
        before={"state": before.value},
        after={"state": ExamState.WITHDRAWN.value},
        reason=reason,
    )
    session.flush()


def extend_window(
    session: Session,
    exam: Exam,
    *,
    closes_at: datetime,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Let a published exam close later; a sitting that the old close would cut short gains by it.

    Once the window has closed answers may be known, so it is not opened again.
    """
    exam = amendable_exam(session, exam, now=now)
    if closes_at <= exam.closes_at:
        raise Conflict(N_("新的结束时间要晚于现在的结束时间"))
    if closes_at - exam.opens_at > LONGEST_WINDOW:
        raise Conflict(N_("考试窗口最长一年。把结束时间提前"))
    before, exam.closes_at = exam.closes_at, closes_at
    record(
        session,
        actor=actor,
        now=now,
        action="exam.window.extended",
        subject=("exam", exam.id),
        before={"closes_at": before.isoformat()},
        after={"closes_at": closes_at.isoformat()},
        reason=reason,
    )
    _move_deadlines(session, exam, reason=reason, actor=actor, now=now)
    session.flush()


def add_minutes(
    session: Session, exam: Exam, *, minutes: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Raise the minutes of a published exam to `minutes`, while nobody has begun it."""
    exam = amendable_exam(session, exam, now=now)
    if has_begun(session, exam.id):
        raise Conflict(N_("已经有人开考，不能再改时长"))
    if not exam.minutes < minutes <= MOST_MINUTES:
        raise Conflict(
            N_("时长填 %(least)s 到 %(most)s 分钟"), least=exam.minutes + 1, most=MOST_MINUTES
        )
    before, exam.minutes = exam.minutes, minutes
    record(
        session,
        actor=actor,
        now=now,
        action="exam.minutes.added",
        subject=("exam", exam.id),
        before={"minutes": before},
        after={"minutes": minutes},
        reason=reason,
    )
    session.flush()


def add_audience(
    session: Session,
    exam: Exam,
    rows: Sequence[AudienceChoice],
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Ask more people to sit a published exam; rows that stand there already change nothing."""
    exam = amendable_exam(session, exam, now=now)
    if not lies_in_scope(session, actor, rows):
        raise Forbidden(N_("只能选你负责范围内的班组"))
    known = {line.choice for line in audience_of(session, exam.id)}
    new = [row for row in dict.fromkeys(rows) if row not in known]
    if not new:
        raise Conflict(N_("这些范围已经在名单里"))
    session.add_all(ExamAudience(exam_id=exam.id, **asdict(row)) for row in new)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.audience.added",
        subject=("exam", exam.id),
        after={"rows": [as_data(row) for row in new]},
        reason=reason,
    )
    session.flush()


def withdraw_question(
    session: Session, exam: Exam, version_id: int, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Take a question version out of papers not yet drawn; in the bank it waits for a review.

    Raises Conflict where a row would run short, or where papers could no longer keep the tolerance
    or the limit on reuse.
    """
    exam = amendable_exam(session, exam, now=now)
    entries = list(
        session.scalars(
            select(PoolEntry.id)
            .join(BlueprintRow, BlueprintRow.id == PoolEntry.blueprint_row_id)
            .where(
                BlueprintRow.exam_id == exam.id,
                PoolEntry.question_version_id == version_id,
                PoolEntry.withdrawn_at.is_(None),
            )
        )
    )
    if not entries:
        raise NotFound()
    left = [
        replace(
            row,
            pool=tuple(v for v in row.pool if v.version_id != version_id),
            expected={key: share for key, share in row.expected.items() if key != version_id},
        )
        for row in pool_rows(session, exam.id)
    ]
    specs = [spec_of(row) for row in blueprint_of(session, exam.id)]
    for finding in pool_findings(exam, specs, left, is_stored=True):
        raise Conflict(finding.msgid, **finding.values)
    session.execute(
        update(PoolEntry)
        .where(PoolEntry.id.in_(entries))
        .values(withdrawn_at=now, withdrawn_reason=reason)
    )
    record(
        session,
        actor=actor,
        now=now,
        action="exam.question.withdrawn",
        subject=("exam", exam.id),
        after={"question_version_id": version_id},
        reason=reason,
    )
    tell_withdrawn(session, exam, version_id, reason=reason, actor=actor, now=now)
    session.flush()


def _move_deadlines(
    session: Session, exam: Exam, *, reason: str, actor: Actor, now: datetime
) -> None:
    running = session.scalars(
        select(Sitting)
        .where(Sitting.exam_id == exam.id, Sitting.state == SittingState.OPEN)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for sitting in running:
        later = deadline_for(
            started_at=sitting.started_at,
            minutes=exam.minutes,
            extra_minutes=sitting.extra_minutes,
            closes_at=exam.closes_at,
        )
        if later <= sitting.deadline or is_overdue(deadline=sitting.deadline, now=now):
            continue
        before, sitting.deadline = sitting.deadline, later
        keep_terminal_session(session, sitting, now=now)
        record(
            session,
            actor=actor,
            now=now,
            action="exam.sitting.deadline_moved",
            subject=("sitting", sitting.id),
            on_user_id=sitting.user_id,
            before={"deadline": before.isoformat()},
            after={"deadline": later.isoformat()},
            reason=reason,
        )
