"""The invented people in the database: tree, posts, memberships, roles, the demo passwords."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from accounts.models import User
from sample.company import SamplePerson, SampleTeam
from teams.models import Membership, Post, RoleGrant, Team
from teams.names import sort_key


@dataclass(frozen=True)
class Loaded:
    """The ids of what was loaded, in the order of the plan."""

    team_ids: list[int]
    user_ids: list[int]
    post_ids: dict[str, int]


def load_people(
    session: Session,
    teams: Sequence[SampleTeam],
    people: Sequence[SamplePerson],
    *,
    password_hash: str,
    now: datetime,
) -> Loaded:
    """Store tree and people; only the demo sign-ins get the password."""
    team_ids = _load_tree(session, teams)
    names = sorted({stay.post for person in people for stay in person.stays})
    posts = [Post(name=name, is_sample=True) for name in names]
    session.add_all(posts)
    users = [_user(person, password_hash=password_hash, now=now) for person in people]
    session.add_all(users)
    session.flush()
    loaded = Loaded(team_ids, [user.id for user in users], {post.name: post.id for post in posts})
    session.execute(insert(Membership), _memberships(people, loaded))
    session.execute(insert(RoleGrant), _grants(people, loaded, now=now))
    session.flush()
    return loaded


def _load_tree(session: Session, teams: Sequence[SampleTeam]) -> list[int]:
    made: list[Team] = []
    for position, plan in enumerate(teams):
        parent = made[plan.parent] if plan.parent is not None else None
        team = Team(
            name=plan.name,
            kind=plan.kind,
            parent_id=parent.id if parent else None,
            path="",
            position=position,
            is_sample=True,
        )
        session.add(team)
        session.flush()
        team.path = f"{parent.path if parent else '/'}{team.id}/"
        made.append(team)
    session.flush()
    return [team.id for team in made]


def _user(person: SamplePerson, *, password_hash: str, now: datetime) -> User:
    return User(
        employee_no=person.employee_no,
        name=person.name,
        name_sort=sort_key(person.name),
        employment_kind=person.kind,
        employer=person.employer,
        hired_on=person.hired_on,
        left_on=person.left_on,
        password_hash=password_hash if person.is_demo else None,
        is_sample=True,
        created_at=now,
    )


def _memberships(people: Sequence[SamplePerson], loaded: Loaded) -> list[dict[str, object]]:
    return [
        {
            "user_id": user_id,
            "team_id": loaded.team_ids[stay.team],
            "post_id": loaded.post_ids[stay.post],
            "is_main": True,
            "from_on": stay.from_on,
            "to_on": stay.to_on,
        }
        for user_id, person in zip(loaded.user_ids, people, strict=True)
        for stay in person.stays
    ]


def _grants(
    people: Sequence[SamplePerson], loaded: Loaded, *, now: datetime
) -> list[dict[str, object]]:
    return [
        {
            "user_id": user_id,
            "team_id": loaded.team_ids[team],
            "role": role,
            "granted_at": now,
        }
        for user_id, person in zip(loaded.user_ids, people, strict=True)
        for role, team in person.grants
    ]
