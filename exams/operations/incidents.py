"""Noting what happens around a sitting: incidents and times per question, and passed limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import record
from core.identity import Actor
from exams.integrity import LATE, Claim, Integrity, early_deadline, limit_passed, times_added
from exams.links import INCIDENT, LIMIT, TIMES, append_event
from exams.models import (
    Incident,
    IncidentKind,
    IntegrityDecision,
    Sitting,
    SittingTimes,
)
from exams.queries import incidents as queries
from exams.queries.incidents import leavings_of
from exams.rules import LateRefusal

# Beyond this many a sitting's incidents are no longer noted one by one: its page is broken.
MOST_INCIDENTS = 500


@dataclass(frozen=True)
class _New:
    """An incident about to be stored."""

    kind: IncidentKind
    key: str
    began_at: datetime
    seconds: int | None
    details: Mapping[str, Any]


def record_claims(
    session: Session,
    sitting: Sitting,
    claims: Sequence[Claim],
    integrity: Integrity,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Note what the page of an open, locked sitting tells, each thing once, as one link.

    What the exam has not switched on is not kept. Where a limit is passed and the exam hands in by
    itself, the deadline moves up to a few seconds from now; the sitting then waits for a person's
    decision. Each row is its own record, so only a passed limit is audited.
    """
    known = set(
        session.scalars(select(Incident.client_key).where(Incident.sitting_id == sitting.id))
    )
    new = {
        claim.key: claim
        for claim in claims
        if claim.key not in known and integrity.may_record(claim.kind)
    }
    if not new or len(known) >= MOST_INCIDENTS:
        return
    told = [_New(c.kind, c.key, c.began_at, c.seconds, c.details) for c in new.values()]
    _store(session, sitting, told, now=now)
    leavings = leavings_of(session, sitting, since=sitting.limit_at)
    passed = limit_passed(integrity, new.values(), leavings=leavings)
    if passed is not None:
        _move_deadline_up(session, sitting, passed, actor=actor, now=now)


def record_late_claims(
    session: Session,
    sitting: Sitting,
    claims: Sequence[Claim],
    integrity: Integrity,
    refusal: LateRefusal | None,
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Note what the page of a locked sitting tells after the deadline, as late; says how much.

    It is taken as long as late answers are, and nothing is that claims to have begun after the
    deadline. No limit follows from it: the deadline is past. What is refused is counted, each thing
    once, in the audit log, so that whoever judges the sitting knows that there was more.
    """
    known = queries.known_keys(session, sitting.id)
    told = {c.key: c for c in claims if c.key not in known and integrity.may_record(c.kind)}
    in_time = [claim for claim in told.values() if claim.began_at <= sitting.deadline]
    taken = in_time if refusal is None and len(known) < MOST_INCIDENTS else []
    refused = [claim for claim in told.values() if claim not in taken]
    if taken:
        new = [_New(c.kind, c.key, c.began_at, c.seconds, {**c.details, LATE: True}) for c in taken]
        _store(session, sitting, new, now=now)
    if refused:
        record(
            session,
            actor=actor,
            now=now,
            action=queries.REFUSED,
            subject=("sitting", sitting.id),
            on_user_id=sitting.user_id,
            after={"count": len(refused), "keys": sorted(claim.key for claim in refused)},
        )
        session.flush()
    return len(taken)


def record_incident(
    session: Session,
    sitting: Sitting,
    kind: IncidentKind,
    details: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Note what the server itself saw of a locked sitting, such as another device or address."""
    assert actor.user_id == sitting.user_id, "it happened on the candidate's own request"
    key = f"server-{kind.value[:6]}-{sitting.chain_number + 1}"
    _store(session, sitting, [_New(kind, key, now, None, details)], now=now)


def record_times(
    session: Session,
    sitting: Sitting,
    lease: str,
    seconds: Mapping[int, int],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep how long the page that holds the sitting has shown each question so far.

    A page tells sums, and the higher one stands, so that a late or repeated message does no harm.
    No page can have shown its questions for longer than the sitting has lasted.
    """
    assert actor.user_id == sitting.user_id, "a page tells of its own sitting"
    lasted = (now - sitting.started_at).total_seconds()
    if not seconds or sum(seconds.values()) > lasted + 60:
        return
    row = session.get(SittingTimes, sitting.id)
    if row is None:
        row = SittingTimes(sitting_id=sitting.id, pages={})
        session.add(row)
    before = row.pages.get(lease, {})
    page = before | {
        str(slot): max(number, before.get(str(slot), 0)) for slot, number in seconds.items()
    }
    row.pages = {**row.pages, lease: page}
    session.flush()


def chain_times(session: Session, sitting: Sitting, *, actor: Actor, now: datetime) -> None:
    """Put the times per question of a locked sitting that ends into its chain, if there are any."""
    assert actor.name, "whoever ends a sitting is known"
    row = session.get(SittingTimes, sitting.id)
    if row is not None:
        seconds = [[slot, number] for slot, number in times_added(row.pages).items()]
        append_event(session, sitting, TIMES, {"seconds": seconds}, now=now)


def _store(session: Session, sitting: Sitting, new: Sequence[_New], *, now: datetime) -> None:
    for one in new:
        session.add(
            Incident(
                sitting_id=sitting.id,
                kind=one.kind,
                began_at=one.began_at,
                seconds=one.seconds,
                details=dict(one.details),
                received_at=now,
                client_key=one.key,
            )
        )
    content = {
        "incidents": [
            [one.key, one.kind.value, one.began_at.isoformat(), one.seconds, dict(one.details)]
            for one in new
        ]
    }
    append_event(session, sitting, INCIDENT, content, now=now)
    sitting.incident_count += len(new)
    sitting.incident_kind, sitting.incident_at = new[-1].kind, now
    session.flush()


def _move_deadline_up(
    session: Session, sitting: Sitting, kind: IncidentKind, *, actor: Actor, now: datetime
) -> None:
    before = sitting.deadline
    sitting.deadline = early_deadline(before, now=now)
    sitting.limit_at, sitting.limit_kind = now, kind
    sitting.integrity_decision = IntegrityDecision.PENDING
    after = {"kind": kind.value, "deadline": sitting.deadline.isoformat()}
    append_event(session, sitting, LIMIT, after, now=now)
    record_incident(
        session, sitting, IncidentKind.LIMIT, {"kind": kind.value}, actor=actor, now=now
    )
    record(
        session,
        actor=Actor.system("integrity"),
        now=now,
        action="exam.sitting.limit_passed",
        subject=("sitting", sitting.id),
        on_user_id=sitting.user_id,
        before={"deadline": before.isoformat()},
        after=after,
    )
    session.flush()
