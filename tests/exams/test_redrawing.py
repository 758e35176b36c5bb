"""A paper is drawn again from seed and stored pool; whatever was changed since shows."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.errors import NotFound
from exams.models import Exam, ExamShift, PoolEntry, Sitting, SittingQuestion
from exams.operations.publication import withdraw_question
from exams.operations.sitting import start_sitting
from exams.queries.pools import pool_rows
from exams.redrawing import redraw_sitting
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_case, make_exam, make_single
from tests.exams.setup.making import SHANGHAI

ZONE = SHANGHAI


def start(
    session: Session, cast: Cast, exam: Exam, who: str = "learner", *, hours: int = 0, seed: int = 5
) -> Sitting:
    return start_sitting(
        session,
        exam,
        actor=cast.actor(who),
        now=MONDAY + timedelta(hours=hours),
        seed=seed,
        zone=ZONE,
    )


def versions(session: Session, sitting: Sitting) -> set[int]:
    found = select(SittingQuestion.question_version_id)
    return set(session.scalars(found.where(SittingQuestion.sitting_id == sitting.id)))


def large_exam(
    session: Session, cast: Cast, *, count: int = 4, pool: int = 12, **more: object
) -> Exam:
    singles = [make_single(session, number) for number in range(pool)]
    return make_exam(
        session, cast, singles, count=count, closes_at=MONDAY + timedelta(days=5), **more
    )  # type: ignore[arg-type]


def test_a_paper_of_every_type_is_drawn_again_the_same(session: Session, cast: Cast) -> None:
    sitting = start(session, cast, make_exam(session, cast))

    found = redraw_sitting(session, sitting.id)

    assert (found.is_same, found.is_exact) == (True, True)
    assert found.questions == len(versions(session, sitting))


def test_a_case_is_drawn_again_with_its_parts(session: Session, cast: Cast) -> None:
    sitting = start(session, cast, make_exam(session, cast, [make_case(session)]))

    assert redraw_sitting(session, sitting.id).is_same


def test_a_question_withdrawn_later_is_still_in_the_pool_of_earlier_papers(
    session: Session, cast: Cast
) -> None:
    exam = large_exam(session, cast)
    first = start(session, cast, exam)
    gone = sorted(versions(session, first))[0]
    examiner = cast.actor("examiner")
    withdraw_question(session, exam, gone, reason="题干有误", actor=examiner, now=MONDAY)

    second = start(session, cast, exam, "team_leader", seed=5)

    assert gone not in versions(session, second)
    assert redraw_sitting(session, first.id).is_same
    assert redraw_sitting(session, second.id).is_same
    assert second.withdrawn_entries
    assert len(second.withdrawn_entries) == 1


def test_an_older_sitting_is_drawn_again_by_the_times_of_withdrawals(
    session: Session, cast: Cast
) -> None:
    exam = large_exam(session, cast)
    sitting = start(session, cast, exam)
    sitting.withdrawn_entries = None
    withdraw_question(
        session,
        exam,
        sorted(versions(session, sitting))[0],
        reason="题干有误",
        actor=cast.actor("examiner"),
        now=MONDAY + timedelta(hours=1),
    )

    found = redraw_sitting(session, sitting.id)

    assert (found.is_same, found.is_exact) == (True, False)


def test_an_exchanged_question_is_named_by_its_place(session: Session, cast: Cast) -> None:
    exam = large_exam(session, cast)
    sitting = start(session, cast, exam)
    other = next(
        version.version_id
        for version in pool_rows(session, exam.id)[0].pool
        if version.version_id not in versions(session, sitting)
    )
    session.execute(
        text("UPDATE sitting_question SET question_version_id = :other WHERE slot = 2"),
        {"other": other},
    )
    session.expire_all()

    found = redraw_sitting(session, sitting.id)

    assert [one.slot for one in found.differences] == [2]
    assert found.differences[0].stored is not None
    assert found.differences[0].stored.version_id == other


def test_a_sitting_that_does_not_exist_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        redraw_sitting(session, 404)


def test_the_command_says_whether_the_paper_is_the_same(
    app: Flask, session: Session, cast: Cast
) -> None:
    sitting = start(session, cast, large_exam(session, cast))
    session.commit()
    runner = app.test_cli_runner()

    same = runner.invoke(args=["exams", "redraw", str(sitting.id)])
    session.execute(text("UPDATE sitting_question SET points_tenths = 70 WHERE slot = 1"))
    session.commit()
    other = runner.invoke(args=["exams", "redraw", str(sitting.id)])
    missing = runner.invoke(args=["exams", "redraw", "404"])

    assert (same.exit_code, other.exit_code, missing.exit_code) == (0, 1, 1)
    assert "4 题全部一样" in same.output
    assert "第 1 题：存的是" in other.output
    assert "没有编号为 404 的答卷" in missing.output


def test_a_balanced_paper_is_drawn_again_the_same(session: Session, cast: Cast) -> None:
    exam = large_exam(session, cast, tolerance_tenths=5)
    for place, entry in enumerate(session.scalars(select(PoolEntry).order_by(PoolEntry.id))):
        entry.expected_permille = 300 + 50 * place
    exam.mean_expected = 4 * 100 * 575
    session.flush()
    rows = pool_rows(session, exam.id)

    sitting = start(session, cast, exam)

    score = sum(rows[0].expected[one] for one in versions(session, sitting)) * 100
    assert abs(score - exam.mean_expected) <= 5 * 1000
    assert redraw_sitting(session, sitting.id).is_same


def test_a_later_shift_draws_what_earlier_ones_have_not_seen(session: Session, cast: Cast) -> None:
    exam = large_exam(session, cast, reuse_limit_percent=25)
    monday = start(session, cast, exam)
    same_day = start(session, cast, exam, "team_leader", hours=2, seed=6)
    tuesday = start(session, cast, exam, "other_leader", hours=24, seed=5)

    shifts = session.scalars(select(ExamShift).order_by(ExamShift.number)).all()
    seen = versions(session, monday) | versions(session, same_day)
    assert [(one.number, set(one.seen)) for one in shifts] == [(1, set()), (2, seen)]
    assert monday.shift_id == same_day.shift_id
    assert not versions(session, tuesday) & seen
    assert all(redraw_sitting(session, one.id).is_same for one in (monday, same_day, tuesday))


def test_a_planned_shift_leaves_fresh_questions_to_the_next(session: Session, cast: Cast) -> None:
    exam = large_exam(session, cast, reuse_limit_percent=0, planned_shifts=3)
    sittings = [
        start(session, cast, exam, who, hours=24 * day, seed=day)
        for day, who in enumerate(("learner", "team_leader", "other_leader"))
    ]

    papers = [versions(session, one) for one in sittings]

    assert not papers[0] & papers[1]
    assert not (papers[0] | papers[1]) & papers[2]
    assert all(redraw_sitting(session, one.id).is_same for one in sittings)


def test_without_a_limit_no_shift_is_made(session: Session, cast: Cast) -> None:
    sitting = start(session, cast, large_exam(session, cast))

    assert sitting.shift_id is None
    assert session.scalars(select(ExamShift)).all() == []
