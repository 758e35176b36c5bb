"""Start, answer, hand in, sweep, at the level of operations."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.errors import Conflict, NotFound
from core.identity import Actor
from exams.chain import ANSWER, link_hash
from exams.events import SittingMarked
from exams.links import links_of
from exams.models import (
    Answer,
    Exam,
    ExamState,
    Exemption,
    PoolEntry,
    Sitting,
    SittingQuestion,
    SittingState,
)
from exams.operations.answers import (
    AnswerOutcome,
    AnswerReceipt,
    record_answer,
    save_form,
)
from exams.operations.closing import (
    SubmitOutcome,
    SweepReport,
    close_overdue_sittings,
    submit_sitting,
)
from exams.operations.sitting import extend_sitting, start_sitting
from exams.queries.sittings import is_someone_sitting, last_answers, paper_of, sitting_for
from exams.receipts import receipt_code
from exams.recording import JournalEntry
from question_bank.models import QuestionVersion
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import WINDOW, make_exam, make_multiple, make_single

SHANGHAI = ZoneInfo("Asia/Shanghai")
MICROSECOND = timedelta(microseconds=1)
DEADLINE = MONDAY + timedelta(minutes=60)
LAST_MOMENT = DEADLINE + timedelta(seconds=5)
SWEEPER = Actor.system("deadline-sweeper")
SINGLE, MULTIPLE, VERDICT, BLANKS = 1, 2, 3, 4
RIGHT = {SINGLE: [2], MULTIPLE: [1, 3], VERDICT: False, BLANKS: ["5", "倒置"]}


@pytest.fixture
def exam(session: Session, cast: Cast) -> Exam:
    return make_exam(session, cast)


@pytest.fixture
def learner(cast: Cast) -> Actor:
    return cast.actor("learner")


def start(
    session: Session, exam: Exam, actor: Actor, *, now: object = MONDAY, seed: int = 7
) -> Sitting:
    return start_sitting(
        session,
        exam,
        actor=actor,
        now=now,  # type: ignore[arg-type]
        seed=seed,
        zone=SHANGHAI,
    )


def answer(
    session: Session,
    sitting: Sitting,
    slot: int,
    response: object,
    actor: Actor,
    *,
    now: object = MONDAY,
    key: str = "",
) -> AnswerReceipt:
    count = session.scalar(select(func.count(Answer.id)))
    return record_answer(
        session,
        sitting.id,
        JournalEntry(slot, response, key or f"key-{count:08d}"),
        actor=actor,
        now=now,  # type: ignore[arg-type]
    )


def answer_all(session: Session, sitting: Sitting, actor: Actor) -> None:
    for slot, response in RIGHT.items():
        answer(session, sitting, slot, response, actor)


def actions(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def stored_answers(session: Session) -> int:
    return session.scalar(select(func.count(Answer.id))) or 0


# ---- start ----


def test_start_stores_paper_deadline_and_the_place_of_the_day(
    session: Session, cast: Cast, exam: Exam, learner: Actor
) -> None:
    sitting = start(session, exam, learner)

    assert sitting.deadline == DEADLINE
    assert sitting.team_id == cast.team("press_one").id
    assert sitting.post_id == cast.posts["冲压工"].id
    assert (sitting.try_number, sitting.state) == (1, SittingState.OPEN)
    assert sitting.full_score_tenths == 400
    paper = paper_of(session, sitting.id)
    assert [slot.slot for slot in paper] == [1, 2, 3, 4]
    assert sorted(paper[0].option_order) == [1, 2, 3]
    assert actions(session) == ["exam.sitting.started"]


def test_starting_twice_gives_the_one_sitting_that_runs(
    session: Session, exam: Exam, learner: Actor
) -> None:
    first = start(session, exam, learner, seed=7)

    second = start(session, exam, learner, seed=8, now=MONDAY + timedelta(minutes=5))

    assert second.id == first.id
    assert session.scalar(select(func.count(Sitting.id))) == 1
    assert session.scalar(select(func.count(SittingQuestion.id))) == 4


def test_the_database_itself_refuses_a_second_open_sitting(
    session: Session, exam: Exam, learner: Actor
) -> None:
    sitting = start(session, exam, learner)
    copy = Sitting(
        exam_id=exam.id,
        user_id=sitting.user_id,
        try_number=2,
        state=SittingState.OPEN,
        seed=1,
        started_at=MONDAY,
        extra_minutes=0,
        deadline=DEADLINE,
        full_score_tenths=400,
    )

    session.add(copy)
    with pytest.raises(Exception, match=r"(?i)unique"), session.begin_nested():
        session.flush()


def test_a_sitting_cannot_be_started_before_the_window_opens_or_after_it_closed(
    session: Session, exam: Exam, learner: Actor
) -> None:
    for moment in (MONDAY - MICROSECOND, MONDAY + WINDOW + MICROSECOND):
        with pytest.raises(Conflict):
            start(session, exam, learner, now=moment)


def test_a_sitting_started_in_the_last_minute_ends_with_the_window(
    session: Session, exam: Exam, learner: Actor
) -> None:
    sitting = start(session, exam, learner, now=MONDAY + WINDOW - timedelta(minutes=1))

    assert sitting.deadline == MONDAY + WINDOW


def test_who_is_not_in_the_audience_cannot_start(session: Session, cast: Cast) -> None:
    exam = make_exam(session, cast, audience="press")

    with pytest.raises(Conflict):
        start(session, exam, cast.actor("other_leader"))


def test_who_is_exempt_cannot_start(session: Session, exam: Exam, learner: Actor) -> None:
    assert learner.user_id is not None
    session.add(
        Exemption(exam_id=exam.id, user_id=learner.user_id, reason="病假", granted_at=MONDAY)
    )
    session.flush()

    with pytest.raises(Conflict):
        start(session, exam, learner)


def test_a_withdrawn_exam_cannot_be_started(session: Session, cast: Cast, learner: Actor) -> None:
    exam = make_exam(session, cast, state=ExamState.WITHDRAWN)

    with pytest.raises(Conflict):
        start(session, exam, learner)


def test_a_pool_that_is_too_small_is_told_with_its_row(
    session: Session, cast: Cast, learner: Actor
) -> None:
    exam = make_exam(session, cast, [make_single(session)], count=2)

    with pytest.raises(Conflict, match="第 1 行要 2 题，题库里只有 1 题"):
        start(session, exam, learner)


def test_a_withdrawn_question_is_not_drawn_any_more(
    session: Session, cast: Cast, learner: Actor
) -> None:
    versions = [make_single(session, number) for number in range(6)]
    exam = make_exam(session, cast, versions, count=5)
    entry = session.scalars(
        select(PoolEntry).where(PoolEntry.question_version_id == versions[2].id)
    ).one()
    entry.withdrawn_at, entry.withdrawn_reason = MONDAY, "答案有争议"
    session.flush()

    sitting = start(session, exam, learner)

    drawn = {slot.question_version_id for slot in paper_of(session, sitting.id)}
    assert drawn == {version.id for version in versions} - {versions[2].id}


def test_a_later_change_of_the_bank_does_not_alter_the_paper(
    session: Session, cast: Cast, exam: Exam, learner: Actor
) -> None:
    sitting = start(session, exam, learner)
    before = paper_of(session, sitting.id)

    make_multiple(session)

    assert paper_of(session, sitting.id) == before


# ---- tries and resits ----


def test_by_default_there_is_one_try(session: Session, exam: Exam, learner: Actor) -> None:
    submit_sitting(session, start(session, exam, learner), actor=learner, now=MONDAY)

    with pytest.raises(Conflict, match="次数"):
        start(session, exam, learner)


def test_a_second_try_is_a_resit_and_there_is_none_after_passing(
    session: Session, cast: Cast, learner: Actor
) -> None:
    exam = make_exam(session, cast, tries=3)
    submit_sitting(session, start(session, exam, learner), actor=learner, now=MONDAY)

    resit = start(session, exam, learner)
    answer_all(session, resit, learner)
    submit_sitting(session, resit, actor=learner, now=MONDAY)

    assert resit.try_number == 2
    assert resit.is_passed
    with pytest.raises(Conflict, match="合格"):
        start(session, exam, learner)


def test_starting_again_after_the_time_closes_the_old_sitting_first(
    session: Session, cast: Cast, learner: Actor
) -> None:
    exam = make_exam(session, cast, tries=2)
    first = start(session, exam, learner)

    second = start(session, exam, learner, now=DEADLINE + timedelta(minutes=1))

    assert (first.state, first.submitted_at) == (SittingState.EXPIRED, DEADLINE)
    assert second.try_number == 2


# ---- answers ----


def test_an_answer_is_stored_with_a_receipt_that_anyone_can_compute_again(
    session: Session, exam: Exam, learner: Actor
) -> None:
    sitting = start(session, exam, learner)

    receipt = answer(session, sitting, SINGLE, [2], learner, now=MONDAY + timedelta(minutes=1))

    row = session.scalars(select(Answer)).one()
    paper, link = links_of(session, sitting.id)
    again = link_hash(paper.hash, number=2, kind=ANSWER, content=link.content, at=row.received_at)
    assert (link.content["slot"], link.content["response"]) == (SINGLE, [2])
    assert receipt.outcome is AnswerOutcome.SAVED
    assert receipt.code == receipt_code(again)
    assert again == row.receipt_hash
    assert receipt.seconds_left == 59 * 60


def test_the_same_choice_sent_twice_is_stored_once_with_the_same_receipt(
    session: Session, exam: Exam, learner: Actor
) -> None:
    sitting = start(session, exam, learner)
    first = answer(session, sitting, SINGLE, [2], learner, key="one-choice")

    again = answer(
        session, sitting, SINGLE, [2], learner, key="one-choice", now=DEADLINE + timedelta(hours=1)
    )

    assert again.outcome is AnswerOutcome.REPEATED
    assert (again.code, again.received_at) == (first.code, first.received_at)
    assert stored_answers(session) == 1


def test_the_last_answer_of_a_question_counts_and_a_cleared_one_is_open(
    session: Session, exam: Exam, learner: Actor
) -> None:
    sitting = start(session, exam, learner)
    answer(session, sitting, SINGLE, [1], learner)
    answer(session, sitting, SINGLE, [2], learner)
    answer(session, sitting, MULTIPLE, [1, 3], learner)
    answer(session, sitting, MULTIPLE, [], learner)

    last = last_answers(session, sitting.id)

    assert last[SINGLE].response == [2]
    assert last[MULTIPLE].response is None
    assert stored_answers(session) == 4


def test_answers_are_in_time_to_the_microsecond_of_deadline_and_grace(
    session: Session, exam: Exam, learner: Actor
) -> None:
    sitting = start(session, exam, learner)

    outcomes = [
        answer(session, sitting, SINGLE, [2], learner, now=moment).outcome
        for moment in (DEADLINE, DEADLINE + MICROSECOND, LAST_MOMENT, LAST_MOMENT + MICROSECOND)
    ]

    assert outcomes == [AnswerOutcome.SAVED] * 3 + [AnswerOutcome.TOO_LATE]
    received = list(session.scalars(select(Answer.received_at).order_by(Answer.id)))
    assert received == [DEADLINE, DEADLINE + MICROSECOND, LAST_MOMENT]


def test_answer_after_deadline_is_refused_and_recorded_and_closes_the_sitting(
    session: Session, exam: Exam, learner: Actor
) -> None:
    sitting = start(session, exam, learner)

    receipt = answer(session, sitting, SINGLE, [2], learner, now=LAST_MOMENT + MICROSECOND)

    assert (receipt.outcome, receipt.code) == (AnswerOutcome.TOO_LATE, None)
    assert (sitting.state, sitting.submitted_at) == (SittingState.EXPIRED, DEADLINE)
    assert stored_answers(session) == 0
    assert actions(session) == [
        "exam.sitting.started",
        "exam.answer.refused",
        "exam.sitting.expired",
    ]


def test_an_answer_after_handing_in_is_refused(
    session: Session, exam: Exam, learner: Actor
) -> None:
    sitting = start(session, exam, learner)
    submit_sitting(session, sitting, actor=learner, now=MONDAY)

    assert answer(session, sitting, SINGLE, [2], learner).outcome is AnswerOutcome.CLOSED
    assert stored_answers(session) == 0


def test_nobody_answers_for_another_person_whatever_the_role(
    session: Session, cast: Cast, exam: Exam, learner: Actor
) -> None:
    sitting = start(session, exam, learner)

    for who in ("team_leader", "examiner", "administrator"):
        with pytest.raises(NotFound):
            answer(session, sitting, SINGLE, [2], cast.actor(who))
        with pytest.raises(NotFound):
            sitting_for(session, cast.actor(who), sitting.id)


def test_a_slot_that_the_paper_does_not_have_is_not_found(
    session: Session, exam: Exam, learner: Actor
) -> None:
    sitting = start(session, exam, learner)

    with pytest.raises(NotFound):
        answer(session, sitting, 5, [2], learner)


@pytest.mark.parametrize(
    ("slot", "response"),
    [
        (SINGLE, [1, 2]),
        (SINGLE, [9]),
        (SINGLE, "2"),
        (SINGLE, [True]),
        (MULTIPLE, [1, "3"]),
        (MULTIPLE, {"1": 1}),
        (VERDICT, "true"),
        (VERDICT, 1),
        (BLANKS, ["5", "倒置", "多一个"]),
        (BLANKS, ["x" * 201]),
        (BLANKS, [5]),
    ],
)
def test_a_reply_that_does_not_fit_the_question_is_refused(
    session: Session, exam: Exam, learner: Actor, slot: int, response: object
) -> None:
    sitting = start(session, exam, learner)

    with pytest.raises(Conflict):
        answer(session, sitting, slot, response, learner)


@pytest.mark.parametrize("key", ["short", "with blank in it", "x" * 41, ""])
def test_a_client_key_has_its_form(session: Session, exam: Exam, learner: Actor, key: str) -> None:
    sitting = start(session, exam, learner)

    with pytest.raises(Conflict):
        record_answer(session, sitting.id, JournalEntry(1, [2], key), actor=learner, now=MONDAY)


def test_a_form_stores_only_what_changed(session: Session, exam: Exam, learner: Actor) -> None:
    sitting = start(session, exam, learner)
    answer(session, sitting, SINGLE, [2], learner)
    form = {SINGLE: [2], MULTIPLE: [1], VERDICT: None, BLANKS: None}

    counts = [
        save_form(
            session,
            sitting,
            form,
            seen_id=0,
            actor=learner,
            now=MONDAY + timedelta(minutes=minute),
        )
        for minute in (1, 2)
    ]

    assert counts == [1, 0]
    assert last_answers(session, sitting.id)[MULTIPLE].response == [1]


def test_a_form_that_comes_after_the_grace_stores_nothing(
    session: Session, exam: Exam, learner: Actor
) -> None:
    sitting = start(session, exam, learner)

    counts = [
        save_form(session, sitting, {SINGLE: [option]}, seen_id=0, actor=learner, now=moment)
        for option, moment in ((2, LAST_MOMENT), (1, LAST_MOMENT + MICROSECOND))
    ]

    assert counts == [1, 0]


def test_an_old_page_left_open_elsewhere_overwrites_nothing(
    session: Session, exam: Exam, learner: Actor
) -> None:
    sitting = start(session, exam, learner)
    answer(session, sitting, SINGLE, [1], learner)
    seen = last_answers(session, sitting.id)[SINGLE].id
    answer(session, sitting, SINGLE, [2], learner)
    old_page = {SINGLE: [1], MULTIPLE: [3], VERDICT: None, BLANKS: None}

    save_form(session, sitting, old_page, seen_id=seen, actor=learner, now=MONDAY)

    last = last_answers(session, sitting.id)
    assert (last[SINGLE].response, last[MULTIPLE].response) == ([2], [3])


# ---- handing in ----


def test_a_perfect_paper_earns_everything_and_passes(
    session: Session, exam: Exam, learner: Actor
) -> None:
    sitting = start(session, exam, learner)
    answer_all(session, sitting, learner)

    outcome = submit_sitting(session, sitting, actor=learner, now=MONDAY + timedelta(minutes=9))

    assert outcome is SubmitOutcome.SUBMITTED
    assert (sitting.score_tenths, sitting.is_passed) == (400, True)
    assert sitting.submitted_at == MONDAY + timedelta(minutes=9)
    assert [slot.score_tenths for slot in paper_of(session, sitting.id)] == [100] * 4


def test_part_marks_add_up_and_a_mark_below_the_pass_mark_fails(
    session: Session, exam: Exam, learner: Actor
) -> None:
    sitting = start(session, exam, learner)
    answer(session, sitting, MULTIPLE, [1], learner)
    answer(session, sitting, BLANKS, ["5", ""], learner)

    submit_sitting(session, sitting, actor=learner, now=MONDAY)

    assert [slot.score_tenths for slot in paper_of(session, sitting.id)] == [0, 50, 0, 50]
    assert (sitting.score_tenths, sitting.is_passed) == (100, False)


def test_handing_in_twice_changes_nothing(session: Session, exam: Exam, learner: Actor) -> None:
    sitting = start(session, exam, learner)
    submit_sitting(session, sitting, actor=learner, now=MONDAY + timedelta(minutes=1))

    again = submit_sitting(session, sitting, actor=learner, now=MONDAY + timedelta(minutes=2))

    assert again is SubmitOutcome.ALREADY_CLOSED
    assert sitting.submitted_at == MONDAY + timedelta(minutes=1)
    assert actions(session).count("exam.sitting.submitted") == 1


@pytest.mark.parametrize(
    ("moment", "outcome", "state"),
    [
        (DEADLINE, SubmitOutcome.SUBMITTED, SittingState.SUBMITTED),
        (DEADLINE + MICROSECOND, SubmitOutcome.EXPIRED, SittingState.EXPIRED),
    ],
)
def test_handing_in_is_in_time_at_the_deadline_and_not_a_microsecond_later(
    session: Session,
    exam: Exam,
    learner: Actor,
    moment: object,
    outcome: SubmitOutcome,
    state: SittingState,
) -> None:
    sitting = start(session, exam, learner)

    found = submit_sitting(session, sitting, actor=learner, now=moment)  # type: ignore[arg-type]

    assert (found, sitting.state, sitting.submitted_at) == (outcome, state, DEADLINE)


def test_the_mark_is_announced_once_with_its_verdict(
    session: Session, exam: Exam, learner: Actor
) -> None:
    heard: list[SittingMarked] = []
    session.info["bus"].subscribe(SittingMarked, lambda _session, event: heard.append(event))
    sitting = start(session, exam, learner)

    submit_sitting(session, sitting, actor=learner, now=MONDAY)
    submit_sitting(session, sitting, actor=learner, now=MONDAY)
    close_overdue_sittings(session, actor=SWEEPER, now=MONDAY + timedelta(days=1))

    assert learner.user_id is not None
    assert heard == [
        SittingMarked(learner, MONDAY, sitting.id, exam.id, learner.user_id, is_passed=False)
    ]


# ---- extra time ----


def test_extra_minutes_move_the_deadline_and_are_recorded(
    session: Session, cast: Cast, exam: Exam, learner: Actor
) -> None:
    sitting = start(session, exam, learner)

    extend_sitting(
        session, sitting, minutes=10, reason="停电", actor=cast.actor("examiner"), now=MONDAY
    )

    assert sitting.deadline == DEADLINE + timedelta(minutes=10)
    late = DEADLINE + timedelta(minutes=9)
    assert answer(session, sitting, SINGLE, [2], learner, now=late).outcome is AnswerOutcome.SAVED
    assert actions(session)[-1] == "exam.sitting.extended"


def test_a_sitting_whose_time_is_over_is_not_extended(
    session: Session, cast: Cast, exam: Exam, learner: Actor
) -> None:
    sitting = start(session, exam, learner)

    with pytest.raises(Conflict):
        extend_sitting(
            session,
            sitting,
            minutes=10,
            reason="晚了",
            actor=cast.actor("examiner"),
            now=DEADLINE + MICROSECOND,
        )


# ---- the sweep ----


def test_the_sweep_leaves_a_sitting_alone_as_long_as_an_answer_may_arrive(
    session: Session, exam: Exam, learner: Actor
) -> None:
    sitting = start(session, exam, learner)

    assert close_overdue_sittings(session, actor=SWEEPER, now=LAST_MOMENT).closed == ()
    report = close_overdue_sittings(session, actor=SWEEPER, now=LAST_MOMENT + MICROSECOND)

    assert report == SweepReport((sitting.id,), ())


def test_the_sweep_marks_as_of_the_deadline_and_a_second_one_does_nothing(
    session: Session, exam: Exam, learner: Actor
) -> None:
    sitting = start(session, exam, learner)
    answer_all(session, sitting, learner)

    close_overdue_sittings(session, actor=SWEEPER, now=DEADLINE + timedelta(days=2))
    again = close_overdue_sittings(session, actor=SWEEPER, now=DEADLINE + timedelta(days=3))

    assert (sitting.state, sitting.submitted_at) == (SittingState.EXPIRED, DEADLINE)
    assert (sitting.score_tenths, sitting.is_passed) == (400, True)
    assert again == SweepReport((), ())


def test_one_bad_sitting_does_not_stop_the_sweep(
    session: Session, cast: Cast, exam: Exam, learner: Actor
) -> None:
    bad = start(session, exam, learner)
    good = start(session, exam, cast.actor("team_leader"))
    slot = session.scalars(
        select(SittingQuestion).where(
            SittingQuestion.sitting_id == bad.id, SittingQuestion.slot == VERDICT
        )
    ).one()
    answer(session, bad, SINGLE, [2], learner)
    # A reply of a wrong kind, as only damage to the database could make it.
    session.add(
        Answer(
            sitting_id=bad.id,
            slot=slot.slot,
            response=["5"],
            client_key="damaged-row",
            received_at=MONDAY,
            receipt_hash="0" * 64,
        )
    )
    blank = session.scalars(
        select(SittingQuestion).where(
            SittingQuestion.sitting_id == bad.id, SittingQuestion.slot == SINGLE
        )
    ).one()
    session.add(
        Answer(
            sitting_id=bad.id,
            slot=blank.slot,
            response=7,
            client_key="damaged-row-2",
            received_at=MONDAY,
            receipt_hash="0" * 64,
        )
    )
    session.flush()

    report = close_overdue_sittings(session, actor=SWEEPER, now=DEADLINE + timedelta(days=1))

    assert report == SweepReport((good.id,), (bad.id,))
    assert (bad.state, good.state) == (SittingState.OPEN, SittingState.EXPIRED)


def test_the_sweep_takes_a_few_at_a_time_and_goes_on_after_the_last(
    session: Session, cast: Cast, exam: Exam
) -> None:
    ids = [
        start(session, exam, cast.actor(who)).id for who in ("learner", "team_leader", "trainer")
    ]
    now = DEADLINE + timedelta(days=1)

    first = close_overdue_sittings(session, actor=SWEEPER, now=now, limit=2)
    second = close_overdue_sittings(session, actor=SWEEPER, now=now, limit=2, after_id=ids[1])

    assert (first.closed, second.closed) == (tuple(ids[:2]), (ids[2],))


def test_somebody_sits_an_exam_until_the_grace_of_the_last_is_over(
    session: Session, exam: Exam, learner: Actor
) -> None:
    start(session, exam, learner)

    assert is_someone_sitting(session, exam.id, now=LAST_MOMENT)
    assert not is_someone_sitting(session, exam.id, now=LAST_MOMENT + MICROSECOND)


def test_an_exams_rule_counts_where_the_question_has_none(
    session: Session, cast: Cast, learner: Actor
) -> None:
    versions: list[QuestionVersion] = [make_multiple(session, rule=None)]
    exam = make_exam(
        session, cast, versions, scoring_rule="fixed_if_partial", scoring_value_tenths=30
    )
    sitting = start(session, exam, learner)
    answer(session, sitting, 1, [3], learner)

    submit_sitting(session, sitting, actor=learner, now=MONDAY)

    assert sitting.score_tenths == 30
