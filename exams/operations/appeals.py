"""Appeals: filing one in time, taking it in hand, answering it, binding it to a regrade."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.audit import record
from core.errors import N_, Conflict, Forbidden, NotFound
from core.identity import Actor
from exams.chain import digest
from exams.links import APPEAL, append_event
from exams.models import (
    RUNNING,
    WHOLE_RESULT,
    Appeal,
    AppealOutcome,
    AppealState,
    Exam,
    Regrade,
    Sitting,
)
from exams.operations.flaws import tell_appealed
from exams.queries import appeals as queries
from exams.queries import sittings
from exams.rules import appeal_until


def file_appeal(
    session: Session, sitting_id: int, *, slot: int, text: str, actor: Actor, now: datetime
) -> Appeal:
    """Question one question of one's own result, or with slot 0 all of it.

    Raises NotFound for another person's sitting and for a slot that it has not, Conflict before
    there is a result, after the last moment (which itself is in time), and while an appeal on the
    same question waits.
    """
    sitting = sittings.locked_sitting(session, sittings.sitting_for(session, actor, sitting_id).id)
    exam = sittings.exam_of(session, sitting)
    slots = queries.slots_of(session, sitting.id)
    if slot != WHOLE_RESULT and slot not in slots:
        raise NotFound()
    _refuse_late(session, exam, sitting, now=now)
    if queries.open_appeal(session, sitting.id, slot) is not None:
        raise Conflict(N_("这一项已经提过申诉，还没有答复。等答复了再说"))
    appeal = Appeal(
        exam_id=exam.id,
        sitting_id=sitting.id,
        user_id=sitting.user_id,
        slot=slot,
        question_version_id=slots.get(slot),
        text=text,
        state=AppealState.FILED,
        filed_at=now,
    )
    try:
        with session.begin_nested():
            session.add(appeal)
            session.flush()
    except IntegrityError:
        raise Conflict(N_("这一项已经提过申诉，还没有答复。等答复了再说")) from None
    said = {"appeal": appeal.id, "slot": slot, "act": "filed", "text": digest(text)}
    append_event(session, sitting, APPEAL, said, now=now)
    record(
        session,
        actor=actor,
        now=now,
        action="exam.appeal.filed",
        subject=("appeal", appeal.id),
        on_user_id=sitting.user_id,
        after={"sitting_id": sitting.id, "slot": slot},
    )
    session.flush()
    return appeal


def _refuse_late(session: Session, exam: Exam, sitting: Sitting, *, now: datetime) -> None:
    visible_at = queries.visible_since(session, exam, sitting)
    if sitting.state in RUNNING or visible_at is None or now < visible_at:
        raise Conflict(N_("成绩公布以后才能申诉"))
    until = appeal_until(visible_at=visible_at, days=exam.appeal_days)
    if until is None:
        raise Conflict(N_("这场考试不接受申诉。有疑问，找考试员"))
    if now > until:
        raise Conflict(N_("申诉期 %(at)s 已经过了，不能再提。有疑问，找考试员"), at=until)


def take_appeals(
    session: Session, exam: Exam, ids: Sequence[int], *, actor: Actor, now: datetime
) -> int:
    """Take appeals in hand, so that their candidates see it; returns how many were new."""
    taken = [a for a in _others(session, exam, ids, actor) if a.state is AppealState.FILED]
    for appeal in taken:
        appeal.state, appeal.taken_at, appeal.taken_by_id = AppealState.IN_HAND, now, actor.user_id
        _record(session, appeal, "exam.appeal.taken", {}, actor=actor, now=now)
    session.flush()
    return len(taken)


def decide_appeals(
    session: Session,
    exam: Exam,
    ids: Sequence[int],
    outcome: AppealOutcome,
    *,
    answer: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Answer appeals, all with the same words; one that was answered before keeps its answer.

    Raises Forbidden where one of them is the actor's own. Returns how many were answered.
    """
    waiting = [a for a in _others(session, exam, ids, actor) if a.state is not AppealState.DECIDED]
    for appeal in waiting:
        sitting = sittings.locked_sitting(session, appeal.sitting_id)
        appeal.state, appeal.outcome, appeal.answer = AppealState.DECIDED, outcome, answer
        appeal.decided_at, appeal.decided_by_id = now, actor.user_id
        said = {
            "appeal": appeal.id,
            "slot": appeal.slot,
            "act": "decided",
            "outcome": outcome.value,
            "text": digest(answer),
        }
        append_event(session, sitting, APPEAL, said, now=now)
        after = {"outcome": outcome.value}
        _record(session, appeal, "exam.appeal.decided", after, answer, actor=actor, now=now)
    tell_appealed(session, exam, waiting, outcome, answer=answer, actor=actor, now=now)
    session.flush()
    return len(waiting)


def bind_appeals(
    session: Session,
    exam: Exam,
    ids: Sequence[int],
    regrade: Regrade,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Note that a regrade came of these appeals; those that wait are taken in hand by it."""
    take_appeals(session, exam, ids, actor=actor, now=now)
    for appeal in _others(session, exam, ids, actor):
        if appeal.regrade_id != regrade.id:
            appeal.regrade_id = regrade.id
            after = {"regrade_id": regrade.id}
            _record(session, appeal, "exam.appeal.bound", after, actor=actor, now=now)
    session.flush()


def set_appeal_days(
    session: Session, exam: Exam, days: int, *, actor: Actor, now: datetime
) -> None:
    """Say for how many days the results of an exam may be questioned; 0: not at all."""
    before = exam.appeal_days
    if before == days:
        return
    exam.appeal_days = days
    record(
        session,
        actor=actor,
        now=now,
        action="exam.appeal_days.changed",
        subject=("exam", exam.id),
        before={"days": before},
        after={"days": days},
    )
    session.flush()


def _others(session: Session, exam: Exam, ids: Sequence[int], actor: Actor) -> list[Appeal]:
    """The appeals, locked; nobody answers the own one."""
    found = queries.locked_appeals(session, exam.id, ids)
    if any(appeal.user_id == actor.user_id for appeal in found):
        raise Forbidden(N_("自己的申诉要由另一个人答复"))
    return found


def _record(
    session: Session,
    appeal: Appeal,
    action: str,
    after: dict[str, Any],
    reason: str | None = None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    record(
        session,
        actor=actor,
        now=now,
        action=action,
        subject=("appeal", appeal.id),
        on_user_id=appeal.user_id,
        after={"sitting_id": appeal.sitting_id, **after},
        reason=reason,
    )
