"""Roles are given and taken back within one's own sub-tree; somebody always keeps the key."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.errors import Conflict, Forbidden
from core.identity import Actor, Grant, Role
from teams import operations, rules
from teams.models import RoleGrant
from teams.queries import actor_for
from tests.cast import Cast
from tests.conftest import MONDAY

TODAY = date(2026, 3, 2)


def grant_of(session: Session, cast: Cast, who: str) -> RoleGrant:
    return session.scalars(select(RoleGrant).where(RoleGrant.user_id == cast.user(who).id)).one()


def test_administrator_of_a_workshop_gives_roles_in_it_and_nowhere_else(
    session: Session, cast: Cast
) -> None:
    operations.grant_role(
        session,
        cast.user("team_leader"),
        cast.team("press"),
        Role.ADMINISTRATOR,
        actor=cast.actor("administrator"),
        now=MONDAY,
    )
    local = actor_for(session, cast.user("team_leader").id)
    learner = cast.user("learner")

    operations.grant_role(
        session, learner, cast.team("press_two"), Role.TEAM_LEADER, actor=local, now=MONDAY
    )

    for team in ("weld_one", "plant", "enterprise"):
        with pytest.raises(Forbidden):
            operations.grant_role(
                session, learner, cast.team(team), Role.TEAM_LEADER, actor=local, now=MONDAY
            )
    with pytest.raises(Forbidden):
        operations.revoke_role(
            session, grant_of(session, cast, "inspector"), actor=local, now=MONDAY
        )


@pytest.mark.parametrize("who", ["team_leader", "safety_manager", "inspector", "learner"])
def test_only_administrators_give_roles(session: Session, cast: Cast, who: str) -> None:
    with pytest.raises(Forbidden):
        operations.grant_role(
            session,
            cast.user("learner"),
            cast.team("press_one"),
            Role.TEAM_LEADER,
            actor=cast.actor(who),
            now=MONDAY,
        )


def test_last_administrator_can_neither_lose_the_role_nor_leave(
    session: Session, cast: Cast
) -> None:
    admin = cast.actor("administrator")

    with pytest.raises(Conflict, match="最后一个"):
        operations.revoke_role(
            session, grant_of(session, cast, "administrator"), actor=admin, now=MONDAY
        )
    with pytest.raises(Conflict, match="最后一个"):
        operations.leave(session, cast.user("administrator"), on=TODAY, actor=admin, now=MONDAY)


def test_one_of_two_administrators_may_leave_and_loses_every_role(
    session: Session, cast: Cast
) -> None:
    admin = cast.actor("administrator")
    operations.grant_role(
        session,
        cast.user("safety_manager"),
        cast.team("enterprise"),
        Role.ADMINISTRATOR,
        actor=admin,
        now=MONDAY,
    )

    operations.leave(session, cast.user("administrator"), on=TODAY, actor=admin, now=MONDAY)

    assert actor_for(session, cast.user("administrator").id).grants == frozenset()


def test_giving_and_taking_back_are_recorded(session: Session, cast: Cast) -> None:
    admin, learner = cast.actor("administrator"), cast.user("learner")
    grant = operations.grant_role(
        session, learner, cast.team("press_one"), Role.TEAM_LEADER, actor=admin, now=MONDAY
    )
    operations.revoke_role(session, grant, actor=admin, now=MONDAY)

    actions = session.scalars(
        select(AuditEntry.action).where(AuditEntry.on_user_id == learner.id)
    ).all()
    assert actions == ["role.granted", "role.revoked"]


def actor_over(path: str, role: Role) -> Actor:
    return Actor(1, "x", frozenset({Grant(role, 1, path)}))


@pytest.mark.parametrize(
    ("actor", "held", "has_password", "may"),
    [
        (actor_over("/1/4/", Role.TEAM_LEADER), None, False, True),
        (actor_over("/1/4/", Role.TEAM_LEADER), None, True, False),
        (actor_over("/1/4/", Role.TEAM_LEADER), "/1/4/", False, False),
        (actor_over("/1/5/", Role.TEAM_LEADER), None, False, False),
        (actor_over("/1/4/", Role.SAFETY_MANAGER), None, False, False),
        (actor_over("/1/4/", Role.ADMINISTRATOR), None, True, True),
        (actor_over("/1/4/", Role.ADMINISTRATOR), "/1/4/7/", True, True),
        (actor_over("/1/4/", Role.ADMINISTRATOR), "/1/", True, False),
    ],
)
def test_activation_codes_never_reach_further_than_their_maker(
    actor: Actor, held: str | None, has_password: bool, may: bool
) -> None:
    grants = frozenset({Grant(Role.ADMINISTRATOR, 9, held)}) if held else frozenset()

    assert rules.may_make_code(actor, "/1/4/", grants, has_password=has_password) is may
