"""Creating, renaming, moving and closing teams; posts; the enterprise itself."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.operations import make_first_administrator
from core.audit import AuditEntry
from core.errors import Conflict
from core.identity import Actor, Role
from core.services import Services
from teams import operations
from teams.models import RoleGrant, Team, TeamKind
from teams.queries import needs_set_up, teams_within
from teams.queries.tree import tree_lines
from teams.rules import kind_of
from tests.cast import Cast
from tests.conftest import MONDAY

TODAY = date(2026, 3, 2)


@pytest.fixture
def admin(cast: Cast) -> Actor:
    return cast.actor("administrator")


def test_moved_team_takes_everything_below_along(
    session: Session, cast: Cast, admin: Actor
) -> None:
    operations.move_team(session, cast.team("press"), cast.team("weld"), actor=admin, now=MONDAY)

    paths = {team.name: team.path for team in session.scalars(select(Team))}
    weld, press, one = cast.team("weld"), cast.team("press"), cast.team("press_one")
    assert paths["冲压车间"] == f"{weld.path}{press.id}/"
    assert paths["冲压一班"] == f"{weld.path}{press.id}/{one.id}/"
    assert paths["焊接一班"].startswith(weld.path)


def test_team_cannot_be_moved_below_itself(session: Session, cast: Cast, admin: Actor) -> None:
    with pytest.raises(Conflict, match="不能把上级移到自己的下级"):
        operations.move_team(
            session, cast.team("press"), cast.team("press_one"), actor=admin, now=MONDAY
        )


def test_siblings_have_different_names(session: Session, cast: Cast, admin: Actor) -> None:
    with pytest.raises(Conflict, match="已经有“冲压二班”"):
        operations.create_team(
            session, cast.team("press"), "冲压二班", TeamKind.TEAM, actor=admin, now=MONDAY
        )
    with pytest.raises(Conflict, match="已经有“冲压二班”"):
        operations.rename_team(session, cast.team("press_one"), "冲压二班", actor=admin, now=MONDAY)


def test_team_with_people_or_teams_below_cannot_be_closed(
    session: Session, cast: Cast, admin: Actor
) -> None:
    with pytest.raises(Conflict, match="还有 2 人"):
        operations.close_team(session, cast.team("press_one"), on=TODAY, actor=admin, now=MONDAY)
    with pytest.raises(Conflict, match="还有 2 个班组"):
        operations.close_team(session, cast.team("press"), on=TODAY, actor=admin, now=MONDAY)
    with pytest.raises(Conflict, match="企业本身"):
        operations.close_team(session, cast.team("enterprise"), on=TODAY, actor=admin, now=MONDAY)


def test_nobody_can_be_transferred_into_a_closed_team_until_it_is_reopened(
    session: Session, cast: Cast, admin: Actor
) -> None:
    team, user = cast.team("press_two"), cast.user("learner")
    operations.close_team(session, team, on=TODAY, actor=admin, now=MONDAY)

    with pytest.raises(Conflict, match="已经撤销"):
        operations.transfer(session, user, team, None, on=TODAY, actor=admin, now=MONDAY)

    operations.reopen_team(session, team, actor=admin, now=MONDAY)
    operations.transfer(session, user, team, None, on=TODAY, actor=admin, now=MONDAY)


def test_every_change_of_a_team_is_recorded(session: Session, cast: Cast, admin: Actor) -> None:
    team = operations.create_team(
        session, cast.team("press"), "新班", TeamKind.TEAM, actor=admin, now=MONDAY
    )
    operations.rename_team(session, team, "新新班", actor=admin, now=MONDAY)
    operations.move_team(session, team, cast.team("weld"), actor=admin, now=MONDAY)
    operations.close_team(session, team, on=TODAY, actor=admin, now=MONDAY)
    operations.reopen_team(session, team, actor=admin, now=MONDAY)

    actions = session.scalars(
        select(AuditEntry.action)
        .where(AuditEntry.subject_type == "team", AuditEntry.subject_id == str(team.id))
        .order_by(AuditEntry.id)
    ).all()
    assert actions == [
        "team.created",
        "team.renamed",
        "team.moved",
        "team.closed",
        "team.reopened",
    ]


def test_two_posts_never_share_a_name(session: Session, cast: Cast, admin: Actor) -> None:
    post = operations.create_post(session, "电焊工", actor=admin, now=MONDAY)

    with pytest.raises(Conflict, match="已经有岗位"):
        operations.create_post(session, "电焊工", actor=admin, now=MONDAY)
    operations.rename_post(session, post, "熔化焊工", actor=admin, now=MONDAY)
    assert post.name == "熔化焊工"


def test_leader_sees_the_own_sub_tree_only_with_its_head_counts(
    session: Session, cast: Cast
) -> None:
    actor = cast.actor("team_leader")

    lines = tree_lines(session, actor, day=TODAY, with_closed=False)

    assert [(line.name, line.level, line.total_count) for line in lines] == [("冲压一班", 0, 2)]
    assert lines[0].leaders == "李青山"


def test_counts_of_a_workshop_hold_those_of_its_teams(session: Session, cast: Cast) -> None:
    lines = tree_lines(session, cast.actor("inspector"), day=TODAY, with_closed=False)

    counts = {line.name: (line.own_count, line.total_count) for line in lines}
    assert counts["冲压车间"] == (0, 2)
    assert counts["示例机械厂"] == (0, 8)


def test_parents_stand_before_their_children(session: Session, cast: Cast, admin: Actor) -> None:
    operations.create_team(
        session, cast.team("press"), "晚建的班", TeamKind.TEAM, actor=admin, now=MONDAY
    )

    names = [team.name for team in teams_within(session, admin)]

    assert names.index("冲压车间") < names.index("晚建的班") < names.index("焊装车间")


def test_first_administrator_gets_a_nameless_enterprise_and_names_it(
    session: Session, services: Services
) -> None:
    actor = Actor.system("first start")
    user = make_first_administrator(session, actor=actor, now=MONDAY, password_hash="x")
    assert needs_set_up(session)

    root = operations.found_enterprise(
        session, name="示例机械厂", administrator=user, actor=actor, now=MONDAY
    )

    grants = session.scalars(select(RoleGrant).where(RoleGrant.user_id == user.id)).all()
    assert [(grant.role, grant.team_id) for grant in grants] == [(Role.ADMINISTRATOR, root.id)]
    assert not needs_set_up(session)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("一分厂", TeamKind.PLANT),
        ("冲压车间", TeamKind.WORKSHOP),
        ("安全科", TeamKind.DEPARTMENT),
        ("冲压一班", TeamKind.TEAM),
        ("检验组", TeamKind.TEAM),
        ("什么都不像", TeamKind.TEAM),
    ],
)
def test_kind_is_guessed_from_the_end_of_a_name(name: str, kind: TeamKind) -> None:
    assert kind_of(name) is kind
