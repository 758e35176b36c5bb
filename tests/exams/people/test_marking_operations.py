"""Taking answers, marking, taking back, releasing: who may, when, and what holds then."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User
from core.audit import AuditEntry
from core.errors import Conflict, NotFound
from core.identity import Role
from exams.hand_marking import Given
from exams.models import Exam, LateDecision, ManualMark, MarkRound, Sitting, TaskState
from exams.operations.answers_to_mark import release_results
from exams.operations.delivery import decide_late_answers
from exams.operations.hand_marking import (
    LEASE,
    give_mark,
    keep_draft,
    take_answers,
    take_back_marks,
)
from exams.operations.sitting import reopen_sitting
from teams.models import RoleGrant
from teams.queries import actor_for
from tests.cast import Cast
from tests.exams.people.papers import (
    LATER,
    POINT,
    answer_again,
    appoint,
    candidates,
    lay,
    make_marker,
    mark,
    sit,
    task_of,
    written_exam,
)


@pytest.fixture
def sittings(session: Session, cast: Cast, exam: Exam) -> list[Sitting]:
    return [
        sit(session, exam, who, f"答案{number}")
        for number, who in enumerate(candidates(session, cast, 5))
    ]


def take(session: Session, exam: Exam, user: User, *, now: object = LATER) -> list[str]:
    version_id = session.scalars(select(Sitting.id).where(Sitting.exam_id == exam.id)).first()
    assert version_id is not None
    task = task_of(session, session.get_one(Sitting, version_id))
    return take_answers(
        session,
        exam,
        task.question_version_id,
        actor=actor_for(session, user.id),
        now=now,  # type: ignore[arg-type]
    )


def release(session: Session, cast: Cast, exam: Exam) -> int:
    return release_results(session, exam, limit=99, actor=cast.actor("examiner"), now=LATER)


def test_two_markers_never_get_the_same_answer(
    session: Session, cast: Cast, exam: Exam, marker: User, sittings: list[Sitting]
) -> None:
    other = make_marker(session, cast, "乙")
    appoint(session, cast, exam, other)

    mine, theirs = take(session, exam, marker), take(session, exam, other)

    assert len(mine) == len(theirs) == 2
    assert set(mine).isdisjoint(theirs)
    assert take(session, exam, marker) == mine


def test_an_answer_left_lying_is_given_to_the_next(
    session: Session, cast: Cast, exam: Exam, marker: User, sittings: list[Sitting]
) -> None:
    other = make_marker(session, cast, "乙")
    appoint(session, cast, exam, other)
    mine = take(session, exam, marker)
    after = LATER + LEASE + timedelta(seconds=1)

    assert take(session, exam, other, now=after) == mine
    with pytest.raises(Conflict, match="不在你手里"):
        give_mark(
            session,
            mine[0],
            Given((1,), POINT),
            together=False,
            actor=actor_for(session, marker.id),
            now=after,
        )


def test_with_two_markers_each_gets_every_answer_once(
    session: Session, cast: Cast, exam: Exam, marker: User, sittings: list[Sitting]
) -> None:
    exam.marker_count = 2
    other = make_marker(session, cast, "乙")
    appoint(session, cast, exam, other)
    for user in (marker, other, marker, other):
        while tokens := take(session, exam, user):
            give_mark(
                session,
                tokens[0],
                Given((1,), POINT),
                together=False,
                actor=actor_for(session, user.id),
                now=LATER,
            )

    found = session.execute(select(ManualMark.sitting_question_id, ManualMark.marker_id)).all()
    assert len(found) == len(set(found)) == 10
    assert {task_of(session, one).state for one in sittings} == {TaskState.MARKED}


def test_nobody_marks_the_own_answer(session: Session, cast: Cast, exam: Exam) -> None:
    marker = cast.user("team_leader")
    grant_examiner(session, cast, marker)
    own = sit(session, exam, marker, "我的答案")
    appoint(session, cast, exam, marker)

    assert take(session, exam, marker) == []
    with pytest.raises(NotFound):
        give_mark(
            session,
            task_of(session, own).token,
            Given((1, 2), 100),
            together=False,
            actor=actor_for(session, marker.id),
            now=LATER,
        )


def grant_examiner(session: Session, cast: Cast, user: User) -> None:
    over = cast.team("enterprise").id
    session.add(RoleGrant(user_id=user.id, team_id=over, role=Role.EXAMINER, granted_at=LATER))
    session.flush()


def test_the_same_mark_twice_is_stored_once_and_another_supersedes_it(
    session: Session, exam: Exam, marker: User, sittings: list[Sitting]
) -> None:
    actor, token = actor_for(session, marker.id), lay(session, marker, sittings[0]).token
    for tenths in (POINT, POINT, 0):
        points = (1,) if tenths else ()
        give_mark(session, token, Given(points, tenths), together=False, actor=actor, now=LATER)

    stored = session.scalars(select(ManualMark).order_by(ManualMark.id)).all()
    assert [(one.tenths, one.superseded_at) for one in stored] == [(POINT, LATER), (0, None)]
    acts = session.scalars(
        select(AuditEntry.before).where(AuditEntry.action == "exam.answer.marked")
    ).all()
    assert acts == [None, {"tenths": POINT, "points": [1]}]


def test_marks_taken_back_wait_again_on_the_same_desk(
    session: Session, cast: Cast, exam: Exam, marker: User
) -> None:
    same = [sit(session, exam, who, "报告") for who in candidates(session, cast, 3)]
    actor, token = actor_for(session, marker.id), lay(session, marker, same[0]).token
    give_mark(session, token, Given((1,), POINT), together=True, actor=actor, now=LATER)

    assert take_back_marks(session, token, actor=actor, now=LATER) == 3

    assert {task_of(session, one).state for one in same} == {TaskState.OPEN}
    assert token in take(session, exam, marker)
    with pytest.raises(Conflict, match="没有可以撤回的分"):
        take_back_marks(session, token, actor=actor, now=LATER)


def test_a_released_mark_is_final(
    session: Session, cast: Cast, exam: Exam, marker: User, sittings: list[Sitting]
) -> None:
    mark(session, marker, sittings[0], POINT, points=[1])
    assert release(session, cast, exam) == 1
    assert release(session, cast, exam) == 0

    with pytest.raises(Conflict, match="成绩已经发布"):
        mark(session, marker, sittings[0], 0)


def test_an_adjudicated_answer_is_closed_to_its_markers(
    session: Session, cast: Cast, exam: Exam, marker: User, sittings: list[Sitting]
) -> None:
    exam.marker_count = 2
    other, judge = make_marker(session, cast, "乙"), make_marker(session, cast, "丙")
    appoint(session, cast, exam, other)
    appoint(session, cast, exam, judge, is_adjudicator=True)
    assert take(session, exam, judge) == []
    mark(session, marker, sittings[0], 0)
    mark(session, other, sittings[0], 100, points=[1, 2], round_=MarkRound.SECOND)
    assert take(session, exam, judge) == [task_of(session, sittings[0]).token]
    mark(session, judge, sittings[0], 40, round_=MarkRound.ADJUDICATOR)

    with pytest.raises(Conflict, match="已经裁定"):
        mark(session, marker, sittings[0], 100, points=[1, 2])
    mark(session, judge, sittings[0], 45, round_=MarkRound.ADJUDICATOR)
    assert task_of(session, sittings[0]).tenths == 45


def test_a_draft_stays_with_the_answer_on_the_desk(
    session: Session, exam: Exam, marker: User, sittings: list[Sitting]
) -> None:
    actor, token = actor_for(session, marker.id), lay(session, marker, sittings[0]).token
    draft = {"points": [1], "score": "", "remark": ""}

    assert keep_draft(session, token, draft, actor=actor, now=LATER)
    give_mark(session, token, Given((1,), POINT), together=False, actor=actor, now=LATER)
    assert not keep_draft(session, token, draft, actor=actor, now=LATER)


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_marking_does_not_matter(session: Session, cast: Cast, seed: int) -> None:
    """The released score is what the machine gave and what people gave, whoever came first."""
    exam = written_exam(session, cast, marker_count=2, max_difference_percent=100)
    pair = [make_marker(session, cast, name) for name in ("甲", "乙")]
    for user in pair:
        appoint(session, cast, exam, user)
    rng = random.Random(seed)
    rights = [rng.random() < 0.5 for _ in range(4)]
    people = candidates(session, cast, 4)
    sat = [
        sit(session, exam, who, "报告", verdict=not right)
        for who, right in zip(people, rights, strict=True)
    ]
    given = {(place, user): rng.randrange(101) for place in range(4) for user in (0, 1)}
    order = sorted(given)
    rng.shuffle(order)
    seen: set[int] = set()
    for place, user in order:
        round_ = MarkRound.SECOND if place in seen else MarkRound.FIRST
        seen.add(place)
        mark(session, pair[user], sat[place], given[place, user], round_=round_)

    assert release(session, cast, exam) == 4

    for place, sitting in enumerate(sat):
        session.refresh(sitting)
        machine = 100 if rights[place] else 0
        people_gave = (given[place, 0] + given[place, 1] + 1) // 2
        assert sitting.score_tenths == machine + people_gave
        assert sitting.is_passed is (machine + people_gave >= exam.pass_mark_tenths)


def test_a_paper_opened_again_keeps_the_marks_of_what_was_not_changed(
    session: Session, cast: Cast, exam: Exam, marker: User
) -> None:
    same, other = (sit(session, exam, who, "报告") for who in candidates(session, cast, 2))
    for sitting in (same, other):
        mark(session, marker, sitting, POINT, points=[1])
        reopen_sitting(
            session,
            sitting.id,
            minutes=30,
            reason="停电",
            actor=cast.actor("safety_manager"),
            now=LATER,
        )
    assert take(session, exam, marker) == []
    answer_again(session, same, "报告", now=LATER)
    answer_again(session, other, "报告并关阀", now=LATER)

    assert (task_of(session, same).state, task_of(session, same).tenths) == (
        TaskState.MARKED,
        POINT,
    )
    assert (task_of(session, other).state, task_of(session, other).tenths) == (
        TaskState.OPEN,
        None,
    )
    assert release(session, cast, exam) == 1


def test_nothing_is_marked_while_late_answers_wait_for_a_decision(
    session: Session, cast: Cast, exam: Exam, marker: User, sittings: list[Sitting]
) -> None:
    for sitting in sittings[1:]:
        mark(session, marker, sitting, POINT, points=[1])
    sittings[0].late_decision = LateDecision.PENDING
    session.flush()

    assert take(session, exam, marker) == []
    assert release(session, cast, exam) == 4
    decide_late_answers(
        session,
        sittings[0].id,
        accepts=False,
        reason="没有断线",
        actor=cast.actor("safety_manager"),
        now=LATER,
    )
    assert sittings[0].score_tenths is None
    assert take(session, exam, marker) == [task_of(session, sittings[0]).token]
