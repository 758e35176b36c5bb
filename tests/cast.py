"""The people of the tests. Their rights never change.

Two workshops, 冲压 and 焊装, with two teams each, under one plant of one enterprise.

- `learner`: 王小满, a press operator in 冲压一班, no role
- `team_leader`: 李青山, leads 冲压一班
- `other_leader`: 陈立夏, leads 焊接一班 and must see nothing of 冲压
- `trainer`, `examiner`, `safety_manager`, `administrator`, `inspector`: over the whole enterprise
- `nobody`: not signed in
"""

import hashlib
import itertools
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.models import AuthSession, EmploymentKind, User
from core.identity import Actor, Role
from teams.models import Membership, Post, RoleGrant, Team, TeamKind
from teams.queries import actor_for

PEOPLE = (
    ("learner", "王小满", "press_one", "冲压工", None),
    ("team_leader", "李青山", "press_one", "班组长", (Role.TEAM_LEADER, "press_one")),
    ("other_leader", "陈立夏", "weld_one", "班组长", (Role.TEAM_LEADER, "weld_one")),
    ("trainer", "孙清明", "safety", "培训师", (Role.TRAINER, "enterprise")),
    ("examiner", "周谷雨", "safety", "考试员", (Role.EXAMINER, "enterprise")),
    ("safety_manager", "赵白露", "safety", "安全管理员", (Role.SAFETY_MANAGER, "enterprise")),
    ("administrator", "吴霜降", "safety", "管理员", (Role.ADMINISTRATOR, "enterprise")),
    ("inspector", "郑冬至", "safety", "检查员", (Role.INSPECTOR, "enterprise")),
)
ROLES = tuple(key for key, *_ in PEOPLE)
_COOKIES = itertools.count(1)


@dataclass
class Cast:
    """The people, teams and posts by their keys."""

    session: Session
    users: dict[str, User] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)

    def user(self, key: str) -> User:
        return self.users[key]

    def team(self, key: str) -> Team:
        return self.teams[key]

    def actor(self, key: str) -> Actor:
        return actor_for(self.session, self.users[key].id)


def make_team(
    session: Session, name: str, kind: TeamKind = TeamKind.TEAM, parent: Team | None = None
) -> Team:
    """A node of the tree with its path."""
    team = Team(name=name, kind=kind, parent_id=parent.id if parent else None, path="")
    session.add(team)
    session.flush()
    team.path = f"{parent.path if parent else '/'}{team.id}/"
    session.flush()
    return team


def make_user(
    session: Session,
    employee_no: str,
    name: str,
    *,
    now: datetime,
    team: Team | None = None,
    post: Post | None = None,
    from_on: date = date(2024, 1, 1),
    kind: EmploymentKind = EmploymentKind.EMPLOYEE,
) -> User:
    """A person, with a main membership where a team is given."""
    user = User(
        employee_no=employee_no,
        name=name,
        employment_kind=kind,
        hired_on=from_on,
        created_at=now,
    )
    session.add(user)
    session.flush()
    if team is not None:
        session.add(
            Membership(
                user_id=user.id,
                team_id=team.id,
                post_id=post.id if post else None,
                is_main=True,
                from_on=from_on,
            )
        )
        session.flush()
    return user


# Name, kind and the node above it, from the top down.
TREE = {
    "enterprise": ("示例机械厂", TeamKind.ENTERPRISE, None),
    "safety": ("安全科", TeamKind.DEPARTMENT, "enterprise"),
    "plant": ("一分厂", TeamKind.PLANT, "enterprise"),
    "press": ("冲压车间", TeamKind.WORKSHOP, "plant"),
    "weld": ("焊装车间", TeamKind.WORKSHOP, "plant"),
    "press_one": ("冲压一班", TeamKind.TEAM, "press"),
    "press_two": ("冲压二班", TeamKind.TEAM, "press"),
    "weld_one": ("焊接一班", TeamKind.TEAM, "weld"),
    "weld_two": ("焊接二班", TeamKind.TEAM, "weld"),
}


def _make_tree(session: Session) -> dict[str, Team]:
    """The nodes, written a level at a time: every test waits for them."""
    teams: dict[str, Team] = {}
    for key, (name, kind, above) in TREE.items():
        if above and teams[above].id is None:
            session.flush()
        parent_id = teams[above].id if above else None
        teams[key] = Team(name=name, kind=kind, parent_id=parent_id, path="")
        session.add(teams[key])
    session.flush()
    for key, (_name, _kind, above) in TREE.items():
        teams[key].path = f"{teams[above].path if above else '/'}{teams[key].id}/"
    return teams


def make_cast(session: Session, *, now: datetime) -> Cast:
    """Put the whole cast into the database."""
    cast = Cast(session, teams=_make_tree(session))
    cast.posts = {name: Post(name=name) for _key, _name, _team, name, _grant in PEOPLE}
    cast.users = {
        key: User(
            employee_no=f"2026{number:04d}",
            name=name,
            employment_kind=EmploymentKind.EMPLOYEE,
            hired_on=date(2024, 1, 1),
            created_at=now,
        )
        for number, (key, name, *_rest) in enumerate(PEOPLE, start=1)
    }
    session.add_all([*cast.posts.values(), *cast.users.values()])
    session.flush()
    for key, _name, team, post_name, grant in PEOPLE:
        user = cast.users[key]
        session.add(
            Membership(
                user_id=user.id,
                team_id=cast.teams[team].id,
                post_id=cast.posts[post_name].id,
                is_main=True,
                from_on=user.hired_on,
            )
        )
        if grant:
            role, over = grant
            session.add(
                RoleGrant(user_id=user.id, team_id=cast.teams[over].id, role=role, granted_at=now)
            )
    session.flush()
    return cast


def sign_in_cookie(client: FlaskClient, session: Session, user: User, *, now: datetime) -> None:
    """Give a browser a signed-in session without the sign-in page and its slow hash."""
    token = f"cookie-{user.id}-{next(_COOKIES)}"
    session.add(
        AuthSession(
            user_id=user.id,
            token_hash=hashlib.sha256(token.encode()).hexdigest(),
            created_at=now,
            expires_at=now + timedelta(days=400),
        )
    )
    session.flush()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
