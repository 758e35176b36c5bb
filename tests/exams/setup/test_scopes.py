"""Which exams an official may read and change: those whose people lie within the own sub-trees."""

import pytest
from sqlalchemy.orm import Session

from accounts.models import User
from core.errors import Forbidden, NotFound
from core.identity import Actor, Role
from exams.models import Exam, ExamAudience
from exams.operations.definition import set_audience
from exams.queries.audience import AudienceChoice, Days, window_days
from exams.queries.candidates import CandidateFilter, candidates, standing_counts
from exams.queries.exams import ExamFilter, exam_for, exam_list, managed_exam
from exams.standing import Standing
from teams.models import RoleGrant
from teams.queries import actor_for
from tests.cast import Cast, make_user
from tests.conftest import MONDAY
from tests.exams.factories import make_single
from tests.exams.setup.making import SHANGHAI, make_draft, publish


def official(session: Session, cast: Cast, role: Role, team: str) -> Actor:
    user: User = make_user(session, f"8{role.value}{team}", "官员", now=MONDAY)
    session.add(
        RoleGrant(user_id=user.id, team_id=cast.team(team).id, role=role, granted_at=MONDAY)
    )
    session.flush()
    return actor_for(session, user.id)


def published(session: Session, cast: Cast, *teams: str) -> Exam:
    for number in range(2):
        make_single(session, number)
    exam = make_draft(session, cast, teams=teams)
    publish(session, cast, exam)
    return exam


def titles(session: Session, actor: Actor) -> list[str]:
    found = exam_list(session, actor, ExamFilter(), now=MONDAY, limit=20)
    return [exam.title for exam in found]


@pytest.mark.parametrize(
    ("scope", "audience", "may_read", "may_change"),
    [
        ("press", ("press",), True, True),
        ("press", ("press_one", "press_two"), True, True),
        ("plant", ("press",), True, True),
        ("press", ("press", "weld_one"), True, False),
        ("press_one", ("press",), True, False),
        ("press_one", ("enterprise",), True, False),
        ("press", ("weld",), False, False),
        ("enterprise", ("weld",), True, True),
    ],
)
def test_an_examiner_changes_what_lies_wholly_within(
    session: Session,
    cast: Cast,
    scope: str,
    audience: tuple[str, ...],
    may_read: bool,
    may_change: bool,
) -> None:
    exam = published(session, cast, *audience)
    actor = official(session, cast, Role.EXAMINER, scope)

    assert titles(session, actor) == ([exam.title] if may_read else [])
    if may_change:
        assert managed_exam(session, actor, exam.id) is exam
    else:
        with pytest.raises(Forbidden if may_read else NotFound):
            managed_exam(session, actor, exam.id)


def test_a_row_of_a_post_alone_belongs_to_examiners_of_everything(
    session: Session, cast: Cast
) -> None:
    exam = published(session, cast, "press")
    session.add(ExamAudience(exam_id=exam.id, post_id=cast.posts["冲压工"].id))
    session.flush()

    with pytest.raises(Forbidden):
        managed_exam(session, official(session, cast, Role.EXAMINER, "press"), exam.id)
    assert managed_exam(session, cast.actor("examiner"), exam.id) is exam


def test_a_draft_without_audience_is_its_creators(session: Session, cast: Cast) -> None:
    creator = official(session, cast, Role.EXAMINER, "press")
    colleague = official(session, cast, Role.EXAMINER, "plant")
    exam = make_draft(session, cast, teams=(), actor=creator)

    assert managed_exam(session, creator, exam.id) is exam
    with pytest.raises(NotFound):
        exam_for(session, colleague, exam.id)


def test_a_draft_is_shown_to_examiners_of_its_people_only(session: Session, cast: Cast) -> None:
    exam = make_draft(session, cast, teams=("press",))

    assert titles(session, official(session, cast, Role.EXAMINER, "press")) == [exam.title]
    assert titles(session, official(session, cast, Role.SAFETY_MANAGER, "press")) == []
    assert titles(session, cast.actor("inspector")) == [exam.title]


def test_who_only_reads_cannot_change(session: Session, cast: Cast) -> None:
    exam = published(session, cast, "press")
    reader = official(session, cast, Role.SAFETY_MANAGER, "press")

    assert exam_for(session, reader, exam.id) is exam
    with pytest.raises(Forbidden):
        managed_exam(session, reader, exam.id)


def test_a_team_leader_reads_no_exam_here(session: Session, cast: Cast) -> None:
    exam = published(session, cast, "press")

    with pytest.raises(NotFound):
        exam_for(session, cast.actor("team_leader"), exam.id)


def test_an_examiner_of_a_workshop_chooses_only_its_teams(session: Session, cast: Cast) -> None:
    examiner = official(session, cast, Role.EXAMINER, "press")
    exam = make_draft(session, cast, teams=(), actor=examiner)

    for choice in (
        AudienceChoice(cast.team("weld").id, None),
        AudienceChoice(cast.team("plant").id, None),
        AudienceChoice(None, cast.posts["冲压工"].id),
    ):
        with pytest.raises(Forbidden):
            set_audience(session, exam, [choice], actor=examiner, now=MONDAY)
    set_audience(
        session,
        exam,
        [AudienceChoice(cast.team("press_one").id, None)],
        actor=examiner,
        now=MONDAY,
    )


def test_candidates_are_those_of_the_viewers_teams(session: Session, cast: Cast) -> None:
    exam = published(session, cast, "plant")
    days: Days = window_days(exam, SHANGHAI)
    viewer = official(session, cast, Role.INSPECTOR, "press")

    seen = candidates(session, viewer, exam, CandidateFilter(), days=days, now=MONDAY, limit=50)
    counts = standing_counts(session, viewer, exam, days=days, now=MONDAY)

    assert [person.name for person in seen] == ["王小满", "李青山"]
    assert counts[Standing.NOT_BEGUN] == 2
