from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import id_numbers, operations
from accounts.events import FirstAdministratorMade, PersonLeft
from accounts.models import User
from core.audit import AuditEntry
from core.errors import Conflict
from core.events import Event
from core.identity import Actor
from core.services import Services
from tests.accounts.people import HASH, visit_from
from tests.cast import Cast
from tests.conftest import MONDAY

ID_NUMBER = "11010519491231002X"
KEY = "k" * 43
SYSTEM = Actor.system("test")


def actions(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def record_number(session: Session, cast: Cast, who: str, number: str | None) -> None:
    operations.record_id_number(
        session,
        cast.user(who),
        number,
        key=KEY,
        actor=cast.actor("administrator"),
        now=MONDAY,
    )


def test_first_administrator_must_change_the_password(session: Session, services: Services) -> None:
    heard: list[Event] = []
    services.bus.subscribe(FirstAdministratorMade, lambda _session, news: heard.append(news))

    user = operations.make_first_administrator(
        session, actor=SYSTEM, now=MONDAY, password_hash=HASH
    )

    assert (user.employee_no, user.must_change_password) == ("admin", True)
    assert heard == [FirstAdministratorMade(actor=SYSTEM, at=MONDAY, user_id=user.id)]
    assert actions(session)[0] == "person.first_administrator.made"


def test_first_administrator_is_made_only_where_nobody_is(session: Session, cast: Cast) -> None:
    with pytest.raises(Conflict, match="已经有人员"):
        operations.make_first_administrator(session, actor=SYSTEM, now=MONDAY, password_hash=HASH)


def test_id_number_is_stored_encrypted_and_masked(session: Session, cast: Cast) -> None:
    record_number(session, cast, "learner", " 110105 19491231 002x")

    user = cast.user("learner")
    assert user.id_number_masked == "110***********002X"
    assert user.id_number_hash == id_numbers.look_up_hash(ID_NUMBER, key=KEY)
    assert user.id_number_encrypted is not None
    assert ID_NUMBER.encode() not in user.id_number_encrypted


def test_same_id_number_again_leaves_no_entry(session: Session, cast: Cast) -> None:
    record_number(session, cast, "learner", ID_NUMBER)
    record_number(session, cast, "learner", ID_NUMBER)

    assert actions(session) == ["id_number.recorded"]


def test_id_number_can_be_forgotten(session: Session, cast: Cast) -> None:
    record_number(session, cast, "learner", ID_NUMBER)
    record_number(session, cast, "learner", None)

    user = cast.user("learner")
    assert (user.id_number_encrypted, user.id_number_hash, user.id_number_masked) == (None,) * 3


def test_one_id_number_belongs_to_one_person(session: Session, cast: Cast) -> None:
    record_number(session, cast, "learner", ID_NUMBER)

    with pytest.raises(Conflict, match="已登记在工号 20260001 名下"):
        record_number(session, cast, "team_leader", ID_NUMBER)


def test_wrong_id_number_is_refused_with_the_reason(session: Session, cast: Cast) -> None:
    with pytest.raises(Conflict, match="最后一位对不上"):
        record_number(session, cast, "learner", "110105194912310021")


def test_revealing_an_id_number_is_recorded_with_its_reason_and_without_the_number(
    session: Session, cast: Cast
) -> None:
    record_number(session, cast, "learner", ID_NUMBER)

    shown = operations.reveal_id_number(
        session,
        cast.user("learner"),
        key=KEY,
        reason=" 办理焊工证 ",
        actor=cast.actor("administrator"),
        now=MONDAY,
    )

    entries = session.scalars(select(AuditEntry)).all()
    assert shown == ID_NUMBER
    assert entries[-1].action == "id_number.revealed"
    assert entries[-1].reason == "办理焊工证"
    assert entries[-1].on_user_id == cast.user("learner").id
    assert not any(ID_NUMBER in str(vars(entry)) for entry in entries)


def test_revealing_needs_a_reason(session: Session, cast: Cast) -> None:
    record_number(session, cast, "learner", ID_NUMBER)

    with pytest.raises(Conflict, match="写上为什么"):
        operations.reveal_id_number(
            session, cast.user("learner"), key=KEY, reason="  ", actor=SYSTEM, now=MONDAY
        )


def test_nothing_registered_cannot_be_revealed(session: Session, cast: Cast) -> None:
    with pytest.raises(Conflict, match="没有登记身份证号"):
        operations.reveal_id_number(
            session, cast.user("learner"), key=KEY, reason="x", actor=SYSTEM, now=MONDAY
        )


def test_leaving_is_announced_and_return_needs_a_new_password(
    session: Session, cast: Cast, services: Services
) -> None:
    heard: list[Event] = []
    services.bus.subscribe(PersonLeft, lambda _session, news: heard.append(news))
    user = cast.user("learner")
    user.password_hash = HASH
    operations.start_session(session, user, visit_from("10.0.0.7", "t"), actor=SYSTEM, now=MONDAY)

    operations.record_leaving(session, user, left_on=date(2026, 3, 2), actor=SYSTEM, now=MONDAY)
    left_on = user.left_on
    operations.record_return(session, user, actor=SYSTEM, now=MONDAY)

    assert left_on == date(2026, 3, 2)
    assert (user.left_on, user.password_hash) == (None, None)
    assert heard == [PersonLeft(actor=SYSTEM, at=MONDAY, user_id=user.id)]
    assert actions(session) == [
        "session.started",
        "person.left",
        "session.ended",
        "person.returned",
    ]


def test_leaving_twice_is_refused(session: Session, cast: Cast) -> None:
    user = cast.user("learner")
    user.left_on = date(2026, 3, 1)

    with pytest.raises(Conflict, match="已经登记过"):
        operations.record_leaving(session, user, left_on=date(2026, 3, 2), actor=SYSTEM, now=MONDAY)


def test_language_is_recorded_once(session: Session, cast: Cast) -> None:
    user = cast.user("learner")
    for _ in range(2):
        operations.choose_language(session, user, "en", actor=cast.actor("learner"), now=MONDAY)

    assert actions(session) == ["person.language.chosen"]
    assert session.scalar(select(func.count()).select_from(User)) == 8
