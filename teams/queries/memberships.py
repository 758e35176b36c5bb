"""Who worked where on a day or in a span of days; both ends of a membership are included."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session, aliased

from accounts.models import EmploymentKind, User
from teams.models import Membership, Post, Team


@dataclass(frozen=True)
class Place:
    """One membership with the names that pages and reports show."""

    membership_id: int
    user_id: int
    employee_no: str
    name: str
    employment_kind: EmploymentKind
    team_id: int
    team_name: str
    team_path: str
    post_id: int | None
    post_name: str | None
    is_main: bool
    from_on: date
    to_on: date | None


def member_on(day: date) -> ColumnElement[bool]:
    """The condition that a membership held on a day, both ends included."""
    return (Membership.from_on <= day) & or_(Membership.to_on.is_(None), Membership.to_on >= day)


def within(scope_paths: Sequence[str]) -> ColumnElement[bool]:
    """The condition that a team lies in one of the sub-trees; no sub-tree, no team."""
    return or_(false(), *(Team.path.startswith(path, autoescape=True) for path in scope_paths))


def latest_main() -> ColumnElement[bool]:
    """The condition that a membership is a person's newest main one: today's, or the last."""
    later = aliased(Membership)
    return and_(
        Membership.is_main,
        ~select(later.id)
        .where(
            later.user_id == Membership.user_id,
            later.is_main,
            later.from_on > Membership.from_on,
        )
        .exists(),
    )


def _places() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Membership.id,
            Membership.user_id,
            User.employee_no,
            User.name,
            User.employment_kind,
            Membership.team_id,
            Team.name,
            Team.path,
            Membership.post_id,
            Post.name,
            Membership.is_main,
            Membership.from_on,
            Membership.to_on,
        )
        .join(User, User.id == Membership.user_id)
        .join(Team, Team.id == Membership.team_id)
        .outerjoin(Post, Post.id == Membership.post_id)
    )


def memberships_of(session: Session, user_id: int) -> list[Place]:
    """A person's whole history, newest first."""
    order = (Membership.from_on.desc(), Membership.id.desc())
    rows = session.execute(_places().where(Membership.user_id == user_id).order_by(*order))
    return [Place(*row) for row in rows]


def newest_main(session: Session, user_id: int) -> Membership | None:
    """The main membership that began last; locks the person where the database can lock rows."""
    session.execute(select(User.id).where(User.id == user_id).with_for_update())
    return session.scalar(
        select(Membership)
        .where(Membership.user_id == user_id, Membership.is_main)
        .order_by(Membership.from_on.desc())
        .limit(1)
    )
