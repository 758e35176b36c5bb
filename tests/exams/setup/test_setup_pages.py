"""The examiner's work over HTTP, from a new exam to its candidates; no page needs a script."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import ManualClock
from exams.models import Exam, ExamState, Exemption, PoolEntry
from exams.queries.audience import AudienceChoice, audience_of
from exams.queries.exams import blueprint_of, spec_of
from question_bank.models import Question, QuestionTag
from tests.cast import Cast
from tests.conftest import MONDAY, QueryCounter
from tests.exams.factories import make_exam, make_multiple, make_single
from tests.exams.setup.making import SINGLES, make_draft, publish

Browser = Callable[[str], FlaskClient]
DEFINITION = {
    "title": "2026 年度安规考试",
    "instructions": "闭卷。",
    "opens_on": "2026-03-03",
    "opens_time": "08:00",
    "closes_on": "2026-03-06",
    "closes_time": "18:00",
    "minutes": "60",
    "pass_mark": "16",
    "tries": "2",
    "shuffles_questions": "y",
    "scoring_rule": "half_if_partial",
    "scoring_value": "",
    "reveal": "after_window",
    "kind": "final",
    "late_answers": "confirm",
    "result_reveal": "after_submission",
    "marks_reveal": "after_submission",
    "explanations_reveal": "after_window",
}


@pytest.fixture
def examiner(client_for: Browser) -> FlaskClient:
    return client_for("examiner")


@pytest.fixture
def bank(session: Session) -> list[int]:
    """The versions of three single choices, one of them tagged, and one multiple choice."""
    versions = [*(make_single(session, number) for number in range(3)), make_multiple(session)]
    session.add(QuestionTag(question_id=versions[0].question_id, tag="动火"))
    session.commit()
    return [version.id for version in versions]


def rows(*given: dict[str, Any], do: str = "save") -> dict[str, str]:
    """The form of a blueprint."""
    blank = {
        "source": "",
        "type": "",
        "difficulty_min": "1",
        "difficulty_max": "5",
        "count": "2",
        "points": "10",
    }
    fields = {
        f"rows-{index}-{name}": str(value)
        for index, row in enumerate(given)
        for name, value in (blank | row).items()
    }
    return fields | {"do": do}


def errors(page: str) -> list[str]:
    """The messages at the fields of a page."""
    found = re.findall(r'<p class="field-error"[^>]*>(.*?)</p>', page, re.DOTALL)
    return [html.unescape(re.sub(r"<span.*?</span>", "", one)).strip() for one in found]


def test_from_a_new_exam_to_its_candidates(
    examiner: FlaskClient,
    client_for: Browser,
    session: Session,
    cast: Cast,
    bank: list[int],
    clock: ManualClock,
) -> None:
    new = examiner.post("/exams/new", data=DEFINITION)
    exam_id = session.scalars(select(Exam.id)).one()
    assert new.location == f"/exams/{exam_id}/blueprint"
    assert "还没保存" in examiner.get(new.location).text

    saved = examiner.post(new.location, data=rows({"type": "single_choice"}))
    assert saved.location == f"/exams/{exam_id}"
    draft = examiner.get(f"/exams/{exam_id}").text
    assert "还差 1 步才能发布" in draft
    assert "还不能发布" in examiner.get(f"/exams/{exam_id}/publication").text

    press = str(cast.team("press").id)
    people = {"rows-0-team": press, "rows-0-post": ""}
    preview = examiner.post(f"/exams/{exam_id}/audience", data=people | {"do": "check"}).text
    assert "按今天的名单，一共 2 人。" in preview
    examiner.post(f"/exams/{exam_id}/audience", data=people | {"do": "save"})
    assert "都齐了，可以发布" in examiner.get(f"/exams/{exam_id}").text

    last_look = examiner.get(f"/exams/{exam_id}/publication").text
    assert "2 人应考，每人 2 题，20 分，16 分及格，60 分钟。" in last_look
    examiner.post(f"/exams/{exam_id}/publication")
    exam = session.get_one(Exam, exam_id, populate_existing=True)
    assert exam.state is ExamState.PUBLISHED
    assert "2 人应考，0 人已考，0 人合格。" in examiner.get(f"/exams/{exam_id}").text

    clock.move_to(MONDAY + timedelta(days=1))
    learner = client_for("learner")
    assert learner.post(f"/my-exams/{exam_id}/start").status_code == 302
    candidates = examiner.get(f"/exams/{exam_id}/candidates?standing=sitting").text
    assert "王小满" in candidates
    assert "李青山" not in candidates


def test_the_listed_exam_shows_its_counts(
    client_for: Browser, session: Session, cast: Cast
) -> None:
    make_exam(session, cast, audience="press")
    session.commit()

    page = client_for("inspector").get("/exams").text

    assert "冲压工年度安规考试" in page
    assert "应考 2 人，已考 0 人" in page
    assert "新建考试" not in page


def test_the_list_takes_the_same_statements_for_one_exam_and_for_twenty(
    client_for: Browser, session: Session, cast: Cast, count_queries: QueryCounter
) -> None:
    browser = client_for("inspector")

    def measure() -> int:
        make_exam(session, cast, [], count=1)
        session.commit()
        count_queries.statements.clear()
        browser.get("/exams")
        return len(count_queries)

    few = measure()
    for _number in range(18):
        make_exam(session, cast, [], count=1)

    assert measure() == few


def test_the_list_is_searched_filtered_and_paged(
    examiner: FlaskClient, session: Session, cast: Cast
) -> None:
    for number in range(21):
        make_exam(session, cast, [], count=1, title=f"第 {number} 场 50%")
    make_exam(session, cast, [], count=1, title="撤掉的", state=ExamState.WITHDRAWN)
    session.commit()

    assert "共 21 场" in examiner.get("/exams").text
    assert "第 0 场" in examiner.get("/exams?page=2").text
    assert "第 0 场" in examiner.get("/exams?page=999").text
    assert "第 7 场" in examiner.get("/exams?words=第 7").text
    assert "没有这样的考试" in examiner.get("/exams?words=50_").text
    assert "撤掉的" in examiner.get("/exams?phase=withdrawn").text
    assert "撤掉的" not in examiner.get("/exams?page=2").text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": " "}, "写上考试名称"),
        ({"opens_on": "明天"}, "日期写成 2026-11-20 这样"),
        ({"opens_time": ""}, "写上开始时间"),
        ({"closes_time": "25:00"}, "时间写成 08:30 这样"),
        ({"closes_on": "2026-03-02"}, "结束时间要晚于开始时间"),
        ({"minutes": "一小时"}, "填整数"),
        ({"minutes": "481"}, "时长填 1 到 480 分钟"),
        ({"pass_mark": "八十"}, "分数填数字，例如 2 或 0.5"),
        ({"pass_mark": "80.25"}, "分数大于 0，最多一位小数，例如 2 或 0.5"),
        ({"pass_mark": "-1"}, "分数大于 0，最多一位小数，例如 2 或 0.5"),
        ({"tries": "0"}, "次数填 1 到 10"),
        ({"scoring_rule": "fixed_if_partial"}, "写上给几分"),
    ],
)
def test_each_mistake_is_told_at_its_field_and_nothing_is_lost(
    examiner: FlaskClient, session: Session, changes: dict[str, str], message: str
) -> None:
    page = examiner.post("/exams/new", data=DEFINITION | changes).text

    assert errors(page) == [message]
    assert "闭卷。" in page
    assert session.scalars(select(Exam.id)).all() == []


def test_times_are_those_of_the_enterprise(examiner: FlaskClient, session: Session) -> None:
    examiner.post("/exams/new", data=DEFINITION)

    exam = session.scalars(select(Exam)).one()
    assert exam.opens_at.isoformat() == "2026-03-03T00:00:00+00:00"
    form = examiner.get(f"/exams/{exam.id}/definition").text
    assert 'value="2026-03-03"' in form
    assert 'value="08:00"' in form


RULES_OF_ENTRY = {
    "kind": "practice",
    "entry_minutes": "15",
    "entry_until_on": "2026-03-04",
    "entry_until_time": "09:30",
    "least_minutes": "20",
    "waits_for_start": "y",
    "entry_code": "k7mp-2q",
    "address_ranges": "10.2.3.4/16\nfd00::/8",
    "wait_hours": "4",
    "delivery_minutes": "25",
    "late_answers": "automatic",
    "marks_reveal": "during",
    "explanations_reveal": "never",
}


def test_the_rules_of_entry_and_visibility_survive_the_form(
    examiner: FlaskClient, session: Session
) -> None:
    examiner.post("/exams/new", data=DEFINITION | RULES_OF_ENTRY)
    exam = session.scalars(select(Exam)).one()
    page = examiner.get(f"/exams/{exam.id}/definition").text

    assert exam.entry_until == MONDAY + timedelta(days=1, hours=16, minutes=30)
    assert (exam.entry_code, exam.address_ranges) == ("K7MP2Q", ["10.2.0.0/16", "fd00::/8"])
    assert (exam.entry_minutes, exam.least_minutes, exam.wait_hours) == (15, 20, 4)
    assert (exam.is_practice, exam.waits_for_start, exam.proposes_standby) == (True, True, False)
    assert (exam.delivery_minutes, exam.late_answers.value) == (25, "automatic")
    assert (exam.marks_reveal.value, exam.explanations_reveal.value) == ("during", "never")
    for shown in ('value="09:30"', 'value="K7MP2Q"', "10.2.0.0/16", 'value="25"'):
        assert shown in page


def test_a_bad_network_and_half_a_moment_are_told_at_their_fields(examiner: FlaskClient) -> None:
    bad = {"address_ranges": "10.2.0.0/16\n车间", "entry_until_on": "2026-03-04"}

    told = errors(examiner.post("/exams/new", data=DEFINITION | bad).text)

    assert told == [
        "最晚进场的日期和时间都要填，或都空着",
        "第 2 行的“车间”不是地址或网段。写成 10.2.0.0/16 或 10.2.3.4 这样",
    ]


def test_half_points_survive_the_form(examiner: FlaskClient, session: Session) -> None:
    examiner.post("/exams/new", data=DEFINITION | {"pass_mark": "16.5"})

    exam = session.scalars(select(Exam)).one()
    assert exam.pass_mark_tenths == 165
    assert 'value="16.5"' in examiner.get(f"/exams/{exam.id}/definition").text


def test_a_pass_mark_above_the_total_is_told_at_its_field(
    examiner: FlaskClient, session: Session, cast: Cast
) -> None:
    exam = make_draft(session, cast)
    session.commit()

    page = examiner.post(f"/exams/{exam.id}/definition", data=DEFINITION | {"pass_mark": "21"}).text

    assert errors(page) == ["及格线 21 分高过总分 20 分。降低及格线，或先改抽题规则"]


def test_rows_are_added_and_removed_without_storing(
    examiner: FlaskClient, session: Session, cast: Cast, bank: list[int]
) -> None:
    exam = make_draft(session, cast)
    session.commit()
    address = f"/exams/{exam.id}/blueprint"

    added = examiner.post(address, data=rows({"count": 3}, do="add")).text
    removed = examiner.post(address, data=rows({"count": 3}, {"count": 1}, do="remove:rows-0")).text

    assert "rows-1-count" in added
    assert errors(added) == []
    assert 'name="rows-0-count"' not in removed
    assert re.search(r'name="rows-1-count"[^>]*value="1"', removed)
    assert [spec_of(row) for row in blueprint_of(session, exam.id)] == [SINGLES]


def test_available_questions_are_counted_row_by_row(
    examiner: FlaskClient, session: Session, cast: Cast, bank: list[int]
) -> None:
    exam = make_draft(session, cast)
    session.commit()

    page = examiner.post(
        f"/exams/{exam.id}/blueprint",
        data=rows(
            {"type": "single_choice", "count": 3},
            {"source": "t:动火", "count": 1},
            {"type": "multiple_choice", "count": 2},
            {"source": "m:gone", "count": "x"},
            do="check",
        ),
    ).text

    assert "3 题，合起来不够" in page
    assert "1 题，合起来不够" in page
    assert "1 题，不够" in page
    assert "第 1、2 行抽的是同一批题，合起来要 4 题，只有 3 题" in page
    assert "第 3 行要 2 题，题库里只有 1 题" in page
    assert errors(page) == ["填整数"]


def test_a_short_blueprint_is_saved_and_says_so(
    examiner: FlaskClient, session: Session, cast: Cast, bank: list[int]
) -> None:
    exam = make_draft(session, cast)
    session.commit()
    address = f"/exams/{exam.id}/blueprint"

    saved = examiner.post(address, data=rows({"count": 9}))

    assert saved.location == address
    assert "第 1 行要 9 题，题库里只有 4 题" in examiner.get(address).text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"count": ""}, "写上题数"),
        ({"count": "0"}, "题数填 1 到 500"),
        ({"points": ""}, "写上每题几分"),
        ({"points": "0"}, "分数大于 0，最多一位小数，例如 2 或 0.5"),
        ({"difficulty_min": "4", "difficulty_max": "2"}, "难度从低到高选"),
    ],
)
def test_a_mistake_in_a_row_is_told_in_that_row(
    examiner: FlaskClient, session: Session, cast: Cast, changes: dict[str, str], message: str
) -> None:
    exam = make_draft(session, cast)
    session.commit()

    page = examiner.post(f"/exams/{exam.id}/blueprint", data=rows({}, changes)).text

    assert errors(page) == [message]
    assert f"第 2 行：{message}" in page


def test_a_row_of_the_audience_needs_a_team(
    examiner: FlaskClient, session: Session, cast: Cast
) -> None:
    exam = make_draft(session, cast)
    session.commit()

    page = examiner.post(
        f"/exams/{exam.id}/audience",
        data={"rows-0-team": "", "rows-0-post": "", "do": "save"},
    ).text

    assert errors(page) == ["选一个班组；要全企业，选最上面一级"]


def test_a_stored_row_of_a_post_alone_is_shown_under_the_enterprise(
    examiner: FlaskClient, session: Session, cast: Cast
) -> None:
    exam = make_draft(session, cast, teams=())
    post, root = cast.posts["冲压工"], cast.team("enterprise")
    address = f"/exams/{exam.id}/audience"
    session.commit()

    examiner.post(
        address,
        data={"rows-0-team": str(root.id), "rows-0-post": str(post.id), "do": "save"},
    )

    assert [line.choice for line in audience_of(session, exam.id)] == [
        AudienceChoice(root.id, post.id)
    ]
    assert f'<option selected value="{post.id}">冲压工</option>' in examiner.get(address).text


def test_people_are_added_after_publication_only_with_a_reason(
    examiner: FlaskClient, session: Session, cast: Cast
) -> None:
    exam = make_exam(session, cast, audience="press")
    session.commit()
    address, row = f"/exams/{exam.id}/audience", {"rows-0-team": str(cast.team("weld").id)}

    refused = examiner.post(address, data=row | {"rows-0-post": "", "do": "save"}).text
    added = examiner.post(address, data=row | {"rows-0-post": "", "reason": "漏了", "do": "save"})

    assert errors(refused) == ["写上为什么加人"]
    assert added.status_code == 302
    assert "冲压车间；焊装车间" in examiner.get(f"/exams/{exam.id}").text


def test_a_person_is_found_exempted_and_called_back(
    examiner: FlaskClient, client_for: Browser, session: Session, cast: Cast
) -> None:
    exam, learner = make_exam(session, cast, audience="press"), cast.user("learner")
    session.commit()
    address = f"/exams/{exam.id}/exemptions"
    assert "王小满" in examiner.get(f"{address}?words=小满").text
    assert "应考的人里没有“立夏”" in examiner.get(f"{address}?words=立夏").text

    nobody = examiner.post(address, data={"words": "小满", "reason": "产假"}).text
    unexplained = examiner.post(address, data={"words": "小满", "user_id": learner.id}).text
    examiner.post(address, data={"words": "小满", "user_id": learner.id, "reason": "产假"})

    assert errors(nobody) == ["选一个人"]
    assert errors(unexplained) == ["写上原因"]
    assert session.scalars(select(Exemption.reason)).all() == ["产假"]
    assert "产假" in client_for("inspector").get(address).text
    examiner.post(f"{address}/{learner.id}/removal", data={"reason": "回来了"})
    assert session.scalars(select(Exemption.reason)).all() == []


def test_who_reads_may_not_exempt(client_for: Browser, session: Session, cast: Cast) -> None:
    exam = make_exam(session, cast, audience="press")
    session.commit()

    answer = client_for("safety_manager").post(
        f"/exams/{exam.id}/exemptions",
        data={"words": "小满", "user_id": cast.user("learner").id, "reason": "产假"},
    )

    assert answer.status_code == 403
    assert session.scalars(select(Exemption.reason)).all() == []


def test_the_window_and_the_minutes_change_each_with_a_reason(
    examiner: FlaskClient, session: Session, cast: Cast
) -> None:
    exam = make_exam(session, cast)
    session.commit()
    address = f"/exams/{exam.id}/change"
    later = {"window-closes_on": "2026-03-03", "window-closes_time": "18:00", "do": "window"}
    longer = {"minutes-minutes": "90", "do": "minutes"}

    unexplained = examiner.post(address, data=later).text
    earlier = examiner.post(
        address, data=later | {"window-closes_on": "2026-03-01", "window-reason": "停电"}
    ).text
    examiner.post(address, data=later | {"window-reason": "停电"})
    examiner.post(address, data=longer | {"minutes-reason": "题长"})

    assert errors(unexplained) == ["写上原因"]
    assert errors(earlier) == ["新的结束时间要晚于现在的结束时间"]
    session.refresh(exam)
    assert exam.closes_at.isoformat() == "2026-03-03T10:00:00+00:00"
    assert exam.minutes == 90


def test_an_exam_is_withdrawn_with_a_reason(
    examiner: FlaskClient, session: Session, cast: Cast
) -> None:
    exam = make_exam(session, cast)
    session.commit()

    assert errors(examiner.post(f"/exams/{exam.id}/withdrawal").text) == ["写上原因"]
    examiner.post(f"/exams/{exam.id}/withdrawal", data={"reason": "发错了"})

    session.refresh(exam)
    assert exam.state is ExamState.WITHDRAWN
    assert "没有人会看到这场考试" in examiner.get(f"/exams/{exam.id}").text


def test_a_question_is_withdrawn_unless_its_row_runs_short(
    examiner: FlaskClient, session: Session, cast: Cast, bank: list[int]
) -> None:
    exam = make_draft(session, cast)
    publish(session, cast, exam)
    session.commit()
    pool = f"/exams/{exam.id}/pool"
    assert "从 3 题里抽 2 题。" in examiner.get(pool).text

    examiner.post(f"{pool}/{bank[0]}", data={"reason": "答案有错"})
    refused = examiner.post(f"{pool}/{bank[1]}", data={"reason": "答案有错"}).text

    assert "撤掉了 1 题。" in examiner.get(pool).text
    assert "不能撤：第 1 行要 2 题，题库里只有 2 题" not in refused
    assert "不能撤：第 1 行要 2 题，题库里只有 1 题" in refused
    withdrawn = select(PoolEntry).where(PoolEntry.withdrawn_at.is_not(None))
    assert len(session.scalars(withdrawn).all()) == 1


def test_the_pool_says_when_the_bank_has_a_newer_version(
    examiner: FlaskClient, session: Session, cast: Cast, bank: list[int]
) -> None:
    exam = make_draft(session, cast)
    publish(session, cast, exam)
    question = session.scalars(select(Question).where(Question.current_version_id == bank[0])).one()
    question.current_version_id = bank[3]
    session.commit()

    assert "题库里已有新版" in examiner.get(f"/exams/{exam.id}/pool").text


def test_a_copy_opens_in_its_definition(
    examiner: FlaskClient, session: Session, cast: Cast
) -> None:
    exam = make_exam(session, cast, title="2026 年考试")
    session.commit()

    answer = examiner.post(f"/exams/{exam.id}/copy")

    assert 'value="2027 年考试"' in examiner.get(answer.location).text


def test_pages_of_a_draft_lead_on_once_it_is_published(
    examiner: FlaskClient, session: Session, cast: Cast
) -> None:
    exam = make_exam(session, cast)
    session.commit()

    for page, target in (
        ("blueprint", ""),
        ("publication", ""),
        ("definition", "/change"),
    ):
        assert examiner.get(f"/exams/{exam.id}/{page}").location == f"/exams/{exam.id}{target}"


def test_a_draft_has_no_pool_yet(examiner: FlaskClient, session: Session, cast: Cast) -> None:
    exam = make_draft(session, cast)
    session.commit()

    assert examiner.get(f"/exams/{exam.id}/pool").status_code == 404


def test_what_is_typed_is_shown_as_text(examiner: FlaskClient, session: Session) -> None:
    script = "<script>alert(1)</script>"
    examiner.post("/exams/new", data=DEFINITION | {"title": script, "instructions": script})
    exam_id = session.scalars(select(Exam.id)).one()

    for address in ("/exams", f"/exams/{exam_id}", f"/exams/{exam_id}/definition"):
        assert script not in examiner.get(address).text


def test_a_form_without_its_token_is_refused(
    app: Flask, examiner: FlaskClient, session: Session
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True

    assert examiner.post("/exams/new", data=DEFINITION).status_code == 400
    assert session.scalars(select(Exam.id)).all() == []
