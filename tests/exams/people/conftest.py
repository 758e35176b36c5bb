"""The exam that people mark, somebody who marks it, and a browser for whom one likes."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.models import User
from exams.models import Exam
from tests.cast import Cast, sign_in_cookie
from tests.conftest import MONDAY
from tests.exams.people.papers import appoint, make_marker, written_exam

Opener = Callable[[User], FlaskClient]


@pytest.fixture
def browser_of(app: Flask, session: Session) -> Opener:
    def opened(user: User) -> FlaskClient:
        client = app.test_client()
        sign_in_cookie(client, session, user, now=MONDAY)
        session.commit()
        return client

    return opened


@pytest.fixture
def exam(session: Session, cast: Cast) -> Exam:
    """A 判断 and a 简答 of ten points each; the 简答 has two scoring points of two each."""
    return written_exam(session, cast)


@pytest.fixture
def marker(session: Session, cast: Cast, exam: Exam) -> User:
    user = make_marker(session, cast, "甲")
    appoint(session, cast, exam, user)
    return user
