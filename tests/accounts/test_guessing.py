from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import operations, rules
from accounts.models import AuthSession, SignInCounter, User
from accounts.operations import Entry
from core.clock import ManualClock
from core.identity import Actor
from tests.accounts.people import (
    ELSEWHERE,
    HASH,
    HERE,
    RIGHT,
    attempt,
    fail,
    give_password,
    sign_in,
    visit_from,
)
from tests.cast import Cast, make_user
from tests.conftest import MONDAY

NOBODY = Actor.nobody()


@pytest.fixture
def learner(session: Session, cast: Cast) -> User:
    return give_password(session, cast.user("learner"))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_fifth_wrong_password_waits(client: FlaskClient, learner: User) -> None:
    fourth = fail(client, 4)

    fifth = sign_in(client, password="still4wrong")

    assert fourth == 401
    assert fifth.status_code == 429
    assert "要等 15 分钟才能再试" in fifth.text
    assert fifth.headers["Retry-After"] == "900"


def test_right_password_during_the_wait_is_refused(client: FlaskClient, learner: User) -> None:
    fail(client, 5)

    answer = sign_in(client)

    assert answer.status_code == 429
    assert "还要等 15 分钟" in answer.text


def test_unknown_number_waits_just_the_same(client: FlaskClient, learner: User) -> None:
    assert fail(client, 5, "99999999") == 429


def test_number_typed_differently_is_counted_together(client: FlaskClient, learner: User) -> None:
    fail(client, 4, "20260001")

    assert fail(client, 1, "２０２６ ０００１") == 429


def test_after_the_wait_the_right_password_works(
    client: FlaskClient, clock: ManualClock, learner: User
) -> None:
    fail(client, 5)

    clock.advance(minutes=15)

    assert sign_in(client).status_code == 302


def test_right_password_gives_all_tries_back(client: FlaskClient, learner: User) -> None:
    fail(client, 4)
    sign_in(client)

    assert fail(client, 4) == 401


def test_guessing_from_elsewhere_does_not_hinder_the_person(
    client: FlaskClient, learner: User
) -> None:
    fail(client, 5, address=ELSEWHERE)

    assert sign_in(client, address=HERE).status_code == 302


def test_guessing_from_many_addresses_slows_new_addresses(
    client: FlaskClient, clock: ManualClock, learner: User
) -> None:
    for number in range(rules.ACCOUNT_CEILING):
        fail(client, 1, address=f"192.0.2.{number}")

    blocked = sign_in(client, address=HERE).status_code
    clock.advance(minutes=5)
    later = sign_in(client, address=HERE).status_code

    assert (blocked, later) == (429, 302)


def test_guessing_from_many_addresses_never_hinders_where_the_person_was_before(
    client: FlaskClient, learner: User
) -> None:
    sign_in(client, address=HERE)
    for number in range(2 * rules.ACCOUNT_CEILING):
        fail(client, 1, address=f"192.0.2.{number}")

    assert sign_in(client, address=HERE).status_code == 302


def test_tries_sent_all_at_once_gain_nothing(session: Session, learner: User) -> None:
    """Every one of them was let through to the hash before the first was counted."""
    guesses = [attempt(learner, HERE, is_right=number == 7) for number in range(10)]

    outcomes = [
        operations.sign_in(session, guess, visit_from(HERE, f"t{n}"), actor=NOBODY, now=MONDAY)
        for n, guess in enumerate(guesses)
    ]

    assert [outcome.entry for outcome in outcomes] == [Entry.WRONG] * 5 + [Entry.WAIT] * 5


def make_shift(session: Session, size: int) -> list[User]:
    people = [
        make_user(session, f"S{number:04d}", f"工人{number}", now=MONDAY) for number in range(size)
    ]
    for person in people:
        person.password_hash = HASH
    session.flush()
    return people


def test_thousand_right_passwords_behind_one_address_all_pass(session: Session) -> None:
    shift = make_shift(session, 1000)

    outcomes = [
        operations.sign_in(
            session,
            attempt(person, HERE),
            visit_from(HERE, f"token{number}"),
            actor=NOBODY,
            now=MONDAY + timedelta(milliseconds=100 * number),
        )
        for number, person in enumerate(shift)
    ]

    assert {outcome.entry for outcome in outcomes} == {Entry.SIGNED_IN}
    assert session.scalar(select(func.count()).select_from(AuthSession)) == 1000


def test_shift_in_which_a_third_mistypes_once_is_not_held_up(session: Session) -> None:
    shift = make_shift(session, 300)

    entries = []
    for number, person in enumerate(shift):
        now = MONDAY + timedelta(milliseconds=300 * number)
        for is_right in [False, True] if number % 3 == 0 else [True]:
            entries.append(
                operations.sign_in(
                    session,
                    attempt(person, HERE, is_right=is_right),
                    visit_from(HERE, f"token{number}"),
                    actor=NOBODY,
                    now=now,
                ).entry
            )

    assert entries.count(Entry.SIGNED_IN) == 300
    assert Entry.WAIT not in entries


def test_address_that_guesses_at_many_numbers_waits(session: Session) -> None:
    shift = make_shift(session, rules.ADDRESS_LEAST_FAILURES + 1)

    entries = [
        operations.sign_in(
            session,
            attempt(person, HERE, is_right=False),
            visit_from(HERE, person.employee_no),
            actor=NOBODY,
            now=MONDAY,
        ).entry
        for person in shift
    ]

    assert entries == [Entry.WRONG] * rules.ADDRESS_LEAST_FAILURES + [Entry.WAIT]


def test_guessing_at_an_address_does_not_hinder_those_who_were_there_before(
    session: Session, learner: User
) -> None:
    def try_in(person: User, now_offset: int, *, is_right: bool) -> Entry:
        return operations.sign_in(
            session,
            attempt(person, HERE, is_right=is_right),
            visit_from(HERE, f"{person.employee_no}-{now_offset}"),
            actor=NOBODY,
            now=MONDAY + timedelta(seconds=now_offset),
        ).entry

    try_in(learner, 0, is_right=True)
    newcomer, *others = make_shift(session, rules.ADDRESS_LEAST_FAILURES + 5)
    for person in others:
        try_in(person, 1, is_right=False)

    assert try_in(newcomer, 2, is_right=True) is Entry.WAIT
    assert try_in(learner, 3, is_right=True) is Entry.SIGNED_IN


def test_counters_hold_no_number_and_no_address(
    client: FlaskClient, session: Session, learner: User
) -> None:
    fail(client, 2)
    sign_in(client, password=RIGHT)

    rows = session.scalars(select(SignInCounter)).all()
    assert {row.kind for row in rows} == {"account", "address"}
    assert not any("20260001" in row.subject or HERE in row.subject for row in rows)
