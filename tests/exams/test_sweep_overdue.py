"""The sweep as the scheduler and the command run it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import ManualClock
from core.services import Services
from exams.models import Answer, Sitting, SittingState
from exams.operations.sitting import start_sitting
from exams.sweep import sweep_overdue
from tests.cast import Cast, make_user
from tests.conftest import MONDAY
from tests.exams.factories import make_exam

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def hall(session: Session, cast: Cast) -> list[int]:
    """More open sittings than one batch takes."""
    exam = make_exam(session, cast)
    ids = []
    for number in range(23):
        person = make_user(
            session, f"H{number:03d}", f"考生{number}", now=MONDAY, team=cast.team("press_one")
        )
        cast.users[f"hall{number}"] = person
        sitting = start_sitting(
            session,
            exam,
            actor=cast.actor(f"hall{number}"),
            now=MONDAY,
            seed=number,
            zone=SHANGHAI,
        )
        ids.append(sitting.id)
    session.commit()
    return ids


def test_one_sweep_closes_the_whole_hall_in_batches(
    services: Services, clock: ManualClock, session: Session, hall: list[int]
) -> None:
    assert sweep_overdue(services).closed == ()
    clock.move_to(MONDAY + timedelta(hours=3))

    report = sweep_overdue(services)

    assert report.closed == tuple(hall)
    session.expire_all()
    assert {s.state for s in session.scalars(select(Sitting))} == {SittingState.EXPIRED}
    assert sweep_overdue(services).closed == ()


def test_the_command_tells_what_it_closed_and_what_it_could_not(
    app: Flask, clock: ManualClock, session: Session, hall: list[int]
) -> None:
    session.add(
        Answer(
            sitting_id=hall[0],
            slot=1,
            response=7,
            client_key="damaged-row",
            received_at=MONDAY,
            receipt_hash="0" * 64,
        )
    )
    session.commit()
    clock.move_to(MONDAY + timedelta(hours=3))

    answer = app.test_cli_runner().invoke(args=["exams", "close-overdue"])

    assert answer.exit_code == 1
    assert "已收卷 22 份" in answer.output
    assert f"1 份收不了，见日志；答卷编号：{hall[0]}" in answer.output
