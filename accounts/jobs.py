"""Work that the scheduler does for this package."""

from accounts.operations import purge_expired
from core.identity import Actor
from core.services import Services


def purge(services: Services) -> None:
    """Clear away old counters, codes and sessions."""
    with services.database.writing() as session:
        purge_expired(session, actor=Actor.system("purge-accounts"), now=services.clock.now())
