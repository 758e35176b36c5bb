"""How many statements starting, opening and handing in take: few, whatever the paper's length."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import ManualClock
from exams.models import PoolEntry, Sitting
from exams.queries.audience import invited_exams
from exams.queries.pools import pool_rows, stored_pool
from exams.redrawing import redraw_sitting
from tests.cast import Cast
from tests.conftest import QueryCounter
from tests.exams.factories import make_exam, make_single

SHANGHAI = ZoneInfo("Asia/Shanghai")
SHORT, LONG = 2, 30


@pytest.fixture
def learner(client_for: Callable[[str], FlaskClient]) -> FlaskClient:
    return client_for("learner")


def counted(
    session: Session, cast: Cast, count_queries: QueryCounter, learner: FlaskClient
) -> list[dict[str, list[str]]]:
    """The statements of each step, for a short paper and for a long one."""
    # The first page of a process reads question versions, which are remembered from then on.
    found = []
    for size in (SHORT, SHORT, LONG):
        exam = make_exam(session, cast, [make_single(session, n) for n in range(size)])
        session.commit()
        pool_rows(session, exam.id)
        steps = {}
        count_queries.statements.clear()
        sitting = learner.post(f"/my-exams/{exam.id}/start").location
        steps["start"] = list(count_queries.statements)
        count_queries.statements.clear()
        learner.get(sitting)
        steps["paper"] = list(count_queries.statements)
        count_queries.statements.clear()
        learner.post(f"{sitting}/submit")
        steps["hand in"] = list(count_queries.statements)
        found.append(steps)
    return found[1:]


def test_each_step_takes_as_many_statements_for_a_long_paper_as_for_a_short_one(
    learner: FlaskClient, session: Session, cast: Cast, count_queries: QueryCounter
) -> None:
    short, long = counted(session, cast, count_queries, learner)

    counts = {step: len(statements) for step, statements in long.items()}
    assert counts == {step: len(statements) for step, statements in short.items()}
    # Who is it takes two or three of each.
    assert counts["start"] <= 18
    assert counts["paper"] <= 12
    assert counts["hand in"] <= 25


def test_a_start_reads_what_was_sat_once_and_writes_the_sitting_once(
    learner: FlaskClient, session: Session, cast: Cast, count_queries: QueryCounter
) -> None:
    _short, long = counted(session, cast, count_queries, learner)

    reads = [one for one in long["start"] if one.startswith("SELECT sitting.id")]
    assert len(reads) == 1
    assert not [one for one in long["start"] if one.startswith("UPDATE sitting ")]
    assert not [one for one in long["start"] if "FROM sitting_question" in one]


def test_handing_in_reads_the_answers_once_and_the_exam_once(
    learner: FlaskClient, session: Session, cast: Cast, count_queries: QueryCounter
) -> None:
    _short, long = counted(session, cast, count_queries, learner)

    assert len([one for one in long["hand in"] if one.startswith("SELECT answer.slot")]) == 1
    assert len([one for one in long["hand in"] if one.startswith("SELECT exam.id")]) == 1


def test_one_exam_invites_the_same_people_asked_alone_as_among_others(
    session: Session, cast: Cast, clock: ManualClock
) -> None:
    invited = make_exam(session, cast)
    other = make_exam(session, cast)
    people = [cast.actor(who).user_id for who in ("learner", "team_leader", "administrator")]

    for user_id in people:
        assert user_id is not None
        together = invited_exams(session, user_id, [invited, other], zone=SHANGHAI)
        alone = invited_exams(session, user_id, [invited], zone=SHANGHAI)
        assert alone == together & {invited.id}


def test_what_was_withdrawn_is_left_out_of_the_pool_and_named(
    learner: FlaskClient, session: Session, cast: Cast, clock: ManualClock
) -> None:
    versions = [make_single(session, n) for n in range(3)]
    exam = make_exam(session, cast, versions)
    entry = session.scalars(
        select(PoolEntry).where(PoolEntry.question_version_id == versions[0].id)
    ).one()
    whole = stored_pool(session, exam.id)
    entry.withdrawn_at = clock.now()
    session.flush()

    left = stored_pool(session, exam.id)

    assert whole.withdrawn == []
    assert left.withdrawn == [entry.id]
    drawable = {version.version_id for row in left.rows for version in row.pool}
    assert drawable == {versions[1].id, versions[2].id}


def test_a_paper_begun_on_a_page_redraws_identically(
    learner: FlaskClient, session: Session, cast: Cast
) -> None:
    exam = make_exam(session, cast, [make_single(session, n) for n in range(LONG)])
    session.commit()
    learner.post(f"/my-exams/{exam.id}/start")

    sitting = session.scalars(select(Sitting).where(Sitting.exam_id == exam.id)).one()
    assert sitting.chain_number == 1
    assert redraw_sitting(session, sitting.id).is_same
