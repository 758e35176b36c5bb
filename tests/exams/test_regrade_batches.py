"""The results of a regrade are written in batches, and a run that was cut off is taken up."""

import pytest
from sqlalchemy.orm import Session

from core.identity import Actor
from core.services import Services
from exams.corrections import ChangeKind
from exams.dry_run import dry_run
from exams.events import SittingRemarked
from exams.models import Exam, Regrade, RegradeOutcome, RegradeState, Sitting, SittingEvent
from exams.operations.regrade import begin_regrade, write_results
from exams.operations.sitting import reopen_sitting
from exams.regrading import write_regrades
from question_bank.models import QuestionVersion
from tests.cast import ROLES, Cast
from tests.conftest import QueryCounter
from tests.exams.factories import make_exam, make_multiple, make_single
from tests.exams.regrading import LATER, REASON, draft, key, sit


@pytest.fixture
def single(session: Session, cast: Cast) -> QuestionVersion:
    return make_single(session)


@pytest.fixture
def exam(session: Session, cast: Cast, single: QuestionVersion) -> Exam:
    return make_exam(session, cast, [single, make_multiple(session)], pass_mark_tenths=100)


@pytest.fixture
def sittings(session: Session, cast: Cast, exam: Exam, single: QuestionVersion) -> list[Sitting]:
    """Eight people, each with option 1, 2 or 3; 2 is right."""
    return [
        sit(session, cast, exam, who, {single.id: [number % 3 + 1]})
        for number, who in enumerate(ROLES)
    ]


@pytest.fixture
def begun(
    session: Session, cast: Cast, exam: Exam, single: QuestionVersion, sittings: list[Sitting]
) -> Regrade:
    """In force: option 1 is right; nothing is written yet."""
    regrade = draft(session, cast, exam, [(single, ChangeKind.KEY, key([1]))])
    seen = dry_run(session, exam, regrade)
    actor = cast.actor("examiner")
    assert begin_regrade(session, regrade, seen, reason=REASON, actor=actor, now=LATER)
    session.commit()
    return regrade


def scores(session: Session) -> list[int | None]:
    session.expire_all()
    return [one.score_tenths for one in session.query(Sitting).order_by(Sitting.id)]


def test_the_dry_run_says_what_applying_does(
    session: Session, cast: Cast, exam: Exam, single: QuestionVersion, sittings: list[Sitting]
) -> None:
    regrade = draft(session, cast, exam, [(single, ChangeKind.KEY, key([1], [3]))])
    actor = cast.actor("examiner")

    seen = dry_run(session, exam, regrade)
    begin_regrade(session, regrade, seen, reason=REASON, actor=actor, now=LATER)
    write_results(session, regrade.id, actor=actor, now=LATER)
    session.expire_all()

    said = {one.sitting_id: one for one in seen.effects}
    assert [len(group) for group in (seen.rising, seen.falling)] == [5, 3]
    assert [len(group) for group in (seen.passing, seen.failing)] == [5, 3]
    assert (seen.mean_before, seen.mean_after) == (37.5, 62.5)
    for sitting in sittings:
        after = said[sitting.id].after
        assert (sitting.score_tenths, sitting.full_score_tenths) == (
            after.score_tenths,
            after.full_tenths,
        )
        assert (sitting.pass_mark_tenths, sitting.is_passed) == (
            after.pass_mark_tenths,
            after.is_passed,
        )


def test_a_dry_run_writes_nothing(
    session: Session, cast: Cast, exam: Exam, single: QuestionVersion, sittings: list[Sitting]
) -> None:
    regrade = draft(session, cast, exam, [(single, ChangeKind.VOID, None)])
    session.commit()
    before = scores(session), session.query(SittingEvent).count()

    dry_run(session, exam, regrade)

    assert not session.dirty
    assert (scores(session), session.query(SittingEvent).count()) == before


def test_a_dry_run_reads_as_often_for_one_sitting_as_for_eight(
    session: Session,
    cast: Cast,
    exam: Exam,
    single: QuestionVersion,
    count_queries: QueryCounter,
) -> None:
    sit(session, cast, exam, "learner", {single.id: [1]})
    regrade = draft(session, cast, exam, [(single, ChangeKind.KEY, key([1]))])
    counts = []
    for who in ("team_leader", "trainer", "inspector"):
        before = len(count_queries)
        dry_run(session, exam, regrade)
        counts.append(len(count_queries) - before)
        sit(session, cast, exam, who, {single.id: [1]})

    assert counts == [counts[0]] * 3


def test_the_job_writes_every_result_and_finishes(
    session: Session, services: Services, begun: Regrade
) -> None:
    assert scores(session).count(100) == 3

    assert write_regrades(services) == [begun.id]

    assert scores(session) == [100, 0, 0, 100, 0, 0, 100, 0]
    session.expire_all()
    assert begun.state is RegradeState.APPLIED


def test_a_second_run_writes_nothing_more(
    session: Session, services: Services, begun: Regrade
) -> None:
    write_regrades(services)
    links = session.query(SittingEvent).count()

    assert write_regrades(services) == []
    assert session.query(SittingEvent).count() == links


class Killed(BaseException):
    """What ends the process in the middle of a batch."""


class Killer:
    """Hears of results like any other listener, and ends the process at the fifth."""

    def __init__(self) -> None:
        self.heard = 0

    def __call__(self, _session: Session, _event: SittingRemarked) -> None:
        self.heard += 1
        if self.heard == 5:
            raise Killed


def _write_by_two(services: Services, regrade_id: int, actor: Actor) -> None:
    last_id, is_finished = 0, False
    while not is_finished:
        with services.database.writing() as session:
            batch = write_results(
                session, regrade_id, actor=actor, now=LATER, after_id=last_id, limit=2
            )
        last_id, is_finished = batch.last_id, batch.is_finished


def test_a_run_that_is_cut_off_leaves_nothing_that_looks_finished(
    session: Session, cast: Cast, begun: Regrade, services: Services
) -> None:
    services.bus.subscribe(SittingRemarked, Killer())
    actor = cast.actor("examiner")

    with pytest.raises(Killed):
        _write_by_two(services, begun.id, actor)

    session.expire_all()
    done = session.query(RegradeOutcome).filter(RegradeOutcome.done_at.is_not(None)).count()
    # Two batches of two stand, the third went back as a whole.
    assert done == 4
    assert begun.state is RegradeState.APPLYING

    write_regrades(services)

    assert scores(session) == [100, 0, 0, 100, 0, 0, 100, 0]
    assert session.query(RegradeOutcome).filter(RegradeOutcome.done_at.is_(None)).count() == 0
    assert session.query(SittingEvent).filter_by(kind="regraded").count() == 6


def test_a_sitting_opened_again_meanwhile_is_left_to_its_closing(
    session: Session,
    cast: Cast,
    services: Services,
    begun: Regrade,
    sittings: list[Sitting],
) -> None:
    failed = sittings[0]
    reopen_sitting(
        session, failed.id, minutes=5, reason="停电", actor=cast.actor("examiner"), now=LATER
    )
    session.commit()

    write_regrades(services)

    assert scores(session)[0] is None
    assert session.query(RegradeOutcome).count() == 7
    session.expire_all()
    assert begun.state is RegradeState.APPLIED


def test_a_sitting_closed_by_who_did_not_see_the_regrade_yet_is_written_too(
    session: Session,
    cast: Cast,
    exam: Exam,
    single: QuestionVersion,
    services: Services,
) -> None:
    sit(session, cast, exam, "learner", {single.id: [2]})
    regrade = draft(session, cast, exam, [(single, ChangeKind.KEY, key([1]))])
    seen = dry_run(session, exam, regrade)
    missed = sit(session, cast, exam, "team_leader", {single.id: [1]})
    begin_regrade(
        session,
        regrade,
        dry_run(session, exam, regrade),
        reason=REASON,
        actor=cast.actor("examiner"),
        now=LATER,
    )
    assert len(seen.effects) == 1
    # Its closing was under way when the other was put in force, so nobody noted it.
    session.query(RegradeOutcome).filter_by(sitting_id=missed.id).delete()
    session.commit()

    write_regrades(services)

    assert scores(session) == [0, 100]
    assert regrade.state is RegradeState.APPLIED
    assert session.query(RegradeOutcome).count() == 2
