"""Reads about the tree of teams and the posts, within an actor's scope."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.models import User
from core.errors import Forbidden, NotFound
from core.identity import Actor, Role
from teams.models import Membership, Post, RoleGrant, Team, TeamKind
from teams.queries.memberships import member_on, within

# Who may look at teams and the people in them, each within the own sub-trees.
READERS = (Role.TEAM_LEADER, Role.SAFETY_MANAGER, Role.ADMINISTRATOR, Role.INSPECTOR)


@dataclass(frozen=True)
class TeamLine:
    """A node of the tree as lists show it; counts are of main memberships on a day."""

    id: int
    parent_id: int | None
    name: str
    kind: TeamKind
    path: str
    level: int
    own_count: int
    total_count: int
    leaders: str
    is_closed: bool


def root(session: Session) -> Team | None:
    """The enterprise itself, or None before the first start has made it."""
    return session.scalar(select(Team).where(Team.parent_id.is_(None)).limit(1))


def needs_set_up(session: Session) -> bool:
    """Whether the enterprise has no name yet."""
    top = root(session)
    return top is None or top.name == ""


def team_for(session: Session, actor: Actor, team_id: int, *roles: Role) -> Team:
    """A team that the actor may see, and on which one of `roles` (default: any reader's) is held.

    Raises NotFound outside the actor's sub-trees, Forbidden where only the role is lacking.
    """
    team = session.get(Team, team_id)
    if team is None or not actor.may_at(team.path, *READERS):
        raise NotFound()
    if roles and not actor.may_at(team.path, *roles):
        raise Forbidden()
    return team


def teams_within(
    session: Session, actor: Actor, *roles: Role, with_closed: bool = False
) -> list[Team]:
    """The teams of the actor's sub-trees in tree order: each parent before its children."""
    query = select(Team).where(within(actor.scopes(*(roles or READERS))))
    if not with_closed:
        query = query.where(Team.closed_on.is_(None))
    return in_tree_order(list(session.scalars(query)))


def in_tree_order(teams: list[Team]) -> list[Team]:
    """Parents before children, siblings by position and then by id."""
    places = {team.id: (team.position, team.id) for team in teams}

    def key(team: Team) -> list[tuple[int, int]]:
        ids = [int(part) for part in team.path.strip("/").split("/")]
        return [places.get(team_id, (0, team_id)) for team_id in ids]

    return sorted(teams, key=key)


def tree_lines(session: Session, actor: Actor, *, day: date, with_closed: bool) -> list[TeamLine]:
    """The actor's part of the tree with head counts on a day and the leaders' names."""
    teams = teams_within(session, actor, with_closed=with_closed)
    own = _head_counts(session, actor, day)
    leaders = _leaders(session)
    totals: dict[int, int] = {}
    for team_id, (path, count) in own.items():
        for part in path.strip("/").split("/"):
            totals[int(part)] = totals.get(int(part), 0) + count
        totals.setdefault(team_id, 0)
    highest = min((team.depth for team in teams), default=0)
    return [
        TeamLine(
            id=team.id,
            parent_id=team.parent_id,
            name=team.name,
            kind=team.kind,
            path=team.path,
            level=team.depth - highest,
            own_count=own.get(team.id, ("", 0))[1],
            total_count=totals.get(team.id, 0),
            leaders=leaders.get(team.id, ""),
            is_closed=team.closed_on is not None,
        )
        for team in teams
    ]


def _head_counts(session: Session, actor: Actor, day: date) -> Mapping[int, tuple[str, int]]:
    rows = session.execute(
        select(Team.id, Team.path, func.count())
        .join(Membership, Membership.team_id == Team.id)
        .where(Membership.is_main, member_on(day), within(actor.scopes(*READERS)))
        .group_by(Team.id, Team.path)
    )
    return {team_id: (path, count) for team_id, path, count in rows}


def _leaders(session: Session) -> dict[int, str]:
    rows = session.execute(
        select(RoleGrant.team_id, User.name)
        .join(User, User.id == RoleGrant.user_id)
        .where(RoleGrant.role == Role.TEAM_LEADER, User.left_on.is_(None))
        .order_by(RoleGrant.id)
    )
    names: dict[int, str] = {}
    for team_id, name in rows:
        names[team_id] = f"{names[team_id]}、{name}" if team_id in names else name
    return names


def path_of(session: Session, team: Team) -> list[Team]:
    """The teams from the root down to this one."""
    ids = [int(part) for part in team.path.strip("/").split("/")]
    found = {each.id: each for each in session.scalars(select(Team).where(Team.id.in_(ids)))}
    return [found[team_id] for team_id in ids]


def open_children(session: Session, team: Team) -> list[Team]:
    """The open teams directly below."""
    query = select(Team).where(Team.parent_id == team.id, Team.closed_on.is_(None))
    return list(session.scalars(query.order_by(Team.position, Team.id)))


def sibling_named(session: Session, parent_id: int | None, name: str) -> Team | None:
    """The child of a team that has a name."""
    return session.scalar(select(Team).where(Team.parent_id == parent_id, Team.name == name))


def open_member_count(session: Session, team: Team) -> int:
    """How many memberships in this team, main or not, have no end."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Membership)
            .where(Membership.team_id == team.id, Membership.to_on.is_(None))
        )
        or 0
    )


def posts(session: Session) -> list[Post]:
    """Every post by name."""
    return list(session.scalars(select(Post).order_by(Post.name)))


def post_for(session: Session, post_id: int) -> Post:
    """A post; posts are the same for the whole enterprise."""
    post = session.get(Post, post_id)
    if post is None:
        raise NotFound()
    return post


def post_counts(session: Session, *, day: date) -> list[tuple[Post, int]]:
    """Every post with how many people hold it on a day."""
    rows = session.execute(
        select(Post, func.count(Membership.id))
        .outerjoin(
            Membership,
            (Membership.post_id == Post.id) & Membership.is_main & member_on(day),
        )
        .group_by(Post.id)
        .order_by(Post.name)
    )
    return [(post, count) for post, count in rows]
