"""A terminal's browser, a card code, and hands that type it, for the tests of the door."""

from datetime import datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts.models import AuthSession, Terminal, User
from accounts.operations import register_terminal
from exams.models import CardCode, Exam
from exams.operations.cards import Validity, make_card
from exams.views.door import card_key
from exams.views.terminals import COOKIE, terminal_signer
from tests.cast import Cast
from tests.conftest import MONDAY

CODE = "314159"
TOKEN = "token-of-a-terminal-in-the-tests"
HERE = {"REMOTE_ADDR": "10.0.0.7"}


def make_terminal(session: Session, cast: Cast, token: str = TOKEN) -> Terminal:
    made = register_terminal(
        session,
        name="冲压 1 号机",
        place="休息室",
        token=token,
        actor=cast.actor("administrator"),
        now=MONDAY,
    )
    session.commit()
    return made


def terminal_cookie(app: Flask, token: str = TOKEN) -> str:
    with app.app_context():
        return str(terminal_signer().dumps(token))


def browser_of(app: Flask, token: str = TOKEN) -> FlaskClient:
    """A browser that holds the terminal's cookie."""
    client = app.test_client()
    client.set_cookie(COOKIE, terminal_cookie(app, token))
    return client


def give_card(
    app: Flask,
    session: Session,
    cast: Cast,
    user: User,
    *,
    code: str = CODE,
    exam: Exam | None = None,
    valid_from: datetime = MONDAY,
    expires_at: datetime = MONDAY + timedelta(hours=7),
    now: datetime = MONDAY,
) -> CardCode:
    """A card code from 李青山."""
    with app.app_context():
        key = card_key()
    made = make_card(
        session,
        user,
        Validity(valid_from, expires_at, exam),
        code=code,
        key=key,
        actor=cast.actor("team_leader"),
        now=now,
    )
    session.commit()
    return made


def type_card(
    client: FlaskClient, code: str = CODE, number: str = "20260001", *, confirmed: bool = True
) -> TestResponse:
    data = {"employee_no": number, "code": code}
    if confirmed:
        data["confirmed"] = "1"
    return client.post("/terminal", data=data, environ_base=HERE)


def newest_session(session: Session, user: User) -> AuthSession:
    session.expire_all()
    return (
        session.scalars(
            select(AuthSession)
            .where(AuthSession.user_id == user.id)
            .order_by(AuthSession.id.desc())
        ).first()
        or AuthSession()
    )
