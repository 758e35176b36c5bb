"""待岗: proposed by a failed last resit, confirmed and lifted by people."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.models import StandbyFlag
from core.audit import record
from core.errors import N_, Conflict
from core.identity import Actor
from exams.models import Sitting


def propose_standby(session: Session, sitting_id: int, *, actor: Actor, now: datetime) -> None:
    """Propose 待岗 after a failed last resit; once for a sitting, however often it is told."""
    known = select(StandbyFlag.id).where(StandbyFlag.sitting_id == sitting_id)
    if session.scalar(known) is not None:
        return
    sitting = session.get_one(Sitting, sitting_id)
    flag = StandbyFlag(
        user_id=sitting.user_id, exam_id=sitting.exam_id, sitting_id=sitting_id, proposed_at=now
    )
    session.add(flag)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        action="standby.proposed",
        subject=("standby_flag", flag.id),
        on_user_id=flag.user_id,
        after={"exam_id": flag.exam_id, "sitting_id": sitting_id},
    )
    session.flush()


def confirm_standby(
    session: Session, flag: StandbyFlag, *, reason: str, actor: Actor, now: datetime
) -> None:
    """A person's decision that 待岗 begins. Raises Conflict where it was decided already."""
    flag = _locked_flag(session, flag)
    if flag.lifted_at is not None:
        raise Conflict(N_("已经解除，不能再确认"))
    if flag.confirmed_at is not None:
        raise Conflict(N_("已经确认待岗"))
    flag.confirmed_by_id, flag.confirmed_at, flag.confirmed_reason = actor.user_id, now, reason
    _record_decision(session, flag, "standby.confirmed", reason=reason, actor=actor, now=now)


def lift_standby(
    session: Session, flag: StandbyFlag, *, reason: str, actor: Actor, now: datetime
) -> None:
    """End 待岗, or turn the proposal down. Raises Conflict where that was done already."""
    flag = _locked_flag(session, flag)
    if flag.lifted_at is not None:
        raise Conflict(N_("已经解除"))
    flag.lifted_by_id, flag.lifted_at, flag.lifted_reason = actor.user_id, now, reason
    _record_decision(session, flag, "standby.lifted", reason=reason, actor=actor, now=now)


def _locked_flag(session: Session, flag: StandbyFlag) -> StandbyFlag:
    return session.scalars(
        select(StandbyFlag)
        .where(StandbyFlag.id == flag.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _record_decision(
    session: Session, flag: StandbyFlag, action: str, *, reason: str, actor: Actor, now: datetime
) -> None:
    record(
        session,
        actor=actor,
        now=now,
        action=action,
        subject=("standby_flag", flag.id),
        on_user_id=flag.user_id,
        after={"exam_id": flag.exam_id, "sitting_id": flag.sitting_id},
        reason=reason,
    )
    session.flush()
