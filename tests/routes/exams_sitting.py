"""Routes of candidates. A sitting made here is the learner's, so everyone else gets 404."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from exams.models import Exam, ExamKind, Reveal, Sitting
from exams.operations.closing import submit_sitting
from exams.operations.sitting import start_sitting
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam, make_one_of_each
from tests.routes import Route

OWN = {"nobody": 302, "learner": 200}
CHANGED = {"nobody": 302, "learner": 302}


def exam(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"exam_id": make_exam(session, cast).id}


def _sitting(session: Session, cast: Cast, *, is_closed: bool) -> Mapping[str, Any]:
    actor = cast.actor("learner")
    made = make_exam(session, cast, make_one_of_each(session))
    sitting = start_sitting(
        session, made, actor=actor, now=MONDAY, seed=7, zone=ZoneInfo("Asia/Shanghai")
    )
    if is_closed:
        submit_sitting(session, sitting, actor=actor, now=MONDAY)
    return {"sitting_id": sitting.id}


def open_sitting(session: Session, cast: Cast) -> Mapping[str, Any]:
    return _sitting(session, cast, is_closed=False)


def closed_sitting(session: Session, cast: Cast) -> Mapping[str, Any]:
    return _sitting(session, cast, is_closed=True)


def practice_sitting(session: Session, cast: Cast) -> Mapping[str, Any]:
    values = _sitting(session, cast, is_closed=False)
    made = session.get_one(Exam, session.get_one(Sitting, values["sitting_id"]).exam_id)
    made.kind, made.reveal = ExamKind.PRACTICE, Reveal.DURING
    session.flush()
    return values


def one_answer(_session: Session, _cast: Cast) -> Any:
    return {"slot": 1, "response": [2], "key": "key-of-the-table"}


def this_page(_session: Session, _cast: Cast) -> Any:
    return {"lease": "page-of-the-table", "answered": 0, "slot": 1, "waiting": 0}


def nothing_late(_session: Session, _cast: Cast) -> Any:
    return {"lease": "page-of-the-table", "entries": []}


BY_SCRIPT = {"nobody": 401, "learner": 200}

ROUTES = {
    "exams.my_exams": Route(expected={"nobody": 302}),
    "exams.start": Route(values=exam, expected={"nobody": 302}),
    "exams.waiting": Route(values=exam, expected={"nobody": 302}),
    "exams.checked": Route(values=practice_sitting, expected=OWN, others=404),
    "exams.begin": Route("POST", values=exam, others=302),
    "exams.sitting": Route(values=open_sitting, expected=OWN, others=404),
    "exams.answer": Route(
        "POST",
        values=open_sitting,
        json=one_answer,
        expected=BY_SCRIPT,
        others=404,
    ),
    "exams.hold": Route(
        "POST", values=open_sitting, json=this_page, expected=BY_SCRIPT, others=404
    ),
    "exams.presence": Route(
        "POST", values=open_sitting, json=this_page, expected=BY_SCRIPT, others=404
    ),
    "exams.late": Route(
        "POST", values=closed_sitting, json=nothing_late, expected=BY_SCRIPT, others=404
    ),
    "exams.save": Route("POST", values=open_sitting, expected=CHANGED, others=404),
    "exams.check": Route(values=open_sitting, expected=OWN, others=404),
    "exams.submit": Route("POST", values=open_sitting, expected=CHANGED, others=404),
    "exams.result": Route(values=closed_sitting, expected=OWN, others=404),
}
