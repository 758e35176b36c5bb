"""Signs of life of the page of a sitting, and what they bring along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from core.identity import Actor
from exams.integrity import Claim
from exams.models import IncidentKind, Sitting, SittingPresence, SittingState
from exams.operations.incidents import record_claims, record_incident, record_times
from exams.operations.invigilation import mark_seen
from exams.queries import sittings as queries
from exams.queries.incidents import integrity_of


@dataclass(frozen=True)
class SignOfLife:
    """What a page tells of itself: questions answered, the one looked at, choices not yet sent.

    With it come incidents since the last one, seconds per question so far, and messages read.
    """

    lease: str
    answered: int
    slot: int | None
    waiting: int
    address: str
    claims: Sequence[Claim] = ()
    times: Mapping[int, int] = field(default_factory=dict)
    seen_messages: Sequence[int] = ()


def record_presence(
    session: Session, sitting_id: int, sign: SignOfLife, *, actor: Actor, now: datetime
) -> Sitting:
    """Note that the page that holds the actor's sitting is there; returns the sitting.

    A page that does not hold it is not noted, nor is one after the deadline: for answers delivered
    late, the last sign before the deadline counts. That it is there is no evidence and not audited;
    the incidents that it tells are noted for a person to judge.
    """
    sitting = queries.sitting_for(session, actor, sitting_id)
    if sign.seen_messages:
        mark_seen(session, sitting, sign.seen_messages, actor=actor, now=now)
    is_open = sitting.state is SittingState.OPEN and now <= sitting.deadline
    if is_open and sign.lease == sitting.lease:
        presence = session.get(SittingPresence, sitting.id) or SittingPresence(
            sitting_id=sitting.id, address=""
        )
        _record_evidence(session, sitting, sign, presence.address, actor=actor, now=now)
        presence.seen_at = now
        presence.answered, presence.slot = sign.answered, sign.slot
        presence.waiting, presence.address = sign.waiting, sign.address
        session.add(presence)
        session.flush()
    return sitting


def _record_evidence(
    session: Session,
    sitting: Sitting,
    sign: SignOfLife,
    last_address: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Incidents and times, as far as the exam records them; most signs bring none."""
    has_moved = last_address not in ("", sign.address)
    if not (sign.claims or sign.times or has_moved):
        return
    integrity = integrity_of(session, sitting.exam_id)
    if sign.times and integrity.records_times:
        record_times(session, sitting, sign.lease, sign.times, actor=actor, now=now)
    if not (sign.claims or has_moved):
        return
    sitting = queries.locked_sitting(session, sitting.id)
    if has_moved and integrity.records_addresses:
        moved = {"before": last_address, "after": sign.address}
        record_incident(session, sitting, IncidentKind.ADDRESS, moved, actor=actor, now=now)
    if sign.claims:
        record_claims(session, sitting, sign.claims, integrity, actor=actor, now=now)
