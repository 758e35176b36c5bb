"""How required people stand: the rule, and the list that says the same in one statement."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from exams.models import Exam, Exemption, Sitting, SittingState
from exams.queries.audience import window_days
from exams.queries.candidates import (
    CandidateFilter,
    candidates,
    count_candidates,
    people_to_exempt,
    standing_counts,
)
from exams.standing import Standing
from tests.cast import Cast, make_user
from tests.conftest import MONDAY, QueryCounter
from tests.exams.factories import WINDOW, make_exam
from tests.exams.setup.making import SHANGHAI

# Handed in, but an answer waits for a person.
WAITS = "waits"
AFTER = MONDAY + WINDOW + timedelta(seconds=1)


def sit(
    session: Session,
    exam: Exam,
    user_id: int,
    *,
    is_passed: bool | str | None,
    score: int | None = None,
    number: int = 1,
) -> None:
    session.add(
        Sitting(
            exam_id=exam.id,
            user_id=user_id,
            try_number=number,
            state=SittingState.OPEN if is_passed is None else SittingState.SUBMITTED,
            seed=1,
            started_at=MONDAY,
            deadline=MONDAY + timedelta(hours=1),
            full_score_tenths=400,
            score_tenths=score,
            is_passed=None if is_passed == WAITS else is_passed,
        )
    )
    session.flush()


@pytest.mark.parametrize(
    ("results", "is_over", "expected"),
    [
        ((), False, Standing.NOT_BEGUN),
        ((), True, Standing.ABSENT),
        ((None,), False, Standing.SITTING),
        ((False,), True, Standing.FAILED),
        ((False, None), False, Standing.SITTING),
        ((False, True), True, Standing.PASSED),
        ((True, WAITS), True, Standing.PASSED),
        ((WAITS,), False, Standing.TO_MARK),
        ((WAITS,), True, Standing.TO_MARK),
        ((WAITS, None), True, Standing.SITTING),
    ],
)
def test_any_passed_sitting_passes_and_without_one_the_window_decides(
    session: Session,
    cast: Cast,
    results: tuple[bool | str | None, ...],
    is_over: bool,
    expected: Standing,
) -> None:
    exam, learner = (
        make_exam(session, cast, [], count=1, tries=3, audience="press"),
        cast.user("learner"),
    )
    for number, is_passed in enumerate(results, start=1):
        sit(session, exam, learner.id, is_passed=is_passed, number=number)
    now = AFTER if is_over else MONDAY

    listed = candidates(
        session,
        cast.actor("examiner"),
        exam,
        CandidateFilter(words="小满"),
        days=window_days(exam, SHANGHAI),
        now=now,
        limit=10,
    )

    assert [person.standing for person in listed] == [expected]


def test_the_best_score_and_the_tries_are_shown(session: Session, cast: Cast) -> None:
    exam, learner = make_exam(session, cast, [], count=1, audience="press"), cast.user("learner")
    sit(session, exam, learner.id, is_passed=False, score=230, number=1)
    sit(session, exam, learner.id, is_passed=False, score=190, number=2)

    [person, _leader] = candidates(
        session,
        cast.actor("inspector"),
        exam,
        CandidateFilter(),
        days=window_days(exam, SHANGHAI),
        now=MONDAY,
        limit=10,
    )

    assert (person.name, person.team_name, person.post_name) == ("王小满", "冲压一班", "冲压工")
    assert (person.best_tenths, person.tries) == (230, 2)


def test_candidates_are_filtered_and_counted_alike(session: Session, cast: Cast) -> None:
    exam = make_exam(session, cast, [], count=1, audience="press")
    sit(session, exam, cast.user("learner").id, is_passed=True, score=300)
    days, viewer = window_days(exam, SHANGHAI), cast.actor("safety_manager")

    counts = standing_counts(session, viewer, exam, days=days, now=MONDAY)

    assert {one: number for one, number in counts.items() if number} == {
        Standing.PASSED: 1,
        Standing.NOT_BEGUN: 1,
    }
    for one, number in counts.items():
        wanted = CandidateFilter(standing=one)
        assert count_candidates(session, viewer, exam, wanted, days=days, now=MONDAY) == number


def test_an_exempt_person_is_no_candidate_and_cannot_be_chosen_again(
    session: Session, cast: Cast
) -> None:
    exam, learner = make_exam(session, cast, [], count=1, audience="press"), cast.user("learner")
    days = window_days(exam, SHANGHAI)
    assert [one.name for one in people_to_exempt(session, exam.id, "小满", days=days)] == ["王小满"]
    assert [one.name for one in people_to_exempt(session, exam.id, "立夏", days=days)] == []

    session.add(Exemption(exam_id=exam.id, user_id=learner.id, reason="产假", granted_at=MONDAY))
    session.flush()

    assert people_to_exempt(session, exam.id, "20260001", days=days) == []
    found = candidates(
        session,
        cast.actor("examiner"),
        exam,
        CandidateFilter(),
        days=days,
        now=MONDAY,
        limit=10,
    )
    assert [person.name for person in found] == ["李青山"]


def test_what_is_due_is_open_not_passed_and_has_a_try_left(
    session: Session, cast: Cast, client_for: Callable[[str], FlaskClient]
) -> None:
    learner = cast.user("learner")
    due = make_exam(session, cast, [], count=1, title="要考")
    coming = make_exam(
        session,
        cast,
        [],
        count=1,
        title="以后",
        opens_at=MONDAY + timedelta(days=1),
        closes_at=MONDAY + timedelta(days=2),
    )
    passed = make_exam(session, cast, [], count=1, title="考过", tries=2)
    sit(session, passed, learner.id, is_passed=True)
    used_up = make_exam(session, cast, [], count=1, title="没过")
    sit(session, used_up, learner.id, is_passed=False)
    make_exam(session, cast, [], count=1, title="别人的", audience="weld")
    session.commit()

    page = client_for("learner").get("/my-exams").text

    places = [page.index(f">{words}<") for words in ("现在要考", "还没开始", "考过的")]
    assert places == sorted(places)
    assert places[0] < page.index(due.title, places[0]) < places[1]
    assert places[1] < page.index(coming.title, places[1]) < places[2]
    assert all(page.index(exam.title) > places[2] for exam in (passed, used_up))
    assert "别人的" not in page


def test_statements_do_not_grow_with_people_or_exams(
    session: Session, cast: Cast, count_queries: QueryCounter
) -> None:
    viewer = cast.actor("examiner")

    def measure() -> int:
        exam = make_exam(session, cast, [], count=1)
        count_queries.statements.clear()
        days = window_days(exam, SHANGHAI)
        candidates(session, viewer, exam, CandidateFilter(), days=days, now=MONDAY, limit=50)
        standing_counts(session, viewer, exam, days=days, now=MONDAY)
        return len(count_queries)

    few = measure()
    for number in range(30):
        make_user(session, f"71{number:02d}", "顾青禾", now=MONDAY, team=cast.team("press_two"))
        make_exam(session, cast, [], count=1)

    assert measure() == few
