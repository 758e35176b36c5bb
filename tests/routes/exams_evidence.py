"""Routes of receipts, evidence, results and exams on paper; the sitting is the learner's."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from exams.models import ExamState, PaperForm, Sitting
from exams.operations.closing import submit_sitting
from exams.operations.on_paper import make_forms
from exams.operations.sitting import start_sitting
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam
from tests.routes import Route

OWN = {"nobody": 302, "learner": 200}
READ = {"nobody": 302, "examiner": 200, "safety_manager": 200, "inspector": 200}
MANAGE = {"nobody": 302, "examiner": 200}


def sitting(session: Session, cast: Cast) -> Mapping[str, Any]:
    """Handed in and signed."""
    actor, exam = cast.actor("learner"), make_exam(session, cast)
    zone = ZoneInfo("Asia/Shanghai")
    made = start_sitting(session, exam, actor=actor, now=MONDAY, seed=7, zone=zone)
    submit_sitting(session, made, actor=actor, now=MONDAY)
    return {"sitting_id": made.id}


def sat_exam(session: Session, cast: Cast) -> Mapping[str, Any]:
    made = session.get_one(Sitting, sitting(session, cast)["sitting_id"])
    return {"exam_id": made.exam_id}


def printed_exam(session: Session, cast: Cast) -> Mapping[str, Any]:
    """With one form."""
    exam = make_exam(session, cast)
    actor = cast.actor("examiner")
    make_forms(session, exam, draws=[(1, f"R{exam.id}")], actor=actor, now=MONDAY)
    assert exam.state is ExamState.PUBLISHED
    assert session.scalars(select(PaperForm).where(PaperForm.exam_id == exam.id)).one()
    return {"exam_id": exam.id}


def two_forms(_session: Session, _cast: Cast) -> Mapping[str, Any]:
    return {"count": "2"}


def no_such_table(session: Session, cast: Cast) -> Mapping[str, Any]:
    return sat_exam(session, cast)


def no_such_day(_session: Session, _cast: Cast) -> Mapping[str, Any]:
    return {"day": "2026-01-01"}


def _as(status: int, roles: Mapping[str, int]) -> Mapping[str, int]:
    return {role: status if expected == 200 else expected for role, expected in roles.items()}


ROUTES = {
    "exams.receipt": Route(values=sitting, expected=OWN, others=404),
    "exams.own_evidence": Route(values=sitting, expected=OWN, others=404),
    "exams.sittings": Route(values=sat_exam, expected=READ, others=403),
    "exams.evidence": Route(values=sitting, expected=READ, others=403),
    "exams.take_evidence": Route("POST", values=sitting, expected=READ, others=403),
    "exams.take_results": Route("POST", values=sat_exam, expected=READ, others=403),
    "exams.results_file": Route(values=no_such_table, expected=_as(404, READ), others=403),
    "exams.digests": Route(expected=READ, others=403),
    "exams.digest_file": Route(values=no_such_day, expected=_as(404, READ), others=403),
    "exams.on_paper": Route(values=printed_exam, expected=MANAGE, others=403),
    "exams.make_paper_forms": Route(
        "POST", values=printed_exam, data=two_forms, expected=_as(302, MANAGE), others=403
    ),
    "exams.take_paper": Route("POST", values=printed_exam, expected=MANAGE, others=403),
    "exams.paper_template": Route(values=printed_exam, expected=MANAGE, others=403),
    "exams.upload_paper": Route("POST", values=printed_exam, expected=_as(422, MANAGE), others=403),
    "exams.paper_preview": Route(values=printed_exam, expected=_as(302, MANAGE), others=403),
    "exams.confirm_paper": Route(
        "POST", values=printed_exam, expected=_as(409, MANAGE), others=403
    ),
    "exams.discard_paper": Route(
        "POST", values=printed_exam, expected=_as(302, MANAGE), others=403
    ),
}
