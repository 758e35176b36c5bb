"""Verbs of the tree of teams and of the posts."""

from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from accounts.models import User
from core.audit import record
from core.errors import N_, Conflict
from core.identity import Actor, Role
from teams import rules
from teams.models import Post, RoleGrant, Team, TeamKind
from teams.queries import tree as queries


def ensure_root(session: Session, name: str, *, actor: Actor, now: datetime) -> Team:
    """The root of the tree, made when there is none; `name` may be empty until set-up."""
    top = queries.root(session)
    if top is not None:
        return top
    top = Team(parent_id=None, kind=TeamKind.ENTERPRISE, name=name, path="")
    session.add(top)
    session.flush()
    top.path = f"/{top.id}/"
    record(
        session,
        actor=actor,
        now=now,
        action="team.created",
        subject=("team", top.id),
        after={"name": name, "path": top.path},
    )
    session.flush()
    return top


def found_enterprise(
    session: Session, *, name: str, administrator: User, actor: Actor, now: datetime
) -> Team:
    """Name the enterprise and let the administrator hold the whole of it; may be run again."""
    top = ensure_root(session, name, actor=actor, now=now)
    if name and top.name != name:
        rename_team(session, top, name, actor=actor, now=now)
    held = session.scalar(
        select(RoleGrant.id).where(
            RoleGrant.user_id == administrator.id,
            RoleGrant.team_id == top.id,
            RoleGrant.role == Role.ADMINISTRATOR,
        )
    )
    if held is None:
        session.add(
            RoleGrant(
                user_id=administrator.id, team_id=top.id, role=Role.ADMINISTRATOR, granted_at=now
            )
        )
        record(
            session,
            actor=actor,
            now=now,
            action="role.granted",
            subject=("team", top.id),
            on_user_id=administrator.id,
            after={"role": Role.ADMINISTRATOR.value, "team": name},
        )
    session.flush()
    return top


def create_team(
    session: Session, parent: Team, name: str, kind: TeamKind, *, actor: Actor, now: datetime
) -> Team:
    """A new team below another one, last among its siblings."""
    _check_name(session, parent.id, name)
    if parent.closed_on is not None:
        raise Conflict(N_("“%(team)s”已经撤销，下面不能再设班组"), team=parent.name)
    last = session.scalar(select(func.max(Team.position)).where(Team.parent_id == parent.id))
    team = Team(
        parent_id=parent.id, kind=kind, name=name, path="", position=0 if last is None else last + 1
    )
    session.add(team)
    session.flush()
    team.path = f"{parent.path}{team.id}/"
    record(
        session,
        actor=actor,
        now=now,
        action="team.created",
        subject=("team", team.id),
        after={"name": name, "kind": kind.value, "parent": parent.name, "path": team.path},
    )
    session.flush()
    return team


def rename_team(session: Session, team: Team, name: str, *, actor: Actor, now: datetime) -> None:
    """Give a team, or the enterprise itself, another name."""
    if name == team.name:
        return
    _check_name(session, team.parent_id, name)
    before, team.name = team.name, name
    record(
        session,
        actor=actor,
        now=now,
        action="team.renamed",
        subject=("team", team.id),
        before={"name": before},
        after={"name": name},
    )
    session.flush()


def move_team(session: Session, team: Team, parent: Team, *, actor: Actor, now: datetime) -> None:
    """Hang a team with all below it under another one; every path below is rewritten."""
    if team.parent_id is None:
        raise Conflict(N_("企业本身不能移到别处"))
    if rules.is_below(parent.path, team.path):
        raise Conflict(
            N_("“%(parent)s”在“%(team)s”里面，不能把上级移到自己的下级"),
            parent=parent.name,
            team=team.name,
        )
    if parent.id == team.parent_id:
        return
    if parent.closed_on is not None:
        raise Conflict(N_("“%(team)s”已经撤销，下面不能再设班组"), team=parent.name)
    _check_name(session, parent.id, team.name)
    before, after = team.path, f"{parent.path}{team.id}/"
    old_parent_id, team.parent_id = team.parent_id, parent.id
    session.flush()
    session.execute(
        update(Team)
        .where(Team.path.startswith(before, autoescape=True))
        .values(path=after + func.substr(Team.path, len(before) + 1))
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    record(
        session,
        actor=actor,
        now=now,
        action="team.moved",
        subject=("team", team.id),
        before={"parent_id": old_parent_id, "path": before},
        after={"parent_id": parent.id, "path": after},
    )
    session.flush()


def close_team(session: Session, team: Team, *, on: date, actor: Actor, now: datetime) -> None:
    """Close a team in which nobody works any more; its history stays readable."""
    if team.parent_id is None:
        raise Conflict(N_("企业本身不能撤销"))
    children = queries.open_children(session, team)
    if children:
        raise Conflict(
            N_("“%(team)s”下面还有 %(count)s 个班组，先撤销或移走：%(names)s"),
            team=team.name,
            count=len(children),
            names="、".join(child.name for child in children[:5]),
        )
    count = queries.open_member_count(session, team)
    if count:
        raise Conflict(
            N_("“%(team)s”还有 %(count)s 人，先把他们调到别的班组"), team=team.name, count=count
        )
    team.closed_on = on
    record(
        session,
        actor=actor,
        now=now,
        action="team.closed",
        subject=("team", team.id),
        after={"name": team.name, "closed_on": on.isoformat()},
    )
    session.flush()


def reopen_team(session: Session, team: Team, *, actor: Actor, now: datetime) -> None:
    """Take back the closing of a team; the team above must be open."""
    parent = session.get(Team, team.parent_id) if team.parent_id else None
    if parent is not None and parent.closed_on is not None:
        raise Conflict(N_("上级“%(team)s”已经撤销，先恢复上级"), team=parent.name)
    if team.closed_on is None:
        return
    before, team.closed_on = team.closed_on, None
    record(
        session,
        actor=actor,
        now=now,
        action="team.reopened",
        subject=("team", team.id),
        before={"closed_on": before.isoformat()},
    )
    session.flush()


def _check_name(session: Session, parent_id: int | None, name: str) -> None:
    if parent_id is not None and queries.sibling_named(session, parent_id, name) is not None:
        raise Conflict(N_("同一个上级下面已经有“%(name)s”，换一个名字"), name=name)


def create_post(session: Session, name: str, *, actor: Actor, now: datetime) -> Post:
    """A new post (岗位) of the enterprise."""
    _check_post(session, name)
    post = Post(name=name)
    session.add(post)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        action="post.created",
        subject=("post", post.id),
        after={"name": name},
    )
    session.flush()
    return post


def rename_post(session: Session, post: Post, name: str, *, actor: Actor, now: datetime) -> None:
    """Give a post another name; who holds it keeps it."""
    if name == post.name:
        return
    _check_post(session, name)
    before, post.name = post.name, name
    record(
        session,
        actor=actor,
        now=now,
        action="post.renamed",
        subject=("post", post.id),
        before={"name": before},
        after={"name": name},
    )
    session.flush()


def _check_post(session: Session, name: str) -> None:
    if session.scalar(select(Post.id).where(Post.name == name)) is not None:
        raise Conflict(N_("已经有岗位“%(name)s”"), name=name)
