"""People with passwords and browsers that type them, for the tests of this package."""

from datetime import timedelta

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from accounts import passwords
from accounts.models import AuthSession, User
from accounts.operations import Attempt, Visit
from accounts.rules import Purpose, subjects_of
from tests.conftest import MONDAY

RIGHT = "tea4winter"
WRONG = "tea4summer"
NEW = "rain7autumn"
# Hashing costs time, and every person of a test may have the same password.
HASH = passwords.hash_password(RIGHT)
OLD_HASH = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(RIGHT)
HERE, ELSEWHERE = "10.0.0.7", "192.0.2.9"
COUNTER_KEY = b"k" * 32
LATER = MONDAY + timedelta(hours=1)


def give_password(session: Session, user: User) -> User:
    user.password_hash = HASH
    session.commit()
    return user


def sign_in(
    client: FlaskClient,
    number: str = "20260001",
    password: str = RIGHT,
    *,
    address: str = HERE,
    **form: str,
) -> TestResponse:
    return client.post(
        "/sign-in",
        data={"employee_no": number, "password": password, **form},
        environ_base={"REMOTE_ADDR": address},
    )


def fail(client: FlaskClient, times: int, number: str = "20260001", address: str = HERE) -> int:
    """Type a wrong password so many times; the last status."""
    status = 0
    for _ in range(times):
        status = sign_in(client, number, WRONG, address=address).status_code
    return status


def visit_from(address: str, token: str) -> Visit:
    return Visit(token=token, hours=14, address=address, user_agent="Chrome Android")


def attempt(user: User, address: str, *, is_right: bool = True) -> Attempt:
    """A sign-in after its password was checked, so that a test of counting need not hash."""
    return Attempt(
        user_id=user.id,
        checked_hash=user.password_hash,
        is_right=is_right,
        subjects=subjects_of(user.employee_no, address, Purpose.PASSWORD, key=COUNTER_KEY),
    )


def sessions_of(session: Session, user: User) -> list[AuthSession]:
    return list(
        session.scalars(
            select(AuthSession).where(AuthSession.user_id == user.id).order_by(AuthSession.id)
        )
    )
