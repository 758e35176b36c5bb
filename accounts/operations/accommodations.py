"""Accommodations: granted to a person for a span of days, ended early."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from accounts.models import Accommodation, User
from core.audit import record
from core.errors import N_, Conflict
from core.identity import Actor


@dataclass(frozen=True)
class Needs:
    """What a person gets in exams, and from which day to which; `to_on` None: until ended."""

    from_on: date
    to_on: date | None
    extra_percent: int = 0
    extra_minutes: int = 0
    large_type: bool = False
    high_contrast: bool = False
    read_aloud: bool = False
    low_literacy: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all would be given."""
        return not (
            self.extra_percent
            or self.extra_minutes
            or self.large_type
            or self.high_contrast
            or self.read_aloud
        )


def grant_accommodation(
    session: Session, user: User, needs: Needs, *, reason: str, actor: Actor, now: datetime
) -> Accommodation:
    """Grant what a person needs in exams; the caller decides who may.

    One at a time: raises Conflict where another one holds on one of the days. The audit entry
    tells neither the reason nor what kind of need it is, because more people read it.
    """
    if not user.is_active:
        raise Conflict(N_("%(name)s 的离职已登记，不能再给考试便利"), name=user.name)
    if needs.to_on is not None and needs.to_on < needs.from_on:
        raise Conflict(N_("截止日期不能早于开始日期"))
    if needs.is_empty:
        raise Conflict(N_("至少选一样：加时、大字、高对比或朗读"))
    session.execute(select(User.id).where(User.id == user.id).with_for_update())
    other = session.scalar(
        select(Accommodation).where(
            Accommodation.user_id == user.id,
            Accommodation.ended_at.is_(None),
            or_(Accommodation.to_on.is_(None), Accommodation.to_on >= needs.from_on),
            *((Accommodation.from_on <= needs.to_on,) if needs.to_on is not None else ()),
        )
    )
    if other is not None:
        raise Conflict(N_("%(name)s 这些天已经有考试便利了。要改，先结束那一条"), name=user.name)
    made = Accommodation(
        user_id=user.id,
        reason=reason,
        granted_by_id=actor.user_id,
        granted_at=now,
        **vars(needs),
    )
    session.add(made)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        action="accommodation.granted",
        subject=("accommodation", made.id),
        on_user_id=user.id,
        after=_days(made),
    )
    session.flush()
    return made


def end_accommodation(
    session: Session, found: Accommodation, *, actor: Actor, now: datetime
) -> None:
    """End it at once; sittings that were begun with it keep their time."""
    if found.ended_at is not None:
        raise Conflict(N_("这条考试便利已经结束了"))
    found.ended_at, found.ended_by_id = now, actor.user_id
    record(
        session,
        actor=actor,
        now=now,
        action="accommodation.ended",
        subject=("accommodation", found.id),
        on_user_id=found.user_id,
        before=_days(found),
    )
    session.flush()


def _days(found: Accommodation) -> dict[str, str | None]:
    return {
        "from_on": found.from_on.isoformat(),
        "to_on": found.to_on.isoformat() if found.to_on else None,
    }
