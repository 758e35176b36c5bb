"""Safe Exam Browser: the proof of each request, behind a proxy too, and who needs none."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from exams.integrity import Integrity
from exams.models import Answer, Exam, Sitting
from exams.operations.integrity import free_of_safe_browser, set_integrity
from exams.operations.sitting import start_sitting
from exams.safe_browser import HEADER, is_genuine, request_hash
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam, make_single

KEY, OTHER = "ab" * 32, "cd" * 32
SHANGHAI = ZoneInfo("Asia/Shanghai")
Browser = Callable[[str], FlaskClient]
ANSWER = {"slot": 1, "response": [2], "key": "key-of-the-test"}


@pytest.fixture
def exam(session: Session, cast: Cast) -> Exam:
    made = make_exam(session, cast, [make_single(session)])
    wanted = Integrity(requires_safe_browser=True, safe_browser_keys=(OTHER, KEY))
    set_integrity(session, made, wanted, reason="", actor=cast.actor("examiner"), now=MONDAY)
    session.commit()
    return made


@pytest.fixture
def sitting(session: Session, cast: Cast, exam: Exam) -> Sitting:
    made = start_sitting(
        session, exam, actor=cast.actor("learner"), now=MONDAY, seed=1, zone=SHANGHAI
    )
    session.commit()
    return made


def proof(path: str, key: str = KEY, host: str = "http://localhost") -> dict[str, str]:
    return {HEADER: request_hash(f"{host}{path}", key)}


def test_the_hash_is_that_of_the_address_without_its_fragment_and_the_key() -> None:
    # printf 'https://plant.example/exam<64 × a>' | sha256sum
    known = request_hash("https://plant.example/exam", "a" * 64)

    assert known == "0a93c26f4c7361900d91281d48f5153597caa3c60fd05e6c020b8473e6a5a00d"
    assert request_hash("https://plant.example/exam#q3", "a" * 64) == known
    assert is_genuine(known.upper(), ["https://plant.example/exam"], ["b" * 64, "a" * 64])
    assert not is_genuine(None, ["https://plant.example/exam"], ["a" * 64])
    assert not is_genuine(known, ["https://plant.example/other"], ["a" * 64])


def test_any_other_browser_is_told_what_to_open(
    exam: Exam, sitting: Sitting, client_for: Browser
) -> None:
    browser = client_for("learner")

    page = browser.get(f"/sittings/{sitting.id}")
    started = client_for("trainer").post(f"/my-exams/{exam.id}/start")

    assert (page.status_code, started.status_code) == (403, 403)
    assert "Safe Exam Browser" in page.text
    assert "开始考试" not in client_for("trainer").get(f"/my-exams/{exam.id}").text


def test_with_its_proof_it_starts_shows_and_saves(
    session: Session, exam: Exam, client_for: Browser
) -> None:
    browser, start = client_for("learner"), f"/my-exams/{exam.id}/start"
    went = browser.post(start, headers=proof(start))
    paper = went.headers["Location"]
    sitting = session.scalars(select(Sitting)).one()
    path = f"/sittings/{sitting.id}/answers"

    assert browser.get(paper, headers=proof(paper)).status_code == 200
    assert browser.post(path, json=ANSWER).status_code == 403
    assert browser.post(path, json=ANSWER, headers=proof(path, "ef" * 32)).status_code == 403
    assert browser.post(path, json=ANSWER, headers=proof(paper)).status_code == 403
    assert session.scalars(select(Answer)).all() == []
    assert browser.post(path, json=ANSWER, headers=proof(path)).status_code == 200


def test_behind_a_proxy_the_public_address_is_the_one_that_counts(
    app: Flask, sitting: Sitting, client_for: Browser
) -> None:
    public = app.extensions["shanggang"].config.public_url
    path = f"/sittings/{sitting.id}"
    browser = client_for("learner")

    assert browser.get(path, headers=proof(path, host=public)).status_code == 200
    other = proof(path, host="https://elsewhere.example")
    assert browser.get(path, headers=other).status_code == 403


def test_an_exempt_person_uses_any_browser(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, client_for: Browser
) -> None:
    user = cast.user("learner")
    free_of_safe_browser(
        session, exam, user.id, reason="读屏软件", actor=cast.actor("examiner"), now=MONDAY
    )
    session.commit()

    answer = client_for("learner").post(f"/sittings/{sitting.id}/answers", json=ANSWER)

    assert (answer.status_code, answer.get_json()["outcome"]) == (200, "saved")


def test_an_engine_without_headers_proves_itself_by_the_page(
    exam: Exam, sitting: Sitting, client_for: Browser
) -> None:
    browser, page = client_for("learner"), f"http://localhost/my-exams/{exam.id}"
    prove = f"/my-exams/{exam.id}/safe-browser"

    wrong = browser.post(prove, data={"address": page, "proof": request_hash(page, "ef" * 32)})
    foreign = "https://elsewhere.example/"
    other = browser.post(prove, data={"address": foreign, "proof": request_hash(foreign, KEY)})
    assert (wrong.status_code, other.status_code) == (403, 403)
    assert browser.get(f"/sittings/{sitting.id}").status_code == 403

    browser.post(prove, data={"address": page, "proof": request_hash(page, KEY)})

    assert browser.get(f"/sittings/{sitting.id}").status_code == 200
    path = f"/sittings/{sitting.id}/answers"
    assert browser.post(path, json=ANSWER, headers={HEADER: "0" * 64}).status_code == 403
    assert browser.post(path, json=ANSWER).status_code == 200


def test_another_persons_sitting_stays_unknown(sitting: Sitting, client_for: Browser) -> None:
    assert client_for("trainer").get(f"/sittings/{sitting.id}").status_code == 404
