from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.routes import Route

AUTHORS_ONLY = {
    "nobody": 302,
    "learner": 403,
    "team_leader": 403,
    "other_leader": 403,
    "inspector": 403,
    "examiner": 403,
}


def a_preview(_session: Session, _cast: Cast) -> Mapping[str, Any]:
    """A preview that is nobody's: whoever may see previews is told that there is none."""
    return {"seen_hash": "0" * 64}


ROUTES = {
    "question_bank.imports.start": Route(expected=AUTHORS_ONLY),
    "question_bank.imports.upload": Route("POST", expected=AUTHORS_ONLY, others=422),
    "question_bank.imports.preview": Route(values=a_preview, expected=AUTHORS_ONLY, others=404),
    "question_bank.imports.again": Route(
        "POST", values=a_preview, expected=AUTHORS_ONLY, others=404
    ),
    "question_bank.imports.commit": Route(
        "POST", values=a_preview, expected=AUTHORS_ONLY, others=404
    ),
    "question_bank.imports.discard": Route(
        "POST", values=a_preview, expected=AUTHORS_ONLY, others=404
    ),
    "question_bank.imports.refused": Route(values=a_preview, expected=AUTHORS_ONLY, others=404),
}
