"""Signs of life of the page of a sitting."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.identity import Actor
from exams.models import Sitting, SittingPresence, SittingState
from exams.queries import sittings as queries


@dataclass(frozen=True)
class SignOfLife:
    """What a page tells of itself: questions answered, the one looked at, choices not yet sent."""

    lease: str
    answered: int
    slot: int | None
    waiting: int
    address: str


def record_presence(
    session: Session, sitting_id: int, sign: SignOfLife, *, actor: Actor, now: datetime
) -> Sitting:
    """Note that the page that holds the actor's sitting is there; returns the sitting.

    A page that does not hold it is not noted, nor is one after the deadline: for answers delivered
    late, the last sign before the deadline counts. Nothing is audited, it is no evidence.
    """
    sitting = queries.sitting_for(session, actor, sitting_id)
    is_open = sitting.state is SittingState.OPEN and now <= sitting.deadline
    if is_open and sign.lease == sitting.lease:
        presence = session.get(SittingPresence, sitting.id) or SittingPresence(
            sitting_id=sitting.id
        )
        presence.seen_at = now
        presence.answered, presence.slot = sign.answered, sign.slot
        presence.waiting, presence.address = sign.waiting, sign.address
        session.add(presence)
        session.flush()
    return sitting
