"""A result that is not told yet is told nowhere: by regrades, appeals, files, JSON, records."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.clock import ManualClock
from exams.corrections import ChangeKind
from exams.models import Exam, Reveal, Sitting
from exams.operations.verdicts import void_sitting
from question_bank.models import QuestionVersion
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import WINDOW, make_exam, make_multiple, make_single
from tests.exams.regrading import LATER, regrade_by, sit

Browser = Callable[[str], FlaskClient]
# What a page says of a score of 42.5 points and of its correction; nothing else looks like it.
# The full score is no result: it may be known.
TELLING = ("42.5", "不合格", "成绩更正：")


@pytest.fixture
def single(session: Session, cast: Cast) -> QuestionVersion:
    return make_single(session)


@pytest.fixture
def multiple(session: Session, cast: Cast) -> QuestionVersion:
    return make_multiple(session)


@pytest.fixture
def exam(session: Session, cast: Cast, single: QuestionVersion, multiple: QuestionVersion) -> Exam:
    return make_exam(
        session,
        cast,
        [single, multiple],
        pass_mark_tenths=150,
        result_reveal=Reveal.NEVER,
        appeal_days=7,
    )


@pytest.fixture
def regraded(
    session: Session,
    cast: Cast,
    exam: Exam,
    single: QuestionVersion,
    multiple: QuestionVersion,
) -> Sitting:
    """42.5 of 47.5 points, corrected from 15 of 20; the candidate may never see any of it."""
    sitting = sit(session, cast, exam, "learner", {single.id: [2], multiple.id: [1]})
    regrade_by(session, cast, exam, single, ChangeKind.POINTS, 375)
    assert (sitting.score_tenths, sitting.full_score_tenths) == (425, 475)
    session.commit()
    return sitting


def test_a_corrected_result_is_on_no_page_of_its_person(
    client_for: Browser, clock: ManualClock, regraded: Sitting
) -> None:
    clock.move_to(LATER + timedelta(minutes=1))
    learner = client_for("learner")
    sitting = f"/sittings/{regraded.id}"

    for address in (
        "/",
        "/my-exams",
        "/my-appeals",
        "/my-certificates",
        f"{sitting}/result?show=all",
        f"{sitting}/receipt",
        f"{sitting}/appeals",
        f"/my-exams/{regraded.exam_id}",
    ):
        page = learner.get(address, follow_redirects=True)
        assert page.status_code == 200, address
        assert [word for word in TELLING if word in page.text] == [], address


def test_my_records_leave_score_full_score_and_correction_out(
    client_for: Browser, clock: ManualClock, regraded: Sitting
) -> None:
    clock.move_to(LATER + timedelta(minutes=1))

    page = client_for("learner").get("/me/records").text

    assert "42.5" not in page


def test_a_copy_of_the_evidence_holds_neither_score_nor_corrections(
    client_for: Browser, clock: ManualClock, regraded: Sitting
) -> None:
    clock.move_to(LATER + timedelta(minutes=1))

    answer = client_for("learner").get(f"/sittings/{regraded.id}/evidence.zip")

    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        name = next(one for one in packed.namelist() if one.endswith(".json"))
        told = json.loads(packed.read(name))
    assert told["chain"] is None
    assert not {"score_tenths", "is_passed"} & set(told["sitting"])
    assert "425" not in json.dumps(told["sitting"])


def test_answers_of_the_server_to_the_page_tell_no_score(
    client_for: Browser, session: Session, cast: Cast, exam: Exam, clock: ManualClock
) -> None:
    session.commit()
    clock.move_to(MONDAY)
    learner = client_for("learner")
    sitting = learner.post(f"/my-exams/{exam.id}/start").location
    told = [
        learner.post(f"{sitting}/answers", json={"slot": 1, "response": [1], "key": "choice-01"}),
        learner.post(
            f"{sitting}/presence",
            json={"lease": "page-0001", "slot": 1, "answered": 1, "waiting": 0},
        ),
        learner.post(f"{sitting}/submit", headers={"Accept": "application/json"}),
        learner.post(f"{sitting}/late", json={"lease": "page-0001", "entries": []}),
        learner.post(f"{sitting}/hold", json={"lease": "page-0001", "seen": 0}),
    ]

    for answer in told:
        assert answer.status_code < 400, (answer.request.path, answer.text)
        assert "score" not in answer.text
        assert "passed" not in answer.text


def test_the_table_of_results_is_for_officials_alone(
    client_for: Browser, clock: ManualClock, regraded: Sitting
) -> None:
    clock.move_to(LATER)
    exam = f"/exams/{regraded.exam_id}"
    learner = client_for("learner")

    found = [
        learner.post(f"{exam}/results"),
        learner.get(f"{exam}/results.xlsx"),
        learner.get(f"{exam}/sittings"),
        learner.get(f"/exams/sittings/{regraded.id}/evidence"),
        learner.get(f"{exam}/regrades"),
        learner.get(f"{exam}/board/cells"),
    ]

    assert {answer.status_code for answer in found} <= {403, 404}


def test_a_result_told_after_the_window_tells_its_correction_then(
    client_for: Browser,
    session: Session,
    cast: Cast,
    single: QuestionVersion,
    clock: ManualClock,
) -> None:
    exam = make_exam(
        session, cast, [single], pass_mark_tenths=50, result_reveal=Reveal.AFTER_WINDOW
    )
    sitting = sit(session, cast, exam, "learner", {single.id: [2]})
    regrade_by(session, cast, exam, single, ChangeKind.POINTS, 375)
    void_sitting(session, sitting.id, reason="替考", actor=cast.actor("examiner"), now=LATER)
    session.commit()
    learner = client_for("learner")

    clock.move_to(MONDAY + WINDOW)
    early = learner.get(f"/sittings/{sitting.id}/result").text
    clock.move_to(LATER)
    late = learner.get(f"/sittings/{sitting.id}/result").text

    assert "37.5" not in early
    assert "37.5" in late
    assert "<h1>违纪作废</h1>" in late
