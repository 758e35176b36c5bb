"""What a marked sitting leads to besides its result: the news that the last resit failed."""

from sqlalchemy.orm import Session

from core.events import publish
from exams.events import ResitFailed, SittingMarked, SittingRemarked
from exams.models import Exam, Sitting
from exams.rules import is_last_failure


def tell_failed_resit(session: Session, event: SittingMarked | SittingRemarked) -> None:
    """Publish ResitFailed where the exam asks for it and this was the last try, not passed.

    It listens to both announcements of a result, so that it makes no difference who marked.
    """
    exam = session.get_one(Exam, event.exam_id)
    sitting = session.get_one(Sitting, event.sitting_id)
    is_last = is_last_failure(
        is_passed=event.is_passed, try_number=sitting.try_number, tries=exam.tries
    )
    if exam.proposes_standby and not exam.is_practice and is_last:
        publish(session, ResitFailed(event.actor, event.at, sitting.id, exam.id, event.user_id))
