"""From start to result: starting a sitting, extending it, handing it in, closing it when overdue.

Answers are recorded in `exams.operations.answers`, the hottest path of the product.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.audit import record
from core.clock import local_date
from core.errors import N_, Conflict
from core.events import publish
from core.identity import Actor
from exams import marking
from exams.drawing import DrawnQuestion, PoolShortage, draw_paper
from exams.events import SittingMarked
from exams.models import Exam, Sitting, SittingQuestion, SittingState
from exams.queries import sittings as queries
from exams.queries.audience import invited_exams
from exams.queries.pools import pool_rows
from exams.responses import response_for_marking
from exams.rules import deadline_for, is_overdue, start_refusal, state_at
from exams.versions import known_versions

log = logging.getLogger("shanggang.exams")


class SubmitOutcome(Enum):
    """What became of handing in."""

    SUBMITTED = "submitted"
    # The time was over: closed as of the deadline, with what had been saved.
    EXPIRED = "expired"
    # It was closed before; nothing changed.
    ALREADY_CLOSED = "already_closed"


@dataclass(frozen=True)
class SweepReport:
    """What one sweep did: ids of the sittings that it closed, and of those that it could not."""

    closed: tuple[int, ...]
    failed: tuple[int, ...]


def start_sitting(
    session: Session, exam: Exam, *, actor: Actor, now: datetime, seed: int, zone: ZoneInfo
) -> Sitting:
    """Draw the paper and start the clock, or give back the sitting that is already running.

    Raises Conflict with the reason when the person may not start. `zone` decides which calendar
    day's team and post the sitting belongs to.
    """
    assert actor.user_id is not None, "only a person sits an exam"
    tries = queries.tries_of(session, actor.user_id, [exam.id])[exam.id]
    running = tries.open
    if running is not None:
        if state_at(running.state, deadline=running.deadline, now=now) is SittingState.OPEN:
            return running
        submit_sitting(session, running, actor=actor, now=now)
    _refuse_start(session, exam, tries, actor.user_id, zone=zone, now=now)
    paper = _paper_for(session, exam, seed=seed)
    team_id, post_id = queries.place_on(session, actor.user_id, local_date(now, zone))
    sitting = Sitting(
        exam_id=exam.id,
        user_id=actor.user_id,
        team_id=team_id,
        post_id=post_id,
        try_number=tries.count + 1,
        state=SittingState.OPEN,
        seed=seed,
        started_at=now,
        extra_minutes=0,
        deadline=deadline_for(
            started_at=now, minutes=exam.minutes, extra_minutes=0, closes_at=exam.closes_at
        ),
        full_score_tenths=sum(drawn.points_tenths for drawn in paper),
    )
    if not _is_first(session, sitting):
        return queries.tries_of(session, actor.user_id, [exam.id])[exam.id].open or _lost_race()
    _store_paper(session, sitting, paper)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.sitting.started",
        subject=("sitting", sitting.id),
        on_user_id=sitting.user_id,
        after={"exam_id": exam.id, "try_number": sitting.try_number, "seed": str(seed)},
    )
    session.flush()
    return sitting


def _refuse_start(
    session: Session,
    exam: Exam,
    tries: queries.TakenTries,
    user_id: int,
    *,
    zone: ZoneInfo,
    now: datetime,
) -> None:
    refusal = start_refusal(
        exam_state=exam.state,
        opens_at=exam.opens_at,
        closes_at=exam.closes_at,
        tries=exam.tries,
        tries_used=tries.count,
        has_passed=tries.has_passed,
        is_invited=exam.id in invited_exams(session, user_id, [exam], zone=zone),
        is_exempt=exam.id in queries.exempt_exams(session, user_id, [exam.id]),
        now=now,
    )
    if refusal is not None:
        raise Conflict(refusal.value)


def _is_first(session: Session, sitting: Sitting) -> bool:
    """Store the row unless another request has just started the same try (a double click)."""
    try:
        with session.begin_nested():
            session.add(sitting)
            session.flush()
    except IntegrityError:
        return False
    return True


def _lost_race() -> Sitting:
    raise Conflict(N_("这场考试刚在另一处开始又结束了。刷新页面看结果"))


def _paper_for(session: Session, exam: Exam, *, seed: int) -> tuple[DrawnQuestion, ...]:
    try:
        return draw_paper(
            pool_rows(session, exam.id),
            seed=seed,
            shuffles_questions=exam.shuffles_questions,
            shuffles_options=exam.shuffles_options,
        )
    except PoolShortage as shortage:
        raise Conflict(
            N_("组卷表第 %(rows)s 行要 %(wanted)s 题，题库里只有 %(available)s 题。告诉考试员"),
            rows="、".join(map(str, shortage.positions)),
            wanted=shortage.wanted,
            available=shortage.available,
        ) from shortage


def _store_paper(session: Session, sitting: Sitting, paper: Iterable[DrawnQuestion]) -> None:
    session.execute(
        insert(SittingQuestion),
        [
            {
                "sitting_id": sitting.id,
                "slot": drawn.slot,
                "blueprint_row_id": drawn.row_id,
                "question_version_id": drawn.version_id,
                "case_version_id": drawn.case_version_id,
                "option_order": list(drawn.option_order),
                "points_tenths": drawn.points_tenths,
            }
            for drawn in paper
        ],
    )


def extend_sitting(
    session: Session, sitting: Sitting, *, minutes: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Give an open sitting more minutes; its deadline is computed anew and both are recorded."""
    sitting = queries.locked_sitting(session, sitting.id)
    if state_at(sitting.state, deadline=sitting.deadline, now=now) is not SittingState.OPEN:
        raise Conflict(N_("这场考试已经结束，不能再加时间"))
    exam = queries.exam_of(session, sitting)
    before = {"extra_minutes": sitting.extra_minutes, "deadline": sitting.deadline.isoformat()}
    sitting.extra_minutes += minutes
    sitting.deadline = deadline_for(
        started_at=sitting.started_at,
        minutes=exam.minutes,
        extra_minutes=sitting.extra_minutes,
        closes_at=exam.closes_at,
    )
    record(
        session,
        actor=actor,
        now=now,
        action="exam.sitting.extended",
        subject=("sitting", sitting.id),
        on_user_id=sitting.user_id,
        before=before,
        after={"extra_minutes": sitting.extra_minutes, "deadline": sitting.deadline.isoformat()},
        reason=reason,
    )
    session.flush()


def submit_sitting(
    session: Session, sitting: Sitting, *, actor: Actor, now: datetime
) -> SubmitOutcome:
    """Hand in and mark. After the deadline it is closed as of the deadline; twice changes nothing.

    The deadline itself is in time.
    """
    sitting = queries.locked_sitting(session, sitting.id)
    if sitting.state is not SittingState.OPEN:
        return SubmitOutcome.ALREADY_CLOSED
    if now <= sitting.deadline:
        _close(session, sitting, SittingState.SUBMITTED, at=now, actor=actor, now=now)
        return SubmitOutcome.SUBMITTED
    _close(session, sitting, SittingState.EXPIRED, at=sitting.deadline, actor=actor, now=now)
    return SubmitOutcome.EXPIRED


def close_overdue_sittings(
    session: Session, *, actor: Actor, now: datetime, after_id: int = 0, limit: int = 20
) -> SweepReport:
    """Close and mark, as of their deadlines, sittings that nobody handed in.

    Takes at most `limit` of them, so that a full hall's answers need not wait for a long
    transaction; call again with the highest id reported until nothing is. One that cannot be
    marked stays open, is logged, and does not keep the others from being closed.
    """
    overdue = queries.overdue_sittings(now=now, after_id=after_id).limit(limit)
    closed: list[int] = []
    failed: list[int] = []
    for sitting_id in list(session.scalars(overdue)):
        try:
            with session.begin_nested():
                sitting = queries.locked_sitting(session, sitting_id)
                if sitting.state is not SittingState.OPEN:
                    continue
                if not is_overdue(deadline=sitting.deadline, now=now):
                    continue
                at = sitting.deadline
                _close(session, sitting, SittingState.EXPIRED, at=at, actor=actor, now=now)
            closed.append(sitting_id)
        except Exception:
            log.exception("sitting could not be closed", extra={"sitting_id": sitting_id})
            failed.append(sitting_id)
    return SweepReport(tuple(closed), tuple(failed))


def _close(
    session: Session,
    sitting: Sitting,
    state: SittingState,
    *,
    at: datetime,
    actor: Actor,
    now: datetime,
) -> None:
    exam = queries.exam_of(session, sitting)
    score = _mark_paper(session, sitting, exam)
    sitting.state = state
    sitting.submitted_at = at
    sitting.score_tenths = score
    sitting.is_passed = marking.is_passed(score, pass_mark_tenths=exam.pass_mark_tenths)
    record(
        session,
        actor=actor,
        now=now,
        action=f"exam.sitting.{state.value}",
        subject=("sitting", sitting.id),
        on_user_id=sitting.user_id,
        after={
            "submitted_at": at.isoformat(),
            "score_tenths": score,
            "is_passed": sitting.is_passed,
        },
    )
    session.flush()
    publish(
        session,
        SittingMarked(actor, at, sitting.id, exam.id, sitting.user_id, sitting.is_passed),
    )


def _mark_paper(session: Session, sitting: Sitting, exam: Exam) -> int:
    """Mark every slot from its last answer; stores the slots' scores and gives their sum."""
    paper = queries.paper_of(session, sitting.id)
    answers = queries.last_answers(session, sitting.id)
    versions = known_versions(session, [slot.question_version_id for slot in paper])
    scores: list[dict[str, int]] = []
    for slot in paper:
        version = versions[slot.question_version_id]
        answer = answers.get(slot.slot)
        score = marking.mark(
            version.key,
            response_for_marking(version.printed.type, answer.response if answer else None),
            points_tenths=slot.points_tenths,
            rule=marking.rule_for(version.key, own=version.own_rule, exam=exam.rule),
        )
        scores.append({"id": slot.id, "score_tenths": score})
    if scores:
        session.execute(update(SittingQuestion), scores)
    return marking.paper_score(score["score_tenths"] for score in scores)
