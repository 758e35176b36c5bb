"""A practice exam counts for nothing and says so wherever it is named."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates.models import Certificate, CertificateKind, ExamAward
from certificates.operations import award_for_sitting, set_award
from certificates.queries import sittings_without_certificate
from core.errors import Conflict
from exams.models import Exam, ExamKind
from exams.queries.statistics import exams_to_analyse
from reports.queries.pass_rates import exams_to_report
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam
from tests.sittings import make_sitting

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def practice(session: Session, cast: Cast) -> Exam:
    made = make_exam(session, cast, title="动火练习", kind=ExamKind.PRACTICE, tries=5)
    session.commit()
    return made


def test_it_is_left_out_of_pass_rates_and_of_the_figures_of_questions(
    session: Session, cast: Cast, practice: Exam
) -> None:
    final = make_exam(session, cast)
    for exam in (practice, final):
        make_sitting(session, exam, cast.user("learner"))

    reported = exams_to_report(session, cast.actor("safety_manager"), now=MONDAY)

    assert [exam.id for exam in reported] == [final.id]
    assert exams_to_analyse(session) == [final.id]
    assert exams_to_analyse(session, only=practice.id) == []


def test_it_gives_no_certificate_whatever_stands_in_the_table(
    session: Session, cast: Cast, practice: Exam
) -> None:
    kind = CertificateKind(code="AG", name="安规合格证", valid_months=12)
    session.add(kind)
    session.flush()
    with pytest.raises(Conflict, match="练习不发证"):
        set_award(session, practice, kind, actor=cast.actor("examiner"), now=MONDAY)
    session.add(ExamAward(exam_id=practice.id, kind_id=kind.id))
    sitting = make_sitting(session, practice, cast.user("learner"))

    award_for_sitting(
        session,
        sitting.id,
        check_code="x",
        zone=ZoneInfo("Asia/Shanghai"),
        actor=cast.actor("examiner"),
        now=MONDAY,
    )

    assert session.scalar(select(func.count(Certificate.id))) == 0
    assert sittings_without_certificate(session) == []


def test_who_passed_may_practise_again(
    session: Session, cast: Cast, practice: Exam, client_for: Browser
) -> None:
    make_sitting(session, practice, cast.user("learner"))
    session.commit()
    learner = client_for("learner")

    assert "现在要考" in learner.get("/my-exams").text
    assert "/sittings/" in learner.post(f"/my-exams/{practice.id}/start").location


def test_every_page_that_names_it_calls_it_practice(
    session: Session, practice: Exam, client_for: Browser
) -> None:
    learner, examiner = client_for("learner"), client_for("examiner")
    before = [learner.get(at).text for at in ("/my-exams", f"/my-exams/{practice.id}")]
    sitting = learner.post(f"/my-exams/{practice.id}/start").location
    during = learner.get(sitting).text
    learner.post(f"{sitting}/submit")
    places = ("/exams", "/exams/boards", f"/exams/{practice.id}", f"/exams/{practice.id}/board")

    pages = [*before, during, learner.get(f"{sitting}/result").text]
    pages += [examiner.get(place).text for place in places]

    assert [page.count("练习") > page.count("动火练习") for page in pages] == [True] * len(pages)


def test_it_is_nobodys_duty_at_home(practice: Exam, client_for: Browser) -> None:
    assert "动火练习" not in client_for("learner").get("/").text
