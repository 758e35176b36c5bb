from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from question_bank.models import ReviewKind
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.learning.factories import make_module
from tests.question_bank.factories import add_task, make_question
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


def a_review(session: Session, _cast: Cast) -> Mapping[str, Any]:
    """One question under each heading of the page."""
    held = make_question(session, now=MONDAY)
    held.review_since = MONDAY
    clause = {"module_key": "sop-dh", "anchor": "s-3-2", "title": "3.2 作业票有效期"}
    make_module(session, now=MONDAY)
    add_task(session, held, ReviewKind.CLAUSE, **clause)
    changed = make_question(session, now=MONDAY, public_id="q-000002")
    add_task(session, changed, ReviewKind.CORRECTION)
    return {"task_id": add_task(session, changed, ReviewKind.KEY).id}


def a_page_of_reviews(session: Session, cast: Cast) -> Mapping[str, Any]:
    a_review(session, cast)
    return {}


ROUTES = {
    "question_bank.reviews": Route(values=a_page_of_reviews, expected=KEEPERS_ONLY),
    "question_bank.confirm_reviews": Route("POST", expected=KEEPERS_ONLY, others=302),
    "question_bank.settle_review": Route(
        "POST", values=a_review, expected=KEEPERS_ONLY, others=302
    ),
    "question_bank.questions": Route(expected=KEEPERS_ONLY),
    "question_bank.question": Route(values=a_question, expected=KEEPERS_ONLY),
    "question_bank.confirm": Route("POST", values=a_question, expected=KEEPERS_ONLY, others=302),
}
