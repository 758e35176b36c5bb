"""Who a person is to the product: name, place and granted roles. Runs on every request."""

import hashlib
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from accounts.models import AuthSession, NoticeAcknowledgement, PrivacyNotice, User
from core.db import UtcDateTime
from core.identity import Actor, Grant, Role
from core.services import SignedIn
from teams.models import Membership, Post, RoleGrant, Team


def enterprise_name(session: Session) -> str:
    """The name of the root of the tree, or nothing before set-up."""
    return session.scalar(_ENTERPRISE_NAME) or ""


# Built once: they run in every request, and putting a statement together costs as much as it.
_ENTERPRISE_NAME = select(Team.name).where(Team.parent_id.is_(None)).limit(1)
_NEWEST_NOTICE = (
    select(PrivacyNotice.id).order_by(PrivacyNotice.version.desc()).limit(1).scalar_subquery()
)
_ACKNOWLEDGED = select(NoticeAcknowledgement.id).where(
    NoticeAcknowledgement.user_id == User.id, NoticeAcknowledgement.notice_id == _NEWEST_NOTICE
)
_SIGNED_IN = (
    select(
        AuthSession.id,
        AuthSession.terminal_id,
        User.id,
        User.employee_no,
        User.name,
        User.language,
        User.must_change_password,
        Team.name,
        Post.name,
        _NEWEST_NOTICE.is_not(None) & ~_ACKNOWLEDGED.exists(),
    )
    .join(User, User.id == AuthSession.user_id)
    .outerjoin(
        Membership,
        (Membership.user_id == User.id) & Membership.is_main & Membership.to_on.is_(None),
    )
    .outerjoin(Team, Team.id == Membership.team_id)
    .outerjoin(Post, Post.id == Membership.post_id)
    .where(
        AuthSession.token_hash == bindparam("token_hash"),
        AuthSession.ended_at.is_(None),
        AuthSession.expires_at > bindparam("now", type_=UtcDateTime()),
        User.left_on.is_(None),
    )
)
_GRANTS = (
    select(RoleGrant.role, Team.id, Team.path)
    .join(Team, Team.id == RoleGrant.team_id)
    .where(RoleGrant.user_id == bindparam("user_id"))
)


def grants_of(session: Session, user_id: int) -> frozenset[Grant]:
    """Every role that a person holds, with the path of its sub-tree."""
    rows = session.execute(_GRANTS, {"user_id": user_id})
    return frozenset(Grant(role, team_id, path) for role, team_id, path in rows)


def actor_for(session: Session, user_id: int) -> Actor:
    """A person as an actor; raises `sqlalchemy.exc.NoResultFound` for an unknown id."""
    name = session.execute(select(User.name).where(User.id == user_id)).scalar_one()
    return Actor(user_id=user_id, name=name, grants=grants_of(session, user_id))


def signed_in_for(session: Session, token: str, now: datetime) -> SignedIn | None:
    """Who a cookie's token stands for: a session row that has neither ended nor expired."""
    token_hash = hashlib.sha256(token.encode()).hexdigest()
    row = session.execute(_SIGNED_IN, {"token_hash": token_hash, "now": now}).first()
    if row is None:
        return None
    session_id, terminal_id, user_id, number, name, language, must_change, team, post, unread = row
    # Whoever typed a card code on a shared terminal is a learner there, whatever the roles, and
    # does not get as far as the password.
    is_shared = terminal_id is not None
    grants = frozenset() if is_shared else grants_of(session, user_id)
    return SignedIn(
        actor=Actor(user_id, name, grants, session_id),
        employee_no=number,
        place="，".join(part for part in (team, post) if part),
        language=language,
        must_change_password=must_change and not is_shared,
        needs_notice=unread,
        terminal_id=terminal_id,
    )


def system_actor(session: Session, name: str) -> Actor:
    """A command or job with an administrator's rights over the whole tree."""
    top = session.execute(select(Team.id, Team.path).where(Team.parent_id.is_(None))).first()
    grants = {Grant(Role.ADMINISTRATOR, top.id, top.path)} if top else set()
    return Actor(user_id=None, name=Actor.system(name).name, grants=frozenset(grants))
