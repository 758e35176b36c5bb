from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.conftest import MONDAY
from tests.question_bank.factories import make_question
from tests.routes import Route

EXPORTERS_ONLY = {
    "nobody": 302,
    "learner": 403,
    "team_leader": 403,
    "other_leader": 403,
    "inspector": 403,
    "examiner": 403,
    "administrator": 403,
}


def the_bank(session: Session, _cast: Cast) -> Mapping[str, Any]:
    make_question(session, now=MONDAY)
    return {"format": "json"}


ROUTES = {
    "question_bank.exports.start": Route(values=the_bank, expected=EXPORTERS_ONLY),
    "question_bank.exports.take": Route("POST", data=the_bank, expected=EXPORTERS_ONLY),
    "question_bank.exports.losses": Route(values=the_bank, expected=EXPORTERS_ONLY),
}
