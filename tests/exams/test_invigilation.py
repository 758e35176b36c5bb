"""Notes, messages, room incidents, the record of the room, and what a person may decide."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.clock import ManualClock
from core.errors import Conflict, Forbidden
from exams.integrity import Integrity
from exams.models import Exam, IntegrityDecision, MessageReceipt, Sitting
from exams.operations.answers import record_answer
from exams.operations.closing import submit_sitting
from exams.operations.integrity import set_integrity
from exams.operations.sitting import reopen_sitting, start_sitting, take_over
from exams.operations.verdicts import confirm_sitting, void_sitting
from exams.queries.board import happenings
from exams.queries.incidents import integrity_of, notes_of
from exams.recording import JournalEntry
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam, make_single

SHANGHAI = ZoneInfo("Asia/Shanghai")
LEASE = "this-page"
Browser = Callable[[str], FlaskClient]


@pytest.fixture
def exam(session: Session, cast: Cast) -> Exam:
    return make_exam(
        session, cast, [make_single(session)], minutes=60, tries=2, pass_mark_tenths=100
    )


def start(session: Session, cast: Cast, exam: Exam, who: str = "learner") -> Sitting:
    actor = cast.actor(who)
    made = start_sitting(session, exam, actor=actor, now=MONDAY, seed=1, zone=SHANGHAI)
    take_over(session, made.id, lease=LEASE, actor=actor, now=MONDAY)
    session.commit()
    return made


def passed(session: Session, cast: Cast, exam: Exam) -> Sitting:
    sitting, learner = start(session, cast, exam), cast.actor("learner")
    entry = JournalEntry(1, [2], "right-key", 1, None, None)
    record_answer(session, sitting.id, entry, lease=LEASE, actor=learner, now=MONDAY)
    submit_sitting(session, sitting, actor=learner, now=MONDAY)
    session.commit()
    return sitting


def beat(browser: FlaskClient, sitting: Sitting, *seen: int) -> list[dict[str, object]]:
    """What the page is told to show."""
    answer = browser.post(
        f"/sittings/{sitting.id}/presence",
        json={"lease": LEASE, "answered": 0, "slot": 1, "waiting": 0, "seen": list(seen)},
    )
    found: list[dict[str, object]] = answer.get_json()["messages"]
    return found


def test_a_message_to_all_reaches_those_who_are_at_it_and_are_watched(
    session: Session, cast: Cast, exam: Exam, client_for: Browser
) -> None:
    mine, other = start(session, cast, exam), start(session, cast, exam, "other_leader")

    client_for("team_leader").post(
        f"/exams/{exam.id}/board/message", data={"text": "还有 <b>10</b> 分钟"}
    )

    learner = client_for("learner")
    (message,) = beat(learner, mine)
    assert (message["text"], message["by"]) == ("还有 <b>10</b> 分钟", "李青山")
    assert beat(client_for("other_leader"), other) == []
    assert beat(learner, mine, int(str(message["id"]))) == []
    receipt = session.scalars(select(MessageReceipt)).one()
    assert receipt.seen_at == MONDAY


def test_a_message_to_nobody_is_refused(
    session: Session, cast: Cast, exam: Exam, client_for: Browser
) -> None:
    sitting = passed(session, cast, exam)

    answer = client_for("examiner").post(
        f"/exams/sittings/{sitting.id}/watch",
        data={"do": "message", "message-text": "在吗"},
        follow_redirects=True,
    )

    assert "现在没有人在答题，消息没有发" in answer.text
    assert session.scalars(select(MessageReceipt)).all() == []


def test_a_note_and_a_message_to_one_person_stand_on_the_page_of_the_sitting(
    session: Session, cast: Cast, exam: Exam, client_for: Browser
) -> None:
    sitting = start(session, cast, exam)
    browser, address = client_for("examiner"), f"/exams/sittings/{sitting.id}/watch"

    browser.post(address, data={"do": "note", "note-text": "借了一支笔"})
    browser.post(address, data={"do": "message", "message-text": "坐直"})
    (message,) = beat(client_for("learner"), sitting)

    page = browser.get(address).text
    assert "备注：借了一支笔" in page
    assert "消息：坐直" in page
    assert message["text"] == "坐直"
    assert notes_of(session, [sitting.id])[sitting.id][0].by == "周谷雨"
    empty = browser.post(address, data={"do": "note", "note-text": "  "})
    assert "写上内容" in empty.text


def test_the_record_tells_counts_notes_and_what_happened_to_the_room(
    session: Session, cast: Cast, exam: Exam, client_for: Browser, clock: ManualClock
) -> None:
    sitting = passed(session, cast, exam)
    start(session, cast, exam, "trainer")
    clock.move_to(MONDAY + timedelta(minutes=10))
    browser = client_for("examiner")
    browser.post(f"/exams/{exam.id}/board/room", data={"happened_time": "17:05", "text": "停电"})
    browser.post(
        f"/exams/sittings/{sitting.id}/watch", data={"do": "note", "note-text": "借了一支笔"}
    )

    page = browser.get(f"/exams/{exam.id}/board/record").text

    assert " 17:05</span> 停电" in page
    assert "借了一支笔" in page
    assert "已交卷，10 分" in page
    text = page.split("实到", 1)[1]
    assert text.split("<td", 1)[1].split(">", 1)[1].startswith("2<")


def test_what_has_not_happened_yet_is_not_written_down(
    session: Session, exam: Exam, client_for: Browser
) -> None:
    session.commit()

    answer = client_for("examiner").post(
        f"/exams/{exam.id}/board/room", data={"happened_time": "23:00", "text": "停电"}
    )

    assert "发生的时间还没到" in answer.text


def test_a_void_sitting_is_not_passed_and_keeps_its_score_and_reason(
    session: Session, cast: Cast, exam: Exam, client_for: Browser
) -> None:
    sitting = passed(session, cast, exam)

    client_for("examiner").post(
        f"/exams/sittings/{sitting.id}/watch", data={"do": "void", "void-reason": "替考"}
    )

    session.refresh(sitting)
    assert (sitting.is_passed, sitting.score_tenths) == (False, 100)
    newest = happenings(session, sitting.id)[0]
    assert (newest.kind, newest.actor_name, newest.reason) == ("voided", "周谷雨", "替考")
    result = client_for("learner").get(f"/sittings/{sitting.id}/result").text
    assert "违纪作废" in result
    assert "替考" in result
    with pytest.raises(Conflict):
        reopen_sitting(
            session, sitting.id, minutes=9, reason="再考", actor=cast.actor("examiner"), now=MONDAY
        )


def test_a_void_sitting_can_be_restored(session: Session, cast: Cast, exam: Exam) -> None:
    sitting, examiner = passed(session, cast, exam), cast.actor("examiner")
    void_sitting(session, sitting.id, reason="认错人", actor=examiner, now=MONDAY)

    confirm_sitting(session, sitting.id, reason="查清了", actor=examiner, now=MONDAY)

    assert (sitting.is_passed, sitting.integrity_decision) == (True, IntegrityDecision.CONFIRMED)
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(2))
    assert list(actions) == ["exam.sitting.confirmed", "exam.sitting.voided"]
    with pytest.raises(Conflict):
        confirm_sitting(session, sitting.id, reason="再来", actor=examiner, now=MONDAY)


def test_only_an_examiner_makes_a_sitting_void_and_nobody_the_own_one(
    session: Session, cast: Cast, exam: Exam, client_for: Browser
) -> None:
    sitting = passed(session, cast, exam)

    refused = client_for("team_leader").post(
        f"/exams/sittings/{sitting.id}/watch", data={"do": "void", "void-reason": "替考"}
    )

    session.refresh(sitting)
    assert (refused.status_code, sitting.integrity_decision) == (403, None)
    with pytest.raises(Forbidden):
        void_sitting(session, sitting.id, reason="替考", actor=cast.actor("learner"), now=MONDAY)


def test_a_running_sitting_is_not_made_void(session: Session, cast: Cast, exam: Exam) -> None:
    sitting = start(session, cast, exam)

    with pytest.raises(Conflict):
        void_sitting(session, sitting.id, reason="替考", actor=cast.actor("examiner"), now=MONDAY)


def test_once_somebody_has_begun_the_watch_may_only_be_loosened(
    session: Session, cast: Cast, exam: Exam
) -> None:
    examiner = cast.actor("examiner")

    def wanted(most: int | None) -> None:
        chosen = Integrity(records_leavings=most is not None, most_leavings=most)
        set_integrity(session, exam, chosen, reason="", actor=examiner, now=MONDAY)

    wanted(3)
    start(session, cast, exam)
    wanted(5)
    with pytest.raises(Conflict):
        wanted(4)
    wanted(None)

    assert integrity_of(session, exam.id) == Integrity()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"most_leavings": "3"}, "就要打开“记录离开页面”"),
        ({"hands_in": "y"}, "自动交卷要先写限制"),
        ({"requires_safe_browser": "y"}, "至少写一个配置密钥"),
        ({"safe_browser_keys": "ab" * 32 + "\nxyz"}, "第 2 行不是配置密钥"),
        ({"idle_seconds": "5"}, "秒数填 60 到 3600"),
        ({"most_leavings": "三"}, "填整数"),
    ],
)
def test_what_does_not_go_together_is_said_at_its_field(
    session: Session, exam: Exam, client_for: Browser, data: dict[str, str], message: str
) -> None:
    session.commit()

    page = client_for("examiner").post(f"/exams/{exam.id}/integrity", data=data).text

    assert message in page
    assert integrity_of(session, exam.id) == Integrity()


def test_the_examiner_switches_on_and_frees_a_person(
    session: Session, cast: Cast, exam: Exam, client_for: Browser
) -> None:
    session.commit()
    browser, address = client_for("examiner"), f"/exams/{exam.id}/integrity"
    key = "AB" * 32

    browser.post(address, data={"requires_safe_browser": "y", "safe_browser_keys": f" {key} \n"})
    unknown = browser.post(
        f"{address}/browser-exemptions",
        data={"person-employee_no": "99999", "person-reason": "读屏软件"},
    )
    browser.post(
        f"{address}/browser-exemptions",
        data={
            "person-employee_no": cast.user("learner").employee_no,
            "person-reason": "读屏软件",
        },
    )

    assert integrity_of(session, exam.id).safe_browser_keys == (key.lower(),)
    assert "应考的人里没有这个工号" in unknown.text
    assert "读屏软件" in browser.get(address).text


def test_a_copied_exam_has_the_same_switches(
    session: Session, cast: Cast, exam: Exam, client_for: Browser
) -> None:
    chosen = Integrity(records_leavings=True, shows_watermark=True)
    set_integrity(session, exam, chosen, reason="", actor=cast.actor("examiner"), now=MONDAY)
    session.commit()

    client_for("examiner").post(f"/exams/{exam.id}/copy")

    newest = session.scalars(select(Exam.id).order_by(Exam.id.desc())).first()
    assert newest is not None
    assert newest != exam.id
    assert integrity_of(session, newest) == chosen
