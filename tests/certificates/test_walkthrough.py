"""From the first question to the scan at the gate, through the product's own doors."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import operations
from certificates.models import Certificate
from core.clock import ManualClock
from core.identity import Actor
from exams.operations.closing import submit_sitting
from exams.operations.sitting import start_sitting
from tests.cast import Cast
from tests.certificates.test_award import make_kind
from tests.conftest import MONDAY
from tests.exams.factories import make_exam

ZONE = ZoneInfo("Asia/Shanghai")


def test_handing_in_a_passed_paper_gives_a_certificate_that_can_be_checked(
    session: Session, cast: Cast, client_for: Callable[[str], FlaskClient], clock: ManualClock
) -> None:
    exam = make_exam(session, cast, pass_mark_tenths=0)
    system = Actor.system("test")
    operations.set_award(session, exam, make_kind(session), actor=system, now=MONDAY)
    learner = cast.actor("learner")

    sitting = start_sitting(session, exam, actor=learner, now=clock.now(), seed=7, zone=ZONE)
    clock.advance(minutes=20)
    submit_sitting(session, sitting, actor=learner, now=clock.now())
    session.commit()

    made = session.scalars(select(Certificate)).one()
    assert made.sitting_id == sitting.id
    assert made.number in client_for("learner").get(f"/sittings/{sitting.id}/result").text
    assert made.number in client_for("learner").get("/my-certificates").text
    assert "王*" in client_for("nobody").get(f"/c/{made.check_code}").text
