"""What a marked sitting leads to besides its result: the news that the last resit failed."""

from sqlalchemy.orm import Session

from core.events import publish
from exams.events import ResitFailed, SittingMarked, SittingRemarked
from exams.models import Exam, Sitting
from exams.queries.sittings import tries_of
from exams.rules import is_last_failure


def tell_failed_resit(session: Session, event: SittingMarked | SittingRemarked) -> None:
    """Publish ResitFailed where the exam asks for it and this was the last try, not passed.

    It listens to both announcements of a result, so that it makes no difference who marked. Where
    an earlier try is a pass by now, or an answer still waits to be marked, nothing failed.
    """
    if event.is_passed is not False:
        return
    exam = session.get_one(Exam, event.exam_id)
    sitting = session.get_one(Sitting, event.sitting_id)
    is_last = is_last_failure(is_passed=False, try_number=sitting.try_number, tries=exam.tries)
    if not (exam.proposes_standby and not exam.is_practice and is_last):
        return
    if not tries_of(session, event.user_id, [exam.id])[exam.id].has_passed:
        publish(session, ResitFailed(event.actor, event.at, sitting.id, exam.id, event.user_id))
