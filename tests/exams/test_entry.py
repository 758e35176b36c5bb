"""Coming into an exam: late, from elsewhere, with a code, and when the supervisor says so."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.clock import ManualClock
from core.errors import Conflict, NotFound
from exams.models import Exam, Sitting, SittingState
from exams.operations.closing import SubmitOutcome, close_for, submit_sitting
from exams.operations.entry import Entry, EntryOutcome, enter_exam, let_in, start_exam
from exams.operations.sitting import start_sitting
from exams.queries.audience import window_days
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam

Browser = Callable[[str], FlaskClient]
SHANGHAI = ZoneInfo("Asia/Shanghai")
MICROSECOND = timedelta(microseconds=1)
LATEST = MONDAY + timedelta(minutes=15)
HERE, ELSEWHERE = {"REMOTE_ADDR": "10.2.3.4"}, {"REMOTE_ADDR": "192.0.2.7"}


def enter(
    session: Session, cast: Cast, exam: Exam, code: str = "", **changes: object
) -> EntryOutcome:
    facts: dict[str, object] = {"actor": cast.actor("learner"), "now": MONDAY} | changes
    return enter_exam(
        session, exam, typed_code=code, address="10.2.3.4", seed=7, zone=SHANGHAI, **facts
    )  # type: ignore[arg-type]


def permit(session: Session, cast: Cast, exam: Exam, who: str = "learner") -> None:
    let_in(
        session,
        exam,
        cast.user(who).id,
        reason="班车晚点",
        days=window_days(exam, SHANGHAI),
        actor=cast.actor("examiner"),
        now=LATEST,
    )


def test_who_comes_after_the_latest_entry_is_told_and_who_is_let_in_may_start(
    session: Session, cast: Cast
) -> None:
    exam = make_exam(session, cast, entry_minutes=15)
    with pytest.raises(Conflict, match="不能再进场") as refused:
        enter(session, cast, exam, now=LATEST + MICROSECOND)

    permit(session, cast, exam)

    assert refused.value.values == {"at": "2026-03-02 17:15"}
    assert enter(session, cast, exam, now=LATEST + MICROSECOND).sitting is not None
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "exam.entry.permitted")
    ).one()
    assert (entry.on_user_id, entry.reason) == (cast.user("learner").id, "班车晚点")


def test_the_moment_of_the_latest_entry_is_in_time(session: Session, cast: Cast) -> None:
    exam = make_exam(session, cast, entry_until=LATEST)

    assert enter(session, cast, exam, now=LATEST).entry is Entry.STARTED


def test_a_resit_is_not_bound_to_the_latest_entry(session: Session, cast: Cast) -> None:
    exam = make_exam(session, cast, entry_minutes=15, tries=2)
    first = enter(session, cast, exam).sitting
    assert first is not None
    submit_sitting(session, first, actor=cast.actor("learner"), now=LATEST)

    assert enter(session, cast, exam, now=LATEST + timedelta(minutes=30)).sitting is not None


def test_only_who_is_asked_and_has_not_begun_is_let_in_and_once(
    session: Session, cast: Cast
) -> None:
    exam = make_exam(session, cast, entry_minutes=15, audience="press")
    permit(session, cast, exam)

    with pytest.raises(Conflict, match="已经放行"):
        permit(session, cast, exam)
    with pytest.raises(NotFound):
        permit(session, cast, exam, "other_leader")
    start_sitting(session, exam, actor=cast.actor("team_leader"), now=MONDAY, seed=1, zone=SHANGHAI)
    with pytest.raises(Conflict, match="已经开考"):
        permit(session, cast, exam, "team_leader")


def test_everyone_waits_until_the_supervisor_starts_the_exam(session: Session, cast: Cast) -> None:
    exam = make_exam(session, cast, waits_for_start=True, entry_minutes=15)
    begun_at = MONDAY + timedelta(minutes=20)
    with pytest.raises(Conflict, match="还没有宣布开考"):
        enter(session, cast, exam)

    start_exam(session, exam, actor=cast.actor("examiner"), now=begun_at)

    # The minutes of the latest entry count from the button, not from the window.
    last = begun_at + timedelta(minutes=15)
    assert enter(session, cast, exam, now=last).sitting is not None
    with pytest.raises(Conflict, match="不能再进场"):
        enter(session, cast, exam, actor=cast.actor("team_leader"), now=last + MICROSECOND)


def test_an_exam_is_started_once_and_only_within_its_window(session: Session, cast: Cast) -> None:
    exam, plain = make_exam(session, cast, waits_for_start=True), make_exam(session, cast)
    examiner = cast.actor("examiner")
    for wrong, now in (
        (exam, MONDAY - MICROSECOND),
        (exam, exam.closes_at + MICROSECOND),
        (plain, MONDAY),
    ):
        with pytest.raises(Conflict):
            start_exam(session, wrong, actor=examiner, now=now)

    start_exam(session, exam, actor=examiner, now=MONDAY)

    with pytest.raises(Conflict, match="已经宣布"):
        start_exam(session, exam, actor=examiner, now=MONDAY)
    assert (exam.started_at, exam.started_by_id) == (MONDAY, examiner.user_id)


def test_wrong_codes_are_counted_and_the_right_one_waits_with_them(
    session: Session, cast: Cast
) -> None:
    exam = make_exam(session, cast, entry_code="K7MP2Q")
    outcomes = [enter(session, cast, exam, "K7MP2X") for _ in range(5)]
    assert [one.tries_left for one in outcomes] == [4, 3, 2, 1, 0]
    ends = outcomes[-1].waits_until
    assert ends is not None

    blocked = enter(session, cast, exam, "K7MP2Q", now=ends - MICROSECOND)

    assert (blocked.entry, blocked.sitting) == (Entry.WAIT, None)
    assert enter(session, cast, exam, "k7mp-2q", now=ends).sitting is not None


def test_one_person_guessing_keeps_nobody_else_out(session: Session, cast: Cast) -> None:
    exam = make_exam(session, cast, entry_code="K7MP2Q")
    for _ in range(5):
        enter(session, cast, exam, "WRONG")

    assert enter(session, cast, exam, "K7MP2Q", actor=cast.actor("team_leader")).sitting


def test_who_may_not_start_uses_up_no_tries_of_the_code(session: Session, cast: Cast) -> None:
    exam = make_exam(session, cast, entry_code="K7MP2Q")
    for _ in range(6):
        with pytest.raises(Conflict, match="还没到开考时间"):
            enter(session, cast, exam, "WRONG", now=MONDAY - MICROSECOND)

    assert enter(session, cast, exam, "K7MP2Q").sitting is not None


def test_a_running_sitting_goes_on_without_the_code(session: Session, cast: Cast) -> None:
    exam = make_exam(session, cast, entry_code="K7MP2Q")
    sitting = enter(session, cast, exam, "K7MP2Q").sitting

    assert enter(session, cast, exam, "").sitting is sitting


def test_a_paper_is_not_handed_in_before_its_least_minutes(session: Session, cast: Cast) -> None:
    exam, learner = make_exam(session, cast, least_minutes=30), cast.actor("learner")
    sitting = enter(session, cast, exam).sitting
    assert sitting is not None
    allowed = MONDAY + timedelta(minutes=30)

    early = submit_sitting(session, sitting, actor=learner, now=allowed - MICROSECOND)

    assert (early, sitting.state) == (SubmitOutcome.TOO_EARLY, SittingState.OPEN)
    assert submit_sitting(session, sitting, actor=learner, now=allowed) is SubmitOutcome.SUBMITTED


def test_an_invigilator_closes_a_paper_however_early(session: Session, cast: Cast) -> None:
    exam = make_exam(session, cast, least_minutes=30)
    sitting = enter(session, cast, exam).sitting
    assert sitting is not None

    close_for(session, sitting.id, reason="身体不适", actor=cast.actor("examiner"), now=MONDAY)

    assert sitting.state is SittingState.SUBMITTED


# ---- over HTTP ----


def test_the_own_list_says_when_the_door_is_not_open(
    session: Session, cast: Cast, client_for: Browser, clock: ManualClock
) -> None:
    held = make_exam(session, cast, waits_for_start=True)
    late = make_exam(session, cast, entry_minutes=15)
    session.commit()
    clock.move_to(LATEST)
    learner = client_for("learner")
    page = learner.get("/my-exams").text
    assert (page.count("等监考人宣布开考"), page.count("现在可以考")) == (1, 1)

    clock.move_to(LATEST + MICROSECOND)
    assert "过了进场时间" in learner.get("/my-exams").text
    permit(session, cast, late)
    start_exam(session, held, actor=cast.actor("examiner"), now=LATEST)
    session.commit()

    assert learner.get("/my-exams").text.count("现在可以考") == 2


def test_a_late_comer_reads_why_and_comes_in_once_let_in(
    session: Session, cast: Cast, client_for: Browser, clock: ManualClock
) -> None:
    exam = make_exam(session, cast, entry_minutes=15)
    session.commit()
    clock.move_to(LATEST + MICROSECOND)
    learner, leader = client_for("learner"), client_for("team_leader")
    assert "2026-03-02 17:15 起不能再进场" in learner.get(f"/my-exams/{exam.id}").text
    assert learner.post(f"/my-exams/{exam.id}/start").status_code == 409

    page = leader.get(f"/exams/{exam.id}/entry").text
    assert "王小满" in page
    assert "陈立夏" not in page
    chosen = {"user_id": cast.user("learner").id, "reason": ""}
    assert "写上原因" in leader.post(f"/exams/{exam.id}/entry", data=chosen).text
    leader.post(f"/exams/{exam.id}/entry", data=chosen | {"reason": "班车晚点"})

    assert "班车晚点" in leader.get(f"/exams/{exam.id}/entry").text
    assert "/sittings/" in learner.post(f"/my-exams/{exam.id}/start").location


def test_a_leader_lets_in_neither_strangers_nor_himself(
    session: Session, cast: Cast, client_for: Browser
) -> None:
    exam = make_exam(session, cast, entry_minutes=15)
    session.commit()
    leader = client_for("team_leader")

    for who in ("other_leader", "team_leader"):
        chosen = {"user_id": cast.user(who).id, "reason": "班车晚点"}
        assert "选一个人" in leader.post(f"/exams/{exam.id}/entry", data=chosen).text


def test_the_waiting_page_asks_until_one_press_lets_all_start(
    session: Session, cast: Cast, client_for: Browser
) -> None:
    exam = make_exam(session, cast, waits_for_start=True)
    session.commit()
    learner, examiner = client_for("learner"), client_for("examiner")
    page = learner.get(f"/my-exams/{exam.id}").text
    assert "监考人还没有宣布开考" in page
    assert "waiting.js" in page
    assert learner.get(f"/my-exams/{exam.id}/waiting").json == {"started": False}
    assert client_for("team_leader").post(f"/exams/{exam.id}/entry/start").status_code == 403

    assert "宣布开考" in examiner.get(f"/exams/{exam.id}").text
    assert "宣布开考" in examiner.get(f"/exams/{exam.id}/board").text
    examiner.post(f"/exams/{exam.id}/entry/start")

    assert learner.get(f"/my-exams/{exam.id}/waiting").json == {"started": True}
    assert "/sittings/" in learner.post(f"/my-exams/{exam.id}/start").location


def test_a_leader_of_everyone_may_start_the_exam(
    session: Session, cast: Cast, client_for: Browser
) -> None:
    exam = make_exam(session, cast, waits_for_start=True, audience="press_one")
    session.commit()

    assert client_for("team_leader").post(f"/exams/{exam.id}/entry/start").status_code == 302


def test_the_code_is_shown_to_who_watches_and_typed_by_who_sits(
    session: Session, cast: Cast, client_for: Browser
) -> None:
    exam = make_exam(session, cast, entry_code="K7MP2Q")
    session.commit()
    learner = client_for("learner")
    assert "K7MP2Q" in client_for("team_leader").get(f"/exams/{exam.id}/board").text
    assert "K7MP2Q" not in client_for("inspector").get(f"/exams/{exam.id}").text
    assert "K7MP2Q" not in learner.get(f"/my-exams/{exam.id}").text

    wrong = learner.post(f"/my-exams/{exam.id}/start", data={"code": "XXXX"}, follow_redirects=True)

    assert "口令不对，还可以再试 4 次" in wrong.text
    assert (
        "/sittings/" in learner.post(f"/my-exams/{exam.id}/start", data={"code": "k7mp2q"}).location
    )


def test_from_outside_its_networks_an_exam_is_neither_started_nor_opened(
    session: Session, cast: Cast, client_for: Browser
) -> None:
    exam = make_exam(session, cast, address_ranges=["10.2.0.0/16"])
    session.commit()
    learner = client_for("learner")
    assert (
        "你的地址是 192.0.2.7" in learner.get(f"/my-exams/{exam.id}", environ_base=ELSEWHERE).text
    )
    refused = learner.post(f"/my-exams/{exam.id}/start", environ_base=ELSEWHERE)
    assert (refused.status_code, "192.0.2.7" in refused.text) == (409, True)

    sitting = learner.post(f"/my-exams/{exam.id}/start", environ_base=HERE).location

    assert learner.get(sitting, environ_base=HERE).status_code == 200
    assert learner.get(sitting, environ_base=ELSEWHERE).status_code == 409


def test_handing_in_too_early_is_explained_on_the_page_and_to_its_script(
    session: Session, cast: Cast, client_for: Browser
) -> None:
    exam = make_exam(session, cast, least_minutes=30)
    session.commit()
    learner = client_for("learner")
    sitting = learner.post(f"/my-exams/{exam.id}/start").location
    assert "17:30 起可以交卷" in learner.get(sitting).text
    check = learner.get(f"{sitting}/hand-in").text
    assert "17:30 起才能交卷" in check
    assert f'action="{sitting}/submit"' not in check

    told = learner.post(f"{sitting}/submit", json={})

    assert (told.status_code, told.json["outcome"]) == (200, "too_early")
    assert "17:30 起才能交卷" in told.json["message"]
    page = learner.post(f"{sitting}/submit", follow_redirects=True).text
    assert "17:30 起才能交卷" in page
    assert session.scalars(select(Sitting.state)).one() is SittingState.OPEN
