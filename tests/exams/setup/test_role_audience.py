"""An audience may ask for the holders of a role, within a sub-tree and a post as well."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.identity import Role
from exams.models import Exam, ExamAudience
from exams.queries.audience import (
    AudienceChoice,
    Days,
    audience_of,
    count_members,
    invited_exams,
    is_required,
    required_counts,
    required_people,
    window_days,
)
from teams.models import RoleGrant
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.setup.making import SHANGHAI, make_draft

Browser = Callable[[str], FlaskClient]
DAY = Days(MONDAY.date(), MONDAY.date())


@pytest.fixture
def leaders(session: Session, cast: Cast) -> Exam:
    """For every team leader of 冲压车间."""
    made = make_draft(session, cast, teams=())
    row = ExamAudience(exam_id=made.id, team_id=cast.team("press").id, role=Role.TEAM_LEADER)
    session.add(row)
    session.commit()
    return made


def test_only_holders_of_the_role_within_the_team_are_required(
    session: Session, cast: Cast, leaders: Exam
) -> None:
    days, leader = window_days(leaders, SHANGHAI), cast.user("team_leader").id

    assert required_people(session, leaders, days=days) == [leader]
    assert required_counts(session, {leaders.id: days}) == {leaders.id: 1}
    assert is_required(session, leaders, leader, days=days)
    assert not is_required(session, leaders, cast.user("learner").id, days=days)
    assert not is_required(session, leaders, cast.user("other_leader").id, days=days)
    assert invited_exams(session, leader, [leaders], zone=SHANGHAI) == {leaders.id}


def test_who_holds_a_role_over_two_teams_is_counted_once(
    session: Session, cast: Cast, leaders: Exam
) -> None:
    session.add(
        RoleGrant(
            user_id=cast.user("team_leader").id,
            team_id=cast.team("press_two").id,
            role=Role.TEAM_LEADER,
            granted_at=MONDAY,
        )
    )
    session.flush()
    days = window_days(leaders, SHANGHAI)

    assert required_counts(session, {leaders.id: days}) == {leaders.id: 1}
    assert len(required_people(session, leaders, days=days)) == 1


def test_rows_with_a_role_are_counted_before_they_are_stored(session: Session, cast: Cast) -> None:
    rows = [
        AudienceChoice(cast.team("enterprise").id, None, Role.TEAM_LEADER),
        AudienceChoice(cast.team("press").id, None, Role.EXAMINER),
        AudienceChoice(cast.team("press").id, None),
    ]

    assert count_members(session, rows, days=DAY) == ([2, 0, 2], 3)


def test_an_examiner_chooses_a_role_on_the_page(
    session: Session, cast: Cast, client_for: Browser
) -> None:
    draft = make_draft(session, cast, teams=())
    session.commit()
    examiner, address = client_for("examiner"), f"/exams/{draft.id}/audience"
    press = str(cast.team("press").id)
    row = {"rows-0-team": press, "rows-0-post": "", "rows-0-role": "team_leader"}
    assert "一共 1 人" in examiner.post(address, data=row | {"do": "check"}).text

    examiner.post(address, data=row | {"do": "save"})

    (line,) = audience_of(session, draft.id)
    assert line.choice == AudienceChoice(cast.team("press").id, None, Role.TEAM_LEADER)
    assert "冲压车间，角色：班组长" in examiner.get(f"/exams/{draft.id}").text
    assert '<option selected value="team_leader">' in examiner.get(address).text
