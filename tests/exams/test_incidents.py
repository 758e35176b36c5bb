"""What is recorded around a sitting: only what the exam switched on, once, and in the chain."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import ManualClock
from core.identity import Actor
from exams.integrity import Integrity, claim_of
from exams.links import INCIDENT, TIMES
from exams.models import (
    Exam,
    Incident,
    IncidentKind,
    IntegrityDecision,
    Sitting,
    SittingEvent,
    SittingState,
)
from exams.operations.closing import close_overdue_sittings, submit_sitting
from exams.operations.integrity import set_integrity
from exams.operations.presence import SignOfLife, record_presence
from exams.operations.sitting import extend_sitting, start_sitting, take_over
from exams.queries.audience import window_days
from exams.queries.board import seats
from exams.queries.incidents import question_times
from exams.standing import Attendance
from exams.verification import verify_sitting
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam, make_single

SHANGHAI = ZoneInfo("Asia/Shanghai")
LEASE = "this-page"
LATER = MONDAY + timedelta(minutes=5)
ALL_ON = Integrity(
    records_leavings=True,
    idle_seconds=120,
    blocks_clipboard=True,
    records_addresses=True,
    records_times=True,
)
Browser = Callable[[str], FlaskClient]


@pytest.fixture
def exam(session: Session, cast: Cast) -> Exam:
    return make_exam(session, cast, [make_single(session)], minutes=60, pass_mark_tenths=100)


def switch(session: Session, cast: Cast, exam: Exam, integrity: Integrity) -> None:
    set_integrity(session, exam, integrity, reason="", actor=cast.actor("examiner"), now=MONDAY)


def begin(session: Session, cast: Cast, exam: Exam) -> Sitting:
    actor = cast.actor("learner")
    sitting = start_sitting(session, exam, actor=actor, now=MONDAY, seed=1, zone=SHANGHAI)
    take_over(session, sitting.id, lease=LEASE, actor=actor, now=MONDAY)
    return sitting


def told(key: str = "leaving-1", kind: str = "left", seconds: int | None = 9, **more: Any) -> Any:
    claim = claim_of(
        {"kind": kind, "key": key, "began_ms": 1_795_000_000_000, "seconds": seconds, **more}
    )
    assert claim is not None
    return claim


def beat(
    session: Session,
    cast: Cast,
    sitting: Sitting,
    *claims: Any,
    address: str = "10.0.0.9",
    lease: str = LEASE,
    times: dict[int, int] | None = None,
    now: Any = LATER,
) -> None:
    sign = SignOfLife(
        lease, answered=0, slot=1, waiting=0, address=address, claims=claims, times=times or {}
    )
    record_presence(session, sitting.id, sign, actor=cast.actor("learner"), now=now)


def kinds(session: Session, sitting: Sitting) -> list[IncidentKind]:
    found = select(Incident.kind).where(Incident.sitting_id == sitting.id).order_by(Incident.id)
    return list(session.scalars(found))


def test_nothing_is_recorded_that_the_exam_has_not_switched_on(
    session: Session, cast: Cast, exam: Exam
) -> None:
    sitting = begin(session, cast, exam)

    beat(session, cast, sitting, told(), told("copy-0001", "copied", None), times={1: 10})
    beat(session, cast, sitting, address="10.0.0.77")

    assert kinds(session, sitting) == []
    assert question_times(session, sitting.id) == {}


def test_each_thing_is_recorded_once_and_one_sign_of_life_makes_one_link(
    session: Session, cast: Cast, exam: Exam
) -> None:
    switch(session, cast, exam, ALL_ON)
    sitting = begin(session, cast, exam)

    for _again in range(2):
        beat(session, cast, sitting, told(slot=1), told("copy-0001", "copied", None))

    assert kinds(session, sitting) == [IncidentKind.LEFT, IncidentKind.COPIED]
    links = select(SittingEvent).where(SittingEvent.kind == INCIDENT)
    assert len(list(session.scalars(links))) == 1
    assert (sitting.incident_count, sitting.incident_kind) == (2, IncidentKind.COPIED)
    incident = session.scalars(select(Incident)).first()
    assert incident is not None
    assert (incident.received_at, incident.seconds, incident.details) == (LATER, 9, {"slot": 1})


def test_a_page_that_does_not_hold_the_sitting_tells_nothing(
    session: Session, cast: Cast, exam: Exam
) -> None:
    switch(session, cast, exam, ALL_ON)
    sitting = begin(session, cast, exam)

    beat(session, cast, sitting, told(), lease="other-page")

    assert kinds(session, sitting) == []


def test_another_device_and_another_address_are_noted_by_the_server(
    session: Session, cast: Cast, exam: Exam
) -> None:
    switch(session, cast, exam, ALL_ON)
    sitting = begin(session, cast, exam)
    beat(session, cast, sitting, address="10.0.0.9")
    beat(session, cast, sitting, address="10.0.0.77")

    take_over(session, sitting.id, lease="tablet-01", actor=cast.actor("learner"), now=LATER)

    assert kinds(session, sitting) == [IncidentKind.ADDRESS, IncidentKind.SECOND_DEVICE]
    moved = session.scalars(select(Incident)).first()
    assert moved is not None
    assert moved.details == {"before": "10.0.0.9", "after": "10.0.0.77"}


def test_times_of_two_devices_add_up_and_a_late_message_takes_nothing_away(
    session: Session, cast: Cast, exam: Exam
) -> None:
    switch(session, cast, exam, ALL_ON)
    sitting = begin(session, cast, exam)
    beat(session, cast, sitting, times={1: 40})
    beat(session, cast, sitting, times={1: 20})
    take_over(session, sitting.id, lease="tablet-01", actor=cast.actor("learner"), now=LATER)
    beat(session, cast, sitting, lease="tablet-01", times={1: 5})

    submit_sitting(session, sitting, actor=cast.actor("learner"), now=LATER)

    assert question_times(session, sitting.id) == {1: 45}
    link = session.scalars(select(SittingEvent).where(SittingEvent.kind == TIMES)).one()
    assert link.content == {"seconds": [[1, 45]]}


def test_a_page_cannot_have_looked_longer_than_the_sitting_lasts(
    session: Session, cast: Cast, exam: Exam
) -> None:
    switch(session, cast, exam, ALL_ON)
    sitting = begin(session, cast, exam)

    beat(session, cast, sitting, times={1: 5000})

    assert question_times(session, sitting.id) == {}


def test_without_automatic_hand_in_a_limit_moves_nothing(
    session: Session, cast: Cast, exam: Exam
) -> None:
    switch(session, cast, exam, Integrity(records_leavings=True, most_leavings=0))
    sitting = begin(session, cast, exam)
    before = sitting.deadline

    beat(session, cast, sitting, told())

    assert (sitting.deadline, sitting.integrity_decision) == (before, None)


def test_beyond_a_limit_the_paper_is_handed_in_and_waits_for_a_person(
    session: Session, cast: Cast, exam: Exam
) -> None:
    switch(session, cast, exam, Integrity(records_leavings=True, most_leavings=1, hands_in=True))
    sitting = begin(session, cast, exam)

    beat(session, cast, sitting, told("reload-01", how="reloaded"), told("leaving-1"))
    assert sitting.limit_at is None
    beat(session, cast, sitting, told("leaving-2"))

    assert sitting.deadline == LATER + timedelta(seconds=15)
    assert sitting.integrity_decision is IntegrityDecision.PENDING
    assert kinds(session, sitting)[-1] is IncidentKind.LIMIT
    after = LATER + timedelta(minutes=30)
    close_overdue_sittings(session, actor=Actor.system("test"), now=after)
    session.refresh(sitting)
    assert sitting.state is SittingState.EXPIRED
    (seat,) = [
        one
        for one in seats(
            session, cast.actor("examiner"), exam, days=window_days(exam, SHANGHAI), now=after
        )
        if one.sitting_id
    ]
    assert (seat.attendance, seat.needs_a_look) == (Attendance.TO_DECIDE, True)


def test_after_more_time_the_leavings_count_anew(session: Session, cast: Cast, exam: Exam) -> None:
    switch(session, cast, exam, Integrity(records_leavings=True, most_leavings=1, hands_in=True))
    sitting = begin(session, cast, exam)
    beat(session, cast, sitting, told("leaving-1"), told("leaving-2"))
    extend_sitting(
        session, sitting, minutes=30, reason="看过", actor=cast.actor("examiner"), now=LATER
    )
    extended = sitting.deadline

    beat(session, cast, sitting, told("leaving-3"), now=LATER + timedelta(seconds=5))

    assert sitting.deadline == extended


@pytest.mark.parametrize(
    ("claims", "is_passed"),
    [
        ([told(seconds=30)], False),
        ([told(seconds=31)], True),
        ([told("idle-0001", "idle", 134)], False),
        ([told("idle-0001", "idle", 135)], True),
    ],
)
def test_too_long_away_and_idle_beyond_the_last_countdown_pass_a_limit(
    session: Session, cast: Cast, exam: Exam, claims: list[Any], is_passed: bool
) -> None:
    limits = Integrity(
        records_leavings=True, longest_leaving_seconds=30, idle_seconds=120, hands_in=True
    )
    switch(session, cast, exam, limits)
    sitting = begin(session, cast, exam)

    beat(session, cast, sitting, *claims)

    assert (sitting.limit_at is not None) is is_passed


@pytest.mark.parametrize(
    "sent",
    [
        {"kind": "limit", "key": "limit-0001", "began_ms": 1},
        {"kind": "left", "key": "x", "began_ms": 1},
        {"kind": "left", "key": "leaving-1", "began_ms": "now"},
        {"kind": "left", "key": "leaving-1", "began_ms": 1, "seconds": -1},
        ["left"],
    ],
)
def test_what_no_page_of_ours_sends_is_no_incident(sent: Any) -> None:
    assert claim_of(sent) is None


def test_an_incident_changed_in_the_database_shows(
    session: Session, cast: Cast, exam: Exam
) -> None:
    switch(session, cast, exam, ALL_ON)
    sitting = begin(session, cast, exam)
    beat(session, cast, sitting, told())
    assert verify_sitting(session, sitting.id, public_key="").are_incidents_same

    session.scalars(select(Incident)).one().seconds = 0
    session.flush()

    assert not verify_sitting(session, sitting.id, public_key="").are_incidents_same


def test_the_page_is_told_what_was_noted(
    session: Session, cast: Cast, exam: Exam, client_for: Browser
) -> None:
    switch(session, cast, exam, ALL_ON)
    sitting = begin(session, cast, exam)
    session.commit()
    incident = {"kind": "pasted", "key": "paste-0001", "began_ms": 1_795_000_000_000}

    answer = client_for("learner").post(
        f"/sittings/{sitting.id}/presence",
        json={"lease": LEASE, "answered": 0, "slot": 1, "waiting": 0, "incidents": [incident]},
    )

    assert answer.get_json()["noted"] == ["paste-0001"]
    assert kinds(session, sitting) == [IncidentKind.PASTED]


def test_the_start_page_says_what_is_recorded_and_nothing_else(
    session: Session, cast: Cast, exam: Exam, client_for: Browser
) -> None:
    assert "这场考试会记录什么" not in client_for("learner").get(f"/my-exams/{exam.id}").text
    switch(session, cast, exam, Integrity(records_leavings=True, most_leavings=3))
    session.commit()

    page = client_for("learner").get(f"/my-exams/{exam.id}").text

    assert "最多离开 3 次" in page
    assert "不能复制" not in page


def test_on_the_board_whoever_has_more_incidents_comes_first(
    session: Session, cast: Cast, exam: Exam, client_for: Browser, clock: ManualClock
) -> None:
    switch(session, cast, exam, ALL_ON)
    quiet = cast.actor("examiner")
    start_sitting(session, exam, actor=quiet, now=MONDAY, seed=1, zone=SHANGHAI)
    sitting = begin(session, cast, exam)
    beat(session, cast, sitting, told(), told("copy-0001", "copied", None), now=MONDAY)
    session.commit()
    clock.move_to(MONDAY + timedelta(seconds=30))

    cells = client_for("examiner").get(f"/exams/{exam.id}/board/cells").get_json()["cells"]

    _id, sitting_id, sign, look, _answered, _questions, words = cells[0]
    assert (sitting_id, sign, look) == (sitting.id, "warn", "look")
    assert words.endswith("2 条记录，17:00 复制")
    assert [cell[3] for cell in cells if cell[1] and cell[1] != sitting.id] == [""]


def test_a_person_confirms_a_paper_that_was_handed_in_beyond_a_limit(
    session: Session, cast: Cast, exam: Exam, client_for: Browser, clock: ManualClock
) -> None:
    switch(session, cast, exam, Integrity(records_leavings=True, most_leavings=0, hands_in=True))
    sitting = begin(session, cast, exam)
    beat(session, cast, sitting, told())
    after = LATER + timedelta(minutes=30)
    close_overdue_sittings(session, actor=Actor.system("test"), now=after)
    session.commit()
    clock.move_to(after)
    result, watch = f"/sittings/{sitting.id}/result", f"/exams/sittings/{sitting.id}/watch"
    assert "自动交了卷" in client_for("learner").get(result).text
    assert "超过限制（离开页面），自动交卷" in client_for("team_leader").get(watch).text

    client_for("team_leader").post(watch, data={"do": "confirm", "confirm-reason": "手机来电"})

    session.refresh(sitting)
    assert sitting.integrity_decision is IntegrityDecision.CONFIRMED
    assert "自动交了卷" not in client_for("learner").get(result).text
