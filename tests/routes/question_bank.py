from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.conftest import MONDAY
from tests.question_bank.factories import make_question
from tests.routes import Route

KEEPERS_ONLY = {
    "nobody": 302,
    "learner": 403,
    "team_leader": 403,
    "other_leader": 403,
    "inspector": 403,
}


def a_question(session: Session, _cast: Cast) -> Mapping[str, Any]:
    return {"public_id": make_question(session, now=MONDAY).public_id}


def a_choice(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"id": a_question(session, cast)["public_id"], "action": "review", "note": "看答案"}


ROUTES = {
    "question_bank.bank.bulk": Route("POST", data=a_choice, expected=KEEPERS_ONLY, others=302),
    "question_bank.bank.print_sheet": Route(expected=KEEPERS_ONLY),
    "question_bank.bank.compare": Route(values=a_question, expected=KEEPERS_ONLY),
    "question_bank.questions": Route(expected=KEEPERS_ONLY),
    "question_bank.question": Route(values=a_question, expected=KEEPERS_ONLY),
    "question_bank.confirm": Route("POST", values=a_question, expected=KEEPERS_ONLY, others=302),
}
