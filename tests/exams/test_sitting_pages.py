"""From start to result over HTTP, with the clock moved by hand."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import ManualClock
from exams.models import Answer, Exam, ExamState, LateDecision, Reveal, Sitting, SittingState
from question_bank.keys import QuestionType
from question_bank.models import Question
from tests.cast import Cast
from tests.conftest import MONDAY, QueryCounter
from tests.exams.factories import WINDOW, make_exam, make_question, make_single, option

Browser = Callable[[str], FlaskClient]
DEADLINE = MONDAY + timedelta(minutes=60)
AFTER_WINDOW = MONDAY + WINDOW + timedelta(seconds=6)


@pytest.fixture
def exam(session: Session, cast: Cast) -> Exam:
    made = make_exam(session, cast)
    session.commit()
    return made


@pytest.fixture
def learner(client_for: Browser) -> FlaskClient:
    return client_for("learner")


def start(client: FlaskClient, exam: Exam) -> str:
    """Start the exam; gives the address of the sitting."""
    return client.post(f"/my-exams/{exam.id}/start").location or ""


def send(
    client: FlaskClient,
    sitting: str,
    slot: int,
    response: object,
    key: str = "",
    lease: str | None = None,
) -> Any:
    made = re.sub(r"[^A-Za-z0-9]", "x", f"key-{slot}-{response}")[:40]
    body = {"slot": slot, "response": response, "key": key or made, "lease": lease}
    return client.post(f"{sitting}/answers", json=body)


def send_all_right(client: FlaskClient, sitting: str) -> None:
    for slot, response in ((1, [2]), (2, [1, 3]), (3, False), (4, ["5", "倒放"])):
        assert send(client, sitting, slot, response).json["outcome"] == "saved"


def test_from_start_to_result(
    learner: FlaskClient, exam: Exam, clock: ManualClock, session: Session
) -> None:
    assert "现在可以考" in learner.get("/my-exams").text
    start_page = learner.get(f"/my-exams/{exam.id}").text
    assert "4 题，60 分钟，满分 40 分，24 分及格。" in start_page
    assert "开始考试" in start_page

    sitting = start(learner, exam)
    page = learner.get(sitting).text
    assert "60:00" in page
    assert page.count('class="question"') == 4

    clock.advance(minutes=10, seconds=5)
    receipt = send(learner, sitting, 1, [2]).json
    assert receipt["outcome"] == "saved"
    assert receipt["saved_at"] == "17:10:05"
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{2}", receipt["receipt"])
    assert receipt["seconds_left"] == 49 * 60 + 55
    send(learner, sitting, 2, [1])
    send(learner, sitting, 3, False)

    check = learner.get(f"{sitting}/hand-in").text
    assert "4 题里还有 1 题没答。交卷后不能再改。剩余 49 分钟。" in check

    answer = learner.post(f"{sitting}/submit")
    assert answer.location == f"{sitting}/result"
    result = learner.get(answer.location).text
    assert "<h1>合格</h1>" in result
    assert '<b class="figure">25</b>' in result
    assert "合格，25 分" in learner.get("/my-exams").text
    assert "次数已经用完" not in result


def test_a_page_that_is_opened_again_shows_what_was_saved(
    learner: FlaskClient, exam: Exam, client_for: Browser
) -> None:
    sitting = start(learner, exam)
    send_all_right(learner, sitting)

    page = client_for("learner").get(sitting).text

    assert page.count(" checked") == 4
    assert 'value="倒放"' in page
    assert "已保存 17:00:00" in page


def test_starting_twice_leads_to_the_one_sitting(
    learner: FlaskClient, exam: Exam, session: Session
) -> None:
    assert start(learner, exam) == start(learner, exam)
    assert session.scalar(select(func.count(Sitting.id))) == 1


def test_the_start_page_of_a_running_exam_leads_back_to_it(
    learner: FlaskClient, exam: Exam
) -> None:
    sitting = start(learner, exam)

    assert learner.get(f"/my-exams/{exam.id}").location == sitting


def test_a_sitting_belongs_to_one_person(
    learner: FlaskClient, exam: Exam, client_for: Browser
) -> None:
    sitting = start(learner, exam)
    for who in ("team_leader", "examiner", "safety_manager", "administrator", "inspector"):
        other = client_for(who)
        assert other.get(sitting).status_code == 404
        assert other.get(f"{sitting}/time").status_code == 404
        assert other.get(f"{sitting}/hand-in").status_code == 404
        assert other.get(f"{sitting}/result").status_code == 404
        assert send(other, sitting, 1, [2]).status_code == 404
        assert other.post(f"{sitting}/save").status_code == 404
        assert other.post(f"{sitting}/submit").status_code == 404


def test_without_script_the_page_saves_as_a_form_and_hands_in(
    learner: FlaskClient, exam: Exam, session: Session
) -> None:
    sitting = start(learner, exam)
    fields = {"seen": "0", "q1": "2", "q2": ["1", "3"], "q3": "false", "q4": ["5", ""]}

    saved = learner.post(f"{sitting}/save", data={**fields, "then": "stay"}, follow_redirects=True)
    again = learner.post(f"{sitting}/save", data={**fields, "then": "check"})
    learner.post(f"{sitting}/submit")

    assert "已保存 17:00:00" in saved.text
    assert again.location == f"{sitting}/hand-in"
    assert session.scalar(select(func.count(Answer.id))) == 4
    assert '<b class="figure">35</b>' in learner.get(f"{sitting}/result").text


def test_a_form_with_an_option_that_is_not_there_is_refused(
    learner: FlaskClient, exam: Exam
) -> None:
    sitting = start(learner, exam)

    for value in ("9", "x", "2; drop", "二"):
        assert learner.post(f"{sitting}/save", data={"q1": value}).status_code == 409


@pytest.mark.parametrize(
    "body",
    [[], "x", {"slot": "1"}, {"slot": 1}, {"slot": True, "key": "12345678"}, {"key": "12345678"}],
)
def test_an_answer_of_the_wrong_form_is_refused(
    learner: FlaskClient, exam: Exam, body: object
) -> None:
    sitting = start(learner, exam)

    assert learner.post(f"{sitting}/answers", json=body).status_code == 409


def test_an_answer_that_comes_too_late_is_told_and_not_stored(
    learner: FlaskClient, exam: Exam, clock: ManualClock, session: Session
) -> None:
    sitting = start(learner, exam)
    clock.move_to(DEADLINE + timedelta(seconds=5))
    assert send(learner, sitting, 1, [2]).json["outcome"] == "saved"
    clock.advance(microseconds=1)

    told = send(learner, sitting, 2, [1, 3]).json

    assert told == {
        "outcome": "too_late",
        "saved_at": None,
        "receipt": None,
        "seconds_left": 0,
        "next_number": None,
    }
    assert '<b class="figure">10</b>' in learner.get(f"{sitting}/result").text


def test_reading_an_expired_page_writes_nothing_and_offers_the_result(
    learner: FlaskClient, exam: Exam, clock: ManualClock, session: Session
) -> None:
    sitting = start(learner, exam)
    clock.move_to(DEADLINE + timedelta(minutes=1))

    page = learner.get(sitting).text

    assert "时间到了" in page
    assert session.scalars(select(Sitting)).one().state is SittingState.OPEN
    assert learner.get(f"{sitting}/hand-in").location == sitting
    assert learner.get(f"{sitting}/result").location == sitting
    result = learner.post(f"{sitting}/submit", follow_redirects=True).text
    assert "时间到，由服务器交卷" in result


def tell(learner: FlaskClient, sitting: str, what: str, **said: object) -> dict[str, object]:
    told: dict[str, object] | None = learner.post(f"{sitting}/{what}", json=said).json
    assert told is not None
    return told


def present(learner: FlaskClient, sitting: str, lease: str) -> dict[str, object]:
    return tell(learner, sitting, "presence", lease=lease, answered=1, slot=2, waiting=0)


def test_the_page_learns_the_servers_time(
    learner: FlaskClient, exam: Exam, clock: ManualClock
) -> None:
    sitting = start(learner, exam)
    clock.advance(minutes=59, seconds=59)

    told = present(learner, sitting, "this-page")

    assert (told["state"], told["seconds_left"], told["ends_at"]) == ("open", 1, "18:00")


def test_a_second_device_holds_the_sitting_only_when_asked_to(
    learner: FlaskClient, exam: Exam, clock: ManualClock
) -> None:
    sitting = start(learner, exam)
    assert tell(learner, sitting, "hold", lease="the-phone")["holds"] is True
    assert tell(learner, sitting, "hold", lease="the-desk-pc")["holds"] is False
    assert tell(learner, sitting, "hold", lease="the-desk-pc", take=True)["holds"] is True

    from_phone = send(learner, sitting, 1, [2], lease="the-phone").json
    from_desk = send(learner, sitting, 1, [3], lease="the-desk-pc").json

    assert from_phone is not None
    assert from_desk is not None
    assert from_phone["outcome"] == "taken_over"
    assert from_desk["outcome"] == "saved"
    assert present(learner, sitting, "the-phone")["holds"] is False


def test_what_was_kept_while_offline_is_delivered_and_waits_for_a_person(
    learner: FlaskClient, exam: Exam, clock: ManualClock, session: Session
) -> None:
    sitting = start(learner, exam)
    tell(learner, sitting, "hold", lease="this-page")
    present(learner, sitting, "this-page")
    claimed = int((DEADLINE - timedelta(minutes=1)).timestamp() * 1000)
    clock.move_to(DEADLINE + timedelta(minutes=3))
    kept = [
        {"slot": 1, "response": [2], "key": "kept-one", "number": 1, "claimed_ms": claimed},
        {"slot": 2, "response": [1, 3], "key": "kept-two", "number": 2, "after": "kept-one"}
        | {"claimed_ms": claimed},
    ]

    told = tell(learner, sitting, "late", lease="this-page", entries=kept)
    again = tell(learner, sitting, "late", lease="this-page", entries=kept)

    found = session.scalars(select(Sitting)).one()
    assert (told, again) == ({"stored": 2, "refusal": None}, {"stored": 0, "refusal": None})
    assert (found.state, found.score_tenths, found.late_score_tenths) == (
        SittingState.EXPIRED,
        0,
        200,
    )
    assert found.late_decision is LateDecision.PENDING


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("hold", {"lease": "short"}),
        ("presence", {"lease": "this-page", "answered": -1, "waiting": 0}),
        ("late", {"lease": "this-page", "entries": "none"}),
        ("late", {"lease": "this-page", "entries": [7]}),
        ("answers", {"slot": 1, "key": "some-key-1", "number": "one"}),
    ],
)
def test_what_no_page_would_say_is_refused(
    learner: FlaskClient, exam: Exam, clock: ManualClock, what: str, said: dict[str, object]
) -> None:
    sitting = start(learner, exam)

    assert learner.post(f"{sitting}/{what}", json=said).status_code == 409


def test_handing_in_twice_gives_the_same_result(
    learner: FlaskClient, exam: Exam, clock: ManualClock, session: Session
) -> None:
    sitting = start(learner, exam)
    learner.post(f"{sitting}/submit")
    clock.advance(minutes=5)

    learner.post(f"{sitting}/submit")

    assert session.scalars(select(Sitting.submitted_at)).one() == MONDAY


# ---- right answers stay on the server ----

SECRET_WORDS = (
    "is_right",
    "correct",
    "answer-right",
    "不超过 8 小时",
    "票不能签",
    "作业要停",
    "间距五米",
    "倒放",
    "倒置",
    "漏选",
    "选对</span>",
)


def test_nothing_about_right_answers_is_sent_before_the_reveal(
    learner: FlaskClient, exam: Exam, clock: ManualClock
) -> None:
    sitting = start(learner, exam)
    seen = [learner.get(f"/my-exams/{exam.id}", follow_redirects=True).text]
    for response in ([1], [2], [3]):
        seen.append(send(learner, sitting, 1, response).text)
    seen += [learner.get(sitting).text, learner.get(f"{sitting}/hand-in").text]
    seen.append(learner.get(f"{sitting}/time").text)
    seen.append(learner.post(f"{sitting}/submit", follow_redirects=True).text)
    clock.move_to(MONDAY + WINDOW)
    seen.append(learner.get(f"{sitting}/result?show=all").text)

    for text in seen:
        assert [word for word in SECRET_WORDS if word in text] == []


def test_right_and_wrong_answers_get_replies_that_differ_in_nothing_but_the_receipt(
    learner: FlaskClient, exam: Exam
) -> None:
    sitting = start(learner, exam)

    replies = [send(learner, sitting, 1, [option]).json for option in (1, 2, 3)]

    for reply in replies:
        reply.pop("receipt")
    assert replies[0] == replies[1] == replies[2]


def test_the_page_is_the_same_whichever_option_is_right(
    client_for: Browser, session: Session, cast: Cast
) -> None:
    pages = []
    for right in (1, 2, 3):
        version = make_question(
            session,
            QuestionType.MULTIPLE_CHOICE,
            options=[option(n, f"选项 {n}", is_right=n == right) for n in (1, 2, 3)],
        )
        exam = make_exam(session, cast, [version], shuffles_options=False)
        session.commit()
        client = client_for("learner")
        page = client.get(start(client, exam)).text
        varying = r"<meta name=\"csrf[^>]*>|/sittings/\d+|data-exam=\"\d+\"|value=\"[^\"]{9,}\""
        pages.append(re.sub(varying, "", page))
        client.post(f"{start(client, exam)}/submit")

    assert pages[0] == pages[1] == pages[2]


# ---- the result ----


def test_after_the_window_lost_points_are_shown_with_key_reason_and_clause(
    learner: FlaskClient, exam: Exam, clock: ManualClock
) -> None:
    sitting = start(learner, exam)
    send(learner, sitting, 1, [3])
    send(learner, sitting, 2, [1])
    send(learner, sitting, 3, False)
    send(learner, sitting, 4, ["5", "平放"])
    learner.post(f"{sitting}/submit")
    assert "考试窗口关闭后，在这里看" in learner.get(f"{sitting}/result").text
    clock.move_to(AFTER_WINDOW)

    page = learner.get(f"{sitting}/result").text

    assert "丢分的 3 题" in page
    assert page.count("你选的") == 1
    assert page.count("漏选") == 1
    assert "你填的" in page
    assert "倒放 / 倒置" in page
    assert "一级票有效期不超过 8 小时" in page
    assert 'href="/modules/donghuo#s-3-2"' in page
    assert "监护人离开，作业要停" not in page
    assert "监护人离开，作业要停" in learner.get(f"{sitting}/result?show=all").text


def test_answers_stay_hidden_while_someone_with_extra_time_still_sits(
    learner: FlaskClient, exam: Exam, clock: ManualClock, session: Session, client_for: Browser
) -> None:
    sitting = start(learner, exam)
    learner.post(f"{sitting}/submit")
    other = start(client_for("team_leader"), exam)
    row = session.get_one(Sitting, int(other.rsplit("/", 1)[1]))
    row.deadline = MONDAY + WINDOW + timedelta(minutes=30)
    session.commit()
    clock.move_to(AFTER_WINDOW)

    assert "丢分的 4 题" not in learner.get(f"{sitting}/result").text


def test_an_exam_may_reveal_at_once(
    learner: FlaskClient, session: Session, cast: Cast, client_for: Browser
) -> None:
    exam = make_exam(session, cast, reveal=Reveal.AFTER_SUBMISSION)
    session.commit()
    sitting = start(learner, exam)
    send_all_right(learner, sitting)

    page = learner.post(f"{sitting}/submit", follow_redirects=True).text

    assert "没有丢分的题" in page


def test_a_failed_exam_with_tries_left_offers_the_resit(
    learner: FlaskClient, session: Session, cast: Cast
) -> None:
    exam = make_exam(session, cast, tries=2)
    session.commit()
    sitting = start(learner, exam)

    page = learner.post(f"{sitting}/submit", follow_redirects=True).text

    assert "24 分及格，差 24 分" in page
    assert f'href="/my-exams/{exam.id}"' in page
    assert "开始补考" in learner.get(f"/my-exams/{exam.id}").text


def test_the_list_tells_each_exam_by_its_state(
    learner: FlaskClient, session: Session, cast: Cast
) -> None:
    day = timedelta(days=1)
    for title, opens_at in (("过去的", MONDAY - 3 * day), ("将来的", MONDAY + 3 * day)):
        make_exam(
            session,
            cast,
            [make_single(session)],
            title=title,
            opens_at=opens_at,
            closes_at=opens_at + WINDOW,
        )
    make_exam(session, cast, [make_single(session)], title="别的班的", audience="weld")
    session.commit()

    page = learner.get("/my-exams").text

    assert "缺考" in page
    assert "未开始" in page
    assert "别的班的" not in page


def test_a_draft_does_not_exist_for_candidates(
    learner: FlaskClient, session: Session, cast: Cast
) -> None:
    exam = make_exam(session, cast, state=ExamState.DRAFT)
    session.commit()

    assert learner.get(f"/my-exams/{exam.id}").status_code == 404
    assert learner.post(f"/my-exams/{exam.id}/start").status_code == 404


def test_a_signed_out_page_is_told_so_in_json(exam: Exam, client_for: Browser) -> None:
    sitting = start(client_for("learner"), exam)

    answer = send(client_for("nobody"), sitting, 1, [2])

    assert (answer.status_code, answer.json["error"]) == (401, "signed_out")


# ---- what it costs ----


def test_an_answer_is_a_few_statements_whatever_the_length_of_the_paper(
    learner: FlaskClient, session: Session, cast: Cast, count_queries: QueryCounter
) -> None:
    counts = []
    for size in (2, 30):
        exam = make_exam(session, cast, [make_single(session, n) for n in range(size)])
        session.commit()
        sitting = start(learner, exam)
        send(learner, sitting, 1, [1])
        count_queries.statements.clear()
        send(learner, sitting, 1, [2])
        counts.append(len(count_queries))

    assert counts[0] == counts[1]
    # Who is it (session, roles, notice), the locked slot, the row.
    assert counts[0] <= 6


def test_the_paper_is_read_in_as_many_statements_whatever_its_length(
    learner: FlaskClient, session: Session, cast: Cast, count_queries: QueryCounter
) -> None:
    counts = []
    for size in (2, 30):
        exam = make_exam(session, cast, [make_single(session, n) for n in range(size)])
        session.commit()
        sitting = start(learner, exam)
        count_queries.statements.clear()
        learner.get(sitting)
        counts.append(len(count_queries))

    assert counts[0] == counts[1]


def test_what_an_author_says_to_a_choice_is_shown_to_those_who_made_it(
    learner: FlaskClient, session: Session, cast: Cast
) -> None:
    version = make_single(session)
    question = session.get_one(Question, version.question_id)
    question.feedback_html = {"1": "<p>四小时是二级票。</p>", "3": "<p>那是三级票。</p>"}
    exam = make_exam(session, cast, [version], reveal=Reveal.AFTER_SUBMISSION)
    session.commit()
    sitting = start(learner, exam)
    send(learner, sitting, 1, [1])

    page = learner.post(f"{sitting}/submit", follow_redirects=True).text

    assert "四小时是二级票" in page
    assert "那是三级票" not in page
