from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.conftest import MONDAY
from tests.editor.factories import make_proposal
from tests.learning.factories import make_module
from tests.routes import Route

AUTHORS_ONLY = {
    "nobody": 302,
    "learner": 403,
    "team_leader": 403,
    "other_leader": 403,
    "examiner": 403,
    "safety_manager": 403,
    "administrator": 403,
    "inspector": 403,
}


def a_proposal(session: Session, _cast: Cast) -> Mapping[str, Any]:
    return {"proposal_id": make_proposal(session, now=MONDAY).id}


def a_module(session: Session, _cast: Cast) -> Mapping[str, Any]:
    make_module(session, now=MONDAY).source_text = "---\n---\n"
    session.flush()
    return {"key": "sop-dh"}


ROUTES = {
    "editor.proposals": Route(expected=AUTHORS_ONLY),
    "editor.proposal": Route(values=a_proposal, expected=AUTHORS_ONLY),
    "editor.decide": Route(
        "POST",
        values=a_proposal,
        data=lambda _session, _cast: {"action": "reject"},
        expected=AUTHORS_ONLY,
        others=302,
    ),
    "editor.decide_chosen": Route("POST", expected=AUTHORS_ONLY, others=302),
    "editor.propose": Route("POST", values=a_module, expected=AUTHORS_ONLY, others=302),
}
