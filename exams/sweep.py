"""The sweep as the scheduler and the command run it: batch by batch, one short transaction each."""

from core.identity import Actor
from core.services import Services
from exams.operations.cards import purge_expired_cards
from exams.operations.closing import SweepReport, close_overdue_sittings

SWEEPER = Actor.system("deadline-sweeper")


def sweep_overdue(services: Services) -> SweepReport:
    """Close every sitting that nobody handed in; one that fails is left for the next sweep."""
    closed: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()
    while True:
        last = max((*closed, *failed), default=0)
        with services.database.writing() as session:
            report = close_overdue_sittings(
                session, actor=SWEEPER, now=services.clock.now(), after_id=last
            )
        if not report.closed and not report.failed:
            return SweepReport(closed, failed)
        closed += report.closed
        failed += report.failed


def purge_cards(services: Services) -> None:
    """Clear away card codes as old as the sign-ins that are cleared."""
    with services.database.writing() as session:
        purge_expired_cards(session, actor=Actor.system("purge-cards"), now=services.clock.now())
