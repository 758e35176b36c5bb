"""While people mark: what the candidate, the examiner and the reports are told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.services import Services
from exams.item_analysis import analyse_exams
from exams.models import Exam, ExamStatistics, Reveal, Sitting
from exams.operations.answers_to_mark import release_results
from exams.operations.sitting import start_sitting
from exams.queries.audience import window_days
from exams.queries.candidates import CandidateFilter
from exams.queries.candidates import candidates as listed
from exams.standing import Standing
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.people.papers import (
    LATER,
    SHANGHAI,
    appoint,
    make_marker,
    mark,
    sit,
    written_exam,
)

Client = Callable[[str], FlaskClient]


@pytest.fixture
def exam(session: Session, cast: Cast) -> Exam:
    return written_exam(session, cast, tries=2, reveal=Reveal.AFTER_SUBMISSION)


@pytest.fixture
def sitting(session: Session, cast: Cast, exam: Exam) -> Sitting:
    made = sit(session, exam, cast.user("learner"), "报告")
    session.commit()
    return made


def release(session: Session, cast: Cast, exam: Exam, sitting: Sitting, tenths: int) -> None:
    marker = make_marker(session, cast, "甲")
    appoint(session, cast, exam, marker)
    mark(session, marker, sitting, tenths)
    release_results(session, exam, limit=9, actor=cast.actor("examiner"), now=LATER)
    session.commit()


def test_the_result_page_waits_with_the_machines_part(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, client_for: Client
) -> None:
    client, address = client_for("learner"), f"/sittings/{sitting.id}/result"

    page = client.get(address).get_data(as_text=True)

    assert "<h1>待阅卷</h1>" in page
    assert "10 / 10" in page
    assert "待阅卷 / 10" in page
    assert "另有 1 题待阅卷" in page
    assert "不合格" not in page
    # The rubric stays with the markers until the result is there.
    assert "采分点" not in page
    release(session, cast, exam, sitting, 50)
    page = client.get(address).get_data(as_text=True)
    assert "<h1>合格</h1>" in page
    assert "关阀（5 分）" in page
    assert "没答到" in page
    assert "看过" in page


def test_my_exams_and_home_say_that_it_is_being_marked(
    exam: Exam, sitting: Sitting, client_for: Client
) -> None:
    client = client_for("learner")

    mine, home = (client.get(path).get_data(as_text=True) for path in ("/my-exams", "/"))

    assert "待阅卷" in mine
    assert "不合格" not in mine
    assert "现在可以考" not in mine
    assert "等成绩的考试" in home
    assert "去补考" not in home


def test_no_resit_while_the_first_try_waits(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, client_for: Client
) -> None:
    page = client_for("learner").get(f"/my-exams/{exam.id}").get_data(as_text=True)

    assert "上一次的答卷还在阅卷，出成绩后才能再考" in page
    with pytest.raises(Conflict, match="还在阅卷"):
        again(session, cast, exam)
    release(session, cast, exam, sitting, 0)
    assert again(session, cast, exam).try_number == 2


def again(session: Session, cast: Cast, exam: Exam) -> Sitting:
    return start_sitting(
        session,
        exam,
        actor=cast.actor("learner"),
        now=MONDAY + timedelta(minutes=30),
        seed=5,
        zone=SHANGHAI,
    )


def test_lists_and_reports_count_it_neither_passed_nor_failed(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, client_for: Client
) -> None:
    client = client_for("examiner")

    (person,) = listed(
        session,
        cast.actor("examiner"),
        exam,
        CandidateFilter(words="小满"),
        days=window_days(exam, SHANGHAI),
        now=MONDAY,
        limit=9,
    )
    rates = client.get(f"/reports/pass-rates?exam={exam.id}").get_data(as_text=True)
    page = client.get(f"/exams/{exam.id}").get_data(as_text=True)
    names = client.get(f"/reports/pass-rates/{exam.id}/people?group=to_mark")
    watched = client.get(f"/exams/sittings/{sitting.id}/watch").get_data(as_text=True)

    assert person.standing is Standing.TO_MARK
    assert "1 人交了卷，待阅卷。" in rates
    assert "1 人的答卷待阅卷，还没有成绩。" in page
    assert "王小满" in names.get_data(as_text=True)
    assert "交卷，待阅卷" in watched


def test_the_item_analysis_leaves_it_out_until_it_is_marked(
    session: Session,
    cast: Cast,
    exam: Exam,
    sitting: Sitting,
    services: Services,
    client_for: Client,
) -> None:
    analyse_exams(services, exam_id=exam.id)
    session.expire_all()
    assert session.get_one(ExamStatistics, exam.id).sittings == 0
    page = client_for("examiner").get(f"/exams/{exam.id}/analysis").get_data(as_text=True)
    assert "1 份答卷待阅卷，没有算在里面。" in page

    release(session, cast, exam, sitting, 50)
    analyse_exams(services, exam_id=exam.id)
    session.expire_all()
    assert session.get_one(ExamStatistics, exam.id).sittings == 1
