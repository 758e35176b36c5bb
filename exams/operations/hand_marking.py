"""Marking by people: taking answers, drafts, marks, taking marks back.

An answer lies on one marker's desk at a time, for a while (MarkingLease); its marks are appended,
and the one before is superseded. The locked row of the answer puts all of it in order.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.audit import record
from core.errors import N_, Conflict
from core.identity import Actor
from exams.corrections import Treatment
from exams.hand_marking import Given, Misgiven, misgiven, ruling
from exams.models import Exam, ManualMark, MarkingLease, MarkingTask, MarkRound, TaskState
from exams.operations.answers_to_mark import release_sitting
from exams.queries import marking
from exams.queries.marking import current_marks, held_leases, tasks_to_take
from exams.queries.regrade import spared_by, unmarked_questions
from exams.versions import known_versions
from question_bank.keys import RubricKey, ScoringPoint

# How long an answer stays on a desk on which nothing happens.
LEASE = timedelta(minutes=30)
# The one looked at, and the next, which the page fetches beforehand.
HELD_AT_ONCE = 2
MISGIVEN = {
    Misgiven.UNKNOWN_POINT: N_("这道题没有这个采分点。刷新页面，再阅一次"),
    Misgiven.OUT_OF_RANGE: N_("给的分在 0 到这道题的满分之间"),
    Misgiven.NO_REASON: N_("给的分和勾的采分点对不上，写一句为什么"),
}

SPARED = {
    Treatment.VOID: N_("这道题已经作废，不用再阅，也不收分了"),
    Treatment.FULL_MARKS: N_("这道题已经改为人人满分，不用再阅，也不收分了"),
}


def take_answers(
    session: Session, exam: Exam, version_id: int, *, actor: Actor, now: datetime
) -> list[str]:
    """Put answers of a question on the actor's desk, up to two; their tokens in order.

    What lay there stays there for another while; nothing of a question that a correction took from
    markers is given out. Two markers never get the same answer for the same mark: a lease is
    unique, and whoever comes second is passed over.
    """
    adjudicates = marking.appointment_of(session, exam.id, actor).is_adjudicator
    if version_id in unmarked_questions(session, [exam.id]).get(exam.id, {}):
        return []
    held = held_leases(session, actor, exam.id, version_id, adjudicates=adjudicates, now=now)
    for lease, _token in held:
        lease.until = now + LEASE
    tokens = [token for _lease, token in held]
    if len(tokens) < HELD_AT_ONCE:
        free = (
            tasks_to_take(actor, exam, version_id, adjudicates=adjudicates, now=now)
            .where(MarkingTask.token.not_in(tokens))
            .limit(HELD_AT_ONCE - len(tokens))
            .with_for_update(of=MarkingTask, skip_locked=True)
        )
        tokens += [
            task.token
            for task in list(session.scalars(free))
            if _lend(session, exam, task, adjudicates=adjudicates, actor=actor, now=now)
        ]
    session.flush()
    return sorted(tokens)


def _lend(
    session: Session,
    exam: Exam,
    task: MarkingTask,
    *,
    adjudicates: bool,
    actor: Actor,
    now: datetime,
) -> bool:
    """Lay an answer on the actor's desk; False where somebody was quicker."""
    round_ = _free_round(session, exam, task, adjudicates=adjudicates, actor=actor, now=now)
    if round_ is None:
        return False
    stale = session.scalar(_lease_of(task, round_))
    if stale is not None and stale.marker_id == actor.user_id:
        stale.until = now + LEASE
        return True
    if stale is not None:
        session.delete(stale)
        session.flush()
    try:
        with session.begin_nested():
            session.add(
                MarkingLease(
                    sitting_question_id=task.sitting_question_id,
                    round=round_,
                    marker_id=actor.user_id,
                    until=now + LEASE,
                )
            )
            session.flush()
    except IntegrityError:
        return False
    return True


def _free_round(
    session: Session,
    exam: Exam,
    task: MarkingTask,
    *,
    adjudicates: bool,
    actor: Actor,
    now: datetime,
) -> MarkRound | None:
    """Which mark of an answer the actor may give; None where all are given or lent."""
    marks = current_marks(session, [task.sitting_question_id])[task.sitting_question_id]
    lent = session.scalars(
        select(MarkingLease.round).where(
            MarkingLease.sitting_question_id == task.sitting_question_id,
            MarkingLease.until >= now,
            MarkingLease.marker_id != actor.user_id,
        )
    )
    taken = {mark.round for mark in marks} | set(lent)
    rounds: Sequence[MarkRound] = (MarkRound.FIRST, MarkRound.SECOND)[: exam.marker_count]
    if adjudicates:
        rounds = (MarkRound.ADJUDICATOR,)
    return next((one for one in rounds if one not in taken), None)


def _lease_of(task: MarkingTask, round_: MarkRound) -> Any:
    return select(MarkingLease).where(
        MarkingLease.sitting_question_id == task.sitting_question_id, MarkingLease.round == round_
    )


def keep_draft(
    session: Session, token: str, draft: Mapping[str, Any], *, actor: Actor, now: datetime
) -> bool:
    """Keep what a marker has not decided yet; False where the answer is no longer on the desk."""
    task, _exam, _appointment = marking.task_for(session, actor, token, lock=True)
    lease = session.scalar(
        select(MarkingLease).where(
            MarkingLease.sitting_question_id == task.sitting_question_id,
            MarkingLease.marker_id == actor.user_id,
        )
    )
    if lease is None:
        return False
    lease.draft, lease.until = dict(draft), now + LEASE
    session.flush()
    return True


def give_mark(
    session: Session, token: str, given: Given, *, together: bool, actor: Actor, now: datetime
) -> int:
    """Store a mark, for all free answers of the same text where `together`; says for how many.

    The same mark twice is stored once. Raises NotFound for an answer that is not the actor's to
    mark, Conflict where the mark cannot be, comes too late, or is needed no longer.
    """
    task, exam, appointment = marking.task_for(session, actor, token, lock=True)
    _require_marked(session, task)
    adjudicates = appointment.is_adjudicator
    rubric, points_tenths = _worth(session, task)
    fault = misgiven(given, rubric, points_tenths=points_tenths)
    if fault is not None:
        raise Conflict(MISGIVEN[fault])
    round_ = _round_to_give(session, exam, task, adjudicates=adjudicates, actor=actor, now=now)
    others: list[MarkingTask] = []
    if together:
        like = marking.alike(actor, exam, task, adjudicates=adjudicates, now=now)
        others = list(session.scalars(like.with_for_update(of=MarkingTask, skip_locked=True)))
    batch = task.token if others else None
    _append(session, exam, task, round_, given, batch=batch, actor=actor, now=now)
    count = 1
    for other in others:
        free = _free_round(session, exam, other, adjudicates=adjudicates, actor=actor, now=now)
        if free is not None:
            _append(session, exam, other, free, given, batch=batch, actor=actor, now=now)
            count += 1
    return count


def _require_marked(session: Session, task: MarkingTask) -> None:
    treatment = spared_by(session, task)
    if treatment is not None:
        raise Conflict(SPARED[treatment])


def _worth(session: Session, task: MarkingTask) -> tuple[tuple[ScoringPoint, ...], int]:
    key = known_versions(session, [task.question_version_id])[task.question_version_id].key
    assert isinstance(key, RubricKey)
    return key.points, marking.points_of(session, task)


def _round_to_give(
    session: Session,
    exam: Exam,
    task: MarkingTask,
    *,
    adjudicates: bool,
    actor: Actor,
    now: datetime,
) -> MarkRound:
    """The round of the actor's mark: that of the own earlier one, or of the answer taken."""
    if task.state is TaskState.RELEASED:
        raise Conflict(N_("成绩已经发布，不能再改这份答案的分"))
    marks = current_marks(session, [task.sitting_question_id])[task.sitting_question_id]
    mine = next((mark for mark in marks if mark.marker_id == actor.user_id), None)
    is_adjudicated = any(mark.round is MarkRound.ADJUDICATOR for mark in marks)
    if mine is not None:
        if is_adjudicated and mine.round is not MarkRound.ADJUDICATOR:
            raise Conflict(N_("这份答案已经裁定，不能再改你给的分"))
        return mine.round
    lease = session.scalar(
        select(MarkingLease).where(
            MarkingLease.sitting_question_id == task.sitting_question_id,
            MarkingLease.marker_id == actor.user_id,
        )
    )
    free = _free_round(session, exam, task, adjudicates=adjudicates, actor=actor, now=now)
    is_waiting = task.state is (TaskState.DISPUTED if adjudicates else TaskState.OPEN)
    if lease is None or free is None or not is_waiting:
        raise Conflict(N_("这份答案不在你手里了，给的分没有存。取下一份接着阅"))
    return lease.round if lease.round not in {mark.round for mark in marks} else free


def _append(
    session: Session,
    exam: Exam,
    task: MarkingTask,
    round_: MarkRound,
    given: Given,
    *,
    batch: str | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Add a mark in the place of the one before it, clear the desk, and see what comes of it."""
    marks = current_marks(session, [task.sitting_question_id])[task.sitting_question_id]
    before = next((mark for mark in marks if mark.round is round_), None)
    points = sorted(set(given.points))
    if before is not None:
        if (before.points, before.tenths, before.remark) == (points, given.tenths, given.remark):
            return
        before.superseded_at = now
        session.flush()
    assert actor.user_id is not None, "only a person marks"
    session.add(
        ManualMark(
            sitting_question_id=task.sitting_question_id,
            marker_id=actor.user_id,
            round=round_,
            points=points,
            tenths=given.tenths,
            remark=given.remark,
            at=now,
            batch=batch,
        )
    )
    _clear_desk(session, task, actor)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.answer.marked",
        subject=("sitting_question", task.sitting_question_id),
        before={"tenths": before.tenths, "points": before.points} if before else None,
        after={"round": round_.value, "tenths": given.tenths, "points": points},
        reason=given.remark or None,
    )
    session.flush()
    _settle(session, exam, task)
    if not exam.releases_together and task.state is TaskState.MARKED:
        release_sitting(session, exam, task.sitting_id, actor=actor, now=now)


def _clear_desk(session: Session, task: MarkingTask, actor: Actor) -> None:
    session.execute(
        delete(MarkingLease).where(
            MarkingLease.sitting_question_id == task.sitting_question_id,
            MarkingLease.marker_id == actor.user_id,
        )
    )


def _settle(session: Session, exam: Exam, task: MarkingTask) -> None:
    marks = current_marks(session, [task.sitting_question_id])[task.sitting_question_id]
    found = ruling(
        {mark.round: mark.tenths for mark in marks},
        marker_count=exam.marker_count,
        max_difference_percent=exam.max_difference_percent,
        points_tenths=marking.points_of(session, task),
    )
    task.state, task.tenths = found.state, found.tenths
    session.flush()


def take_back_marks(session: Session, token: str, *, actor: Actor, now: datetime) -> int:
    """Take back the actor's marks that were given together with this answer's; says how many.

    The answers wait again, this one on the actor's desk. Raises Conflict once one of them was
    released or adjudicated, and where there is nothing to take back.
    """
    asked, exam, appointment = marking.task_for(session, actor, token, lock=True)
    _require_marked(session, asked)
    marks = list(
        session.scalars(
            select(ManualMark)
            .where(
                ManualMark.batch == token,
                ManualMark.marker_id == actor.user_id,
                ManualMark.superseded_at.is_(None),
            )
            .order_by(ManualMark.sitting_question_id)
        )
    )
    tasks = _locked(session, [mark.sitting_question_id for mark in marks])
    if not marks:
        raise Conflict(N_("没有可以撤回的分"))
    for mark in marks:
        task = tasks[mark.sitting_question_id]
        is_adjudicated = _is_adjudicated(session, task) and not appointment.is_adjudicator
        if task.state is TaskState.RELEASED or is_adjudicated:
            raise Conflict(N_("这批答案里有的已经发布成绩或裁定，不能一起撤回。一份一份改"))
        mark.superseded_at = now
        record(
            session,
            actor=actor,
            now=now,
            action="exam.mark.taken_back",
            subject=("sitting_question", task.sitting_question_id),
            before={"tenths": mark.tenths, "points": mark.points},
        )
    session.flush()
    for task in tasks.values():
        _settle(session, exam, task)
    _lend(session, exam, asked, adjudicates=appointment.is_adjudicator, actor=actor, now=now)
    session.flush()
    return len(marks)


def _locked(session: Session, ids: Sequence[int]) -> dict[int, MarkingTask]:
    rows = session.scalars(
        select(MarkingTask)
        .where(MarkingTask.sitting_question_id.in_(ids))
        .order_by(MarkingTask.sitting_question_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {task.sitting_question_id: task for task in rows}


def _is_adjudicated(session: Session, task: MarkingTask) -> bool:
    marks = current_marks(session, [task.sitting_question_id])[task.sitting_question_id]
    return any(mark.round is MarkRound.ADJUDICATOR for mark in marks)
