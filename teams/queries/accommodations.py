"""Accommodations as those who grant them see them, each within the own sub-trees."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from accounts.models import Accommodation, User
from core.errors import NotFound
from core.identity import Actor, Role
from teams.models import Membership, Team
from teams.queries.memberships import latest_main, within
from teams.queries.people import PeopleFilter, PersonLine, home_path, people

GRANTERS = (Role.SAFETY_MANAGER, Role.EXAMINER)
MOST_FOUND = 20


@dataclass(frozen=True)
class AccommodationLine:
    """An accommodation with the names that the list shows."""

    found: Accommodation
    name: str
    employee_no: str
    team_name: str
    granted_by: str | None

    def is_over(self, day: date) -> bool:
        """Whether it was ended, or its last day has gone by."""
        ended: datetime | None = self.found.ended_at
        return ended is not None or (self.found.to_on is not None and self.found.to_on < day)


def person_to_grant(session: Session, actor: Actor, user_id: int) -> User:
    """A person within the sub-trees in which the actor may grant; NotFound for anyone else."""
    path = home_path(session, user_id)
    if path is None or not actor.may_at(path, *GRANTERS):
        raise NotFound()
    return session.get_one(User, user_id)


def find_people(session: Session, actor: Actor, text: str) -> list[PersonLine]:
    """The first people whose name, pinyin or number fits, to grant them something."""
    return people(session, PeopleFilter(actor.scopes(*GRANTERS), text), limit=MOST_FOUND)


def accommodation_for(session: Session, actor: Actor, accommodation_id: int) -> Accommodation:
    """One accommodation of a person of the actor's; NotFound for any other."""
    found = session.get(Accommodation, accommodation_id)
    if found is None:
        raise NotFound()
    person_to_grant(session, actor, found.user_id)
    return found


def accommodations(session: Session, actor: Actor) -> list[AccommodationLine]:
    """Every accommodation of the actor's people, newest first."""
    granter = aliased(User)
    rows = session.execute(
        select(Accommodation, User.name, User.employee_no, Team.name, granter.name)
        .join(User, User.id == Accommodation.user_id)
        .join(Membership, Membership.user_id == User.id)
        .join(Team, Team.id == Membership.team_id)
        .outerjoin(granter, granter.id == Accommodation.granted_by_id)
        .where(latest_main(), within(actor.scopes(*GRANTERS)))
        .order_by(Accommodation.id.desc())
    )
    return [AccommodationLine(*row) for row in rows]
