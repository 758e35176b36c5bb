"""Routes of those who watch over people while they sit; the sitting is the learner's."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from exams.models import LateDecision, Sitting, SittingPresence, SittingState
from exams.operations.closing import submit_sitting
from exams.operations.sitting import start_sitting
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam
from tests.routes import Route

WATCH = {"nobody": 302, "examiner": 200, "safety_manager": 200, "team_leader": 200}
EVERYBODYS = WATCH | {"other_leader": 200}


def exam(session: Session, cast: Cast) -> Mapping[str, Any]:
    """One person of each kind: to decide, cut off, at it, not come, handed in."""
    made = make_exam(session, cast)
    for key in ("learner", "team_leader", "other_leader", "trainer"):
        sitting = start_sitting(
            session,
            made,
            actor=cast.actor(key),
            now=MONDAY,
            seed=7,
            zone=ZoneInfo("Asia/Shanghai"),
        )
        seen = MONDAY if key == "team_leader" else MONDAY - timedelta(minutes=3, seconds=12)
        session.add(
            SittingPresence(sitting_id=sitting.id, seen_at=seen, answered=2, address="10.0.0.9")
        )
        if key in ("learner", "trainer"):
            submit_sitting(session, sitting, actor=cast.actor(key), now=MONDAY)
        if key == "learner":
            _make_late(sitting)
    session.flush()
    return {"exam_id": made.id}


def _make_late(sitting: Sitting) -> None:
    sitting.state = SittingState.EXPIRED
    sitting.late_decision, sitting.late_score_tenths = LateDecision.PENDING, 300


def sitting(session: Session, cast: Cast) -> Mapping[str, Any]:
    exam_id = exam(session, cast)["exam_id"]
    learner = cast.user("learner").id
    found = session.query(Sitting).filter_by(exam_id=exam_id, user_id=learner).one()
    return {"sitting_id": found.id}


def late(session: Session, cast: Cast) -> Mapping[str, Any]:
    """An exam with a latest entry, so that people may be let in."""
    return {"exam_id": make_exam(session, cast, entry_minutes=15, entry_code="RIGHT7").id}


def held(session: Session, cast: Cast) -> Mapping[str, Any]:
    """An exam of the whole enterprise that waits for its supervisor."""
    return {"exam_id": make_exam(session, cast, waits_for_start=True).id}


ROUTES = {
    "exams.entry": Route(values=late, expected=EVERYBODYS, others=403),
    "exams.begin_all": Route(
        "POST",
        values=held,
        expected={"nobody": 302, "examiner": 302, "safety_manager": 302},
        others=403,
    ),
    "exams.boards": Route(values=lambda session, cast: {}, expected=EVERYBODYS, others=403),
    "exams.board": Route(values=exam, expected=EVERYBODYS, others=403),
    "exams.board_cells": Route(values=exam, expected=EVERYBODYS, others=403),
    "exams.board_minutes": Route(values=exam, expected=EVERYBODYS, others=403),
    "exams.watch": Route(values=sitting, expected=WATCH | {"other_leader": 404}, others=403),
}
