"""待岗: proposed by a failed resit, decided by a person with a reason, seen by whom it is about."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.models import StandbyFlag
from certificates.operations import confirm_standby, lift_standby
from certificates.standby import count_standby, standby_list
from core.audit import AuditEntry
from core.errors import Conflict
from core.identity import Role
from exams.models import Exam, Reveal, Sitting
from teams.models import RoleGrant
from tests.cast import Cast
from tests.certificates.making import make_flag
from tests.conftest import MONDAY

Browser = Callable[[str], FlaskClient]
TODAY = MONDAY.date()


@pytest.fixture
def flag(session: Session, cast: Cast) -> StandbyFlag:
    made = make_flag(session, cast)
    session.commit()
    return made


def test_a_person_confirms_and_another_decision_lifts(
    session: Session, cast: Cast, flag: StandbyFlag
) -> None:
    manager = cast.actor("safety_manager")
    confirm_standby(session, flag, reason="先脱产培训", actor=manager, now=MONDAY)
    with pytest.raises(Conflict, match="已经确认"):
        confirm_standby(session, flag, reason="再来", actor=manager, now=MONDAY)

    lift_standby(session, flag, reason="培训合格", actor=manager, now=MONDAY + timedelta(days=9))

    with pytest.raises(Conflict, match="已经解除"):
        lift_standby(session, flag, reason="再来", actor=manager, now=MONDAY)
    with pytest.raises(Conflict, match="不能再确认"):
        confirm_standby(session, flag, reason="再来", actor=manager, now=MONDAY)
    told = select(AuditEntry.action, AuditEntry.reason).where(
        AuditEntry.action.startswith("standby.")
    )
    assert session.execute(told.order_by(AuditEntry.id)).all() == [
        ("standby.confirmed", "先脱产培训"),
        ("standby.lifted", "培训合格"),
    ]


def test_the_safety_manager_decides_on_the_page_with_a_reason(
    client_for: Browser, session: Session, flag: StandbyFlag
) -> None:
    manager = client_for("safety_manager")
    assert "1 人等你决定待不待岗" in manager.get("/").text
    assert "1 人补考没合格，等你决定待不待岗" in manager.get("/standby").text
    address = f"/standby/{flag.id}"
    unexplained = manager.post(address, data={"do": "confirm", "reason": " "})
    assert (unexplained.status_code, "写上原因" in unexplained.text) == (422, True)

    manager.post(address, data={"do": "confirm", "reason": "先脱产培训"})

    session.refresh(flag)
    assert flag.confirmed_reason == "先脱产培训"
    assert "没有等你决定的" in manager.get("/standby").text
    assert "等你决定待不待岗" not in manager.get("/").text
    manager.post(address, data={"do": "lift", "reason": "培训合格"})
    assert "已解除" in manager.get("/standby?show=closed").text
    assert "王小满" not in manager.get("/standby").text


def test_the_person_reads_proposal_and_decision_among_the_own_certificates_and_records(
    client_for: Browser, session: Session, cast: Cast, flag: StandbyFlag
) -> None:
    learner = client_for("learner")
    assert "等安全管理员确认" in learner.get("/my-certificates").text
    confirm_standby(
        session, flag, reason="先脱产培训", actor=cast.actor("safety_manager"), now=MONDAY
    )
    session.commit()

    assert "原因：先脱产培训" in learner.get("/my-certificates").text
    assert "先脱产培训" in learner.get("/me/records").text
    assert "先脱产培训" not in client_for("team_leader").get("/my-certificates").text


def test_a_proposal_that_would_tell_a_hidden_result_is_not_shown(
    client_for: Browser, session: Session, flag: StandbyFlag
) -> None:
    exam = session.get_one(Exam, flag.exam_id)
    exam.result_reveal = Reveal.NEVER
    session.commit()

    assert "待岗" not in client_for("learner").get("/my-certificates").text


def test_nobody_decides_on_the_own_standby(
    client_for: Browser, session: Session, cast: Cast
) -> None:
    own = make_flag(session, cast, who="safety_manager")
    session.commit()
    manager = client_for("safety_manager")
    assert "由别的安全管理员决定" in manager.get(f"/standby/{own.id}").text

    answer = manager.post(f"/standby/{own.id}", data={"do": "lift", "reason": "我自己"})

    assert answer.status_code == 403
    session.refresh(own)
    assert own.lifted_at is None


def test_a_result_that_was_remarked_is_told_beside_the_proposal(
    client_for: Browser, session: Session, flag: StandbyFlag
) -> None:
    session.get_one(Sitting, flag.sitting_id).is_passed = True
    session.commit()

    page = client_for("safety_manager").get(f"/standby/{flag.id}").text

    assert "后来改判合格，应当解除" in page


def test_a_manager_of_another_workshop_sees_nothing_of_it(
    session: Session, cast: Cast, flag: StandbyFlag
) -> None:
    grant = RoleGrant(
        user_id=cast.user("other_leader").id,
        team_id=cast.team("weld").id,
        role=Role.SAFETY_MANAGER,
        granted_at=MONDAY,
    )
    session.add(grant)
    session.flush()
    elsewhere, here = cast.actor("other_leader"), cast.actor("safety_manager")

    assert standby_list(session, elsewhere, wants_closed=False, today=TODAY, limit=9) == []
    assert count_standby(session, elsewhere, wants_closed=False, today=TODAY) == (0, 0)
    found = standby_list(session, here, wants_closed=False, today=TODAY, limit=9)
    assert [(line.id, line.team_name) for line in found] == [(flag.id, "冲压一班")]
    assert count_standby(session, here, wants_closed=False, today=TODAY) == (1, 1)
