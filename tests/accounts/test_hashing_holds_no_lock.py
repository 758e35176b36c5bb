"""On a real file, with real threads: others write while a password is being hashed."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from werkzeug.test import TestResponse

from accounts import passwords
from app import create_app
from core import config as settings
from core.chance import CountedSeeds
from core.clock import ManualClock
from core.db import Base, make_engine
from core.services import Services
from tests.accounts.people import HASH, NEW, RIGHT, WRONG
from tests.cast import make_cast
from tests.conftest import MONDAY


class Turnstile:
    """Stands where hashes wait for one another: says that somebody came, and lets nobody on."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def __enter__(self) -> None:
        self.reached.set()
        assert self.opened.wait(timeout=10)

    def __exit__(self, *_error: object) -> None:
        pass


Send = Callable[[FlaskClient], TestResponse]


@pytest.fixture
def real_app(tmp_path: Path) -> Iterator[Flask]:
    config = settings.load({"DATA_DIR": str(tmp_path)})
    made = create_app(config, clock=ManualClock(MONDAY), seeds=CountedSeeds(), queue_in_memory=True)
    made.testing = True
    made.config["WTF_CSRF_ENABLED"] = False
    services: Services = made.extensions["shanggang"]
    Base.metadata.create_all(services.database.engine)
    with services.database.writing() as session:
        make_cast(session, now=MONDAY).user("learner").password_hash = HASH
    yield made
    services.database.engine.dispose()


def sign_in_with(password: str) -> Send:
    return lambda client: client.post(
        "/sign-in", data={"employee_no": "20260001", "password": password}
    )


def activate(client: FlaskClient) -> TestResponse:
    return client.post(
        "/activate", data={"employee_no": "20260001", "code": "ABCDEFGHJK", "new_password": NEW}
    )


@pytest.mark.parametrize(
    ("send", "status"),
    [(sign_in_with(RIGHT), 302), (sign_in_with(WRONG), 401), (activate, 401)],
    ids=["right password", "wrong password", "activation"],
)
def test_another_connection_writes_while_a_password_is_hashed(
    real_app: Flask, monkeypatch: pytest.MonkeyPatch, send: Send, status: int
) -> None:
    turnstile = Turnstile()
    monkeypatch.setattr(passwords, "one_at_a_time", turnstile)
    answers: list[TestResponse] = []
    request = threading.Thread(target=lambda: answers.append(send(real_app.test_client())))
    other = make_engine(str(real_app.extensions["shanggang"].config.database_url))

    request.start()
    assert turnstile.reached.wait(timeout=10)
    with other.connect().execution_options(begin="BEGIN IMMEDIATE") as connection:
        connection.execute(text("UPDATE user SET phone = '8036' WHERE name = '李青山'"))
        connection.commit()
    turnstile.opened.set()
    request.join(timeout=10)

    other.dispose()
    assert [answer.status_code for answer in answers] == [status]


def test_refused_sign_in_is_rendered_without_a_lock(real_app: Flask) -> None:
    """The refusal is counted and committed before the page is made."""
    services: Services = real_app.extensions["shanggang"]
    begun: list[str] = []
    event.listen(
        services.database.engine,
        "before_cursor_execute",
        lambda _conn, _cursor, statement, *_rest: begun.append(statement),
    )

    sign_in_with(WRONG)(real_app.test_client())

    first = next(n for n, sql in enumerate(begun) if "INSERT INTO sign_in_counter" in sql)
    assert begun[:first].count("BEGIN IMMEDIATE") == 1
    assert "BEGIN" in begun[first:]
    assert "BEGIN IMMEDIATE" not in begun[first:]
