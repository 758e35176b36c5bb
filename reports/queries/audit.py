"""The audit log as administrators, inspectors and safety managers read it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import Session

from accounts.models import User
from core.audit import AuditEntry
from core.identity import Actor, Role
from teams.models import Membership, Team

READERS = (Role.ADMINISTRATOR, Role.INSPECTOR, Role.SAFETY_MANAGER)
# How many entries the list of actions looks back over, so that it stays quick.
NEWEST = 20_000


@dataclass(frozen=True)
class Filters:
    """What the log is narrowed to; empty values narrow nothing."""

    person: str = ""
    action: str = ""
    day: date | None = None


def entries(
    session: Session,
    actor: Actor,
    filters: Filters,
    *,
    zone: ZoneInfo,
    before_id: int | None,
    limit: int,
) -> list[AuditEntry]:
    """Entries newest first, from below an id on, so that a page costs the same at any depth."""
    found = _narrowed(_scoped(actor), session, filters, zone)
    if before_id is not None:
        found = found.where(AuditEntry.id < before_id)
    return list(session.scalars(found.order_by(AuditEntry.id.desc()).limit(limit)))


def _scoped(actor: Actor) -> Select[AuditEntry]:
    """Everything for who reads over the enterprise; else what people of the sub-trees did or bore.

    Acts on no person, such as a change of an exam, are shown by the team of who did them.
    """
    scopes = actor.scopes(*READERS)
    if any(scope.count("/") == 2 for scope in scopes):
        return select(AuditEntry)
    covered = [Team.path.startswith(scope) for scope in scopes]
    people = (
        select(Membership.user_id)
        .join(Team, Team.id == Membership.team_id)
        .where(or_(*covered) if covered else false())
    )
    return select(AuditEntry).where(
        or_(AuditEntry.on_user_id.in_(people), AuditEntry.actor_id.in_(people))
    )


def _narrowed(
    found: Select[AuditEntry], session: Session, filters: Filters, zone: ZoneInfo
) -> Select[AuditEntry]:
    if filters.person:
        ids = _people(session, filters.person)
        found = found.where(
            or_(
                AuditEntry.actor_id.in_(ids),
                AuditEntry.on_user_id.in_(ids),
                AuditEntry.actor_name == filters.person,
            )
        )
    if filters.action:
        found = found.where(
            or_(
                AuditEntry.action == filters.action,
                AuditEntry.action.startswith(f"{filters.action}.", autoescape=True),
            )
        )
    if filters.day is not None:
        first = datetime.combine(filters.day, time(), zone)
        last = datetime.combine(filters.day + timedelta(days=1), time(), zone)
        found = found.where(AuditEntry.at >= first, AuditEntry.at < last)
    return found


def _people(session: Session, text: str) -> list[int]:
    return list(
        session.scalars(
            select(User.id).where(
                or_(User.employee_no == text, User.name.contains(text, autoescape=True))
            )
        )
    )


def actions(session: Session) -> list[str]:
    """The actions among the newest entries, in alphabetical order, to choose from."""
    newest = select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(NEWEST).subquery()
    return sorted(session.scalars(select(newest.c.action).distinct()))


def people_named(session: Session, ids: set[int]) -> dict[int, str]:
    """Names with employee numbers of the people concerned."""
    rows = session.execute(select(User.id, User.name, User.employee_no).where(User.id.in_(ids)))
    return {id_: f"{name} {number}" for id_, name, number in rows}
