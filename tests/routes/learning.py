from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from question_bank.models import QuestionVersion
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam
from tests.learning.factories import make_module
from tests.question_bank.factories import make_question
from tests.routes import Route


def a_module(session: Session, _cast: Cast) -> Mapping[str, Any]:
    make_module(session, now=MONDAY)
    return {"key": "sop-dh"}


def a_version(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {**a_module(session, cast), "number": 1}


def a_clause(session: Session, cast: Cast) -> Mapping[str, Any]:
    """A clause with a question on it, which a running exam may draw."""
    question = make_question(session, now=MONDAY)
    version = session.get_one(QuestionVersion, question.current_version_id)
    make_exam(session, cast, [version])
    return {**a_module(session, cast), "anchor": "s-3-2"}


ROUTES = {
    "learning.modules": Route(expected={"nobody": 302}),
    "learning.module": Route(values=a_module, expected={"nobody": 302}),
    "learning.clause": Route(
        values=a_clause,
        expected={
            "nobody": 302,
            "learner": 403,
            "team_leader": 403,
            "other_leader": 403,
            "inspector": 403,
        },
    ),
    "learning.version": Route(values=a_version, expected={"nobody": 302}),
    "learning.opened": Route("POST", values=a_version, expected={"nobody": 302}, others=204),
    "learning.read": Route("POST", values=a_version, others=302),
    "learning.image": Route(
        values=lambda session, cast: {"name": "none.png"}, expected={"nobody": 302}, others=404
    ),
}
