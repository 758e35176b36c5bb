"""The pages of marking, as examiners and markers meet them."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User
from core.identity import Role
from exams.models import Exam, ManualMark, MarkerAppointment, MarkRound, Sitting
from tests.cast import Cast
from tests.exams.people.conftest import Opener
from tests.exams.people.papers import (
    appoint,
    candidates,
    make_marker,
    mark,
    sit,
    task_of,
)


@pytest.fixture
def marker(session: Session, cast: Cast, exam: Exam) -> User:
    user = make_marker(session, cast, "甲", Role.TRAINER)
    appoint(session, cast, exam, user)
    return user


@pytest.fixture
def sittings(session: Session, cast: Cast, exam: Exam) -> list[Sitting]:
    texts = ("先报告再关阀", "跑", "先报告 再关阀")
    return [
        sit(session, exam, who, text)
        for who, text in zip(candidates(session, cast, 3), texts, strict=True)
    ]


def take(client: FlaskClient, session: Session, sitting: Sitting) -> str:
    """Take the next answer of the question; the address of its page."""
    task = task_of(session, sitting)
    answer = client.post(f"/exams/{task.exam_id}/marking/questions/{task.question_version_id}/next")
    assert answer.status_code == 302
    return str(answer.location)


def test_a_marker_sees_an_answer_and_nobody_behind_it(
    session: Session, browser_of: Opener, marker: User, sittings: list[Sitting]
) -> None:
    client = browser_of(marker)
    address = take(client, session, sittings[0])

    page = client.get(address).get_data(as_text=True)

    assert re.search(r"data-answer>(先报告 ?再关阀|跑)<", page)
    assert "采分点，答到就勾" in page
    people = session.scalars(select(User).where(User.id.in_([s.user_id for s in sittings])))
    for person in people:
        assert person.name not in page
        assert person.employee_no not in page
    assert "冲压一班" not in page
    assert not re.search(rf"\b{sittings[0].id}\b", address)


def test_marks_are_given_one_after_the_other(
    session: Session, browser_of: Opener, marker: User, exam: Exam, sittings: list[Sitting]
) -> None:
    client = browser_of(marker)
    address = take(client, session, sittings[0])
    for _ in range(3):
        assert client.get(address).status_code == 200
        answer = client.post(address, data={"points": ["1"]})
        assert answer.status_code == 302
        address = str(answer.location)

    assert address == f"/exams/{exam.id}/marking"
    page = client.get(address).get_data(as_text=True)
    assert "3 份答案，阅完 3 份。" in page
    assert {mark.tenths for mark in session.scalars(select(ManualMark))} == {50}


def test_equal_answers_get_the_same_and_can_be_taken_back(
    session: Session, browser_of: Opener, marker: User, sittings: list[Sitting]
) -> None:
    client = browser_of(marker)
    address = take(client, session, sittings[0])
    while "同样的 2 份一起给分" not in client.get(address).get_data(as_text=True):
        address = str(client.post(address, data={"points": ["1"]}).location)
    token = address.split("/")[2]

    onward = str(client.post(address, data={"points": ["1", "2"], "together": "y"}).location)

    given = {task_of(session, sittings[place]).tenths for place in (0, 2)}
    assert given == {100}
    if "undo=" in onward:
        assert "同样的 2 份一起给了分。" in client.get(onward).get_data(as_text=True)
    assert client.post(f"/marking/{token}/taking-back").status_code == 302
    session.expire_all()
    assert {task_of(session, sittings[place]).tenths for place in (0, 2)} == {None}
    assert client.get(f"/marking/{token}").status_code == 200


def test_a_score_of_ones_own_needs_a_reason_and_keeps_within_the_points(
    session: Session, browser_of: Opener, marker: User, sittings: list[Sitting]
) -> None:
    client = browser_of(marker)
    address = take(client, session, sittings[0])

    for data, words in (
        ({"points": ["1"], "score": "7"}, "给的分和勾的采分点对不上，写一句为什么"),
        ({"score": "11", "remark": "好"}, "给的分在 0 到这道题的满分之间"),
        ({"score": "七"}, "分数填数字"),
        ({"score": "1.25"}, "最多一位小数"),
    ):
        answer = client.post(address, data=data)
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True)
    assert session.scalars(select(ManualMark)).all() == []
    assert client.post(address, data={"score": "7.5", "remark": "答得全"}).status_code == 302
    assert session.scalars(select(ManualMark)).one().tenths == 75


def test_a_script_gets_the_next_answer_and_what_it_may_fetch_after_it(
    session: Session, browser_of: Opener, marker: User, sittings: list[Sitting]
) -> None:
    client = browser_of(marker)
    address = take(client, session, sittings[0])
    as_json = {"Accept": "application/json"}

    refused = client.post(address, data={"score": "11"}, headers=as_json)
    told = client.post(address, data={"points": ["2"]}, headers=as_json)

    assert (refused.status_code, refused.json) == (
        200,
        {"message": "给的分在 0 到这道题的满分之间"},
    )
    assert told.json is not None
    assert (told.json["done"], told.json["total"], told.json["is_answer"]) == (1, 3, True)
    assert client.get(told.json["next"]).status_code == 200
    assert client.get(told.json["then"]).status_code == 200


def test_what_is_typed_is_kept_until_it_is_decided(
    session: Session, browser_of: Opener, marker: User, sittings: list[Sitting]
) -> None:
    client = browser_of(marker)
    address = take(client, session, sittings[0])
    draft = {"points": [2], "score": "", "remark": "差一点"}

    kept = client.post(f"{address}/draft", json=draft)

    assert kept.json == {"is_kept": True, "saved_at": "17:00:00"}
    page = client.get(address).get_data(as_text=True)
    assert "差一点" in page
    assert re.search(r'value="2"[^>]*checked', page)
    assert session.scalars(select(ManualMark)).all() == []
    assert client.post(f"{address}/draft", json=["nonsense"]).status_code == 400


def test_a_second_marker_sees_nothing_of_the_first(
    session: Session,
    cast: Cast,
    browser_of: Opener,
    exam: Exam,
    marker: User,
    sittings: list[Sitting],
) -> None:
    exam.marker_count = 2
    other = make_marker(session, cast, "乙")
    appoint(session, cast, exam, other)
    for sitting in sittings:
        mark(session, marker, sitting, 20, remark="只写了一半")
    client = browser_of(other)

    page = client.get(take(client, session, sittings[0])).get_data(as_text=True)

    assert "只写了一半" not in page
    assert "甲" not in page


def test_an_adjudicator_sees_both_marks_as_a_and_b(
    session: Session, cast: Cast, browser_of: Opener, exam: Exam, marker: User
) -> None:
    exam.marker_count = 2
    other, judge = make_marker(session, cast, "乙方"), make_marker(session, cast, "丙方")
    appoint(session, cast, exam, other)
    appoint(session, cast, exam, judge, is_adjudicator=True)
    (who,) = candidates(session, cast, 1)
    sitting = sit(session, exam, who, "跑")
    mark(session, marker, sitting, 0, remark="没有答到")
    client = browser_of(judge)
    waiting = client.post(
        f"/exams/{exam.id}/marking/questions/{task_of(session, sitting).question_version_id}/next"
    )
    assert waiting.location == f"/exams/{exam.id}/marking"

    mark(session, other, sitting, 60, remark="方向对", round_=MarkRound.SECOND)
    page = client.get(take(client, session, sitting)).get_data(as_text=True)

    assert "阅卷人 A" in page
    assert "没有答到" in page
    assert "方向对" in page
    assert "乙方" not in page


def test_results_are_released_by_a_press(
    session: Session,
    client_for: Callable[[str], FlaskClient],
    exam: Exam,
    marker: User,
    sittings: list[Sitting],
) -> None:
    client = client_for("examiner")
    mark(session, marker, sittings[0], 100, points=[1, 2])
    session.commit()
    page = client.get(f"/exams/{exam.id}/marking").get_data(as_text=True)
    assert "发布 1 份成绩" in page
    assert "2 份还没阅完" in page

    client.post(f"/exams/{exam.id}/marking/release")

    session.expire_all()
    assert (sittings[0].score_tenths, sittings[0].is_passed) == (200, True)
    assert sittings[1].score_tenths is None
    assert "没有可以发布的成绩" in client.post(
        f"/exams/{exam.id}/marking/release", follow_redirects=True
    ).get_data(as_text=True)


def test_an_examiner_appoints_and_dismisses(
    session: Session, cast: Cast, client_for: Callable[[str], FlaskClient], exam: Exam
) -> None:
    exam.created_by_id = cast.user("examiner").id
    client, address = client_for("examiner"), f"/exams/{exam.id}/markers"
    trainer = cast.user("trainer").id

    refused = client.post(
        address, data={"do": "appoint", "user_id": exam.created_by_id, "duty": "marker"}
    )
    assert "考教分离，出卷的人不阅卷" in refused.get_data(as_text=True)
    client.post(address, data={"do": "appoint", "user_id": trainer, "duty": "adjudicator"})
    assert session.scalars(select(MarkerAppointment)).one().is_adjudicator
    client.post(address, data={"do": "dismiss", "user_id": trainer})
    assert session.scalars(select(MarkerAppointment)).all() == []


def test_how_an_exam_is_marked_is_set_until_the_first_mark(
    session: Session,
    client_for: Callable[[str], FlaskClient],
    exam: Exam,
    marker: User,
    sittings: list[Sitting],
) -> None:
    client, address = client_for("examiner"), f"/exams/{exam.id}/markers"
    data = {"do": "settings", "marker_count": "2", "max_difference_percent": "15"}

    client.post(address, data=data)

    session.refresh(exam)
    assert (exam.marker_count, exam.max_difference_percent) == (2, 15)
    assert (exam.separates_markers, exam.releases_together) == (False, False)
    bad = client.post(address, data=data | {"max_difference_percent": "101"})
    assert "填 0 到 100" in bad.get_data(as_text=True)
    mark(session, marker, sittings[0], 50)
    session.commit()
    late = client.post(address, data=data | {"marker_count": "1"})
    assert "已经开始阅卷" in late.get_data(as_text=True)
    session.refresh(exam)
    assert exam.marker_count == 2
