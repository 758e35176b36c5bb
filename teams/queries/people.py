"""Reads about people, within the sub-trees that an actor may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from accounts.models import EmploymentKind, User
from core.errors import Forbidden, NotFound
from core.identity import Actor, Grant, Role
from teams.models import Membership, Post, RoleGrant, Team
from teams.queries.memberships import latest_main, within
from teams.queries.tree import READERS


class PersonState(Enum):
    """Which people a list shows."""

    WORKING = "working"
    NOT_ACTIVATED = "not_activated"
    LEFT = "left"


@dataclass(frozen=True)
class PeopleFilter:
    """What the list of people is narrowed to; `paths` are sub-trees the actor may see."""

    paths: tuple[str, ...]
    text: str = ""
    kind: EmploymentKind | None = None
    state: PersonState = PersonState.WORKING


@dataclass(frozen=True)
class PersonLine:
    """A person as lists show them, with the newest main membership."""

    user_id: int
    employee_no: str
    name: str
    employment_kind: EmploymentKind
    employer: str | None
    team_name: str
    team_path: str
    post_name: str | None
    hired_on: date | None
    left_on: date | None
    has_password: bool
    phone: str | None
    id_number_masked: str | None


def person_for(session: Session, actor: Actor, user_id: int, *roles: Role) -> User:
    """A person whose newest team lies in the actor's sub-trees.

    Raises NotFound for anyone else, Forbidden where one of `roles` is asked for and lacking.
    """
    path = home_path(session, user_id)
    if path is None or not actor.may_at(path, *READERS):
        raise NotFound()
    if roles and not actor.may_at(path, *roles):
        raise Forbidden()
    user = session.get(User, user_id)
    assert user is not None, "a membership without its person"
    return user


def home_path(session: Session, user_id: int) -> str | None:
    """The path of the team that a person belongs to, or belonged to last."""
    return session.scalar(
        select(Team.path)
        .join(Membership, Membership.team_id == Team.id)
        .where(Membership.user_id == user_id, latest_main())
    )


def visible_ids(session: Session, actor: Actor, user_ids: Sequence[int]) -> set[int]:
    """Which of some people the actor may look at."""
    return set(
        session.scalars(
            select(Membership.user_id)
            .join(Team, Team.id == Membership.team_id)
            .where(Membership.user_id.in_(user_ids), latest_main(), within(actor.scopes(*READERS)))
        )
    )


def matches(text: str) -> ColumnElement[bool]:
    """The condition that a name, its pinyin, its initials or the employee number fits a search."""
    plain = "".join(text.split()).lower()
    found: list[ColumnElement[bool]] = [
        func.lower(User.employee_no).contains(plain, autoescape=True),
        func.lower(User.name).contains(plain, autoescape=True),
    ]
    if plain.isascii() and plain.isalpha():
        sounds = func.replace(User.name_sort, " ", "")
        found.append(sounds.startswith(plain, autoescape=True))
        found.append(User.name_sort.contains(f"|{plain}", autoescape=True))
    return or_(*found)


def _narrowed(query: Select[*tuple[Any, ...]], wanted: PeopleFilter) -> Select[*tuple[Any, ...]]:
    query = (
        query.join(Membership, Membership.user_id == User.id)
        .join(Team, Team.id == Membership.team_id)
        .where(latest_main(), within(wanted.paths))
    )
    if wanted.text:
        query = query.where(matches(wanted.text))
    if wanted.kind is not None:
        query = query.where(User.employment_kind == wanted.kind)
    if wanted.state is PersonState.LEFT:
        return query.where(User.left_on.is_not(None))
    query = query.where(User.left_on.is_(None))
    if wanted.state is PersonState.NOT_ACTIVATED:
        query = query.where(User.password_hash.is_(None))
    return query


def count_people(session: Session, wanted: PeopleFilter) -> int:
    """How many people the filter lets through."""
    return session.scalar(_narrowed(select(func.count(User.id)), wanted)) or 0


def people(
    session: Session, wanted: PeopleFilter, *, offset: int = 0, limit: int | None = None
) -> list[PersonLine]:
    """The people that the filter lets through, by pinyin."""
    query = _narrowed(
        select(
            User.id,
            User.employee_no,
            User.name,
            User.employment_kind,
            User.employer,
            Team.name,
            Team.path,
            Post.name,
            User.hired_on,
            User.left_on,
            User.password_hash.is_not(None),
            User.phone,
            User.id_number_masked,
        ),
        wanted,
    ).outerjoin(Post, Post.id == Membership.post_id)
    query = query.order_by(User.name_sort, User.name, User.employee_no).offset(offset)
    if limit is not None:
        query = query.limit(limit)
    return [PersonLine(*row) for row in session.execute(query)]


def people_without_password(session: Session, team: Team) -> list[User]:
    """Who works in a sub-tree and cannot sign in yet, by pinyin."""
    query = _narrowed(select(User), PeopleFilter((team.path,), state=PersonState.NOT_ACTIVATED))
    return list(session.scalars(query.order_by(Team.path, User.name_sort, User.employee_no)))


@dataclass(frozen=True)
class Worker:
    """A person who works here, with the path of the team and the roles held anywhere."""

    user: User
    path: str
    grants: frozenset[Grant]


def working_people(session: Session, team: Team) -> list[Worker]:
    """Who works in a sub-tree now, by team and pinyin."""
    held: dict[int, set[Grant]] = {}
    # Roles are few beside people, so all are read at once.
    roles = select(RoleGrant.user_id, RoleGrant.role, Team.id, Team.path)
    for user_id, role, team_id, path in session.execute(
        roles.join(Team, Team.id == RoleGrant.team_id)
    ):
        held.setdefault(user_id, set()).add(Grant(role, team_id, path))
    query = _narrowed(select(User, Team.path), PeopleFilter((team.path,)))
    rows = session.execute(query.order_by(Team.path, User.name_sort, User.employee_no))
    return [Worker(user, path, frozenset(held.get(user.id, ()))) for user, path in rows]


@dataclass(frozen=True)
class GrantLine:
    """A role as the person's and the team's page show it."""

    id: int
    user_id: int
    user_name: str
    role: Role
    team_id: int
    team_name: str
    team_path: str


def grant_lines(
    session: Session, *, user_id: int | None = None, team_ids: Sequence[int] = ()
) -> list[GrantLine]:
    """The roles of one person, or those held over some teams."""
    query = (
        select(
            RoleGrant.id,
            User.id,
            User.name,
            RoleGrant.role,
            Team.id,
            Team.name,
            Team.path,
        )
        .join(User, User.id == RoleGrant.user_id)
        .join(Team, Team.id == RoleGrant.team_id)
        .order_by(Team.path, RoleGrant.id)
    )
    if user_id is not None:
        query = query.where(RoleGrant.user_id == user_id)
    else:
        query = query.where(RoleGrant.team_id.in_(team_ids))
    return [GrantLine(*row) for row in session.execute(query)]


def keepers_of_the_enterprise(session: Session) -> list[int]:
    """Who administers the whole enterprise and still works here."""
    return list(
        session.scalars(
            select(RoleGrant.user_id)
            .join(User, User.id == RoleGrant.user_id)
            .join(Team, Team.id == RoleGrant.team_id)
            .where(
                RoleGrant.role == Role.ADMINISTRATOR,
                Team.parent_id.is_(None),
                User.left_on.is_(None),
            )
        )
    )


def holds_last_key(session: Session, user_id: int) -> bool:
    """Whether nobody else administers the whole enterprise."""
    return keepers_of_the_enterprise(session) == [user_id]
