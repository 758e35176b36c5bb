"""Ends of a sitting that meet: limits, more time, accommodations, least minutes, late answers."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from accounts.operations import Needs, grant_accommodation
from core.chance import SystemSeeds
from core.config import Config
from core.identity import Actor
from exams.evidence.check import check
from exams.integrity import Integrity
from exams.models import Exam, IntegrityDecision, LateDecision, Sitting, SittingState
from exams.operations.answers import record_answer
from exams.operations.answers_to_mark import release_results
from exams.operations.closing import (
    SubmitOutcome,
    close_for,
    close_overdue_sittings,
    submit_sitting,
)
from exams.operations.delivery import decide_late_answers, deliver_late
from exams.operations.presence import SignOfLife, record_presence
from exams.operations.sitting import extend_sitting, reopen_sitting, start_sitting, take_over
from exams.operations.verdicts import confirm_sitting
from exams.queries.sittings import paper_of
from exams.recording import JournalEntry
from exams.signing import load_signer
from exams.verification import verify_sitting
from teams.queries import actor_for
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.evidence_sittings import evidence
from tests.exams.factories import WINDOW, make_exam, make_single
from tests.exams.people.papers import appoint, candidates, make_marker, mark, written_exam
from tests.exams.regrading import ZONE, start
from tests.exams.test_incidents import LATER as LEFT_AT
from tests.exams.test_incidents import beat, begin, switch, told

SWEEPER = Actor.system("test")
LIMIT = Integrity(records_leavings=True, most_leavings=1, hands_in=True)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def signs(app: Flask) -> None:
    """Ends of chains are signed by who listens in the app."""
    assert app.extensions["shanggang"].bus is not None


def is_whole(session: Session, sitting: Sitting, config: Config) -> bool:
    session.flush()
    session.expire_all()
    key = load_signer(config.keys_dir, SystemSeeds()).public_key
    assert check(evidence(session, sitting, config)).problems == []
    return verify_sitting(session, sitting.id, public_key=key).is_intact


@pytest.fixture
def limited(session: Session, cast: Cast) -> Exam:
    made = make_exam(session, cast, [make_single(session)], pass_mark_tenths=100, least_minutes=40)
    switch(session, cast, made, LIMIT)
    return made


def test_a_limit_ends_a_paper_before_its_least_minutes(
    session: Session, cast: Cast, limited: Exam, config: Config
) -> None:
    sitting = begin(session, cast, limited)
    learner = cast.actor("learner")
    assert submit_sitting(session, sitting, actor=learner, now=LEFT_AT) is SubmitOutcome.TOO_EARLY

    beat(session, cast, sitting, told("leaving-1"), told("leaving-2"))
    ended = LEFT_AT + timedelta(seconds=15)

    assert sitting.deadline == ended
    assert submit_sitting(session, sitting, actor=learner, now=ended) is SubmitOutcome.SUBMITTED
    assert sitting.integrity_decision is IntegrityDecision.PENDING
    assert is_whole(session, sitting, config)


def test_more_time_after_a_limit_counts_from_the_early_end_and_binds_to_the_least_minutes(
    session: Session, cast: Cast, limited: Exam, config: Config
) -> None:
    sitting = begin(session, cast, limited)
    examiner, learner = cast.actor("examiner"), cast.actor("learner")
    beat(session, cast, sitting, told("leaving-1"), told("leaving-2"))
    extend_sitting(session, sitting, minutes=45, reason="看过", actor=examiner, now=LEFT_AT)

    assert sitting.deadline == LEFT_AT + timedelta(seconds=15) + 45 * MINUTE
    early = MONDAY + 39 * MINUTE
    assert submit_sitting(session, sitting, actor=learner, now=early) is SubmitOutcome.TOO_EARLY
    after = early + MINUTE
    assert submit_sitting(session, sitting, actor=learner, now=after) is SubmitOutcome.SUBMITTED
    confirm_sitting(session, sitting.id, reason="看过", actor=examiner, now=after)
    assert sitting.integrity_decision is IntegrityDecision.CONFIRMED
    assert is_whole(session, sitting, config)


def test_extra_time_goes_beyond_the_window_and_the_least_minutes_never_do(
    session: Session, cast: Cast, config: Config
) -> None:
    """Begun ten minutes before the window closes, with 50 % of an hour more."""
    exam = make_exam(session, cast, least_minutes=55)
    day = MONDAY.date()
    needs = Needs(day, day, extra_percent=50)
    grant_accommodation(
        session, cast.user("learner"), needs, reason="核实过", actor=cast.actor("examiner"),
        now=MONDAY,
    )  # fmt: skip
    begun, learner = MONDAY + WINDOW - 10 * MINUTE, cast.actor("learner")
    sitting = start_sitting(session, exam, actor=learner, now=begun, seed=1, zone=ZONE)
    assert sitting.deadline == MONDAY + WINDOW + 30 * MINUTE

    extend_sitting(
        session, sitting, minutes=5, reason="停电", actor=cast.actor("examiner"), now=begun
    )
    ended = MONDAY + WINDOW + 35 * MINUTE
    assert (sitting.extra_minutes, sitting.deadline) == (35, ended)
    early = ended - timedelta(microseconds=1)
    assert submit_sitting(session, sitting, actor=learner, now=early) is SubmitOutcome.TOO_EARLY
    assert submit_sitting(session, sitting, actor=learner, now=ended) is SubmitOutcome.SUBMITTED
    assert is_whole(session, sitting, config)


def test_an_invigilator_and_the_clock_close_before_the_least_minutes(
    session: Session, cast: Cast
) -> None:
    exam = make_exam(session, cast, least_minutes=60, minutes=60)
    by_hand, by_time = (start(session, cast, exam, who) for who in ("learner", "team_leader"))

    close_for(
        session, by_hand.id, reason="不舒服", actor=cast.actor("examiner"), now=MONDAY + MINUTE
    )
    close_overdue_sittings(session, actor=SWEEPER, now=MONDAY + 61 * MINUTE)

    session.refresh(by_time)
    assert (by_hand.state, by_time.state) == (SittingState.SUBMITTED, SittingState.EXPIRED)


def offline_text(session: Session, sitting: Sitting, text: str) -> None:
    """The written answer comes a minute after the deadline, from the page that held the sitting."""
    actor = actor_for(session, sitting.user_id)
    at = sitting.deadline - MINUTE
    take_over(session, sitting.id, lease="page", actor=actor, now=at)
    sign = SignOfLife("page", answered=0, slot=1, waiting=0, address="")
    record_presence(session, sitting.id, sign, actor=actor, now=at)
    slot = paper_of(session, sitting.id)[1].slot
    key = f"late-{sitting.deadline:%H%M%S}"
    entry = JournalEntry(slot, text, key, 1, None, at)
    late = sitting.deadline + MINUTE
    close_overdue_sittings(session, actor=SWEEPER, now=late)
    assert deliver_late(
        session, sitting.id, [entry], lease="page", actor=actor, now=late
    ).stored == 1  # fmt: skip


def test_late_text_is_marked_by_people_once_it_is_accepted_and_stays_accepted(
    session: Session, cast: Cast, config: Config
) -> None:
    exam = written_exam(session, cast, minutes=30)
    marker, person = make_marker(session, cast, "阅卷人"), candidates(session, cast, 1)[0]
    appoint(session, cast, exam, marker)
    examiner, actor = cast.actor("examiner"), actor_for(session, person.id)
    sitting = start_sitting(session, exam, actor=actor, now=MONDAY, seed=1, zone=ZONE)
    first = paper_of(session, sitting.id)[0].slot
    entry = JournalEntry(first, False, "choice-0001")
    record_answer(session, sitting.id, entry, actor=actor, now=MONDAY + MINUTE)
    session.expire(sitting)
    offline_text(session, sitting, "报告")
    assert (sitting.score_tenths, sitting.is_passed, sitting.late_score_tenths) == (
        100,
        False,
        None,
    )
    assert is_whole(session, sitting, config)

    later = MONDAY + timedelta(hours=3)
    decide_late_answers(session, sitting.id, accepts=True, reason="断网", actor=examiner, now=later)
    assert sitting.is_passed is None
    assert sitting.signed_number == sitting.chain_number
    assert is_whole(session, sitting, config)
    mark(session, marker, sitting, 10)
    release_results(session, exam, limit=9, actor=examiner, now=later)
    assert (sitting.score_tenths, sitting.is_passed) == (110, False)

    reopen_sitting(session, sitting.id, minutes=9, reason="停电", actor=examiner, now=later)
    submit_sitting(session, sitting, actor=actor, now=later + MINUTE)
    assert sitting.late_decision is LateDecision.ACCEPTED
    release_results(session, exam, limit=9, actor=examiner, now=later + MINUTE)
    session.refresh(sitting)
    assert (sitting.score_tenths, sitting.is_passed) == (110, False)
    assert is_whole(session, sitting, config)
