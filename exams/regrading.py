"""Writing the results of regrades in the background: batch by batch, one short transaction each.

What is left to write stands in the database, so a run that was cut off is taken up by the next.
"""

from core.identity import Actor
from core.services import Services
from exams.models import Regrade
from exams.operations.regrade import write_results
from exams.queries.people import printed_name
from exams.queries.regrade import unfinished_regrades


def write_regrades(services: Services, *, regrade_id: int | None = None) -> list[int]:
    """Write what one regrade, or every unfinished one, has left; ids of those finished."""
    with services.database.reading() as session:
        due = unfinished_regrades(session)
    finished = [one for one in due if regrade_id in (None, one) and _write_all(services, one)]
    for one in finished:
        with services.database.reading() as session:
            exam_id = session.get_one(Regrade, one).exam_id
        services.jobs.enqueue("analyse-exam", exam_id=exam_id)
    return finished


def _write_all(services: Services, regrade_id: int) -> bool:
    last_id = 0
    while True:
        with services.database.writing() as session:
            regrade = session.get_one(Regrade, regrade_id)
            actor = Actor(regrade.applied_by_id, printed_name(session, regrade.applied_by_id))
            batch = write_results(
                session, regrade_id, actor=actor, now=services.clock.now(), after_id=last_id
            )
        if not batch.has_more:
            return batch.is_finished
        last_id = batch.last_id
