"""The invigilator's board: who is shown to whom, in which order, and what a person may decide."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.clock import ManualClock
from core.errors import Conflict, NotFound
from exams.models import Answer, Exam, LateDecision, Sitting, SittingState
from exams.operations.answers import record_answer
from exams.operations.closing import close_for
from exams.operations.delivery import deliver_late
from exams.operations.presence import SignOfLife, record_presence
from exams.operations.sitting import extend_running, start_sitting, take_over
from exams.queries.audience import window_days
from exams.queries.board import Seat, happenings, seats, watched_sitting
from exams.queries.exams import watched_exam
from exams.recording import JournalEntry
from exams.standing import Attendance
from tests.cast import Cast, make_user
from tests.conftest import MONDAY
from tests.exams.factories import make_exam, make_single

SHANGHAI = ZoneInfo("Asia/Shanghai")
DEADLINE = MONDAY + timedelta(minutes=60)
LEASE = "this-page"
Browser = Callable[[str], FlaskClient]


@pytest.fixture
def exam(session: Session, cast: Cast) -> Exam:
    """One question of ten points, passed with them."""
    return make_exam(
        session, cast, [make_single(session)], minutes=60, tries=2, pass_mark_tenths=100
    )


def start(session: Session, cast: Cast, exam: Exam, who: str) -> Sitting:
    return start_sitting(session, exam, actor=cast.actor(who), now=MONDAY, seed=1, zone=SHANGHAI)


def show(session: Session, cast: Cast, sitting: Sitting, who: str, at: datetime) -> None:
    actor = cast.actor(who)
    take_over(session, sitting.id, lease=LEASE, actor=actor, now=MONDAY)
    sign = SignOfLife(LEASE, answered=1, slot=1, waiting=0, address="10.0.0.9")
    record_presence(session, sitting.id, sign, actor=actor, now=at)


def late_sitting(session: Session, cast: Cast, exam: Exam, who: str = "learner") -> Sitting:
    """The right answer came after the deadline; without it the paper has no point."""
    sitting = start(session, cast, exam, who)
    show(session, cast, sitting, who, DEADLINE - timedelta(minutes=1))
    entry = JournalEntry(1, [2], "kept-0001", 1, None, DEADLINE)
    deliver_late(
        session,
        sitting.id,
        [entry],
        lease=LEASE,
        actor=cast.actor(who),
        now=DEADLINE + timedelta(minutes=2),
    )
    return sitting


def seen(
    session: Session, cast: Cast, exam: Exam, who: str = "examiner", now: datetime = MONDAY
) -> list[Seat]:
    days = window_days(exam, SHANGHAI)
    return seats(session, cast.actor(who), exam, days=days, now=now)


def test_a_leader_sees_only_the_own_team(session: Session, cast: Cast, exam: Exam) -> None:
    assert {one.name for one in seen(session, cast, exam, "team_leader")} == {"王小满", "李青山"}
    assert {one.name for one in seen(session, cast, exam, "other_leader")} == {"陈立夏"}
    assert len(seen(session, cast, exam)) == len(cast.users)


def test_someone_without_a_scope_sees_nobody(session: Session, cast: Cast, exam: Exam) -> None:
    assert seen(session, cast, exam, "inspector") == []
    with pytest.raises(NotFound):
        watched_exam(session, cast.actor("inspector"), exam.id)


def test_a_leader_of_another_team_cannot_act(
    session: Session, cast: Cast, exam: Exam, client_for: Browser
) -> None:
    sitting = start(session, cast, exam, "learner")
    session.commit()
    address = f"/exams/sittings/{sitting.id}/watch"
    form = {"do": "extend", "extend-minutes": "10", "extend-reason": "停电"}

    refused = client_for("other_leader").post(address, data=form)
    session.refresh(sitting)
    assert (refused.status_code, sitting.extra_minutes) == (404, 0)

    taken = client_for("team_leader").post(address, data=form)
    session.refresh(sitting)
    assert (taken.status_code, sitting.extra_minutes) == (302, 10)


def test_the_worst_comes_first_and_then_the_name(session: Session, cast: Cast, exam: Exam) -> None:
    now = DEADLINE + timedelta(minutes=3)
    late_sitting(session, cast, exam, "learner")
    for who in ("trainer", "examiner", "inspector"):
        sitting = start(session, cast, exam, who)
        sitting.deadline = DEADLINE + timedelta(hours=1)
        silent = timedelta(seconds=61 if who == "trainer" else 60)
        show(session, cast, sitting, who, now - silent)
    close_for(
        session,
        start(session, cast, exam, "administrator").id,
        reason="走了",
        actor=cast.actor("examiner"),
        now=MONDAY,
    )

    found = [(one.name, one.attendance) for one in seen(session, cast, exam, now=now)]

    assert found[:4] == [
        ("王小满", Attendance.TO_DECIDE),
        ("孙清明", Attendance.OFFLINE),
        ("周谷雨", Attendance.SITTING),
        ("郑冬至", Attendance.SITTING),
    ]
    assert [name for name, at in found if at is Attendance.NOT_COME] == sorted(
        cast.user(who).name for who in ("team_leader", "other_leader", "safety_manager")
    )
    assert found[-1] == ("吴霜降", Attendance.HANDED_IN)


def test_the_counts_add_up(
    session: Session, cast: Cast, exam: Exam, client_for: Browser, clock: ManualClock
) -> None:
    late_sitting(session, cast, exam)
    start(session, cast, exam, "trainer")
    session.commit()

    told = json.loads(client_for("examiner").get(f"/exams/{exam.id}/board/cells").data)

    counts = told["counts"]
    required = counts.pop("required")
    assert required == sum(counts.values()) == len(told["cells"]) == len(cast.users)
    assert (counts["to_decide"], counts["sitting"]) == (1, 1)


def test_without_a_page_that_was_heard_of_stored_answers_are_the_progress(
    session: Session, cast: Cast, exam: Exam
) -> None:
    sitting = start(session, cast, exam, "learner")
    at = MONDAY + timedelta(minutes=5)
    for key in ("first-key", "other-key"):
        entry = JournalEntry(1, [1], key, None, None, None)
        record_answer(session, sitting.id, entry, lease=None, actor=cast.actor("learner"), now=at)

    (seat,) = [one for one in seen(session, cast, exam, now=at) if one.sitting_id]

    assert len(list(session.scalars(select(Answer)))) == 2
    assert (seat.answered, seat.questions, seat.seen_at) == (1, 1, at)


def test_a_board_is_one_statement_however_many_the_people(
    session: Session, cast: Cast, exam: Exam, engine: Engine
) -> None:
    days, actor = window_days(exam, SHANGHAI), cast.actor("examiner")
    start(session, cast, exam, "learner")
    for number in range(20):
        make_user(session, f"9{number:03d}", "新人", now=MONDAY, team=cast.team("press_two"))
    session.refresh(exam)
    statements: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    found = seats(session, actor, exam, days=days, now=MONDAY)
    event.remove(engine, "before_cursor_execute", note)

    assert len(statements) == 1
    assert len(found) == len(cast.users) + 20


@pytest.mark.parametrize(("accepts", "score"), [(True, 100), (False, 0)])
def test_the_decision_on_late_answers_makes_the_result(
    session: Session,
    cast: Cast,
    exam: Exam,
    client_for: Browser,
    clock: ManualClock,
    accepts: bool,
    score: int,
) -> None:
    sitting = late_sitting(session, cast, exam)
    session.commit()
    clock.move_to(DEADLINE + timedelta(minutes=3))
    browser, address = client_for("examiner"), f"/exams/sittings/{sitting.id}/watch"
    page = browser.get(address).text
    assert "不算补交的答案" in page
    assert "算上补交的答案" in page

    browser.post(
        address, data={"do": "accept" if accepts else "reject", "accept-reason": "厂区断网"}
    )

    session.refresh(sitting)
    assert (sitting.score_tenths, sitting.is_passed) == (score, accepts)
    assert sitting.late_decision is (LateDecision.ACCEPTED if accepts else LateDecision.REJECTED)
    newest = happenings(session, sitting.id)[0]
    assert (newest.actor_name, newest.reason) == ("周谷雨", "厂区断网")


def test_a_decision_needs_a_reason(
    session: Session, cast: Cast, exam: Exam, client_for: Browser
) -> None:
    sitting = late_sitting(session, cast, exam)
    session.commit()

    answer = client_for("examiner").post(
        f"/exams/sittings/{sitting.id}/watch", data={"do": "accept", "accept-reason": " "}
    )

    session.refresh(sitting)
    assert "写上原因" in answer.text
    assert sitting.late_decision is LateDecision.PENDING


def test_time_for_all_is_time_for_those_who_are_at_it_and_are_watched(
    session: Session, cast: Cast, exam: Exam, client_for: Browser
) -> None:
    sittings = {who: start(session, cast, exam, who) for who in ("learner", "other_leader")}
    closed = start(session, cast, exam, "team_leader")
    close_for(session, closed.id, reason="走了", actor=cast.actor("examiner"), now=MONDAY)
    session.commit()
    address, form = f"/exams/{exam.id}/board/minutes", {"minutes": "15", "reason": "停电"}

    client_for("team_leader").post(address, data=form)
    for sitting in (*sittings.values(), closed):
        session.refresh(sitting)
    assert [one.extra_minutes for one in sittings.values()] == [15, 0]

    client_for("examiner").post(address, data=form)
    for sitting in (*sittings.values(), closed):
        session.refresh(sitting)
    assert [one.extra_minutes for one in sittings.values()] == [30, 15]
    assert sittings["learner"].deadline == DEADLINE + timedelta(minutes=30)
    assert closed.extra_minutes == 0
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "exam.sitting.extended")
    )
    assert [entry.reason for entry in entries] == ["停电"] * 3


def test_time_may_be_given_to_some(
    client_for: Callable[[str], FlaskClient], session: Session, cast: Cast, exam: Exam
) -> None:
    sittings = {who: start(session, cast, exam, who) for who in ("learner", "other_leader")}
    session.commit()
    browser, address = client_for("examiner"), f"/exams/{exam.id}/board/minutes"
    form = {"minutes": "15", "reason": "停电", "who": "some"}

    nobody = browser.post(address, data=form)
    browser.post(address, data=form | {"sitting": sittings["learner"].id})

    for sitting in sittings.values():
        session.refresh(sitting)
    assert "勾上要加时间的人" in nobody.text
    assert [one.extra_minutes for one in sittings.values()] == [15, 0]


def test_time_for_all_passes_over_who_has_ended_meanwhile(
    session: Session, cast: Cast, exam: Exam
) -> None:
    sitting = start(session, cast, exam, "learner")
    after = DEADLINE + timedelta(microseconds=1)

    extended = extend_running(
        session, [sitting.id], minutes=5, reason="停电", actor=cast.actor("examiner"), now=after
    )

    assert (extended, sitting.extra_minutes) == (0, 0)


def test_closing_for_a_person_marks_what_is_stored_and_says_who_and_why(
    session: Session, cast: Cast, exam: Exam
) -> None:
    sitting = start(session, cast, exam, "learner")
    entry = JournalEntry(1, [2], "right-key", None, None, None)
    record_answer(session, sitting.id, entry, lease=None, actor=cast.actor("learner"), now=MONDAY)
    examiner, at = cast.actor("examiner"), MONDAY + timedelta(minutes=9)

    close_for(session, sitting.id, reason="身体不适", actor=examiner, now=at)

    assert (sitting.state, sitting.score_tenths) == (SittingState.SUBMITTED, 100)
    assert sitting.submitted_at == at
    told = [(one.kind, one.actor_name, one.reason) for one in happenings(session, sitting.id)]
    assert told[1] == ("closed_for", examiner.name, "身体不适")
    with pytest.raises(Conflict):
        close_for(session, sitting.id, reason="再收", actor=examiner, now=at)


def test_a_refusal_stands_at_the_form(
    session: Session, cast: Cast, exam: Exam, client_for: Browser
) -> None:
    sitting = start(session, cast, exam, "learner")
    close_for(session, sitting.id, reason="走了", actor=cast.actor("examiner"), now=MONDAY)
    session.commit()

    answer = client_for("examiner").post(
        f"/exams/sittings/{sitting.id}/watch",
        data={"do": "reopen", "reopen-minutes": "0", "reopen-reason": "误收"},
    )

    assert "分钟填 1 到 240" in answer.text


def test_the_page_says_how_long_somebody_was_silent(
    session: Session, cast: Cast, exam: Exam, client_for: Browser, clock: ManualClock
) -> None:
    sitting = start(session, cast, exam, "learner")
    show(session, cast, sitting, "learner", MONDAY)
    session.commit()
    clock.move_to(MONDAY + timedelta(minutes=3, seconds=12))

    page = client_for("team_leader").get(f"/exams/{exam.id}/board").text

    assert "离线 3 分 12 秒" in page
    assert "不会自动判违纪" in page


def test_a_sitting_is_watched_only_by_those_over_its_person(
    session: Session, cast: Cast, exam: Exam
) -> None:
    sitting = start(session, cast, exam, "learner")
    found = watched_sitting(
        session, cast.actor("team_leader"), sitting.id, zone=SHANGHAI, now=MONDAY
    )
    assert found.seat.name == "王小满"
    for who in ("other_leader", "learner", "inspector"):
        with pytest.raises(NotFound):
            watched_sitting(session, cast.actor(who), sitting.id, zone=SHANGHAI, now=MONDAY)


def test_nobody_decides_on_the_own_sitting(
    session: Session, cast: Cast, exam: Exam, client_for: Browser
) -> None:
    sitting = start(session, cast, exam, "team_leader")
    session.commit()
    browser = client_for("team_leader")
    form = {"do": "extend", "extend-minutes": "10", "extend-reason": "停电"}

    refused = browser.post(f"/exams/sittings/{sitting.id}/watch", data=form)
    browser.post(f"/exams/{exam.id}/board/minutes", data={"minutes": "15", "reason": "停电"})

    session.refresh(sitting)
    assert (refused.status_code, sitting.extra_minutes) == (403, 0)
