"""Orderings, matchings, pictures and cases from the drawn paper to the result, over HTTP."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import ManualClock
from exams.models import Exam, Sitting, SittingQuestion
from exams.versions import known_versions
from question_bank.keys import QuestionType
from tests.cast import Cast
from tests.exams.factories import (
    make_case,
    make_exam,
    make_hotspot,
    make_matching,
    make_ordering,
    make_written,
)
from tests.exams.test_sitting_pages import AFTER_WINDOW, send, start

Browser = Callable[[str], FlaskClient]
ORDER, MATCH, FIRST, SECOND, SPOTS = range(1, 6)


@pytest.fixture
def exam(session: Session, cast: Cast) -> Exam:
    versions = [make(session) for make in (make_ordering, make_matching, make_case, make_hotspot)]
    made = make_exam(session, cast, versions, pass_mark_tenths=300, shuffles_options=False)
    session.commit()
    return made


@pytest.fixture
def learner(client_for: Browser) -> FlaskClient:
    return client_for("learner")


def slots(session: Session) -> list[SittingQuestion]:
    return list(session.scalars(select(SittingQuestion).order_by(SittingQuestion.slot)))


def test_a_case_shares_its_points_and_shows_its_story_above_each_part(
    learner: FlaskClient, exam: Exam, session: Session
) -> None:
    page = learner.get(start(learner, exam)).text

    found = slots(session)
    assert [slot.points_tenths for slot in found] == [100, 100, 33, 67, 100]
    assert found[2].case_version_id == found[3].case_version_id is not None
    assert [slot.case_version_id for slot in (found[0], found[1], found[4])] == [None] * 3
    assert session.scalars(select(Sitting)).one().full_score_tenths == 400
    # The second one is shown where one question stands alone.
    assert page.count("火花落入保温棉") == 2
    assert page.count("story-again") == 1
    assert "第 2 小题，共 2 小题" in page


def test_right_answers_earn_everything_and_are_explained_after_the_window(
    learner: FlaskClient, exam: Exam, clock: ManualClock
) -> None:
    sitting = start(learner, exam)
    for slot, response in (
        (ORDER, [1, 2, 3, 4]),
        (MATCH, [[1, 1], [2, 2], [3, 3]]),
        (FIRST, [1]),
        (SECOND, False),
        (SPOTS, {"points": [[75, 75], [25, 25]]}),
    ):
        assert send(learner, sitting, slot, response).json["outcome"] == "saved"
    learner.post(f"{sitting}/submit")
    clock.move_to(AFTER_WINDOW)

    page = learner.get(f"{sitting}/result?show=all").text

    assert ">40</b>" in page
    assert "没有丢分的题" not in page
    for said in ("先断能量，再上锁", "红禁、黄警、蓝指令", "消防器材前不得堆物", "案例题"):
        assert said in page
    assert page.count("找到") == 2


def test_lost_points_say_what_would_have_been_right(
    learner: FlaskClient, exam: Exam, clock: ManualClock, session: Session
) -> None:
    sitting = start(learner, exam)
    send(learner, sitting, ORDER, [2, 1, 3, 4])
    send(learner, sitting, MATCH, [[1, 4], [2, 2]])
    send(learner, sitting, SPOTS, {"points": [[25, 25], [50, 5]]})
    learner.post(f"{sitting}/submit")
    clock.move_to(AFTER_WINDOW)

    page = learner.get(f"{sitting}/result").text

    assert [slot.score_tenths for slot in slots(session)] == [33, 33, 0, 0, 50]
    assert page.count("你排第 ") == 2
    # 上锁 and 验证 stood behind each other as they should.
    assert page.count("answer-wrong") == 4
    assert "红 → 广告" in page
    assert "红 → 禁止" in page
    assert "没找到" in page
    assert "1 个点不在隐患上" in page
    assert "spot-hazard" in page


def test_the_open_page_tells_nothing_of_the_keys(
    learner: FlaskClient, exam: Exam, session: Session
) -> None:
    page = learner.get(start(learner, exam)).text

    # Neither the regions nor which label is a hazard nor the author's order of the steps.
    assert "circle cx" not in page
    assert "rectangle" not in page
    shown = re.findall(r'data-item="(\d)"', page)
    assert [int(item) for item in shown] == slots(session)[0].option_order
    options = re.findall(r'value="1:(\d)"', page)
    assert [int(option) for option in options][-4:] == slots(session)[1].option_order


def test_orders_differ_from_person_to_person_even_where_nothing_is_shuffled(
    exam: Exam, session: Session, client_for: Browser
) -> None:
    for person in ("learner", "team_leader", "trainer", "examiner"):
        start(client_for(person), exam)

    orders = session.scalars(
        select(SittingQuestion.option_order).where(SittingQuestion.slot == ORDER)
    ).all()
    assert len({tuple(order) for order in orders}) > 1


def test_a_page_opened_again_shows_the_reply(
    learner: FlaskClient, exam: Exam, session: Session
) -> None:
    sitting = start(learner, exam)
    send(learner, sitting, ORDER, [4, 3, 2, 1])
    send(learner, sitting, SPOTS, {"points": [[12.5, 30]]})

    page = learner.get(sitting).text

    assert re.findall(r'data-item="(\d)"', page) == ["4", "3", "2", "1"]
    assert "data-answered" in page
    assert 'value="at:12.5,30"' in page
    assert 'cx="12.5%"' in page


def test_an_unfinished_order_is_told_and_the_rest_is_saved(
    learner: FlaskClient, exam: Exam
) -> None:
    sitting = start(learner, exam)

    answer = learner.post(
        f"{sitting}/save",
        data={"q1": ["1:1", "2:1", "", ""], "q4": "false", "seen": "0", "then": "check"},
        follow_redirects=True,
    )

    assert "第 1 题没存上：每一步选一个不同的序号" in answer.text
    assert answer.request.path == sitting
    assert "已答" in answer.text
    assert re.search(r'value="false" checked', answer.text)


def test_the_model_answer_is_kept_from_what_a_candidate_may_see(session: Session) -> None:
    version = make_written(session)

    known = known_versions(session, [version.id])[version.id]

    assert known.printed.type is QuestionType.SHORT_ANSWER
    assert known.model_answer_html == "<p>报告。</p>"
    assert "报告。" not in repr(known)
