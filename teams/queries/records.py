"""What "my records" shows of this package: where a person worked, and which roles are held."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import N_
from core.services import RecordSection, Word
from teams.models import RoleGrant, Team
from teams.queries.memberships import memberships_of
from teams.words import ROLE_WORDS


def membership_record(session: Session, user_id: int) -> RecordSection:
    """Every membership, main and side, newest first."""
    return RecordSection(
        N_("班组经历"),
        (N_("从"), N_("到"), N_("班组"), N_("岗位"), N_("种类")),
        [
            (
                place.from_on,
                place.to_on,
                place.team_name,
                place.post_name,
                Word(N_("主岗") if place.is_main else N_("兼岗")),
            )
            for place in memberships_of(session, user_id)
        ],
    )


def role_record(session: Session, user_id: int) -> RecordSection:
    """The roles held now."""
    rows = session.execute(
        select(RoleGrant.role, Team.name, RoleGrant.granted_at)
        .join(Team, Team.id == RoleGrant.team_id)
        .where(RoleGrant.user_id == user_id)
        .order_by(RoleGrant.id)
    )
    return RecordSection(
        N_("角色"),
        (N_("角色"), N_("范围"), N_("从")),
        [(Word(ROLE_WORDS[role]), team, at) for role, team, at in rows],
    )


RECORDS = (membership_record, role_record)
