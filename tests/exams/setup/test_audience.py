"""Who must sit: the statement for many agrees with the rule for one, at the window's edges."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from accounts.models import User
from exams.models import Exam, ExamAudience, Exemption
from exams.queries.audience import (
    AudienceChoice,
    Days,
    count_members,
    invited_exams,
    is_required,
    required_counts,
    required_people,
    window_days,
)
from teams.models import Membership, Team
from tests.cast import Cast, make_team, make_user
from tests.conftest import MONDAY
from tests.exams.factories import make_exam

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Opens on 2 March, closes on 6 March in Shanghai (still the 5th in UTC at one in the morning).
OPENS_AT = datetime(2026, 3, 1, 16, 30, tzinfo=timezone.utc)
CLOSES_AT = datetime(2026, 3, 5, 17, 0, tzinfo=timezone.utc)
WINDOW = Days(date(2026, 3, 2), date(2026, 3, 6))


@pytest.fixture
def exam(session: Session, cast: Cast) -> Exam:
    return make_exam(
        session, cast, [], opens_at=OPENS_AT, closes_at=CLOSES_AT, audience="press", count=1
    )


def move(session: Session, user: User, team: Team | None, on: date) -> None:
    """End the membership the day before and begin one in another team, or in none."""
    old = session.query(Membership).filter_by(user_id=user.id, to_on=None).one()
    old.to_on = on - timedelta(days=1)
    session.flush()
    if team is not None:
        session.add(Membership(user_id=user.id, team_id=team.id, from_on=on, post_id=old.post_id))
        session.flush()


def people_of(session: Session, exam: Exam) -> set[int]:
    return set(required_people(session, exam, days=window_days(exam, SHANGHAI)))


def test_days_are_those_of_the_enterprise(exam: Exam) -> None:
    assert window_days(exam, SHANGHAI) == WINDOW


def test_the_whole_subtree_is_required(session: Session, cast: Cast, exam: Exam) -> None:
    second = make_user(session, "7001", "冯小雪", now=MONDAY, team=cast.team("press_two"))

    assert people_of(session, exam) == {
        cast.user("learner").id,
        cast.user("team_leader").id,
        second.id,
    }


def test_a_row_of_team_and_post_asks_for_both(session: Session, cast: Cast) -> None:
    exam = make_exam(session, cast, [], audience=None, count=1)
    session.add(
        ExamAudience(
            exam_id=exam.id, team_id=cast.team("plant").id, post_id=cast.posts["班组长"].id
        )
    )
    session.flush()

    assert people_of(session, exam) == {cast.user("team_leader").id, cast.user("other_leader").id}


def test_a_row_of_a_post_alone_reaches_every_team(session: Session, cast: Cast) -> None:
    exam = make_exam(session, cast, [], audience=None, count=1)
    session.add(ExamAudience(exam_id=exam.id, post_id=cast.posts["考试员"].id))
    session.flush()

    assert people_of(session, exam) == {cast.user("examiner").id}


def test_a_person_who_fits_two_rows_is_counted_once(
    session: Session, cast: Cast, exam: Exam
) -> None:
    session.add(ExamAudience(exam_id=exam.id, team_id=cast.team("press_one").id))
    session.flush()

    assert required_counts(session, {exam.id: WINDOW}) == {exam.id: 2}


def test_a_team_whose_path_begins_alike_is_not_below_it(session: Session, cast: Cast) -> None:
    team = cast.team("weld_two")
    alike = make_team(session, "别的厂")
    alike.path = f"{team.path[:-1]}9/"
    stranger = make_user(session, "7002", "蒋大雪", now=MONDAY, team=alike)
    exam = make_exam(session, cast, [], audience="weld_two", count=1)

    assert stranger.id not in people_of(session, exam)


@pytest.mark.parametrize(
    ("left_team_on", "is_asked"),
    [(date(2026, 3, 2), False), (date(2026, 3, 3), True), (date(2026, 3, 7), True)],
)
def test_who_left_the_team_before_the_first_day_is_not_required(
    session: Session, cast: Cast, exam: Exam, left_team_on: date, is_asked: bool
) -> None:
    learner = cast.user("learner")
    move(session, learner, cast.team("weld_one"), left_team_on)

    assert is_required(session, exam, learner.id, days=WINDOW) is is_asked
    assert invited_exams(session, learner.id, [exam], zone=SHANGHAI) == (
        {exam.id} if is_asked else set()
    )


@pytest.mark.parametrize(
    ("came_on", "is_asked"), [(date(2026, 3, 6), True), (date(2026, 3, 7), False)]
)
def test_who_came_after_the_last_day_is_not_required(
    session: Session, cast: Cast, exam: Exam, came_on: date, is_asked: bool
) -> None:
    leader = cast.user("other_leader")
    move(session, leader, cast.team("press_two"), came_on)

    assert is_required(session, exam, leader.id, days=WINDOW) is is_asked
    assert invited_exams(session, leader.id, [exam], zone=SHANGHAI) == (
        {exam.id} if is_asked else set()
    )


def test_who_left_the_enterprise_before_the_window_is_not_required(
    session: Session, cast: Cast, exam: Exam
) -> None:
    cast.user("learner").left_on = date(2026, 3, 1)
    session.flush()

    assert people_of(session, exam) == {cast.user("team_leader").id}


def test_an_exempt_person_is_not_required(session: Session, cast: Cast, exam: Exam) -> None:
    learner = cast.user("learner")
    session.add(Exemption(exam_id=exam.id, user_id=learner.id, reason="产假", granted_at=MONDAY))
    session.flush()

    assert people_of(session, exam) == {cast.user("team_leader").id}
    assert not is_required(session, exam, learner.id, days=WINDOW)
    assert required_counts(session, {exam.id: WINDOW}) == {exam.id: 1}


def test_an_exam_without_audience_requires_nobody(session: Session, cast: Cast) -> None:
    exam = make_exam(session, cast, [], audience=None, count=1)

    assert required_counts(session, {exam.id: WINDOW}) == {exam.id: 0}
    assert required_counts(session, {}) == {}


def test_rows_are_counted_before_they_are_stored(session: Session, cast: Cast) -> None:
    rows = [
        AudienceChoice(cast.team("press").id, None),
        AudienceChoice(cast.team("press_one").id, cast.posts["冲压工"].id),
        AudienceChoice(None, cast.posts["检查员"].id),
    ]

    assert count_members(session, rows, days=WINDOW) == ([2, 1, 1], 3)


def test_no_rows_count_nobody(session: Session, cast: Cast) -> None:
    assert count_members(session, [], days=WINDOW) == ([], 0)
