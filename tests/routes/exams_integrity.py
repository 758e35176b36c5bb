"""Routes of what an exam records, of messages, notes and the record of the room."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from exams.models import Exam, IncidentKind, Sitting
from exams.operations.incidents import record_incident
from exams.operations.integrity import free_of_safe_browser
from exams.operations.invigilation import add_note, record_room_incident, send_message
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam
from tests.routes import Route
from tests.routes.exams_board import EVERYBODYS
from tests.routes.exams_board import exam as watched

MANAGE = {"nobody": 302, "examiner": 200}
MANAGED = {"nobody": 302, "examiner": 302}


def exam(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"exam_id": make_exam(session, cast).id}


def freed(session: Session, cast: Cast) -> Mapping[str, Any]:
    made = make_exam(session, cast)
    user = cast.user("learner")
    free_of_safe_browser(
        session, made, user.id, reason="读屏软件", actor=cast.actor("examiner"), now=MONDAY
    )
    return {"exam_id": made.id, "user_id": user.id}


def room(session: Session, cast: Cast) -> Mapping[str, Any]:
    """Something of each kind was written down."""
    values = watched(session, cast)
    made = session.get_one(Exam, values["exam_id"])
    examiner = cast.actor("examiner")
    sittings = session.query(Sitting).filter_by(exam_id=made.id).order_by(Sitting.id).all()
    early = MONDAY - timedelta(minutes=1)
    record_room_incident(
        session, made, happened_at=early, text="停电 1 分钟", actor=examiner, now=MONDAY
    )
    send_message(
        session,
        made,
        [one.id for one in sittings],
        text="还有 10 分钟",
        is_to_all=True,
        actor=examiner,
        now=MONDAY,
    )
    add_note(session, sittings[0], text="借了一支笔", actor=examiner, now=MONDAY)
    record_incident(
        session,
        sittings[0],
        IncidentKind.ADDRESS,
        {"before": "10.0.0.8", "after": "10.0.0.9"},
        actor=cast.actor("learner"),
        now=MONDAY,
    )
    return values


ROUTES = {
    "exams.integrity": Route(values=exam, expected=MANAGE, others=403),
    "exams.free_person": Route("POST", values=exam, expected=MANAGE, others=403),
    "exams.bind_person": Route("POST", values=freed, expected=MANAGED, others=403),
    "exams.board_message": Route(values=room, expected=EVERYBODYS, others=403),
    "exams.room": Route(values=room, expected=EVERYBODYS, others=403),
    "exams.board_record": Route(values=room, expected=EVERYBODYS, others=403),
    "exams.prove_safe_browser": Route("POST", values=exam, others=302),
}
