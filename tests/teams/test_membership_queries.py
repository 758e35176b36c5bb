"""Any past day can be asked; both ends of a membership are included."""

from datetime import date

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.errors import Conflict
from teams import operations
from teams.models import Membership
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.teams.places import main_place_on

LAST_DAY = date(2026, 1, 31)
FIRST_DAY = date(2026, 2, 1)


@pytest.fixture
def transferred(session: Session, cast: Cast) -> Cast:
    operations.transfer(
        session,
        cast.user("learner"),
        cast.team("weld_two"),
        cast.posts["冲压工"],
        on=FIRST_DAY,
        actor=cast.actor("administrator"),
        now=MONDAY,
    )
    return cast


def test_day_of_the_transfer_is_the_first_in_the_new_team(
    session: Session, transferred: Cast
) -> None:
    user_id = transferred.user("learner").id

    before, after = (main_place_on(session, user_id, day) for day in (LAST_DAY, FIRST_DAY))

    assert before is not None
    assert after is not None
    assert (before.team_name, after.team_name) == ("冲压一班", "焊接二班")
    assert main_place_on(session, user_id, date(2023, 12, 31)) is None


def test_back_dated_transfer_is_refused_with_the_day(session: Session, transferred: Cast) -> None:
    with pytest.raises(Conflict, match="从 2026-02-01 起在现在的班组"):
        operations.transfer(
            session,
            transferred.user("learner"),
            transferred.team("press_two"),
            None,
            on=LAST_DAY,
            actor=transferred.actor("administrator"),
            now=MONDAY,
        )


def test_database_refuses_a_second_open_main_membership(session: Session, cast: Cast) -> None:
    row = {
        "user_id": cast.user("learner").id,
        "team_id": cast.team("weld_one").id,
        "is_main": True,
        "from_on": FIRST_DAY,
    }

    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(Membership), [row])


def test_second_post_does_not_count_as_the_main_team(session: Session, cast: Cast) -> None:
    user = cast.user("learner")
    operations.add_side_membership(
        session,
        user,
        cast.team("weld_one"),
        None,
        on=FIRST_DAY,
        actor=cast.actor("administrator"),
        now=MONDAY,
    )

    place = main_place_on(session, user.id, FIRST_DAY)

    assert place is not None
    assert place.team_name == "冲压一班"
