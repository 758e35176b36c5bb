"""The door of a shared terminal over HTTP: who gets in, how far, and what is left behind."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import operations
from accounts.models import Terminal
from core.audit import AuditEntry
from core.clock import ManualClock
from exams.links import AT_TERMINAL, links_of
from exams.models import Exam, Sitting
from exams.operations.sitting import extend_sitting, start_sitting
from exams.views.terminals import COOKIE
from tests.accounts.people import give_password, sign_in
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam
from tests.exams.terminals import (
    CODE,
    TOKEN,
    browser_of,
    give_card,
    make_terminal,
    newest_session,
    type_card,
)

MOMENT = timedelta(microseconds=1)


@pytest.fixture
def terminal(session: Session, cast: Cast) -> Terminal:
    return make_terminal(session, cast)


@pytest.fixture
def client(app: Flask, terminal: Terminal) -> FlaskClient:
    return browser_of(app)


@pytest.fixture
def exam(session: Session, cast: Cast) -> Exam:
    made = make_exam(session, cast)
    session.commit()
    return made


@pytest.fixture
def card(app: Flask, session: Session, cast: Cast) -> None:
    """王小满's card of the day."""
    give_card(app, session, cast, cast.user("learner"))


def test_right_code_asks_who_it_is_before_it_is_spent(client: FlaskClient, card: None) -> None:
    asked = type_card(client, confirmed=False)

    assert asked.status_code == 200
    assert "王小满" in asked.text
    assert "冲压一班" in asked.text
    assert type_card(client).status_code == 302


def test_one_open_exam_is_gone_to_at_once(client: FlaskClient, card: None, exam: Exam) -> None:
    assert type_card(client).headers["Location"] == f"/my-exams/{exam.id}"


def test_of_two_open_exams_the_list_comes(
    client: FlaskClient, card: None, exam: Exam, session: Session, cast: Cast
) -> None:
    make_exam(session, cast, title="消防知识")
    session.commit()

    assert type_card(client).headers["Location"] == "/my-exams"


def test_sitting_that_runs_is_gone_on_with_and_its_chain_names_the_terminal(
    client: FlaskClient, card: None, exam: Exam, session: Session, cast: Cast
) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    sitting = start_sitting(
        session, exam, actor=cast.actor("learner"), now=MONDAY, seed=1, zone=zone
    )
    session.commit()

    landed = type_card(client)

    assert landed.headers["Location"] == f"/sittings/{sitting.id}"
    last = links_of(session, sitting.id)[-1]
    assert (last.kind, last.content["name"]) == (AT_TERMINAL, "冲压 1 号机")


def test_sitting_begun_at_a_terminal_says_so(
    client: FlaskClient, card: None, exam: Exam, session: Session, terminal: Terminal
) -> None:
    type_card(client)
    client.post(f"/my-exams/{exam.id}/start")

    sitting = session.scalars(select(Sitting)).one()
    assert sitting.terminal_id == terminal.id
    assert AT_TERMINAL in [link.kind for link in links_of(session, sitting.id)]


def test_invigilator_sees_where_it_is_sat_and_what_time_was_added_but_no_reason(
    client: FlaskClient,
    client_for: Callable[[str], FlaskClient],
    card: None,
    exam: Exam,
    session: Session,
    cast: Cast,
) -> None:
    operations.grant_accommodation(
        session,
        cast.user("learner"),
        operations.Needs(MONDAY.date(), None, extra_percent=50),
        reason="右手受伤",
        actor=cast.actor("examiner"),
        now=MONDAY,
    )
    session.commit()
    type_card(client)
    client.post(f"/my-exams/{exam.id}/start")
    sitting = session.scalars(select(Sitting)).one()

    page = client_for("team_leader").get(f"/exams/sittings/{sitting.id}/watch").text

    assert "在考试终端“冲压 1 号机”上答题" in page
    assert "开考时加时 30 分" in page
    assert "右手受伤" not in page


def test_code_works_once(client: FlaskClient, card: None) -> None:
    type_card(client)
    client.post("/terminal/leave")

    assert type_card(client).status_code == 401


def test_code_is_nothing_away_from_a_terminal(app: Flask, card: None) -> None:
    plain = app.test_client()

    assert type_card(plain).status_code == 409
    assert "没有登记为考试终端" in type_card(plain).text


def test_made_up_cookie_is_no_terminal(app: Flask, terminal: Terminal, card: None) -> None:
    forged = app.test_client()
    forged.set_cookie(COOKIE, TOKEN)

    assert type_card(forged).status_code == 409


def test_revoked_terminal_lets_nobody_in_and_everybody_out(
    client: FlaskClient, card: None, session: Session, cast: Cast, terminal: Terminal
) -> None:
    type_card(client)
    found = session.get_one(Terminal, terminal.id)
    operations.revoke_terminal(session, found, actor=cast.actor("examiner"), now=MONDAY)
    session.commit()

    assert client.get("/my-exams").status_code == 302
    assert "不是考试终端" in client.get("/terminal").text
    ended = newest_session(session, cast.user("learner"))
    assert ended.ended_reason == "terminal_revoked"


@pytest.mark.parametrize("path", ["/", "/me", "/me/password", "/modules", "/sign-in", "/activate"])
def test_terminal_has_one_door(client: FlaskClient, card: None, path: str) -> None:
    before = client.get(path)
    type_card(client)
    after = client.get(path)

    assert (before.status_code, before.headers["Location"]) == (302, "/terminal")
    assert (after.status_code, after.headers["Location"]) == (302, "/my-exams")


def test_password_can_not_be_changed_with_a_card(
    client: FlaskClient, card: None, session: Session, cast: Cast
) -> None:
    old = give_password(session, cast.user("learner")).password_hash
    type_card(client)

    client.post("/me/password", data={"current_password": "x", "new_password": "rain7autumn"})

    session.refresh(cast.user("learner"))
    assert cast.user("learner").password_hash == old


def test_given_password_need_not_be_changed_at_a_terminal(
    client: FlaskClient, card: None, exam: Exam, session: Session, cast: Cast
) -> None:
    cast.user("learner").must_change_password = True
    session.commit()
    type_card(client)

    assert client.get(f"/my-exams/{exam.id}").status_code == 200


def test_roles_stay_outside(app: Flask, client: FlaskClient, session: Session, cast: Cast) -> None:
    give_card(app, session, cast, cast.user("administrator"))
    type_card(client, number="20260007")

    assert client.get("/people").headers["Location"] == "/my-exams"
    assert client.get("/exams/boards").headers["Location"] == "/my-exams"


def test_card_of_one_exam_opens_no_other(
    app: Flask, client: FlaskClient, exam: Exam, session: Session, cast: Cast
) -> None:
    other = make_exam(session, cast, title="消防知识")
    session.commit()
    give_card(app, session, cast, cast.user("learner"), exam=exam)

    assert type_card(client).headers["Location"] == f"/my-exams/{exam.id}"
    assert client.post(f"/my-exams/{other.id}/start").status_code == 403
    assert client.post(f"/my-exams/{exam.id}/start").status_code == 302


def test_leaving_ends_the_session_on_the_server_and_empties_the_cookie(
    app: Flask, client: FlaskClient, card: None, session: Session, cast: Cast
) -> None:
    type_card(client)
    copied = client.get_cookie("shanggang")
    left = client.post("/terminal/leave")

    assert (left.status_code, left.headers["Location"]) == (303, "/terminal")
    assert left.headers["Clear-Site-Data"] == '"cache"'
    assert newest_session(session, cast.user("learner")).ended_at == MONDAY
    thief = app.test_client()
    assert copied is not None
    thief.set_cookie("shanggang", copied.value)
    assert thief.get("/my-exams").status_code == 302


def test_pages_at_a_terminal_are_not_kept_by_the_browser(
    client: FlaskClient, card: None, exam: Exam
) -> None:
    door = client.get("/terminal")
    type_card(client)
    page = client.get(f"/my-exams/{exam.id}")

    assert door.headers["Cache-Control"] == page.headers["Cache-Control"] == "no-store"
    assert 'autocomplete="off"' in door.text
    assert "主导航" not in page.text
    assert 'action="/terminal/leave"' in page.text


def test_who_has_not_left_is_named_at_the_door(client: FlaskClient, card: None) -> None:
    type_card(client)

    assert "王小满 还没退出" in client.get("/terminal").text


def test_session_lives_an_hour_and_longer_while_a_sitting_needs_it(
    client: FlaskClient, card: None, exam: Exam, session: Session, cast: Cast
) -> None:
    learner = cast.user("learner")
    type_card(client)
    at_first = newest_session(session, learner).expires_at
    client.post(f"/my-exams/{exam.id}/start")
    in_it = newest_session(session, learner).expires_at
    sitting = session.scalars(select(Sitting)).one()
    extend_sitting(
        session,
        sitting,
        minutes=30,
        reason="停电",
        actor=cast.actor("examiner"),
        now=MONDAY,
    )
    session.commit()
    extended = newest_session(session, learner).expires_at
    client.post(f"/sittings/{sitting.id}/submit")
    handed_in = newest_session(session, learner).expires_at

    assert at_first == MONDAY + timedelta(hours=1)
    assert in_it == MONDAY + timedelta(minutes=60 + exam.delivery_minutes + 15)
    assert extended == in_it + timedelta(minutes=30)
    assert handed_in == MONDAY + timedelta(minutes=15)


@pytest.mark.parametrize(("late", "status"), [(-MOMENT, 200), (timedelta(), 302)])
def test_session_ends_at_its_moment(
    client: FlaskClient, card: None, clock: ManualClock, late: timedelta, status: int
) -> None:
    type_card(client)
    clock.move_to(MONDAY + timedelta(hours=1) + late)

    assert client.get("/my-exams").status_code == status


def test_five_wrong_codes_burn_the_right_one(
    client: FlaskClient, card: None, clock: ManualClock, session: Session
) -> None:
    statuses = [type_card(client, "000000", confirmed=False).status_code for _ in range(5)]
    clock.advance(minutes=16)

    assert statuses == [401, 401, 401, 401, 429]
    assert type_card(client, CODE).status_code == 401
    assert "card_code.burned" in session.scalars(select(AuditEntry.action)).all()


def test_wrong_code_and_unknown_number_look_the_same(client: FlaskClient, card: None) -> None:
    wrong = type_card(client, "000000")
    unknown = type_card(client, number="99999999")

    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert "还可以再试 4 次" in wrong.text
    assert "还可以再试 4 次" in unknown.text


def test_wrong_codes_do_not_use_up_the_tries_of_the_password(
    app: Flask, client: FlaskClient, card: None, session: Session, cast: Cast
) -> None:
    give_password(session, cast.user("learner"))
    for _ in range(5):
        type_card(client, "000000")

    assert sign_in(app.test_client()).status_code == 302


def test_registering_makes_the_browser_a_terminal_and_signs_out(
    client_for: Callable[[str], FlaskClient], session: Session
) -> None:
    browser = client_for("examiner")
    made = browser.post("/terminals", data={"name": "2 号机", "place": "食堂"})

    assert made.headers["Location"] == "/terminal"
    assert "2 号机" in browser.get("/terminal").text
    assert browser.get("/").headers["Location"] == "/terminal"
    assert "terminal.registered" in session.scalars(select(AuditEntry.action)).all()


def test_terminal_without_a_name_is_not_registered(
    client_for: Callable[[str], FlaskClient], session: Session
) -> None:
    refused = client_for("examiner").post("/terminals", data={"name": " "})

    assert refused.status_code == 422
    assert "写上终端名称" in refused.text
    assert session.scalars(select(Terminal)).all() == []
