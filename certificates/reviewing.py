"""The answer to a result that is another: a certificate whose pass is none any more is looked at.

Nothing revokes it by itself: 《个人信息保护法》 art. 24 leaves such a decision to a person.
"""

from sqlalchemy.orm import Session

from certificates import operations
from exams.events import SittingMarked, SittingRemarked


def review_for_remarked_sitting(session: Session, event: SittingRemarked) -> None:
    """Ask for a review where a pass became a fail, settle it where it passes again.

    While an answer waits for a person nothing is asked; the result is told by itself then.
    """
    if event.is_passed:
        operations.settle_passed_again(session, event.sitting_id, actor=event.actor, now=event.at)
    elif event.was_passed and event.is_passed is False:
        operations.ask_review(
            session, event.sitting_id, reason=event.reason, actor=event.actor, now=event.at
        )


def review_for_marked_sitting(session: Session, event: SittingMarked) -> None:
    """The same where a paper that has a certificate was marked once more.

    It was opened again, or its late answers had to be marked by people first.
    """
    if event.is_passed:
        operations.settle_passed_again(session, event.sitting_id, actor=event.actor, now=event.at)
    else:
        operations.ask_review(session, event.sitting_id, reason="", actor=event.actor, now=event.at)
