"""Incidents that a page noted while it was cut off and delivers after the deadline."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.clock import ManualClock
from exams.integrity import Claim, Integrity, claim_of
from exams.links import INCIDENT, links_of
from exams.models import Answer, Exam, Incident, Sitting, SittingState
from exams.operations.delivery import deliver_late
from exams.operations.integrity import set_integrity
from exams.operations.presence import SignOfLife, record_presence
from exams.operations.sitting import start_sitting, take_over
from exams.queries.incidents import refused_incidents
from exams.recording import JournalEntry
from exams.verification import verify_sitting
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam, make_single
from tests.exams.regrading import ZONE

Browser = Callable[[str], FlaskClient]
LEASE = "this-page"
DEADLINE = MONDAY + timedelta(minutes=60)
LAST_DELIVERY = DEADLINE + timedelta(minutes=10, seconds=5)
AFTER = DEADLINE + timedelta(minutes=2)
MICROSECOND = timedelta(microseconds=1)
LEFT_AT = DEADLINE - timedelta(minutes=7)


@pytest.fixture
def exam(session: Session, cast: Cast) -> Exam:
    made = make_exam(session, cast, [make_single(session)], minutes=60)
    watched = Integrity(records_leavings=True, most_leavings=1, hands_in=True)
    actor = cast.actor("examiner")
    set_integrity(session, made, watched, reason="", actor=actor, now=MONDAY)
    return made


@pytest.fixture
def sitting(session: Session, cast: Cast, exam: Exam) -> Sitting:
    """Held by a page that was heard of ten minutes before the end."""
    actor = cast.actor("learner")
    sitting = start_sitting(session, exam, actor=actor, now=MONDAY, seed=1, zone=ZONE)
    take_over(session, sitting.id, lease=LEASE, actor=actor, now=MONDAY)
    sign = SignOfLife(LEASE, answered=0, slot=1, waiting=0, address="10.0.0.9")
    at = DEADLINE - timedelta(minutes=10)
    record_presence(session, sitting.id, sign, actor=actor, now=at)
    return sitting


def sent(key: str = "leaving-1", kind: str = "left", at: datetime = LEFT_AT) -> dict[str, Any]:
    began = int(at.timestamp() * 1000)
    return {"kind": kind, "key": key, "began_ms": began, "seconds": 90, "how": "hidden", "slot": 1}


def claim(key: str = "leaving-1", **more: Any) -> Claim:
    found = claim_of(sent(key, **more))
    assert found is not None
    return found


def deliver(
    session: Session,
    cast: Cast,
    sitting: Sitting,
    *claims: Claim,
    entries: tuple[JournalEntry, ...] = (),
    lease: str = LEASE,
    now: datetime = AFTER,
) -> None:
    deliver_late(
        session,
        sitting.id,
        entries,
        lease=lease,
        claims=claims,
        actor=cast.actor("learner"),
        now=now,
    )
    session.expire_all()


def noted(session: Session) -> list[tuple[str, bool]]:
    found = session.scalars(select(Incident).order_by(Incident.id))
    return [(one.client_key, one.details.get("late", False)) for one in found]


def test_what_was_noted_offline_is_evidence_marked_as_late(
    session: Session, cast: Cast, sitting: Sitting
) -> None:
    answer = JournalEntry(1, [2], "choice-0001", 1, None, LEFT_AT)

    deliver(session, cast, sitting, claim(), claim("leaving-2"), entries=(answer,))

    assert noted(session) == [("leaving-1", True), ("leaving-2", True)]
    first = session.scalars(select(Incident)).first()
    assert first is not None
    assert (first.began_at, first.received_at) == (LEFT_AT, AFTER)
    assert session.scalars(select(Answer)).one().is_late
    (told,) = [link for link in links_of(session, sitting.id) if link.kind == INCIDENT]
    assert [row[4]["late"] for row in told.content["incidents"]] == [True, True]
    assert verify_sitting(session, sitting.id, public_key="").are_incidents_same
    assert (sitting.state, sitting.incident_count) == (SittingState.EXPIRED, 2)
    # The deadline is past: no limit moves it, and nobody is flagged by it.
    assert (sitting.deadline, sitting.integrity_decision) == (DEADLINE, None)


def test_incidents_alone_close_the_paper_as_the_page_would(
    session: Session, cast: Cast, sitting: Sitting
) -> None:
    deliver(session, cast, sitting, claim())

    assert noted(session) == [("leaving-1", True)]
    assert (sitting.state, sitting.late_decision) == (SittingState.EXPIRED, None)


@pytest.mark.parametrize(
    ("now", "taken"), [(LAST_DELIVERY, True), (LAST_DELIVERY + MICROSECOND, False)]
)
def test_they_are_taken_as_long_as_late_answers_are_and_counted_afterwards(
    session: Session, cast: Cast, sitting: Sitting, now: datetime, taken: bool
) -> None:
    deliver(session, cast, sitting, claim(), claim("leaving-2"), now=now)
    deliver(session, cast, sitting, claim(), claim("leaving-2"), now=now + timedelta(minutes=1))

    assert len(noted(session)) == (2 if taken else 0)
    counts = [count for _at, count in refused_incidents(session, sitting.id)]
    assert counts == ([] if taken else [2])


def test_what_claims_to_have_begun_after_the_end_is_counted_alone(
    session: Session, cast: Cast, sitting: Sitting
) -> None:
    deliver(session, cast, sitting, claim(), claim("leaving-2", at=DEADLINE + MICROSECOND * 1000))

    assert noted(session) == [("leaving-1", True)]
    assert [count for _at, count in refused_incidents(session, sitting.id)] == [1]


def test_another_page_is_counted_and_closes_nothing(
    session: Session, cast: Cast, sitting: Sitting
) -> None:
    deliver(session, cast, sitting, claim(), lease="other-page")

    assert noted(session) == []
    assert [count for _at, count in refused_incidents(session, sitting.id)] == [1]
    assert sitting.state is SittingState.OPEN


def test_what_the_exam_does_not_record_leaves_no_trace(
    session: Session, cast: Cast, sitting: Sitting
) -> None:
    deliver(session, cast, sitting, claim(kind="copied"))

    assert noted(session) == []
    assert refused_incidents(session, sitting.id) == []
    assert (
        session.scalars(select(AuditEntry).where(AuditEntry.action.like("%incidents%"))).all() == []
    )


def test_a_sign_of_life_after_the_end_leaves_incidents_with_the_page_until_they_are_delivered(
    session: Session,
    cast: Cast,
    sitting: Sitting,
    client_for: Browser,
    clock: ManualClock,
) -> None:
    session.commit()
    clock.move_to(AFTER)
    learner, address = client_for("learner"), f"/sittings/{sitting.id}"
    body = {"lease": LEASE, "answered": 0, "slot": 1, "waiting": 0, "incidents": [sent()]}

    after_end = learner.post(f"{address}/presence", json=body)
    late = learner.post(
        f"{address}/late", json={"lease": LEASE, "entries": [], "incidents": [sent()]}
    )
    again = learner.post(
        f"{address}/late",
        json={"lease": LEASE, "entries": [], "incidents": [sent(), sent("leaving-2")]},
    )

    assert after_end.json["noted"] == []
    assert (late.status_code, again.status_code) == (200, 200)
    assert noted(session) == [("leaving-1", True)]
    page = client_for("examiner").get(f"/exams/sittings/{sitting.id}/watch").text
    assert "送达晚了，时间是设备说的：17:53" in page
    assert "还有 1 条记录送来得太晚，没有收" in page
