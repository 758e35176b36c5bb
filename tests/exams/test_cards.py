"""Card codes: who makes them for whom, when they work, what is kept of them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.operations import record_leaving
from core.audit import AuditEntry
from core.clock import ManualClock
from core.errors import Conflict
from exams.models import CardCode
from exams.operations.cards import purge_expired_cards
from exams.queries.cards import card_record
from teams.rules import may_make_card
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam
from tests.exams.terminals import CODE, browser_of, give_card, make_terminal, type_card

MOMENT = timedelta(microseconds=1)
# Midnight in Shanghai after the Monday of the tests.
MIDNIGHT = MONDAY + timedelta(hours=7)


@pytest.fixture
def client(app: Flask, session: Session, cast: Cast) -> FlaskClient:
    make_terminal(session, cast)
    return browser_of(app)


@pytest.mark.parametrize(("late", "status"), [(-MOMENT, 302), (timedelta(), 401)])
def test_code_ends_at_its_moment(
    app: Flask,
    client: FlaskClient,
    session: Session,
    cast: Cast,
    clock: ManualClock,
    late: timedelta,
    status: int,
) -> None:
    give_card(app, session, cast, cast.user("learner"))
    clock.move_to(MIDNIGHT + late)

    assert type_card(client).status_code == status


@pytest.mark.parametrize(("early", "status"), [(-MOMENT, 401), (timedelta(), 302)])
def test_code_begins_at_its_moment(
    app: Flask,
    client: FlaskClient,
    session: Session,
    cast: Cast,
    clock: ManualClock,
    early: timedelta,
    status: int,
) -> None:
    learner = cast.user("learner")
    ends = MIDNIGHT + timedelta(days=1)
    give_card(app, session, cast, learner, valid_from=MIDNIGHT, expires_at=ends)
    clock.move_to(MIDNIGHT + early)

    assert type_card(client).status_code == status


def test_code_of_tomorrow_says_when(
    app: Flask, client: FlaskClient, session: Session, cast: Cast
) -> None:
    ends = MIDNIGHT + timedelta(days=1)
    give_card(app, session, cast, cast.user("learner"), valid_from=MIDNIGHT, expires_at=ends)

    assert "3 月 3 日（周二）00:00 起才能用" in type_card(client).text


def test_new_code_makes_the_former_worthless(
    app: Flask, client: FlaskClient, session: Session, cast: Cast
) -> None:
    give_card(app, session, cast, cast.user("learner"))
    give_card(app, session, cast, cast.user("learner"), code="271828")

    assert type_card(client).status_code == 401
    assert type_card(client, "271828").status_code == 302


def test_code_may_be_typed_with_blanks_and_in_full_width(
    app: Flask, client: FlaskClient, session: Session, cast: Cast
) -> None:
    give_card(app, session, cast, cast.user("learner"))

    assert type_card(client, "３１４ １５９").status_code == 302


def test_who_has_left_gets_no_code_and_uses_none(
    app: Flask, client: FlaskClient, session: Session, cast: Cast
) -> None:
    learner = cast.user("learner")
    give_card(app, session, cast, learner)
    actor = cast.actor("administrator")
    record_leaving(session, learner, left_on=MONDAY.date(), actor=actor, now=MONDAY)
    session.commit()

    assert type_card(client).status_code == 403
    with pytest.raises(Conflict, match="离职已登记"):
        give_card(app, session, cast, learner)


def test_code_is_kept_as_a_keyed_hash_and_recorded_without_it(
    app: Flask, client: FlaskClient, session: Session, cast: Cast
) -> None:
    made = give_card(app, session, cast, cast.user("learner"))
    type_card(client)

    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert CODE not in made.code_hash
    assert [entry.action for entry in entries][1:] == [
        "card_code.made",
        "session.started",
        "card_code.used",
    ]
    assert entries[1].actor_id == cast.user("team_leader").id
    assert not any(CODE in str(vars(entry)) for entry in entries)


@pytest.mark.parametrize(
    ("who", "for_whom", "may"),
    [
        ("team_leader", "learner", True),
        ("team_leader", "team_leader", False),
        ("other_leader", "learner", False),
        ("examiner", "learner", False),
        ("administrator", "learner", True),
        ("administrator", "safety_manager", True),
    ],
)
def test_who_makes_codes_for_whom(cast: Cast, who: str, for_whom: str, may: bool) -> None:
    path = cast.team("press_one").path
    grants = cast.actor(for_whom).grants

    assert may_make_card(cast.actor(who), path, grants) is may


def test_leader_shows_a_code_for_one_exam(
    client_for: Callable[[str], FlaskClient], session: Session, cast: Cast
) -> None:
    exam = make_exam(session, cast)
    session.commit()
    address = f"/people/{cast.user('learner').id}/card"
    shown = client_for("team_leader").post(address, data={"exam_id": exam.id, "on": "2026-03-02"})

    made = session.scalars(select(CardCode)).one()
    assert exam.title in shown.text
    assert (made.exam_id, made.expires_at) == (exam.id, exam.closes_at)


def test_code_for_a_day_holds_from_midnight_to_midnight(
    client_for: Callable[[str], FlaskClient], session: Session, cast: Cast
) -> None:
    client_for("team_leader").post(
        f"/people/{cast.user('learner').id}/card", data={"exam_id": 0, "on": "2026-03-03"}
    )

    made = session.scalars(select(CardCode)).one()
    assert (made.valid_from, made.expires_at) == (MIDNIGHT, MIDNIGHT + timedelta(days=1))


@pytest.mark.parametrize("day", ["2026-03-01", "2026-03-18", "gestern"])
def test_day_out_of_reach_is_refused_at_its_field(
    client_for: Callable[[str], FlaskClient], session: Session, cast: Cast, day: str
) -> None:
    refused = client_for("team_leader").post(
        f"/people/{cast.user('learner').id}/card", data={"exam_id": 0, "on": day}
    )

    assert refused.status_code == 422
    assert "field-bad" in refused.text
    assert session.scalars(select(CardCode)).all() == []


def test_sheet_has_a_card_for_each_ticked_person_without_a_role(
    client_for: Callable[[str], FlaskClient], session: Session, cast: Cast
) -> None:
    browser = client_for("team_leader")
    address = f"/teams/{cast.team('press_one').id}/cards"
    offered = browser.get(address).text
    people = [cast.user("learner").id, cast.user("team_leader").id]
    sheet = browser.post(address, data={"exam_id": 0, "on": "2026-03-02", "person": people})

    assert "另有 1 人管着别的事" in offered
    assert sheet.text.count('class="card-slip"') == 1
    made = session.scalars(select(CardCode)).one()
    assert made.user_id == cast.user("learner").id


def test_sheet_for_nobody_is_refused(
    client_for: Callable[[str], FlaskClient], session: Session, cast: Cast
) -> None:
    refused = client_for("team_leader").post(
        f"/teams/{cast.team('press_one').id}/cards", data={"exam_id": 0, "on": "2026-03-02"}
    )

    assert refused.status_code == 422
    assert "至少勾一个人" in refused.text


def test_person_sees_card_codes_among_the_own_records(
    app: Flask, client: FlaskClient, session: Session, cast: Cast
) -> None:
    give_card(app, session, cast, cast.user("learner"))
    type_card(client)

    rows = card_record(session, cast.user("learner").id).rows
    assert [(row[1], row[6]) for row in rows] == [("李青山", "冲压 1 号机")]


@pytest.mark.parametrize(("age", "gone"), [(timedelta(), 0), (MOMENT, 1)])
def test_codes_are_kept_as_long_as_sign_ins(
    app: Flask, session: Session, cast: Cast, age: timedelta, gone: int
) -> None:
    give_card(app, session, cast, cast.user("learner"))
    actor = cast.actor("administrator")
    now = MIDNIGHT + timedelta(days=190) + age

    assert purge_expired_cards(session, actor=actor, now=now) == gone
