"""What a page that was cut off at the deadline may still deliver, to the microsecond."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.errors import Conflict, NotFound
from core.identity import Actor
from exams.models import Answer, Exam, LateAnswers, LateDecision, Sitting, SittingState
from exams.operations.answers import AnswerOutcome, record_answer
from exams.operations.closing import close_overdue_sittings, submit_sitting
from exams.operations.delivery import Delivery, decide_late_answers, deliver_late
from exams.operations.presence import SignOfLife, record_presence
from exams.operations.sitting import reopen_sitting, start_sitting, take_over
from exams.recording import JournalEntry
from exams.rules import LateRefusal
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam

LEASE = "this-page"
MICROSECOND = timedelta(microseconds=1)
DEADLINE = MONDAY + timedelta(minutes=60)
LAST_DELIVERY = DEADLINE + timedelta(minutes=10, seconds=5)
RIGHT = [2]
SWEEPER = Actor.system("deadline-sweeper")


@pytest.fixture
def exam(session: Session, cast: Cast) -> Exam:
    return make_exam(session, cast, minutes=60, tries=2)


@pytest.fixture
def learner(cast: Cast) -> Actor:
    return cast.actor("learner")


@pytest.fixture
def sitting(session: Session, exam: Exam, learner: Actor) -> Sitting:
    """Held by a page that was heard of ten minutes before the end."""
    zone = ZoneInfo("Asia/Shanghai")
    sitting = start_sitting(session, exam, actor=learner, now=MONDAY, seed=1, zone=zone)
    take_over(session, sitting.id, lease=LEASE, actor=learner, now=MONDAY)
    show(session, sitting, learner, DEADLINE - timedelta(minutes=10))
    return sitting


def show(session: Session, sitting: Sitting, learner: Actor, at: datetime) -> None:
    sign = SignOfLife(LEASE, answered=0, slot=1, waiting=0, address="10.0.0.9")
    record_presence(session, sitting.id, sign, actor=learner, now=at)


def kept(
    number: int = 1,
    response: object = RIGHT,
    *,
    after: str | None = None,
    at: datetime = DEADLINE,
    slot: int = 1,
) -> JournalEntry:
    return JournalEntry(slot, response, f"kept-{number:04d}", number, after, at)


def deliver(
    session: Session,
    sitting: Sitting,
    learner: Actor,
    *entries: JournalEntry,
    now: datetime = LAST_DELIVERY,
    lease: str = LEASE,
) -> Delivery:
    return deliver_late(session, sitting.id, entries, lease=lease, actor=learner, now=now)


def sweep(session: Session, now: datetime) -> None:
    close_overdue_sittings(session, actor=SWEEPER, now=now)


def test_a_sitting_whose_page_was_heard_of_is_awaited_and_closed_when_nothing_came(
    session: Session, sitting: Sitting
) -> None:
    sweep(session, DEADLINE + timedelta(seconds=5) + MICROSECOND)
    awaited = sitting.state
    sweep(session, LAST_DELIVERY)
    still = sitting.state
    sweep(session, LAST_DELIVERY + MICROSECOND)

    assert (awaited, still) == (SittingState.AWAITING_DELIVERY,) * 2
    assert sitting.state is SittingState.EXPIRED
    assert sitting.submitted_at == DEADLINE


def test_an_exam_may_await_nothing(session: Session, exam: Exam, sitting: Sitting) -> None:
    exam.delivery_minutes = 0
    sweep(session, DEADLINE + timedelta(seconds=6))

    assert sitting.state is SittingState.EXPIRED


def test_while_it_is_awaited_there_is_no_result_and_no_other_try(
    session: Session, exam: Exam, sitting: Sitting, learner: Actor
) -> None:
    sweep(session, DEADLINE + timedelta(seconds=6))

    assert sitting.score_tenths is None
    with pytest.raises(Conflict, match="还在等"):
        start_sitting(
            session,
            exam,
            actor=learner,
            now=DEADLINE + timedelta(minutes=1),
            seed=2,
            zone=ZoneInfo("Asia/Shanghai"),
        )


def test_the_last_moment_of_the_delivery_is_in_time(
    session: Session, sitting: Sitting, learner: Actor
) -> None:
    late = deliver(session, sitting, learner, kept(), now=LAST_DELIVERY + MICROSECOND)

    assert late == Delivery(0, LateRefusal.TOO_LATE)
    assert sitting.state is SittingState.EXPIRED


def test_late_answers_count_only_once_they_are_accepted(
    session: Session, sitting: Sitting, learner: Actor, cast: Cast
) -> None:
    told = deliver(session, sitting, learner, kept())
    before = (sitting.score_tenths, sitting.late_score_tenths, sitting.late_decision)
    decide_late_answers(
        session,
        sitting.id,
        accepts=True,
        reason="车间断网，监考员在场",
        actor=cast.actor("examiner"),
        now=LAST_DELIVERY,
    )

    assert told == Delivery(1, None)
    assert before == (0, 100, LateDecision.PENDING)
    assert (sitting.score_tenths, sitting.late_decision) == (100, LateDecision.ACCEPTED)


def test_rejected_late_answers_change_nothing_and_stay_on_record(
    session: Session, sitting: Sitting, learner: Actor, cast: Cast
) -> None:
    deliver(session, sitting, learner, kept())
    examiner = cast.actor("examiner")
    decide_late_answers(
        session, sitting.id, accepts=False, reason="没断网", actor=examiner, now=LAST_DELIVERY
    )

    assert (sitting.score_tenths, sitting.late_score_tenths) == (0, 100)
    assert session.scalars(select(Answer.is_late)).all() == [True]
    with pytest.raises(Conflict):
        decide_late_answers(
            session, sitting.id, accepts=True, reason="改主意", actor=examiner, now=LAST_DELIVERY
        )


def test_an_exam_may_let_late_answers_count_by_themselves(
    session: Session, exam: Exam, sitting: Sitting, learner: Actor
) -> None:
    exam.late_answers = LateAnswers.AUTOMATIC
    deliver(session, sitting, learner, kept())

    assert (sitting.score_tenths, sitting.late_decision) == (100, LateDecision.ACCEPTED)


def test_a_delivery_goes_on_from_the_last_receipt(
    session: Session, sitting: Sitting, learner: Actor
) -> None:
    entry = kept(1, [1])
    record_answer(session, sitting.id, entry, lease=LEASE, actor=learner, now=MONDAY)

    told = deliver(session, sitting, learner, entry, kept(2, after="kept-0001"))

    assert told == Delivery(1, None)
    assert (sitting.score_tenths, sitting.late_score_tenths) == (0, 100)


def test_the_same_delivery_twice_stores_nothing_anew(
    session: Session, sitting: Sitting, learner: Actor
) -> None:
    deliver(session, sitting, learner, kept())
    head = sitting.chain_head

    assert deliver(session, sitting, learner, kept()) == Delivery(0, None)
    assert sitting.chain_head == head


def test_nothing_kept_closes_the_sitting_at_once(
    session: Session, sitting: Sitting, learner: Actor
) -> None:
    assert deliver(session, sitting, learner, now=DEADLINE + MICROSECOND) == Delivery(0, None)
    assert sitting.state is SittingState.EXPIRED
    assert sitting.late_decision is None


@pytest.mark.parametrize(
    ("entries", "lease", "refusal"),
    [
        ([kept()], "other-page", LateRefusal.OTHER_PAGE),
        ([kept(2, after="kept-0001")], LEASE, LateRefusal.NOT_CONTINUED),
        ([kept(1), kept(3, after="kept-0001")], LEASE, LateRefusal.NOT_CONTINUED),
        ([kept(1), kept(2, after="another")], LEASE, LateRefusal.NOT_CONTINUED),
        ([JournalEntry(1, RIGHT, "no-number")], LEASE, LateRefusal.NOT_CONTINUED),
        ([kept(at=DEADLINE + MICROSECOND)], LEASE, LateRefusal.CLAIMED_AFTER_END),
    ],
)
def test_a_delivery_that_cannot_be_true_is_refused_whole_and_recorded(
    session: Session,
    sitting: Sitting,
    learner: Actor,
    entries: list[JournalEntry],
    lease: str,
    refusal: LateRefusal,
) -> None:
    told = deliver(session, sitting, learner, *entries, lease=lease, now=LAST_DELIVERY)

    assert told == Delivery(0, refusal)
    assert session.scalars(select(Answer)).all() == []
    record = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "exam.late_answers.refused")
    ).one()
    assert record.after["refusal"] == refusal.name.lower()


def test_a_page_that_was_never_heard_of_delivers_nothing(
    session: Session, exam: Exam, cast: Cast
) -> None:
    learner = cast.actor("learner")
    zone = ZoneInfo("Asia/Shanghai")
    unseen = start_sitting(session, exam, actor=learner, now=MONDAY, seed=1, zone=zone)
    take_over(session, unseen.id, lease=LEASE, actor=learner, now=MONDAY)

    assert deliver(session, unseen, learner, kept()) == Delivery(0, LateRefusal.NEVER_SEEN)


def test_a_sign_of_life_after_the_deadline_is_none(
    session: Session, sitting: Sitting, learner: Actor
) -> None:
    show(session, sitting, learner, DEADLINE + MICROSECOND)

    assert deliver(session, sitting, learner, kept()) == Delivery(1, None)


def test_before_the_deadline_there_is_nothing_late(
    session: Session, sitting: Sitting, learner: Actor
) -> None:
    with pytest.raises(Conflict, match="照常答题"):
        deliver(session, sitting, learner, kept(), now=DEADLINE)


def test_nobody_delivers_for_another(session: Session, sitting: Sitting, cast: Cast) -> None:
    with pytest.raises(NotFound):
        deliver(session, sitting, cast.actor("examiner"), kept())


def test_a_page_goes_on_only_in_order(session: Session, sitting: Sitting, learner: Actor) -> None:
    def send(entry: JournalEntry, lease: str = LEASE) -> tuple[AnswerOutcome, int | None]:
        receipt = record_answer(session, sitting.id, entry, lease=lease, actor=learner, now=MONDAY)
        return receipt.outcome, receipt.next_number

    assert send(kept(2, after="kept-0001")) == (AnswerOutcome.OUT_OF_ORDER, 1)
    assert send(kept(1)) == (AnswerOutcome.SAVED, 2)
    assert send(kept(1)) == (AnswerOutcome.REPEATED, 2)
    assert send(kept(2, after="kept-0001")) == (AnswerOutcome.SAVED, 3)
    assert send(kept(3, after="kept-0002"), "other-page") == (AnswerOutcome.TAKEN_OVER, None)


def test_a_reopened_sitting_goes_on_and_its_first_end_stays_in_the_chain(
    session: Session, sitting: Sitting, learner: Actor, cast: Cast
) -> None:
    submit_sitting(session, sitting, actor=learner, now=MONDAY)
    reopen_sitting(
        session,
        sitting.id,
        minutes=15,
        reason="误点交卷",
        actor=cast.actor("examiner"),
        now=MONDAY + timedelta(minutes=1),
    )
    opened = (sitting.state, sitting.deadline, sitting.score_tenths)
    receipt = record_answer(
        session, sitting.id, kept(1), lease=LEASE, actor=learner, now=MONDAY + timedelta(minutes=2)
    )
    submit_sitting(session, sitting, actor=learner, now=MONDAY + timedelta(minutes=3))

    assert opened == (SittingState.OPEN, MONDAY + timedelta(minutes=16), None)
    assert receipt.outcome is AnswerOutcome.SAVED
    session.refresh(sitting)
    assert sitting.score_tenths == 100


def test_a_running_sitting_is_not_reopened(session: Session, sitting: Sitting, cast: Cast) -> None:
    with pytest.raises(Conflict, match="加时间"):
        reopen_sitting(
            session,
            sitting.id,
            minutes=5,
            reason="没结束",
            actor=cast.actor("examiner"),
            now=MONDAY,
        )
