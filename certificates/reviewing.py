"""The answer to a result that is another: a certificate whose pass is none any more is looked at.

Nothing revokes it by itself, and nothing lets one that was revoked be valid again by itself:
《个人信息保护法》 art. 24 leaves such a decision to a person.
"""

from sqlalchemy.orm import Session

from certificates import operations
from exams.events import SittingMarked, SittingRemarked


def review_for_remarked_sitting(session: Session, event: SittingRemarked) -> None:
    """Ask for a review where a pass became a fail, or a fail a pass that had cost a certificate.

    Where it passes again before anybody decided, the question is settled. While an answer waits
    for a person nothing is asked; the result is told by itself then.
    """
    if event.is_passed is None or event.is_passed == event.was_passed:
        return
    answer = operations.pass_again if event.is_passed else operations.ask_review
    answer(session, event.sitting_id, reason=event.reason, actor=event.actor, now=event.at)


def review_for_marked_sitting(session: Session, event: SittingMarked) -> None:
    """The same where a paper that has a certificate was marked once more.

    It was opened again, or its late answers had to be marked by people first.
    """
    answer = operations.pass_again if event.is_passed else operations.ask_review
    answer(session, event.sitting_id, reason="", actor=event.actor, now=event.at)
