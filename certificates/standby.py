"""Proposals and decisions on 待岗 as people read them: within a scope, or one's own."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from accounts.models import User
from certificates.models import StandbyFlag
from core.errors import NotFound
from core.identity import Actor, Role
from exams.models import Exam, Sitting
from exams.queries.visibility import hidden_results
from teams.models import Membership, Team

# Who decides, each within the own scope.
DECIDERS = (Role.SAFETY_MANAGER,)


class StandbyState(Enum):
    """Where a flag stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    LIFTED = "lifted"
    # Lifted without ever having been confirmed.
    DECLINED = "declined"


@dataclass(frozen=True)
class StandbyLine:
    """One flag with its names, and how the sitting behind it stands now."""

    id: int
    user_id: int
    employee_no: str
    name: str
    team_name: str | None
    exam_title: str
    sitting_id: int
    score_tenths: int | None
    pass_mark_tenths: int
    # None while the sitting has been opened again or waits to be marked.
    is_passed: bool | None
    proposed_at: datetime
    confirmed_at: datetime | None
    confirmed_by: str | None
    confirmed_reason: str | None
    lifted_at: datetime | None
    lifted_by: str | None
    lifted_reason: str | None

    @property
    def state(self) -> StandbyState:
        if self.lifted_at is not None:
            return StandbyState.LIFTED if self.confirmed_at else StandbyState.DECLINED
        return StandbyState.CONFIRMED if self.confirmed_at else StandbyState.PROPOSED


def standby_list(
    session: Session, actor: Actor, *, wants_closed: bool, today: date, limit: int, offset: int = 0
) -> list[StandbyLine]:
    """The flags of the actor's scope, still standing or over; what waits longest comes first."""
    found = _scoped(actor, today).where(_is_over(wants_closed))
    order = StandbyFlag.lifted_at.desc() if wants_closed else StandbyFlag.proposed_at
    waits = StandbyFlag.confirmed_at.is_not(None)
    rows = session.execute(found.order_by(waits, order, StandbyFlag.id).limit(limit).offset(offset))
    return [StandbyLine(*row) for row in rows]


def count_standby(
    session: Session, actor: Actor, *, wants_closed: bool, today: date
) -> tuple[int, int]:
    """How many such flags there are, and how many of them nobody has confirmed."""
    found = _scoped(actor, today).where(_is_over(wants_closed)).subquery()
    row = session.execute(
        select(func.count(), func.count().filter(found.c.confirmed_at.is_(None))).select_from(found)
    ).one()
    return row[0], row[1]


def standby_for(session: Session, actor: Actor, flag_id: int, *, today: date) -> StandbyLine:
    """One flag of the actor's scope; NotFound for any other."""
    row = session.execute(_scoped(actor, today).where(StandbyFlag.id == flag_id)).first()
    if row is None:
        raise NotFound()
    return StandbyLine(*row)


def standby_of(session: Session, user_id: int, *, now: datetime) -> list[StandbyLine]:
    """A person's own flags, the latest first; not those that tell a result not yet to be seen."""
    hidden = hidden_results(session, user_id, now=now)
    found = _lines(now.date()).where(StandbyFlag.user_id == user_id)
    rows = session.execute(found.order_by(StandbyFlag.proposed_at.desc(), StandbyFlag.id.desc()))
    return [line for row in rows if (line := StandbyLine(*row)).sitting_id not in hidden]


def flag_of(session: Session, line: StandbyLine) -> StandbyFlag:
    """The row behind a line."""
    return session.get_one(StandbyFlag, line.id)


def _is_over(wants_closed: bool) -> ColumnElement[bool]:
    is_lifted = StandbyFlag.lifted_at.is_not(None)
    return is_lifted if wants_closed else ~is_lifted


def _lines(today: date) -> Select[*tuple[Any, ...]]:
    confirmer, lifter = aliased(User), aliased(User)
    return (
        select(
            StandbyFlag.id,
            User.id,
            User.employee_no,
            User.name,
            Team.name,
            Exam.title,
            Sitting.id,
            Sitting.score_tenths,
            Exam.pass_mark_tenths,
            Sitting.is_passed,
            StandbyFlag.proposed_at,
            StandbyFlag.confirmed_at,
            confirmer.name.label("confirmed_by"),
            StandbyFlag.confirmed_reason,
            StandbyFlag.lifted_at,
            lifter.name.label("lifted_by"),
            StandbyFlag.lifted_reason,
        )
        .join(User, User.id == StandbyFlag.user_id)
        .join(Exam, Exam.id == StandbyFlag.exam_id)
        .join(Sitting, Sitting.id == StandbyFlag.sitting_id)
        .outerjoin(confirmer, confirmer.id == StandbyFlag.confirmed_by_id)
        .outerjoin(lifter, lifter.id == StandbyFlag.lifted_by_id)
        .outerjoin(
            Membership,
            (Membership.user_id == User.id)
            & Membership.is_main
            & (Membership.from_on <= today)
            & or_(Membership.to_on.is_(None), Membership.to_on >= today),
        )
        .outerjoin(Team, Team.id == func.coalesce(Membership.team_id, Sitting.team_id))
    )


def _scoped(actor: Actor, today: date) -> Select[*tuple[Any, ...]]:
    """Flags of people who work in the actor's sub-trees; who left counts for the sitting's team."""
    covered = [Team.path.startswith(path, autoescape=True) for path in actor.scopes(*DECIDERS)]
    return _lines(today).where(or_(*covered) if covered else false())
