import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import operations
from accounts.models import User
from core.audit import AuditEntry
from core.clock import ManualClock
from core.identity import Actor
from tests.accounts.people import HERE, OLD_HASH, RIGHT, give_password, sessions_of, sign_in
from tests.cast import Cast
from tests.conftest import MONDAY


@pytest.fixture
def learner(session: Session, cast: Cast) -> User:
    return give_password(session, cast.user("learner"))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_right_password_opens_the_front_page(client: FlaskClient, learner: User) -> None:
    answer = sign_in(client)

    assert answer.status_code == 302
    assert answer.location == "/"
    assert client.get("/me").status_code == 200


@pytest.mark.parametrize("typed", ["２０２６０００１", " 2026 0001 ", "2026\u3000" + "0001"])
def test_number_may_be_typed_in_any_width_and_with_blanks(
    client: FlaskClient, learner: User, typed: str
) -> None:
    assert sign_in(client, typed).status_code == 302


def test_number_with_letters_may_be_typed_in_either_case(
    client: FlaskClient, session: Session, learner: User
) -> None:
    learner.employee_no = "A1001"
    session.commit()

    assert sign_in(client, "a1001").status_code == 302


@pytest.mark.parametrize("number", ["20260001", "99999999", "20260002"])
def test_wrong_password_unknown_number_and_no_password_look_the_same(
    client: FlaskClient, learner: User, number: str
) -> None:
    answer = sign_in(client, number, "nothing4anyone")

    assert answer.status_code == 401
    assert "工号或密码不对。还可以再试 4 次，之后要等 15 分钟。" in answer.text
    assert "nothing4anyone" not in answer.text
    assert f'value="{number}"' in answer.text


def test_empty_form_says_what_to_write(client: FlaskClient, learner: User) -> None:
    answer = sign_in(client, "", "")

    assert answer.status_code == 422
    assert "写上工号" in answer.text
    assert "写上密码" in answer.text


def test_database_keeps_only_the_hash_of_the_token(
    client: FlaskClient, session: Session, learner: User
) -> None:
    sign_in(client)

    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    (row,) = sessions_of(session, learner)
    assert row.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert (row.address, row.expires_at) == (HERE, MONDAY + timedelta(hours=14))


def test_signing_in_changes_the_cookie_and_keeps_nothing_of_the_old_one(
    client: FlaskClient, learner: User
) -> None:
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "planted"
        cookie["anything"] = "planted"

    sign_in(client)

    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != "planted"
        assert "anything" not in cookie
        assert cookie.permanent


def test_signing_in_again_ends_the_former_session_of_the_browser(
    client: FlaskClient, session: Session, learner: User
) -> None:
    sign_in(client)
    sign_in(client)

    first, second = sessions_of(session, learner)
    assert first.ended_reason == "replaced"
    assert second.ended_at is None


def test_session_ends_after_its_hours(
    client: FlaskClient, clock: ManualClock, learner: User
) -> None:
    sign_in(client)

    clock.advance(hours=14)

    assert client.get("/me").status_code == 302


def test_signing_out_ends_the_session_also_for_a_copied_cookie(
    app: Flask, client: FlaskClient, learner: User
) -> None:
    sign_in(client)
    with client.session_transaction() as cookie:
        copied = dict(cookie)

    client.post("/sign-out")

    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie.update(copied)
    assert thief.get("/me").status_code == 302
    assert client.get("/me").status_code == 302


def test_signing_out_everywhere_ends_every_session(
    app: Flask, client: FlaskClient, learner: User
) -> None:
    phone = app.test_client()
    sign_in(phone)
    sign_in(client)

    client.post("/me/sessions/end")

    assert phone.get("/me").status_code == 302
    assert client.get("/me").status_code == 302


def test_signing_out_everywhere_is_said_in_the_language_of_the_page(
    client: FlaskClient, learner: User
) -> None:
    sign_in(client)
    client.post("/language", data={"language": "en", "back": "/me"})

    page = client.post("/me/sessions/end", follow_redirects=True).text

    assert "Signed out on all devices" in page
    assert '<html lang="en"' in page


def test_leaving_ends_every_session_at_once(
    client: FlaskClient, session: Session, learner: User
) -> None:
    sign_in(client)
    user = session.get_one(User, learner.id)

    operations.record_leaving(
        session, user, left_on=date(2026, 3, 2), actor=Actor.system("test"), now=MONDAY
    )
    session.commit()

    assert client.get("/me").status_code == 302


def test_person_who_has_left_is_told_so_after_the_right_password(
    client: FlaskClient, session: Session, learner: User
) -> None:
    learner.left_on = date(2026, 3, 1)
    session.commit()

    answer = sign_in(client)

    assert answer.status_code == 403
    assert "离职已登记" in answer.text


def test_who_is_signed_in_is_sent_on(client_for: Callable[[str], FlaskClient]) -> None:
    assert client_for("learner").get("/sign-in?next=/me").location == "/me"


def test_after_signing_in_the_page_asked_for_comes(client: FlaskClient, learner: User) -> None:
    asked = client.get("/me/records")
    form = client.get(asked.location)

    answer = sign_in(client, next="/me/records")

    assert asked.location.endswith("next=" + quote("/me/records", safe=""))
    assert 'name="next" value="/me/records"' in form.text
    assert answer.location == "/me/records"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/sign-out", "/nowhere"],
)
def test_next_leads_nowhere_else_and_to_no_action(
    client: FlaskClient, learner: User, target: str
) -> None:
    assert sign_in(client, next=target).location == "/"


def test_hash_of_an_older_setting_is_replaced(
    client: FlaskClient, session: Session, learner: User
) -> None:
    learner.password_hash = OLD_HASH
    session.commit()

    sign_in(client)

    session.refresh(learner)
    assert learner.password_hash is not None
    assert "m=19456,t=2,p=1" in learner.password_hash
    assert sign_in(client).status_code == 302


def test_sign_in_and_refusal_are_recorded_without_the_password(
    client: FlaskClient, session: Session, learner: User
) -> None:
    sign_in(client, password="wrong4once")
    sign_in(client)

    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.on_user_id) for entry in entries] == [
        ("sign_in.refused", learner.id),
        ("session.started", learner.id),
    ]
    assert entries[1].actor_id == learner.id
    assert not any(
        word in str(vars(entry)) for entry in entries for word in ("wrong4once", RIGHT, "argon2")
    )


def test_sign_in_needs_the_token_of_the_form(
    app: Flask, client: FlaskClient, learner: User
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True

    assert sign_in(client).status_code == 400


def test_empty_installation_shows_where_the_first_password_is(client: FlaskClient) -> None:
    answer = client.get("/sign-in", follow_redirects=True)

    assert "会显示第一个管理员的工号和密码" in answer.text
