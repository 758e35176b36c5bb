"""What an accommodation does to a sitting: time by itself, the page as it was granted."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from accounts.operations import Needs, grant_accommodation
from exams.links import ACCOMMODATED, links_of
from exams.models import Sitting
from exams.operations.sitting import start_sitting
from exams.rules import extra_minutes_for
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam

ZONE = ZoneInfo("Asia/Shanghai")
# Monday in Shanghai ends here.
MIDNIGHT = MONDAY + timedelta(hours=7)
MOMENT = timedelta(microseconds=1)


def grant(session: Session, cast: Cast, **needs: object) -> None:
    day = MONDAY.date()
    grant_accommodation(
        session,
        cast.user("learner"),
        Needs(day, day, **needs),  # type: ignore[arg-type]
        reason="本人申请，已核实",
        actor=cast.actor("examiner"),
        now=MONDAY,
    )
    session.commit()


def begin(session: Session, cast: Cast, *, now: object = MONDAY, **exam: object) -> Sitting:
    made = make_exam(session, cast, **exam)  # type: ignore[arg-type]
    return start_sitting(
        session,
        made,
        actor=cast.actor("learner"),
        now=now,  # type: ignore[arg-type]
        seed=1,
        zone=ZONE,
    )


@pytest.mark.parametrize(
    ("percent", "more", "extra"), [(25, 0, 15), (50, 0, 30), (100, 0, 60), (0, 7, 7), (33, 5, 25)]
)
def test_time_is_added_by_itself_and_stands_in_the_chain_as_a_number(
    session: Session, cast: Cast, percent: int, more: int, extra: int
) -> None:
    grant(session, cast, extra_percent=percent, extra_minutes=more)

    sitting = begin(session, cast)

    assert sitting.extra_minutes == extra
    assert sitting.deadline == MONDAY + timedelta(minutes=60 + extra)
    link = next(link for link in links_of(session, sitting.id) if link.kind == ACCOMMODATED)
    assert link.content == {"extra_minutes": extra, "deadline": sitting.deadline.isoformat()}


@given(minutes=st.integers(1, 600), percent=st.integers(0, 300), more=st.integers(0, 240))
def test_extra_time_is_never_less_than_the_share_and_less_than_a_minute_more(
    minutes: int, percent: int, more: int
) -> None:
    extra = extra_minutes_for(minutes=minutes, extra_percent=percent, extra_minutes=more)

    assert 0 <= (extra - more) * 100 - minutes * percent < 100


def test_close_of_the_window_moves_with_the_person(session: Session, cast: Cast) -> None:
    grant(session, cast, extra_percent=50)
    closes = MONDAY + timedelta(minutes=40)

    sitting = begin(session, cast, closes_at=closes)

    assert sitting.deadline == closes + timedelta(minutes=30)


@pytest.mark.parametrize(("late", "extra"), [(-MOMENT, 30), (timedelta(), 0)])
def test_day_is_that_of_the_enterprise(
    session: Session, cast: Cast, late: timedelta, extra: int
) -> None:
    grant(session, cast, extra_percent=50)

    sitting = begin(session, cast, now=MIDNIGHT + late, closes_at=MIDNIGHT + timedelta(hours=3))

    assert sitting.extra_minutes == extra


def test_type_alone_adds_no_time(session: Session, cast: Cast) -> None:
    grant(session, cast, large_type=True)

    sitting = begin(session, cast)

    assert sitting.extra_minutes == 0
    assert ACCOMMODATED not in [link.kind for link in links_of(session, sitting.id)]


def test_start_page_tells_the_extra_time(
    client_for: Callable[[str], FlaskClient], session: Session, cast: Cast
) -> None:
    grant(session, cast, extra_percent=50)
    exam = make_exam(session, cast)
    session.commit()

    assert (
        "你有 30 分钟加时，一共 90 分钟" in client_for("learner").get(f"/my-exams/{exam.id}").text
    )
    assert "加时" not in client_for("examiner").get(f"/my-exams/{exam.id}").text


def test_page_begins_as_was_granted(
    client_for: Callable[[str], FlaskClient], session: Session, cast: Cast
) -> None:
    grant(session, cast, large_type=True, high_contrast=True, read_aloud=True)
    sitting = begin(session, cast)
    session.commit()

    page = client_for("learner").get(f"/sittings/{sitting.id}").text

    assert 'data-size="1" data-contrast="more" data-aloud="true"' in page
    assert "本人申请" not in page
