"""Routes of marking; the examiner of the cast manages the exam, the trainer marks it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from exams.hand_marking import Given
from exams.operations.hand_marking import give_mark, take_answers
from tests.cast import Cast
from tests.exams.people.papers import LATER, appoint, candidates, sit, task_of, written_exam
from tests.routes import Route

MARK = {"nobody": 302, "trainer": 200}


def waiting(session: Session, cast: Cast) -> dict[str, Any]:
    """An exam of which one answer lies on the trainer's desk."""
    exam = written_exam(session, cast)
    appoint(session, cast, exam, cast.user("trainer"))
    person = candidates(session, cast, 1)[0]
    sitting = sit(session, exam, person, "先报告，再关阀")
    task = task_of(session, sitting)
    trainer = cast.actor("trainer")
    take_answers(session, exam, task.question_version_id, actor=trainer, now=LATER)
    return {"exam_id": exam.id, "version_id": task.question_version_id, "token": task.token}


def exam(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"exam_id": waiting(session, cast)["exam_id"]}


def question(session: Session, cast: Cast) -> Mapping[str, Any]:
    made = waiting(session, cast)
    return {"exam_id": made["exam_id"], "version_id": made["version_id"]}


def answer(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"token": waiting(session, cast)["token"]}


def together(session: Session, cast: Cast) -> Mapping[str, Any]:
    """Two equal answers that the trainer marked at once."""
    exam = written_exam(session, cast)
    appoint(session, cast, exam, cast.user("trainer"))
    sittings = [sit(session, exam, who, "报告") for who in candidates(session, cast, 2)]
    version_id, trainer = task_of(session, sittings[0]).question_version_id, cast.actor("trainer")
    token = take_answers(session, exam, version_id, actor=trainer, now=LATER)[0]
    give_mark(session, token, Given((1,), 50), together=True, actor=trainer, now=LATER)
    return {"token": token}


ROUTES = {
    "exams.markings": Route(expected={"nobody": 302, "examiner": 200, "trainer": 200}, others=403),
    "exams.marking_overview": Route(
        values=exam, expected={"nobody": 302, "examiner": 200, "trainer": 200}, others=403
    ),
    "exams.markers": Route(values=exam, expected={"nobody": 302, "examiner": 200}, others=403),
    "exams.take_next": Route(
        "POST",
        values=question,
        expected={"nobody": 302, "trainer": 302, "examiner": 404},
        others=403,
    ),
    "exams.release": Route(
        "POST", values=exam, expected={"nobody": 302, "examiner": 302}, others=403
    ),
    "exams.answer_to_mark": Route(values=answer, expected=MARK | {"examiner": 404}, others=403),
    "exams.answer_draft": Route(
        "POST",
        values=answer,
        json=lambda _session, _cast: {"points": [1], "score": "", "remark": ""},
        expected={"nobody": 401, "trainer": 200, "examiner": 404},
        others=403,
    ),
    "exams.take_back": Route(
        "POST",
        values=together,
        expected={"nobody": 302, "trainer": 302, "examiner": 404},
        others=403,
    ),
    "exams.marked_answers": Route(values=question, expected=MARK | {"examiner": 404}, others=403),
}
