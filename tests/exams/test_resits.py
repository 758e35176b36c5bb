"""A resit: its waiting time, its own paper, and what follows when the last one fails."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.models import StandbyFlag
from core.audit import AuditEntry
from core.errors import Conflict
from exams.drawing import PoolRow, PoolVersion, draw_paper
from exams.events import SittingRemarked
from exams.models import Exam, ExamKind, Sitting
from exams.operations.closing import submit_sitting
from exams.operations.sitting import start_sitting
from exams.queries.pools import pool_rows
from exams.queries.sittings import paper_of
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_case, make_exam, make_single

SHANGHAI = ZoneInfo("Asia/Shanghai")
MICROSECOND = timedelta(microseconds=1)


def start(session: Session, cast: Cast, exam: Exam, *, at: int = 0, seed: int = 3) -> Sitting:
    now = MONDAY + timedelta(minutes=at)
    actor = cast.actor("learner")
    return start_sitting(session, exam, actor=actor, now=now, seed=seed, zone=SHANGHAI)


def fail(session: Session, cast: Cast, exam: Exam, *, at: int = 0) -> Sitting:
    """Start and hand in an empty paper."""
    sitting = start(session, cast, exam, at=at)
    now = MONDAY + timedelta(minutes=at)
    submit_sitting(session, sitting, actor=cast.actor("learner"), now=now)
    return sitting


def drawn(session: Session, sitting: Sitting) -> set[int]:
    rows = paper_of(session, sitting.id)
    return {row.case_version_id or row.question_version_id for row in rows}


def test_the_next_try_begins_after_its_hours(session: Session, cast: Cast) -> None:
    exam = make_exam(session, cast, tries=2, wait_hours=1)
    first = fail(session, cast, exam, at=5)
    assert first.submitted_at is not None
    again, learner = first.submitted_at + timedelta(hours=1), cast.actor("learner")

    with pytest.raises(Conflict, match="起可以再考") as refused:
        start_sitting(session, exam, actor=learner, now=again - MICROSECOND, seed=1, zone=SHANGHAI)

    assert refused.value.values == {"at": "2026-03-02 18:05"}
    assert start_sitting(session, exam, actor=learner, now=again, seed=1, zone=SHANGHAI)


def test_a_resit_has_none_of_the_earlier_questions_where_the_pool_allows(
    session: Session, cast: Cast
) -> None:
    pool = [make_single(session, number) for number in range(6)]
    exam = make_exam(session, cast, pool, count=3, tries=3, pass_mark_tenths=300)
    first, second = fail(session, cast, exam), fail(session, cast, exam, at=1)

    third = start(session, cast, exam, at=2)

    assert drawn(session, first) | drawn(session, second) == {version.id for version in pool}
    assert set(third.avoided_version_ids) == {version.id for version in pool}
    assert len(drawn(session, third)) == 3


def test_a_case_of_the_earlier_paper_is_avoided_as_a_whole(session: Session, cast: Cast) -> None:
    cases = [make_case(session), make_case(session)]
    exam = make_exam(session, cast, cases, count=1, tries=2, pass_mark_tenths=100)
    first = fail(session, cast, exam)

    second = start(session, cast, exam, at=1)

    assert drawn(session, first) | drawn(session, second) == {case.id for case in cases}


def test_a_resit_redraws_from_what_is_stored_with_it(session: Session, cast: Cast) -> None:
    pool = [make_single(session, number) for number in range(7)]
    exam = make_exam(session, cast, pool, count=3, tries=2, pass_mark_tenths=300)
    fail(session, cast, exam)
    resit = start(session, cast, exam, at=1, seed=99)

    again = draw_paper(
        pool_rows(session, exam.id),
        seed=resit.seed,
        shuffles_questions=exam.shuffles_questions,
        shuffles_options=exam.shuffles_options,
        avoid=frozenset(resit.avoided_version_ids),
    )

    stored = [(row.question_version_id, row.option_order) for row in paper_of(session, resit.id)]
    assert [(one.version_id, list(one.option_order)) for one in again] == stored


@given(
    st.integers(min_value=0, max_value=2**32),
    st.sets(st.integers(min_value=1, max_value=12)),
    st.integers(min_value=1, max_value=12),
)
def test_a_paper_holds_as_few_avoided_questions_as_its_count_allows(
    seed: int, avoid: set[int], count: int
) -> None:
    pool = tuple(PoolVersion(number) for number in range(1, 13))
    row = PoolRow(row_id=1, position=1, count=count, points_tenths=10, pool=pool)

    paper = draw_paper([row], seed=seed, avoid=frozenset(avoid))

    held = {one.version_id for one in paper} & avoid
    assert len(held) == max(0, count - (12 - len(avoid)))


def test_the_last_failed_resit_proposes_standby_and_decides_nothing(
    session: Session, cast: Cast
) -> None:
    exam = make_exam(session, cast, tries=2, proposes_standby=True)
    fail(session, cast, exam)
    assert session.scalars(select(StandbyFlag)).all() == []

    last = fail(session, cast, exam, at=1)

    flag = session.scalars(select(StandbyFlag)).one()
    assert (flag.user_id, flag.exam_id, flag.sitting_id) == (last.user_id, exam.id, last.id)
    assert (flag.confirmed_at, flag.lifted_at) == (None, None)
    assert session.scalars(
        select(AuditEntry.on_user_id).where(AuditEntry.action == "standby.proposed")
    ).all() == [last.user_id]


def test_news_told_twice_proposes_once(session: Session, cast: Cast) -> None:
    exam = make_exam(session, cast, tries=2, proposes_standby=True)
    fail(session, cast, exam)
    last = fail(session, cast, exam, at=1)

    session.info["bus"].publish(
        session,
        SittingRemarked(
            cast.actor("examiner"), MONDAY, last.id, exam.id, last.user_id, True, False
        ),
    )

    assert len(session.scalars(select(StandbyFlag)).all()) == 1


@pytest.mark.parametrize(
    "changes", [{"proposes_standby": False}, {"kind": ExamKind.PRACTICE}, {"pass_mark_tenths": 0}]
)
def test_nothing_is_proposed_where_the_exam_does_not_ask_for_it_or_it_was_passed(
    session: Session, cast: Cast, changes: dict[str, object]
) -> None:
    made = {"tries": 2, "proposes_standby": True} | changes
    exam = make_exam(session, cast, **made)  # type: ignore[arg-type]
    fail(session, cast, exam)
    if exam.is_practice or exam.pass_mark_tenths:
        fail(session, cast, exam, at=1)

    assert session.scalars(select(StandbyFlag)).all() == []
