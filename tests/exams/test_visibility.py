"""Result, points, right answers and explanations: each is shown when its own rule says so."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from certificates.models import Certificate, CertificateKind, ExamAward
from core.clock import ManualClock
from exams.models import Exam, ExamKind, Reveal
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import WINDOW, make_exam, make_one_of_each

Browser = Callable[[str], FlaskClient]
AFTER_WINDOW = MONDAY + WINDOW + timedelta(seconds=6)
RIGHT = ((1, [2]), (2, [1, 3]), (3, False), (4, ["5", "倒放"]))
# What tells each part on the page.
RESULT, MARKS, ANSWERS, EXPLANATIONS = (
    '<b class="figure">40</b>',
    "result-types",
    "answer-right",
    "一级票有效期不超过 8 小时",
)
NOW, LATER, NEVER = Reveal.AFTER_SUBMISSION, Reveal.AFTER_WINDOW, Reveal.NEVER


@pytest.fixture
def learner(client_for: Browser) -> FlaskClient:
    return client_for("learner")


def sat(session: Session, learner: FlaskClient, exam: Exam) -> str:
    """A perfect paper, handed in; gives the address of the sitting."""
    session.commit()
    sitting = learner.post(f"/my-exams/{exam.id}/start").location
    for slot, response in RIGHT:
        body = {"slot": slot, "response": response, "key": f"key-of-slot-{slot}", "lease": None}
        assert learner.post(f"{sitting}/answers", json=body).json["outcome"] == "saved"
    learner.post(f"{sitting}/submit")
    return sitting


def shown(page: str) -> list[bool]:
    return [part in page for part in (RESULT, MARKS, ANSWERS, EXPLANATIONS)]


@pytest.mark.parametrize(
    ("reveals", "at_once", "after"),
    [
        ((NOW, NOW, LATER, LATER), [True, True, False, False], [True, True, True, True]),
        ((NOW, NEVER, NOW, NEVER), [True, False, True, False], [True, False, True, False]),
        ((NOW, LATER, NEVER, NOW), [True, False, False, True], [True, True, False, True]),
        ((LATER, NOW, LATER, NEVER), [False, False, False, False], [True, True, True, False]),
        ((NEVER, NOW, NEVER, NEVER), [False, False, False, False], [False] * 4),
        ((NOW, NOW, NOW, NOW), [True] * 4, [True] * 4),
    ],
)
def test_each_part_is_shown_in_its_own_time(
    session: Session,
    cast: Cast,
    learner: FlaskClient,
    clock: ManualClock,
    reveals: tuple[Reveal, Reveal, Reveal, Reveal],
    at_once: list[bool],
    after: list[bool],
) -> None:
    result, marks, answers, explanations = reveals
    exam = make_exam(
        session,
        cast,
        reveal=answers,
        result_reveal=result,
        marks_reveal=marks,
        explanations_reveal=explanations,
    )
    sitting = sat(session, learner, exam)

    early = learner.get(f"{sitting}/result?show=all").text
    clock.move_to(AFTER_WINDOW)
    late = learner.get(f"{sitting}/result?show=all").text

    assert shown(early) == at_once
    assert shown(late) == after
    for page in (early, late):
        assert "收到 4 题的答案，共 4 题" in page
        assert "回执码" in page


def test_where_the_key_stays_hidden_points_of_questions_come_after_the_window(
    session: Session, cast: Cast, learner: FlaskClient, clock: ManualClock
) -> None:
    exam = make_exam(session, cast, reveal=NEVER)
    sitting = sat(session, learner, exam)
    assert "每题得分" not in learner.get(f"{sitting}/result").text

    clock.move_to(AFTER_WINDOW)

    assert "每题得分" in learner.get(f"{sitting}/result").text


def test_a_hidden_result_is_told_nowhere(
    session: Session, cast: Cast, learner: FlaskClient, clock: ManualClock
) -> None:
    exam = make_exam(session, cast, make_one_of_each(session), result_reveal=LATER)
    kind = CertificateKind(code="AG", name="安规合格证", valid_months=12)
    session.add(kind)
    session.flush()
    session.add(ExamAward(exam_id=exam.id, kind_id=kind.id))
    sitting = sat(session, learner, exam)
    proof = f"/certificates/{session.query(Certificate).one().id}"

    assert "成绩还没公布" in learner.get(f"{sitting}/result").text
    for place in ("/my-exams", "/my-certificates", proof, "/", "/me/records"):
        page = learner.get(place).text
        assert "安规合格证" not in page
        assert "40 分" not in page
    assert "已交卷，成绩没公布" in learner.get("/my-exams").text
    assert learner.get(proof).status_code == 404
    assert learner.get(f"{proof}.pdf").status_code == 404
    assert client_sees(learner, "/my-exams", "合格，40 分") is False

    clock.move_to(AFTER_WINDOW)

    assert "安规合格证" in learner.get("/my-certificates").text
    assert learner.get(proof).status_code == 200
    assert client_sees(learner, "/my-exams", "合格，40 分")


def client_sees(client: FlaskClient, address: str, words: str) -> bool:
    return words in client.get(address).text


def test_practice_shows_on_the_way_what_has_been_answered_and_nothing_else(
    session: Session, cast: Cast, learner: FlaskClient
) -> None:
    exam = make_exam(
        session,
        cast,
        kind=ExamKind.PRACTICE,
        reveal=Reveal.DURING,
        marks_reveal=Reveal.DURING,
        explanations_reveal=Reveal.DURING,
    )
    session.commit()
    sitting = learner.post(f"/my-exams/{exam.id}/start").location
    assert f"{sitting}/checked" in learner.get(sitting).text
    assert "还没有答过题" in learner.get(f"{sitting}/checked").text
    body = {"slot": 1, "response": [1], "key": "key-of-slot-1", "lease": None}
    learner.post(f"{sitting}/answers", json=body)

    page = learner.get(f"{sitting}/checked").text

    assert "得 0 分，共 10 分" in page
    assert EXPLANATIONS in page
    assert "没有监护人，票不能签" not in page
    assert page.count('class="question"') == 1


def test_a_final_exam_shows_nothing_on_the_way_even_if_its_row_says_so(
    session: Session, cast: Cast, learner: FlaskClient
) -> None:
    exam = make_exam(session, cast, reveal=Reveal.DURING)
    session.commit()
    sitting = learner.post(f"/my-exams/{exam.id}/start").location

    assert learner.get(f"{sitting}/checked").location == sitting
    assert "/checked" not in learner.get(sitting).text
