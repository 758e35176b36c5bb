"""Reads about roster imports and what their previews found."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.identity import Actor, Role
from teams.models import FindingLevel, RosterFinding, RosterImport, Team
from teams.queries.memberships import within


def roster_import_for(session: Session, actor: Actor, roster_import_id: int) -> RosterImport:
    """One import: the uploader's own, or any for an administrator of the whole enterprise."""
    row = session.get(RosterImport, roster_import_id)
    if row is None or not (row.uploaded_by_id == actor.user_id or _covers_all(session, actor)):
        raise NotFound()
    return row


def roster_imports(session: Session, actor: Actor, *, limit: int) -> Sequence[RosterImport]:
    """The newest imports that the actor may see."""
    query = select(RosterImport).order_by(RosterImport.id.desc()).limit(limit)
    if not _covers_all(session, actor):
        query = query.where(RosterImport.uploaded_by_id == actor.user_id)
    return session.scalars(query).all()


def _covers_all(session: Session, actor: Actor) -> bool:
    scopes = actor.scopes(Role.ADMINISTRATOR)
    return bool(session.scalar(select(Team.id).where(Team.parent_id.is_(None), within(scopes))))


def finding_counts(session: Session, row: RosterImport) -> dict[FindingLevel, int]:
    """How many findings there are of each level."""
    rows = session.execute(
        select(RosterFinding.level, func.count())
        .where(RosterFinding.roster_import_id == row.id)
        .group_by(RosterFinding.level)
    )
    counts = dict.fromkeys(FindingLevel, 0)
    counts.update({row.level: row[1] for row in rows})
    return counts


def findings(
    session: Session, row: RosterImport, *, level: FindingLevel | None, limit: int | None = None
) -> Sequence[RosterFinding]:
    """The findings of one level in the order of the file, or of all levels."""
    query = select(RosterFinding).where(RosterFinding.roster_import_id == row.id)
    if level is not None:
        query = query.where(RosterFinding.level == level)
    return session.scalars(query.order_by(RosterFinding.row, RosterFinding.id).limit(limit)).all()
