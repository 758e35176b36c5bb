"""The answers to news of exams: awarding, proposing 待岗, a copied exam.

Awarding needs the seeds and the zone; events reach a handler with the session and the event alone,
so `wiring.py` makes that handler once with `make_award_handler(seeds, zone)` and subscribes it.
"""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from certificates import operations, queries
from core.chance import SeedSource
from core.identity import Actor
from exams.events import ExamCopied, ResitFailed, SittingMarked, SittingRemarked

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


def propose_standby(session: Session, event: ResitFailed) -> None:
    """A failed last resit proposes 待岗; harmless when told twice. A person decides on it."""
    operations.propose_standby(session, event.sitting_id, actor=event.actor, now=event.at)


def copy_award(session: Session, event: ExamCopied) -> None:
    """Next year's exam awards what this year's does."""
    kind = queries.award_of(session, event.from_exam_id)
    exam = queries.exam_by_id(session, event.exam_id)
    if kind is not None:
        operations.set_award(session, exam, kind, actor=event.actor, now=event.at)


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
