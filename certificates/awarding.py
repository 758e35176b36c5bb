"""The answer to a marked sitting: a handler that carries the seeds and the zone it needs.

Events reach a handler with the session and the event alone, so `app.py` makes the handler once
with `make_award_handler(seeds, zone)` and subscribes what it returns.
"""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from certificates import operations, queries
from core.chance import SeedSource
from core.identity import Actor
from exams.events import SittingMarked, SittingRemarked

AwardHandler = Callable[[Session, SittingMarked | SittingRemarked], None]


def make_award_handler(seeds: SeedSource, zone: ZoneInfo) -> AwardHandler:
    """A handler that awards what the exam promises for a passed sitting; harmless when run twice.

    It answers SittingMarked, and SittingRemarked where a person's decision made it a pass.
    """

    def award_for_marked_sitting(session: Session, event: SittingMarked | SittingRemarked) -> None:
        if event.is_passed:
            operations.award_for_sitting(
                session,
                event.sitting_id,
                check_code=seeds.token(),
                zone=zone,
                actor=event.actor,
                now=event.at,
            )

    return award_for_marked_sitting


def award_missing(
    session: Session,
    *,
    exam_id: int | None = None,
    seeds: SeedSource,
    zone: ZoneInfo,
    actor: Actor,
    now: datetime,
) -> int:
    """Award every passed sitting that lacks its certificate; returns how many were issued."""
    made = [
        operations.award_for_sitting(
            session, sitting_id, check_code=seeds.token(), zone=zone, actor=actor, now=now
        )
        for sitting_id in queries.sittings_without_certificate(session, exam_id=exam_id)
    ]
    return sum(certificate is not None for certificate in made)
