"""Routes of accommodations; the reasons are for those who grant alone."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from accounts.operations import Needs, grant_accommodation
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.routes import Route


def learner(_session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"user_id": cast.user("learner").id}


def granted(session: Session, cast: Cast) -> Mapping[str, Any]:
    made = grant_accommodation(
        session,
        cast.user("learner"),
        Needs(MONDAY.date(), None, extra_percent=50),
        reason="本人申请",
        actor=cast.actor("examiner"),
        now=MONDAY,
    )
    return {"accommodation_id": made.id}


def shown(session: Session, cast: Cast) -> Mapping[str, Any]:
    granted(session, cast)
    return {"words": "王"}


GRANTERS = {"nobody": 302, "safety_manager": 200, "examiner": 200}

ROUTES = {
    "teams.accommodation_list": Route(values=shown, expected=GRANTERS, others=403),
    "teams.grant_accommodation": Route(values=learner, expected=GRANTERS, others=403),
    "teams.end_accommodation": Route(
        "POST",
        values=granted,
        expected={"nobody": 302, "safety_manager": 302, "examiner": 302},
        others=403,
    ),
}
