from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from exams.models import Exam
from tests.cast import Cast
from tests.routes import Route
from tests.sittings import make_plain_exam

READERS = {
    "team_leader": 200,
    "other_leader": 200,
    "examiner": 200,
    "safety_manager": 200,
    "inspector": 200,
    "nobody": 302,
}


def exam(session: Session, cast: Cast) -> Mapping[str, Any]:
    """An open exam for the whole enterprise."""
    title = "全厂考试"
    found = session.query(Exam).filter_by(title=title).first()
    found = found or make_plain_exam(session, title=title, audience=(cast.team("enterprise"),))
    return {"exam_id": found.id}


def with_exam(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"exam": exam(session, cast)["exam_id"]}


ROUTES = {
    "reports.home": Route(expected={"nobody": 302}),
    "reports.menu": Route(expected={"nobody": 302}),
    "reports.pass_rates": Route(values=with_exam, expected=READERS, others=403),
    "reports.pass_rate_names": Route(values=exam, expected=READERS, others=403),
    "reports.pass_rate_file": Route(values=exam, expected=READERS, others=403),
    "reports.audit_log": Route(
        expected={"administrator": 200, "inspector": 200, "safety_manager": 200, "nobody": 302},
        others=403,
    ),
}
