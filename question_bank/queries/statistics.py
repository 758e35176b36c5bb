"""What a page that shows statistics must look up beside the stored figures."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.identity import Actor, Role
from teams.models import Team


def seen_teams(
    session: Session, actor: Actor, team_ids: Iterable[int | None], roles: tuple[Role, ...]
) -> dict[int | None, str]:
    """The names of those of the teams that lie where the actor holds one of the roles."""
    wanted = [team_id for team_id in team_ids if team_id is not None]
    rows = session.execute(select(Team.id, Team.path, Team.name).where(Team.id.in_(wanted)))
    return {row[0]: row[2] for row in rows if actor.may_at(row[1], *roles)}
