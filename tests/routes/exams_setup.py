"""Routes of examiners; safety managers and inspectors read, nobody else comes in."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from exams.models import BlueprintRow, ExamState, Exemption, PoolEntry
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam
from tests.routes import Route

READ = {"nobody": 302, "examiner": 200, "safety_manager": 200, "inspector": 200}
CHANGE = {"nobody": 302, "examiner": 200}


def published(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"exam_id": make_exam(session, cast).id}


def draft(session: Session, cast: Cast) -> Mapping[str, Any]:
    exam = make_exam(session, cast, [], count=1, state=ExamState.DRAFT)
    exam.published_at = None
    return {"exam_id": exam.id}


def preview(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {**published(session, cast), "paper": 7}


def pool_question(session: Session, cast: Cast) -> Mapping[str, Any]:
    exam_id = make_exam(session, cast).id
    entry = session.query(PoolEntry).join(BlueprintRow).filter_by(exam_id=exam_id).first()
    assert entry is not None
    return {"exam_id": exam_id, "version_id": entry.question_version_id}


def exemption(session: Session, cast: Cast) -> Mapping[str, Any]:
    user, exam = cast.user("learner"), make_exam(session, cast)
    session.add(Exemption(exam_id=exam.id, user_id=user.id, reason="产假", granted_at=MONDAY))
    session.flush()
    return {"exam_id": exam.id, "user_id": user.id}


ROUTES = {
    "exams.exams": Route(expected=READ, others=403),
    "exams.exam": Route(values=published, expected=READ, others=403),
    "exams.candidate_list": Route(values=published, expected=READ, others=403),
    "exams.pool": Route(values=published, expected=READ, others=403),
    "exams.exemptions": Route(values=published, expected=READ, others=403),
    "exams.analysis": Route(values=published, expected=READ, others=403),
    "exams.analyse_now": Route(
        "POST", values=published, expected={"nobody": 302, "examiner": 302}, others=403
    ),
    "exams.fairness": Route(values=published, expected=READ, others=403),
    "exams.compare_now": Route(
        "POST", values=published, expected={"nobody": 302, "examiner": 302}, others=403
    ),
    "exams.new_exam": Route(expected=CHANGE, others=403),
    "exams.definition": Route(values=draft, expected=CHANGE, others=403),
    "exams.blueprint_rows": Route(values=draft, expected=CHANGE, others=403),
    "exams.audience": Route(values=published, expected=CHANGE, others=403),
    "exams.publication": Route(values=draft, expected=CHANGE, others=403),
    "exams.change": Route(values=published, expected=CHANGE, others=403),
    "exams.amendment": Route(values=published, expected=CHANGE, others=403),
    "exams.preview": Route(values=preview, expected=CHANGE, others=403),
    "exams.withdrawal": Route(values=published, expected=CHANGE, others=403),
    "exams.pool_question": Route(values=pool_question, expected=CHANGE, others=403),
    "exams.exemption_removal": Route(values=exemption, expected=CHANGE, others=403),
    "exams.copy": Route(
        "POST", values=published, expected={"nobody": 302, "examiner": 302}, others=403
    ),
}
