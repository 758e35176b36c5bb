"""What the server tells a page that could not know it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from exams.models import Answer
from tests.cast import Cast
from tests.exams.factories import make_exam


@pytest.fixture
def learner(client_for: Callable[[str], FlaskClient]) -> FlaskClient:
    return client_for("learner")


@pytest.fixture
def sitting(session: Session, cast: Cast, learner: FlaskClient) -> str:
    exam = make_exam(session, cast)
    session.commit()
    return learner.post(f"/my-exams/{exam.id}/start").location or ""


def choose(client: FlaskClient, sitting: str, response: object, key: str) -> Any:
    body = {"slot": 1, "response": response, "key": key}
    return client.post(f"{sitting}/answers", json=body).json


def hold(client: FlaskClient, sitting: str, **more: object) -> Any:
    return client.post(f"{sitting}/hold", json={"lease": "this-page", **more}).json


def test_page_is_told_of_answers_that_came_while_it_was_made(
    learner: FlaskClient, sitting: str, session: Session
) -> None:
    choose(learner, sitting, [1], "key-first")
    seen = session.scalars(select(Answer.id).where(Answer.client_key == "key-first")).one()
    choose(learner, sitting, [3], "key-second")
    choose(learner, sitting, None, "key-third")

    assert hold(learner, sitting, seen=seen)["newer"] == {"1": None}
    assert hold(learner, sitting, seen=0)["newer"] == {"1": None}
    assert hold(learner, sitting)["newer"] == {}
    assert hold(learner, sitting, seen=seen + 2)["newer"] == {}


@pytest.mark.parametrize("seen", [-1, 2**63, "1", True, None])
def test_what_is_no_answer_was_not_seen(learner: FlaskClient, sitting: str, seen: object) -> None:
    choose(learner, sitting, [1], "key-first")

    assert hold(learner, sitting, seen=seen)["newer"] == {}


def test_choice_sent_again_after_a_newer_one_is_told_which_one_counts(
    learner: FlaskClient, sitting: str
) -> None:
    first = choose(learner, sitting, [1], "key-first")
    assert "newest" not in choose(learner, sitting, [1], "key-first")
    choose(learner, sitting, [3], "key-second")

    again = choose(learner, sitting, [1], "key-first")

    assert again["outcome"] == "repeated"
    assert again["receipt"] == first["receipt"]
    assert again["newest"] == [[3]]
