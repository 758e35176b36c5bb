"""Who gets what on the pages of teams and people; 冲压一班 is the subject unless said."""

from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.identity import Role
from teams import operations
from teams.models import Membership, RoleGrant, RosterImport, RosterImportState
from tests.cast import Cast, make_user
from tests.conftest import MONDAY
from tests.routes import Route

Values = Callable[[Session, Cast], Mapping[str, Any]]
OUTSIDE = {"nobody": 302, "learner": 403, "trainer": 403, "examiner": 403}
# Whoever reads: the own leader yes, the other leader sees nothing.
READING = {**OUTSIDE, "other_leader": 404}
ONLY_ADMINISTRATOR = {"nobody": 302, "administrator": 200}
ADMINISTRATOR_ACTS = {"nobody": 302, "administrator": 302}


def team(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"team_id": cast.team("press_one").id}


def learner(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"user_id": cast.user("learner").id}


def empty_team(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"team_id": cast.team("press_two").id}


def post(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"post_id": cast.posts["冲压工"].id}


def gone(session: Session, cast: Cast) -> Mapping[str, Any]:
    user = make_user(session, "gone", "李立秋", now=MONDAY, team=cast.team("press_one"))
    actor = cast.actor("administrator")
    operations.leave(session, user, on=date(2026, 1, 1), actor=actor, now=MONDAY)
    return {"user_id": user.id}


def new_here(session: Session, cast: Cast) -> Mapping[str, Any]:
    user = make_user(session, "new", "李立春", now=MONDAY, team=cast.team("press_one"))
    return {"user_id": user.id}


def side_place(session: Session, cast: Cast) -> Mapping[str, Any]:
    user = cast.user("learner")
    membership = Membership(
        user_id=user.id, team_id=cast.team("weld_one").id, is_main=False, from_on=date(2026, 1, 1)
    )
    session.add(membership)
    session.flush()
    return {"user_id": user.id, "membership_id": membership.id}


def led_grant(session: Session, cast: Cast) -> Mapping[str, Any]:
    user = cast.user("team_leader")
    grant = session.scalars(select(RoleGrant).where(RoleGrant.user_id == user.id)).one()
    return {"user_id": user.id, "grant_id": grant.id}


def with_id_number(session: Session, cast: Cast) -> Mapping[str, Any]:
    # The number cannot be decrypted here, so whoever may ask is told that none is stored.
    return learner(session, cast)


def roster(session: Session, cast: Cast) -> Mapping[str, Any]:
    row = RosterImport(
        file_name="花名册.xlsx",
        file_hash="0" * 64,
        state=RosterImportState.PREVIEWED,
        uploaded_by_id=cast.user("administrator").id,
        uploaded_at=MONDAY,
        summary={"rows": 0, "counts": {}, "new_teams": [], "new_posts": []},
        options={"creates_teams": True, "effective_on": "2026-03-02"},
    )
    session.add(row)
    session.flush()
    return {"roster_import_id": row.id}


def place(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"team_id": cast.team("press_two").id, "post_id": 0, "on": "2026-03-02"}


ROUTES = {
    "teams.set_up": Route(expected={"nobody": 302, "administrator": 302}, others=403),
    "teams.tree": Route(expected=OUTSIDE),
    "teams.team": Route(values=team, expected=READING),
    "teams.add_team": Route(
        "POST",
        values=team,
        data=lambda session, cast: {"name": "新组", "kind": "team"},
        expected=ADMINISTRATOR_ACTS,
        others=403,
    ),
    "teams.rename_team": Route(
        "POST",
        values=team,
        data=lambda session, cast: {"name": "冲压甲班"},
        expected=ADMINISTRATOR_ACTS,
        others=403,
    ),
    "teams.move_team": Route(
        "POST",
        values=team,
        data=lambda session, cast: {"parent_id": cast.team("weld").id},
        expected=ADMINISTRATOR_ACTS,
        others=403,
    ),
    "teams.close_team": Route("POST", values=empty_team, expected=ADMINISTRATOR_ACTS, others=403),
    "teams.reopen_team": Route("POST", values=empty_team, expected=ADMINISTRATOR_ACTS, others=403),
    "teams.slips": Route(
        "POST",
        values=team,
        expected={"nobody": 302, "team_leader": 200, "administrator": 200, "other_leader": 404},
        others=403,
    ),
    "teams.posts": Route(expected=ONLY_ADMINISTRATOR, others=403),
    "teams.rename_post": Route(values=post, expected=ONLY_ADMINISTRATOR, others=403),
    "teams.people": Route(expected=OUTSIDE),
    "teams.export_people": Route(
        expected={**OUTSIDE, "team_leader": 403, "other_leader": 403},
    ),
    "teams.new_person": Route(expected=ONLY_ADMINISTRATOR, others=403),
    "teams.person": Route(values=learner, expected=READING),
    "teams.edit_person": Route(values=learner, expected=ONLY_ADMINISTRATOR, others=403),
    "teams.transfer_person": Route(
        "POST", values=learner, data=place, expected=ADMINISTRATOR_ACTS, others=403
    ),
    "teams.return_person": Route(values=gone, expected=ONLY_ADMINISTRATOR, others=403),
    "teams.add_side_place": Route(values=learner, expected=ONLY_ADMINISTRATOR, others=403),
    "teams.end_side_place": Route(
        "POST", values=side_place, expected=ADMINISTRATOR_ACTS, others=403
    ),
    "teams.leave_person": Route(values=learner, expected=ONLY_ADMINISTRATOR, others=403),
    "teams.reveal_id_number": Route(
        "POST",
        values=with_id_number,
        data=lambda session, cast: {"reason": "核对操作证"},
        expected={"nobody": 302, "safety_manager": 409, "administrator": 409},
        others=403,
    ),
    "teams.make_code": Route(
        "POST",
        values=new_here,
        expected={"nobody": 302, "team_leader": 200, "administrator": 200, "other_leader": 404},
        others=403,
    ),
    "teams.grant_role": Route(
        "POST",
        values=learner,
        data=lambda session, cast: {
            "role": Role.TEAM_LEADER.value,
            "team_id": cast.team("press_two").id,
        },
        expected=ADMINISTRATOR_ACTS,
        others=403,
    ),
    "teams.revoke_role": Route("POST", values=led_grant, expected=ADMINISTRATOR_ACTS, others=403),
    "teams.roster": Route(expected=ONLY_ADMINISTRATOR, others=403),
    "teams.upload_roster": Route(
        "POST",
        data=lambda session, cast: {
            "file": (BytesIO("工号,姓名\n".encode()), "花名册.csv"),
            "effective_on": "2026-03-02",
        },
        expected=ADMINISTRATOR_ACTS,
        others=403,
    ),
    "teams.roster_import": Route(values=roster, expected=ONLY_ADMINISTRATOR, others=403),
    "teams.confirm_roster": Route(
        "POST",
        values=roster,
        data=lambda session, cast: {"file_hash": "0" * 64},
        expected=ADMINISTRATOR_ACTS,
        others=403,
    ),
    "teams.discard_roster": Route("POST", values=roster, expected=ADMINISTRATOR_ACTS, others=403),
    "teams.roster_findings": Route(values=roster, expected=ONLY_ADMINISTRATOR, others=403),
    "teams.roster_template": Route(expected=ONLY_ADMINISTRATOR, others=403),
}
