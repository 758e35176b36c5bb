"""Verbs of dated memberships. History is never deleted, and never has two main teams on a day.

A new main membership always begins after the newest one began, so closing that one the day before
keeps all of them apart; the open one is guarded by an index of the database besides.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User
from accounts.operations import record_leaving, record_return
from core.audit import record
from core.errors import N_, Conflict
from core.events import publish
from core.identity import Actor
from teams import rules
from teams.events import Beginning, Begun, MembershipsBegan
from teams.models import Membership, Post, Team
from teams.operations.roles import revoke_all
from teams.queries.memberships import newest_main
from teams.queries.people import holds_last_key


def begin(
    session: Session,
    user: User,
    team: Team,
    post: Post | None,
    *,
    on: date,
    beginning: Beginning,
    previous: Membership | None,
    actor: Actor,
    now: datetime,
) -> Membership:
    """Open a main membership and announce it; the caller has closed the one before."""
    rules.check_open(team.name, team.closed_on)
    membership = Membership(
        user_id=user.id,
        team_id=team.id,
        post_id=post.id if post else None,
        is_main=True,
        from_on=on,
    )
    session.add(membership)
    session.flush()
    begun = Begun(
        user_id=user.id,
        membership_id=membership.id,
        beginning=beginning,
        on=on,
        previous_id=previous.id if previous else None,
    )
    publish(session, MembershipsBegan(actor=actor, at=now, begun=(begun,)))
    return membership


def seat(
    session: Session, user: User, team: Team, *, on: date, actor: Actor, now: datetime
) -> None:
    """Give a place to somebody who has none, such as the first administrator."""
    if newest_main(session, user.id) is not None:
        return
    _begin_anew(session, user, team, None, on=on, beginning=Beginning.SEATED, actor=actor, now=now)


def transfer(
    session: Session,
    user: User,
    team: Team,
    post: Post | None,
    *,
    on: date,
    actor: Actor,
    now: datetime,
) -> Membership:
    """Let a person work elsewhere, or at another post, from a day on; that day is the first one.

    On the very day on which the present membership began it is corrected instead, because a
    membership of no days would say nothing. An earlier day is a Conflict.
    """
    rules.check_open(team.name, team.closed_on)
    post_id = post.id if post else None
    current = _membership_to_leave(session, user, team, post_id, on=on)
    before = {"team_id": current.team_id, "post_id": current.post_id}
    after = {"team_id": team.id, "team": team.name, "post_id": post_id, "from_on": on.isoformat()}
    if on == current.from_on:
        current.team_id, current.post_id = team.id, post_id
        began, action = current, "membership.corrected"
    else:
        current.to_on = on - timedelta(days=1)
        session.flush()
        began = begin(
            session,
            user,
            team,
            post,
            on=on,
            beginning=Beginning.TRANSFERRED,
            previous=current,
            actor=actor,
            now=now,
        )
        action = "person.transferred"
    record(
        session,
        actor=actor,
        now=now,
        action=action,
        subject=("membership", began.id),
        on_user_id=user.id,
        before=before,
        after=after,
    )
    session.flush()
    return began


def _membership_to_leave(
    session: Session, user: User, team: Team, post_id: int | None, *, on: date
) -> Membership:
    """The main membership that a transfer ends; Conflict where there is none to leave on a day."""
    current = newest_main(session, user.id)
    if current is None or current.to_on is not None:
        raise Conflict(N_("%(name)s 现在不在职，先办复职"), name=user.name)
    if (current.team_id, current.post_id) == (team.id, post_id):
        raise Conflict(N_("%(name)s 已经在“%(team)s”这个岗位"), name=user.name, team=team.name)
    if on < current.from_on:
        raise Conflict(
            N_("%(name)s 从 %(day)s 起在现在的班组，调动日期不能早于那天"),
            name=user.name,
            day=current.from_on,
        )
    return current


def leave(session: Session, user: User, *, on: date, actor: Actor, now: datetime) -> None:
    """Record that a person leaves; `on` is the last day.

    Closes every open membership, takes back the roles and ends the sessions. The last administrator
    of the enterprise cannot leave.
    """
    if user.left_on is not None:
        raise Conflict(N_("%(name)s 已经在 %(day)s 离职"), name=user.name, day=user.left_on)
    current = newest_main(session, user.id)
    if current is not None and on < current.from_on:
        raise Conflict(
            N_("%(name)s 从 %(day)s 起在现在的班组，离职日期不能早于那天"),
            name=user.name,
            day=current.from_on,
        )
    if holds_last_key(session, user.id):
        raise Conflict(rules.LAST_KEY, name=user.name)
    revoke_all(session, user, actor=actor, now=now)
    open_ones = session.scalars(
        select(Membership).where(Membership.user_id == user.id, Membership.to_on.is_(None))
    )
    for membership in open_ones:
        membership.to_on = max(on, membership.from_on)
    session.flush()
    record_leaving(session, user, left_on=on, actor=actor, now=now)
    session.flush()


def return_to_work(
    session: Session,
    user: User,
    team: Team,
    post: Post | None,
    *,
    on: date,
    actor: Actor,
    now: datetime,
) -> Membership:
    """Take a person back who had left; `on` is the first day, after the last one."""
    current = newest_main(session, user.id)
    if user.left_on is None or (current is not None and current.to_on is None):
        raise Conflict(N_("%(name)s 在职，不用办复职"), name=user.name)
    last = max(user.left_on, current.to_on if current and current.to_on else user.left_on)
    if on <= last:
        raise Conflict(N_("%(name)s %(day)s 才离职，复职日期要晚于那天"), name=user.name, day=last)
    record_return(session, user, actor=actor, now=now)
    return _begin_anew(
        session,
        user,
        team,
        post,
        on=on,
        beginning=Beginning.RETURNED,
        previous=current,
        actor=actor,
        now=now,
    )


def _begin_anew(
    session: Session,
    user: User,
    team: Team,
    post: Post | None,
    *,
    on: date,
    beginning: Beginning,
    previous: Membership | None = None,
    actor: Actor,
    now: datetime,
) -> Membership:
    """Begin the place of somebody who has none today, with its entry."""
    membership = begin(
        session,
        user,
        team,
        post,
        on=on,
        beginning=beginning,
        previous=previous,
        actor=actor,
        now=now,
    )
    record(
        session,
        actor=actor,
        now=now,
        action="membership.begun",
        subject=("membership", membership.id),
        on_user_id=user.id,
        after={"team": team.name, "from_on": on.isoformat()},
    )
    session.flush()
    return membership


def add_side_membership(
    session: Session,
    user: User,
    team: Team,
    post: Post | None,
    *,
    on: date,
    actor: Actor,
    now: datetime,
) -> Membership:
    """Let a person work in a second team as well (兼岗); reports count the main team only."""
    rules.check_open(team.name, team.closed_on)
    current = newest_main(session, user.id)
    if user.left_on is not None or current is None or on < current.from_on:
        raise Conflict(N_("%(name)s 那天不在职，不能兼岗"), name=user.name)
    if current.to_on is None and current.team_id == team.id:
        raise Conflict(N_("%(name)s 本来就在“%(team)s”"), name=user.name, team=team.name)
    same = select(Membership.id).where(
        Membership.user_id == user.id, Membership.team_id == team.id, Membership.to_on.is_(None)
    )
    if session.scalar(same) is not None:
        raise Conflict(N_("%(name)s 已经在“%(team)s”兼岗"), name=user.name, team=team.name)
    membership = Membership(
        user_id=user.id,
        team_id=team.id,
        post_id=post.id if post else None,
        is_main=False,
        from_on=on,
    )
    session.add(membership)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        action="side_membership.added",
        subject=("membership", membership.id),
        on_user_id=user.id,
        after={"team": team.name, "from_on": on.isoformat()},
    )
    session.flush()
    return membership


def end_side_membership(
    session: Session, membership: Membership, *, on: date, actor: Actor, now: datetime
) -> None:
    """End work in a second team; `on` is the last day."""
    if membership.is_main or membership.to_on is not None or on < membership.from_on:
        raise Conflict(N_("这个兼岗已经结束，或结束日期早于开始"))
    membership.to_on = on
    record(
        session,
        actor=actor,
        now=now,
        action="side_membership.ended",
        subject=("membership", membership.id),
        on_user_id=membership.user_id,
        after={"to_on": on.isoformat()},
    )
    session.flush()
