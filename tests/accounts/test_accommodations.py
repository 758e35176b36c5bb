"""Accommodations: validity to the day, one at a time, and who sees the reason."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Accommodation
from accounts.operations import Needs, end_accommodation, grant_accommodation
from accounts.queries import accommodation_of, accommodation_record
from core.audit import AuditEntry
from core.errors import Conflict
from tests.cast import Cast
from tests.conftest import MONDAY

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 31)
DAY = timedelta(days=1)
REASON = "右手受伤，写字慢"
FORM = {
    "extra_percent": "50",
    "from_on": "2026-03-02",
    "to_on": "2026-03-31",
    "reason": REASON,
    "consented": "y",
}


def grant(session: Session, cast: Cast, needs: Needs | None = None) -> Accommodation:
    made = grant_accommodation(
        session,
        cast.user("learner"),
        needs or Needs(FIRST, LAST, extra_percent=50),
        reason=REASON,
        actor=cast.actor("examiner"),
        now=MONDAY,
    )
    session.commit()
    return made


@pytest.mark.parametrize(
    ("day", "holds"), [(FIRST - DAY, False), (FIRST, True), (LAST, True), (LAST + DAY, False)]
)
def test_both_ends_of_the_validity_are_included(
    session: Session, cast: Cast, day: date, holds: bool
) -> None:
    grant(session, cast)

    assert (accommodation_of(session, cast.user("learner").id, day) is not None) is holds


def test_without_an_end_it_holds_until_it_is_ended(session: Session, cast: Cast) -> None:
    made = grant(session, cast, Needs(FIRST, None, read_aloud=True))
    learner = cast.user("learner").id

    assert accommodation_of(session, learner, date(2036, 1, 1)) == made
    end_accommodation(session, made, actor=cast.actor("examiner"), now=MONDAY)
    assert accommodation_of(session, learner, FIRST) is None
    with pytest.raises(Conflict, match="已经结束"):
        end_accommodation(session, made, actor=cast.actor("examiner"), now=MONDAY)


def test_one_at_a_time(session: Session, cast: Cast) -> None:
    grant(session, cast)

    with pytest.raises(Conflict, match="已经有考试便利"):
        grant(session, cast, Needs(LAST, None, large_type=True))
    assert grant(session, cast, Needs(LAST + DAY, None, large_type=True)).id


def test_nothing_and_an_end_before_the_beginning_are_refused(session: Session, cast: Cast) -> None:
    with pytest.raises(Conflict, match="至少选一样"):
        grant(session, cast, Needs(FIRST, LAST))
    with pytest.raises(Conflict, match="不能早于"):
        grant(session, cast, Needs(FIRST, FIRST - DAY, extra_minutes=10))


def test_audit_tells_neither_the_reason_nor_the_need(session: Session, cast: Cast) -> None:
    made = grant(session, cast)
    end_accommodation(session, made, actor=cast.actor("safety_manager"), now=MONDAY)

    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == [
        "accommodation.granted",
        "accommodation.ended",
    ]
    assert not any(REASON in str(vars(entry)) or "50" in str(entry.after) for entry in entries)


def test_person_sees_the_own_one_with_its_reason(session: Session, cast: Cast) -> None:
    grant(session, cast)

    assert REASON in accommodation_record(session, cast.user("learner").id).rows[0]


def test_safety_manager_grants_lists_and_ends(
    client_for: Callable[[str], FlaskClient], session: Session, cast: Cast
) -> None:
    browser = client_for("safety_manager")
    learner = cast.user("learner").id

    granted = browser.post(f"/people/{learner}/accommodation", data=FORM)
    made = session.scalars(select(Accommodation)).one()
    listed = browser.get("/accommodations").text
    browser.post(f"/accommodations/{made.id}/end")

    assert granted.status_code == 302
    assert "加时 50%" in listed
    assert REASON in listed
    session.refresh(made)
    assert made.ended_by_id == cast.user("safety_manager").id


def test_reading_with_difficulty_brings_time_type_and_voice(
    client_for: Callable[[str], FlaskClient], session: Session, cast: Cast
) -> None:
    form = FORM | {"low_literacy": "y", "extra_percent": "0"}
    client_for("examiner").post(f"/people/{cast.user('learner').id}/accommodation", data=form)

    made = session.scalars(select(Accommodation)).one()
    assert (made.extra_percent, made.large_type, made.read_aloud) == (50, True, True)
    assert made.low_literacy


def test_own_share_is_taken(
    client_for: Callable[[str], FlaskClient], session: Session, cast: Cast
) -> None:
    form = FORM | {"extra_percent": "-1", "own_percent": "75", "extra_minutes": "5"}
    client_for("examiner").post(f"/people/{cast.user('learner').id}/accommodation", data=form)

    made = session.scalars(select(Accommodation)).one()
    assert (made.extra_percent, made.extra_minutes) == (75, 5)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"consented": ""}, "先问本人"),
        ({"reason": "病"}, "写 4 到 200 个字"),
        ({"extra_percent": "-1"}, "写上比例"),
        ({"extra_percent": "0"}, "至少选一样"),
        ({"extra_minutes": "241"}, "填 0 到 240 的整数"),
        ({"to_on": "2026-03-01"}, "不能早于"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_granted(
    client_for: Callable[[str], FlaskClient],
    session: Session,
    cast: Cast,
    changed: dict[str, str],
    message: str,
) -> None:
    address = f"/people/{cast.user('learner').id}/accommodation"
    refused = client_for("examiner").post(address, data=FORM | changed)

    assert refused.status_code == 422
    assert message in refused.text
    assert session.scalars(select(Accommodation)).all() == []


def test_leader_of_the_team_sees_no_reason_anywhere(
    client_for: Callable[[str], FlaskClient], session: Session, cast: Cast
) -> None:
    grant(session, cast)
    browser = client_for("team_leader")

    assert REASON not in browser.get(f"/people/{cast.user('learner').id}").text
    assert browser.get("/accommodations").status_code == 403
