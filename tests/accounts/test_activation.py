from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts import operations
from accounts.models import ActivationCode, User
from core.audit import AuditEntry
from core.clock import ManualClock
from core.errors import Conflict
from tests.accounts.people import ELSEWHERE, HERE, NEW, fail, give_password, sign_in
from tests.cast import Cast
from tests.conftest import MONDAY

CODE = "ABCDEFGHJK"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def made(session: Session, cast: Cast) -> ActivationCode:
    """A code for 王小满 from her team leader."""
    return make_code(session, cast)


def make_code(session: Session, cast: Cast, code: str = CODE) -> ActivationCode:
    found = operations.make_activation_code(
        session, cast.user("learner"), actor=cast.actor("team_leader"), now=MONDAY, code=code
    )
    session.commit()
    return found


def activate(
    client: FlaskClient,
    code: str = "abcde-fghjk",
    password: str = NEW,
    number: str = "20260001",
    address: str = HERE,
) -> TestResponse:
    return client.post(
        "/activate",
        data={"employee_no": number, "code": code, "new_password": password},
        environ_base={"REMOTE_ADDR": address},
    )


def test_right_code_sets_the_password_and_signs_in(
    client: FlaskClient, made: ActivationCode
) -> None:
    answer = activate(client)

    assert answer.status_code == 302
    assert client.get("/me").status_code == 200
    assert sign_in(client, password=NEW).status_code == 302


def test_database_keeps_only_the_hash_of_the_code(made: ActivationCode) -> None:
    assert CODE not in made.code_hash
    assert len(made.code_hash) == 64


def test_code_works_once(client: FlaskClient, made: ActivationCode) -> None:
    activate(client)

    assert activate(client, password="sun9spring").status_code == 401


def test_code_expires_after_three_days(
    client: FlaskClient, clock: ManualClock, made: ActivationCode
) -> None:
    clock.move_to(MONDAY + timedelta(hours=72))

    assert activate(client).status_code == 401


def test_code_works_until_three_days_are_over(
    client: FlaskClient, clock: ManualClock, made: ActivationCode
) -> None:
    clock.move_to(MONDAY + timedelta(hours=72) - timedelta(microseconds=1))

    assert activate(client).status_code == 302


def test_new_code_replaces_the_former(
    client: FlaskClient, session: Session, cast: Cast, made: ActivationCode
) -> None:
    make_code(session, cast, "MNPQRSTUVW")

    assert activate(client).status_code == 401
    assert activate(client, "MNPQR-STUVW").status_code == 302


def test_code_of_another_person_does_not_work(client: FlaskClient, made: ActivationCode) -> None:
    assert activate(client, number="20260002").status_code == 401


def test_wrong_code_and_unknown_number_look_the_same(
    client: FlaskClient, made: ActivationCode
) -> None:
    wrong = activate(client, "22222-22222")
    unknown = activate(client, number="99999999", address=ELSEWHERE)

    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert "还可以再试 4 次，之后激活码作废。" in wrong.text
    assert "还可以再试 4 次，之后激活码作废。" in unknown.text


def test_five_wrong_tries_burn_the_code(
    client: FlaskClient, clock: ManualClock, session: Session, made: ActivationCode
) -> None:
    statuses = [activate(client, "22222-22222").status_code for _ in range(5)]
    clock.advance(minutes=16)

    assert statuses == [401, 401, 401, 401, 429]
    assert activate(client).status_code == 401
    actions = session.scalars(select(AuditEntry.action)).all()
    assert "activation_code.burned" in actions


def test_five_wrong_tries_from_five_places_burn_the_code_too(
    client: FlaskClient, made: ActivationCode
) -> None:
    for number in range(5):
        activate(client, "22222-22222", address=f"192.0.2.{number}")

    assert activate(client).status_code == 401


def test_wrong_passwords_do_not_use_up_the_tries_of_the_code(
    client: FlaskClient, session: Session, cast: Cast, made: ActivationCode
) -> None:
    give_password(session, cast.user("learner"))
    fail(client, 5)

    activated = activate(client).status_code
    client.post("/sign-out")

    assert activated == 302
    assert sign_in(client, password=NEW).status_code == 302


def test_weak_password_keeps_the_code(client: FlaskClient, made: ActivationCode) -> None:
    weak = activate(client, password="20260001abc")

    assert weak.status_code == 422
    assert "密码里不要有自己的工号" in weak.text
    assert activate(client).status_code == 302


def test_activation_ends_other_sessions(
    app: Flask, client: FlaskClient, session: Session, cast: Cast, made: ActivationCode
) -> None:
    give_password(session, cast.user("learner"))
    phone = app.test_client()
    sign_in(phone)

    activate(client)

    assert phone.get("/me").status_code == 302


def test_person_who_has_left_gets_no_code(session: Session, cast: Cast) -> None:
    cast.user("learner").left_on = date(2026, 3, 1)

    with pytest.raises(Conflict, match="离职已登记"):
        make_code(session, cast)


def test_leaving_ends_the_code(
    client: FlaskClient, session: Session, cast: Cast, made: ActivationCode
) -> None:
    operations.record_leaving(
        session,
        session.get_one(User, cast.user("learner").id),
        left_on=date(2026, 3, 2),
        actor=cast.actor("administrator"),
        now=MONDAY,
    )
    session.commit()

    assert activate(client).status_code == 401


def test_making_and_using_a_code_are_recorded_without_it(
    client: FlaskClient, session: Session, cast: Cast, made: ActivationCode
) -> None:
    activate(client)

    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == [
        "activation_code.made",
        "activation_code.used",
        "password.changed",
        "session.started",
    ]
    assert entries[0].actor_id == cast.user("team_leader").id
    assert not any(CODE in str(vars(entry)) or NEW in str(vars(entry)) for entry in entries)


def test_page_says_whom_to_ask(client: FlaskClient, cast: Cast) -> None:
    page = client.get("/activate").text

    assert "找班组长要激活码" in page
    assert "72 小时" in page
