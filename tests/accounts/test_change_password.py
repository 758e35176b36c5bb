import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.models import User
from tests.accounts.people import HERE, NEW, RIGHT, WRONG, give_password, sign_in
from tests.cast import Cast


@pytest.fixture
def learner(session: Session, cast: Cast) -> User:
    return give_password(session, cast.user("learner"))


@pytest.fixture
def client(app: Flask, learner: User) -> FlaskClient:
    """王小满's browser, signed in with her password."""
    made = app.test_client()
    sign_in(made)
    return made


def change(
    client: FlaskClient, current: str = RIGHT, new: str = NEW, next: str = ""
) -> TestResponse:
    return client.post(
        "/me/password",
        data={"current_password": current, "new_password": new, "next": next},
        environ_base={"REMOTE_ADDR": HERE},
    )


def test_new_password_works_and_the_old_one_does_not(app: Flask, client: FlaskClient) -> None:
    change(client)

    other = app.test_client()
    assert sign_in(other).status_code == 401
    assert sign_in(other, password=NEW).status_code == 302


def test_other_browsers_are_signed_out_and_this_one_is_not(app: Flask, client: FlaskClient) -> None:
    phone = app.test_client()
    sign_in(phone)

    change(client)

    assert phone.get("/me").status_code == 302
    assert client.get("/me").status_code == 200


def test_this_browser_gets_a_new_session(client: FlaskClient) -> None:
    with client.session_transaction() as cookie:
        before = cookie["_user_id"]

    change(client)

    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != before


def test_wrong_present_password_is_counted(client: FlaskClient) -> None:
    first = change(client, WRONG)
    for _ in range(3):
        change(client, WRONG)
    fifth = change(client, WRONG)

    assert first.status_code == 401
    assert "现在的密码不对。还可以再试 4 次，之后要等 15 分钟。" in first.text
    assert fifth.status_code == 429
    assert change(client).status_code == 429


def test_weak_password_is_refused(client: FlaskClient) -> None:
    assert "密码太短" in change(client, new="ab12").text


def test_same_password_is_refused(client: FlaskClient) -> None:
    assert "新密码和现在的一样" in change(client, new=RIGHT).text


def test_given_password_must_be_changed_before_anything_else(
    client: FlaskClient, session: Session, learner: User
) -> None:
    learner.must_change_password = True
    session.commit()

    home = client.get("/me/records?x=1")
    call = client.post("/me/sessions/end", json={})
    changed = change(client, next="/me/records?x=1")

    assert home.location == "/me/password?next=/me/records?x%3D1"
    assert call.status_code == 403
    assert call.json is not None
    assert call.json["error"] == "change_password"
    assert changed.location == "/me/records?x=1"
    assert client.get("/me/records").status_code == 200


def test_given_password_leaves_the_way_out_open(
    client: FlaskClient, session: Session, learner: User
) -> None:
    learner.must_change_password = True
    session.commit()

    page = client.get("/me/password")

    assert "先换成只有你知道的" in page.text
    assert client.post("/sign-out").location == "/sign-in"
