"""Finding people, their page, and what is changed there, over HTTP."""

import io
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import ActivationCode, EmploymentKind, User
from core.audit import AuditEntry
from core.identity import Role
from core.services import Services
from teams import names, operations
from teams.queries import memberships_of
from tests.cast import Cast, make_user
from tests.conftest import MONDAY, QueryCounter
from tests.teams.sheets import id_number

Client = Callable[[str], FlaskClient]


@pytest.fixture
def named(session: Session, cast: Cast) -> Cast:
    """The cast with pinyin, and three more people of 冲压二班."""
    for user in cast.users.values():
        user.name_sort = names.sort_key(user.name)
    for number, name in enumerate(("单小雨", "曾大雪", "=1+1"), start=1):
        user = make_user(
            session,
            f"P{number}",
            name,
            now=MONDAY,
            team=cast.team("press_two"),
            kind=EmploymentKind.DISPATCHED_WORKER,
        )
        user.name_sort = names.sort_key(name)
    session.commit()
    return cast


def found(client: FlaskClient, **query: object) -> str:
    return client.get("/people", query_string=query).get_data(as_text=True)


@pytest.mark.parametrize(
    "text", ["单小雨", "小雨", "sxy", "SXY", "shanxiao", "shan xiao", "P1", "p1"]
)
def test_person_is_found_by_name_pinyin_initials_and_number(
    client_for: Client, named: Cast, text: str
) -> None:
    page = found(client_for("safety_manager"), q=text)

    assert "单小雨" in page
    assert "曾大雪" not in page


def test_percent_sign_in_a_search_is_not_a_wildcard(client_for: Client, named: Cast) -> None:
    assert "没有这样的人" in found(client_for("safety_manager"), q="%")


def test_filters_narrow_by_team_kind_and_state(
    client_for: Client, named: Cast, session: Session
) -> None:
    client = client_for("administrator")
    press = named.team("press").id

    assert "曾大雪" in found(client, team=press, kind="dispatched_worker")
    assert "曾大雪" not in found(client, team=named.team("weld").id)
    assert "曾大雪" not in found(client, kind="intern")
    assert "曾大雪" in found(client, state="not_activated")
    assert "曾大雪" not in found(client, state="left")


def test_team_leader_finds_nobody_outside_even_by_asking_for_the_team(
    client_for: Client, named: Cast
) -> None:
    client = client_for("other_leader")

    assert "没有这样的人" in found(client, q="20260001")
    assert "王小满" not in found(client, team=named.team("press_one").id)
    assert client.get(f"/people/{named.user('learner').id}").status_code == 404


def test_list_costs_as_many_queries_for_one_person_as_for_fifty(
    client_for: Client, cast: Cast, session: Session, count_queries: QueryCounter
) -> None:
    client = client_for("safety_manager")
    found(client)
    count_queries.statements.clear()
    found(client)
    few = len(count_queries)
    for number in range(50):
        make_user(session, f"Q{number}", "张三", now=MONDAY, team=cast.team("press_two"))
    session.commit()
    count_queries.statements.clear()

    found(client)

    assert len(count_queries) == few


def test_export_keeps_formulas_as_text_and_id_numbers_masked(
    client_for: Client, named: Cast, session: Session, services: Services
) -> None:
    operations.edit_person(
        session,
        named.user("learner"),
        operations.PersonDetails("20260001", "王小满", id_number=id_number(1)),
        id_number_key=services.id_number_key,
        actor=named.actor("administrator"),
        now=MONDAY,
    )
    session.commit()

    answer = client_for("inspector").get("/people.xlsx")

    sheet = CalamineWorkbook.from_object(io.BytesIO(answer.data)).get_sheet_by_index(0)
    rows = {row[0]: row for row in sheet.to_python()}
    assert rows["P3"][1] == "=1+1"
    assert rows["20260001"][6] == f"320***********{id_number(1)[-4:]}"
    assert rows["P1"][2] == "示例机械厂/一分厂/冲压车间/冲压二班"
    assert rows["P1"][8] == date(2024, 1, 1)


def test_reason_and_name_are_recorded_before_the_whole_id_number_is_shown(
    client_for: Client, cast: Cast, session: Session, services: Services
) -> None:
    learner = cast.user("learner")
    operations.edit_person(
        session,
        learner,
        operations.PersonDetails("20260001", "王小满", id_number=id_number(1)),
        id_number_key=services.id_number_key,
        actor=cast.actor("administrator"),
        now=MONDAY,
    )
    session.commit()
    client = client_for("safety_manager")

    page = client.get(f"/people/{learner.id}").get_data(as_text=True)
    refused = client.post(f"/people/{learner.id}/id-number", data={"reason": ""})
    shown = client.post(f"/people/{learner.id}/id-number", data={"reason": "核对操作证"})

    assert id_number(1) not in page
    assert refused.status_code == 409
    assert id_number(1) in shown.get_data(as_text=True)
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "id_number.revealed")
    ).all()
    assert [(entry.actor_name, entry.reason) for entry in entries] == [("赵白露", "核对操作证")]


def test_activation_code_is_shown_once_and_stored_as_a_hash(
    client_for: Client, named: Cast, session: Session
) -> None:
    user = session.scalars(select(User).where(User.employee_no == "P1")).one()

    page = client_for("administrator").post(f"/people/{user.id}/code").get_data(as_text=True)

    code = session.scalars(select(ActivationCode).where(ActivationCode.user_id == user.id)).one()
    assert "只显示这一次" in page
    assert code.code_hash not in page
    assert "/activate" in page


def test_leader_cannot_take_over_an_account_that_has_a_password(
    client_for: Client, cast: Cast, session: Session
) -> None:
    learner = cast.user("learner")
    learner.password_hash = "set"
    session.commit()

    answer = client_for("team_leader").post(f"/people/{learner.id}/code")

    assert answer.status_code == 403


def test_administrator_of_a_workshop_cannot_make_codes_for_one_of_the_enterprise(
    client_for: Client, cast: Cast, session: Session
) -> None:
    admin = cast.actor("administrator")
    operations.grant_role(
        session,
        cast.user("team_leader"),
        cast.team("safety"),
        Role.ADMINISTRATOR,
        actor=admin,
        now=MONDAY,
    )
    session.commit()

    answer = client_for("team_leader").post(f"/people/{cast.user('administrator').id}/code")

    assert answer.status_code == 403


def test_slips_hold_one_code_for_everybody_without_a_password(
    client_for: Client, named: Cast, session: Session
) -> None:
    named.user("learner").password_hash = "set"
    session.commit()

    page = client_for("administrator").post(f"/teams/{named.team('press').id}/slips")

    text = page.get_data(as_text=True)
    assert text.count('class="slip"') == 4
    assert "单小雨" in text
    assert "王小满" not in text


def test_new_person_is_registered_with_a_place(
    client_for: Client, cast: Cast, session: Session
) -> None:
    data = {
        "employee_no": "Ｎ００１",
        "name": "曾 小寒",
        "kind": "employee",
        "phone": "138 0000 0001",
        "id_number": id_number(2),
        "team_id": cast.team("press_two").id,
        "post_id": 0,
        "on": "2026-03-02",
    }

    answer = client_for("administrator").post("/people/new", data=data)

    user = session.scalars(select(User).where(User.employee_no == "N001")).one()
    assert answer.location.endswith(f"/people/{user.id}")
    assert (user.name, user.phone) == ("曾小寒", "13800000001")
    assert user.name_sort == "zeng xiao han|zxh"
    assert [place.team_name for place in memberships_of(session, user.id)] == ["冲压二班"]


def test_taken_number_and_wrong_check_digit_are_told_at_the_form(
    client_for: Client, cast: Cast
) -> None:
    data = {
        "employee_no": "20260001",
        "name": "张三",
        "kind": "employee",
        "team_id": cast.team("press_two").id,
        "post_id": 0,
        "on": "2026-03-02",
    }
    client = client_for("administrator")

    taken = client.post("/people/new", data=data)
    wrong = client.post("/people/new", data={**data, "id_number": "320506199003071230"})

    assert taken.status_code == 422
    assert "工号 20260001 已经是 王小满 的" in taken.get_data(as_text=True)
    assert "有一位抄错了" in wrong.get_data(as_text=True)


def test_corrected_pinyin_stays_and_decides_the_search(
    client_for: Client, cast: Cast, session: Session
) -> None:
    learner = cast.user("learner")
    data = {
        "employee_no": "20260001",
        "name": "王小满",
        "kind": "employee",
        "sounds": "wang xiao mun",
    }
    client = client_for("administrator")

    client.post(f"/people/{learner.id}/edit", data=data)

    session.expire_all()
    assert learner.name_sort == "wang xiao mun|wxm"
    assert "王小满" in found(client, q="xiaomun") or "王小满" in found(client, q="wangxiaomun")


def test_leaving_in_the_future_is_refused_at_the_field(client_for: Client, cast: Cast) -> None:
    address = f"/people/{cast.user('learner').id}/leave"

    answer = client_for("administrator").post(address, data={"on": "2026-03-03"})

    assert answer.status_code == 422
    assert "最后一天不能晚于今天" in answer.get_data(as_text=True)


def test_person_leaves_and_comes_back(client_for: Client, cast: Cast, session: Session) -> None:
    learner = cast.user("learner")
    client = client_for("administrator")

    client.post(f"/people/{learner.id}/leave", data={"on": "2026-03-01"})
    place = {"team_id": cast.team("weld_one").id, "post_id": 0, "on": "2026-03-02"}
    client.post(f"/people/{learner.id}/return", data=place)

    session.expire_all()
    history = [(p.team_name, p.from_on, p.to_on) for p in memberships_of(session, learner.id)]
    assert learner.left_on is None
    assert history == [
        ("焊接一班", date(2026, 3, 2), None),
        ("冲压一班", date(2024, 1, 1), date(2026, 3, 1)),
    ]


def test_back_dated_transfer_is_told_above_the_form(client_for: Client, cast: Cast) -> None:
    place = {"team_id": cast.team("weld_one").id, "post_id": 0, "on": "2023-01-01"}

    answer = client_for("administrator").post(
        f"/people/{cast.user('learner').id}/transfer", data=place
    )

    assert answer.status_code == 422
    assert "调动日期不能早于那天" in answer.get_data(as_text=True)
