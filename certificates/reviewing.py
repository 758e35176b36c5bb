"""The answer to a result that was changed: a certificate whose pass is none any more is looked at.

Nothing revokes it by itself: 《个人信息保护法》 art. 24 leaves such a decision to a person.
"""

from sqlalchemy.orm import Session

from certificates import operations
from exams.events import SittingRemarked


def review_for_remarked_sitting(session: Session, event: SittingRemarked) -> None:
    """Ask for a review where a pass became a fail, settle it where it passes again."""
    if event.is_passed:
        operations.settle_passed_again(session, event.sitting_id, actor=event.actor, now=event.at)
    elif event.was_passed:
        operations.ask_review(
            session, event.sitting_id, reason=event.reason, actor=event.actor, now=event.at
        )
