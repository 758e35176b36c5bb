"""What this package does when a lower one announces something; paired in `wiring.subscribe`."""

from sqlalchemy.orm import Session

from accounts.events import FirstAdministratorMade
from accounts.models import User
from teams.operations import found_enterprise


def seat_first_administrator(session: Session, event: FirstAdministratorMade) -> None:
    """Give the first person the whole of an enterprise that has no name yet."""
    user = session.get_one(User, event.user_id)
    found_enterprise(session, name="", administrator=user, actor=event.actor, now=event.at)
