"""Verbs of roles: given and taken back per sub-tree, never beyond the giver's own."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User
from core.audit import record
from core.errors import N_, Conflict, Forbidden
from core.identity import Actor, Role
from teams import rules
from teams.models import RoleGrant, Team
from teams.queries.people import holds_last_key


def grant_role(
    session: Session, user: User, team: Team, role: Role, *, actor: Actor, now: datetime
) -> RoleGrant:
    """Give a role over a team and everything below it; only an administrator of that team may."""
    if not actor.may_at(team.path, Role.ADMINISTRATOR):
        raise Forbidden(N_("只有这个班组的管理员能分配角色"))
    if role not in rules.GRANTABLE:
        raise Conflict(N_("每个人都是学员，不用分配"))
    if user.left_on is not None:
        raise Conflict(N_("%(name)s 已经离职，不能分配角色"), name=user.name)
    same = select(RoleGrant).where(
        RoleGrant.user_id == user.id, RoleGrant.team_id == team.id, RoleGrant.role == role
    )
    if session.scalar(same) is not None:
        raise Conflict(N_("%(name)s 在“%(team)s”已经有这个角色"), name=user.name, team=team.name)
    grant = RoleGrant(user_id=user.id, team_id=team.id, role=role, granted_at=now)
    session.add(grant)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        action="role.granted",
        subject=("team", team.id),
        on_user_id=user.id,
        after={"role": role.value, "team": team.name},
    )
    session.flush()
    return grant


def revoke_role(session: Session, grant: RoleGrant, *, actor: Actor, now: datetime) -> None:
    """Take a role back; the last administrator of the enterprise keeps it."""
    team = session.get_one(Team, grant.team_id)
    if not actor.may_at(team.path, Role.ADMINISTRATOR):
        raise Forbidden(N_("只有这个班组的管理员能收回角色"))
    if team.parent_id is None and grant.role is Role.ADMINISTRATOR:
        user = session.get_one(User, grant.user_id)
        if holds_last_key(session, user.id):
            raise Conflict(rules.LAST_KEY, name=user.name)
    _revoke(session, grant, team, actor=actor, now=now)
    session.flush()


def revoke_all(session: Session, user: User, *, actor: Actor, now: datetime) -> None:
    """Take back every role of a person who leaves."""
    rows = session.execute(
        select(RoleGrant, Team)
        .join(Team, Team.id == RoleGrant.team_id)
        .where(RoleGrant.user_id == user.id)
    )
    for grant, team in rows.all():
        _revoke(session, grant, team, actor=actor, now=now)


def _revoke(session: Session, grant: RoleGrant, team: Team, *, actor: Actor, now: datetime) -> None:
    record(
        session,
        actor=actor,
        now=now,
        action="role.revoked",
        subject=("team", team.id),
        on_user_id=grant.user_id,
        before={"role": grant.role.value, "team": team.name},
    )
    session.delete(grant)
