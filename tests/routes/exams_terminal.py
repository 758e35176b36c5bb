"""Routes of shared terminals and card codes, asked by browsers that are no terminal."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from accounts.operations import register_terminal
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.routes import Route


def learner(_session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"user_id": cast.user("learner").id}


def press_one(_session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"team_id": cast.team("press_one").id}


def registered(session: Session, cast: Cast) -> Mapping[str, Any]:
    made = register_terminal(
        session,
        name="冲压 1 号机",
        place="休息室",
        token="token-of-the-table",
        actor=cast.actor("administrator"),
        now=MONDAY,
    )
    return {"terminal_id": made.id}


def name(_session: Session, _cast: Cast) -> Mapping[str, Any]:
    return {"name": "冲压 1 号机"}


KEEPERS = {"nobody": 302, "administrator": 200, "safety_manager": 200, "examiner": 200}
BY_KEEPERS = dict.fromkeys(KEEPERS, 302)
MAKERS = {"nobody": 302, "team_leader": 200, "administrator": 200, "other_leader": 404}

ROUTES = {
    "exams.terminals": Route(expected=KEEPERS, others=403),
    "exams.register_terminal": Route("POST", data=name, expected=BY_KEEPERS, others=403),
    "exams.revoke_terminal": Route("POST", values=registered, expected=BY_KEEPERS, others=403),
    "exams.terminal": Route(),
    "exams.leaving_terminal": Route(expected={"nobody": 302}),
    "exams.leave_terminal": Route("POST", others=303),
    "exams.person_card": Route(values=learner, expected=MAKERS, others=403),
    "exams.team_cards": Route(values=press_one, expected=MAKERS, others=403),
}
