"""Publication stores the pool and freezes; afterwards only what stays fair may change."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.errors import Conflict, Forbidden, NotFound
from exams.blueprint import RowSpec
from exams.models import BlueprintRow, Exam, ExamState, PoolEntry, Sitting
from exams.operations.exemptions import grant_exemption, remove_exemption
from exams.operations.publication import (
    add_audience,
    add_minutes,
    extend_window,
    withdraw_exam,
    withdraw_question,
)
from exams.operations.sitting import start_sitting
from exams.queries.audience import AudienceChoice, is_required, required_people, window_days
from exams.queries.exams import pool_counts
from exams.queries.publication import PersonsNeeded, persons_needed, publication_findings
from question_bank.keys import QuestionType
from question_bank.models import Question, QuestionState, QuestionVersion
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_case, make_multiple, make_single, make_written
from tests.exams.setup.making import DEFINITION, SHANGHAI, SINGLES, make_draft, publish

OPEN = DEFINITION.opens_at + timedelta(hours=1)


@pytest.fixture
def bank(session: Session) -> list[QuestionVersion]:
    """Three single choices and a multiple one."""
    return [*(make_single(session, number) for number in range(3)), make_multiple(session)]


@pytest.fixture
def exam(session: Session, cast: Cast, bank: list[QuestionVersion]) -> Exam:
    """Published: two of three single choices for 冲压车间."""
    made = make_draft(session, cast)
    publish(session, cast, made)
    return made


def pool_of(session: Session, exam: Exam) -> list[int]:
    found = select(PoolEntry.question_version_id).join(BlueprintRow)
    return list(session.scalars(found.where(BlueprintRow.exam_id == exam.id)))


def start(session: Session, cast: Cast, exam: Exam, *, now: datetime = OPEN) -> Sitting:
    return start_sitting(session, exam, actor=cast.actor("learner"), now=now, seed=1, zone=SHANGHAI)


def hindrances(session: Session, exam: Exam, now: datetime = MONDAY) -> list[str]:
    days = window_days(exam, SHANGHAI)
    return [finding.field for finding in publication_findings(session, exam, days=days, now=now)]


def test_publication_stores_what_each_row_may_draw(
    session: Session, exam: Exam, bank: list[QuestionVersion]
) -> None:
    assert exam.state is ExamState.PUBLISHED
    assert exam.published_at == MONDAY
    assert pool_of(session, exam) == [version.id for version in bank[:3]]


def test_only_active_questions_with_their_current_version_come_into_the_pool(
    session: Session, cast: Cast, bank: list[QuestionVersion]
) -> None:
    retired = session.get_one(Question, bank[0].question_id)
    retired.state = QuestionState.RETIRED
    renewed = session.get_one(Question, bank[1].question_id)
    newer = make_single(session, 9)
    session.get_one(Question, newer.question_id).state = QuestionState.DRAFT
    renewed.current_version_id = newer.id
    exam = make_draft(session, cast)

    publish(session, cast, exam)

    assert sorted(pool_of(session, exam)) == sorted([newer.id, bank[2].id])


def test_a_later_change_of_the_bank_leaves_the_pool_alone(
    session: Session, exam: Exam, bank: list[QuestionVersion]
) -> None:
    before = pool_of(session, exam)
    session.get_one(Question, bank[0].question_id).state = QuestionState.RETIRED
    session.flush()

    assert pool_of(session, exam) == before


@pytest.mark.parametrize(
    ("rows", "teams", "fields"),
    [
        ((), ("press",), ["rows"]),
        ((replace(SINGLES, count=4),), ("press",), ["rows"]),
        ((replace(SINGLES, type=None, count=3), SINGLES), ("press",), ["rows"]),
        ((SINGLES,), (), ["audience"]),
        ((SINGLES,), ("weld_two",), ["audience"]),
        ((replace(SINGLES, count=1),), ("press",), ["pass_mark"]),
    ],
)
def test_each_hindrance_is_told_and_publication_refused(
    session: Session,
    cast: Cast,
    bank: list[QuestionVersion],
    rows: tuple[object, ...],
    teams: tuple[str, ...],
    fields: list[str],
) -> None:
    exam = make_draft(session, cast, rows=rows, teams=teams)  # type: ignore[arg-type]

    assert hindrances(session, exam) == fields
    with pytest.raises(Conflict):
        publish(session, cast, exam)
    assert exam.state is ExamState.DRAFT


def test_a_window_in_the_past_is_refused_but_one_that_runs_is_not(
    session: Session, cast: Cast, bank: list[QuestionVersion]
) -> None:
    exam = make_draft(session, cast)

    assert hindrances(session, exam, now=DEFINITION.closes_at) == ["closes_at"]
    assert hindrances(session, exam, now=OPEN) == []


def test_a_latest_entry_in_the_past_is_refused(
    session: Session, cast: Cast, bank: list[QuestionVersion]
) -> None:
    exam = make_draft(session, cast, entry_until=OPEN)

    assert hindrances(session, exam, OPEN - timedelta(microseconds=1)) == []
    assert hindrances(session, exam, OPEN) == ["entry_until"]


def test_an_exam_is_published_once(session: Session, cast: Cast, exam: Exam) -> None:
    with pytest.raises(Conflict):
        publish(session, cast, exam)

    assert len(pool_of(session, exam)) == 3


def test_an_exam_can_be_withdrawn_until_somebody_has_begun(
    session: Session, cast: Cast, exam: Exam
) -> None:
    examiner = cast.actor("examiner")
    withdraw_exam(session, exam, reason="发错了", actor=examiner, now=MONDAY)

    assert exam.state is ExamState.WITHDRAWN
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "exam.withdrawn")).one()
    assert entry.reason == "发错了"
    with pytest.raises(Conflict):
        withdraw_exam(session, exam, reason="再来", actor=examiner, now=MONDAY)


def test_an_exam_that_somebody_has_begun_stays(session: Session, cast: Cast, exam: Exam) -> None:
    start(session, cast, exam)

    with pytest.raises(Conflict):
        withdraw_exam(session, exam, reason="发错了", actor=cast.actor("examiner"), now=OPEN)
    assert exam.state is ExamState.PUBLISHED


def test_the_window_can_only_close_later(session: Session, cast: Cast, exam: Exam) -> None:
    examiner, later = cast.actor("examiner"), exam.closes_at + timedelta(hours=2)
    extend_window(session, exam, closes_at=later, reason="停电", actor=examiner, now=OPEN)

    assert exam.closes_at == later
    for closes_at in (later, later - timedelta(minutes=1), exam.opens_at + timedelta(days=367)):
        with pytest.raises(Conflict):
            extend_window(session, exam, closes_at=closes_at, reason="x", actor=examiner, now=OPEN)


def test_a_closed_window_is_not_opened_again(session: Session, cast: Cast, exam: Exam) -> None:
    after = exam.closes_at + timedelta(microseconds=1)

    with pytest.raises(Conflict):
        extend_window(
            session,
            exam,
            closes_at=after + timedelta(days=1),
            reason="停电",
            actor=cast.actor("examiner"),
            now=after,
        )


def test_a_sitting_that_the_old_close_would_cut_short_gains_time(
    session: Session, cast: Cast, exam: Exam
) -> None:
    late_start = exam.closes_at - timedelta(minutes=10)
    sitting = start(session, cast, exam, now=late_start)
    assert sitting.deadline == exam.closes_at

    extend_window(
        session,
        exam,
        closes_at=exam.closes_at + timedelta(minutes=30),
        reason="停电",
        actor=cast.actor("examiner"),
        now=late_start,
    )

    assert sitting.deadline == late_start + timedelta(minutes=40)
    moved = select(AuditEntry).where(AuditEntry.action == "exam.sitting.deadline_moved")
    assert session.scalars(moved).one().on_user_id == cast.user("learner").id


def test_a_sitting_with_all_its_minutes_keeps_its_deadline(
    session: Session, cast: Cast, exam: Exam
) -> None:
    sitting = start(session, cast, exam)
    deadline = sitting.deadline

    extend_window(
        session,
        exam,
        closes_at=exam.closes_at + timedelta(days=1),
        reason="停电",
        actor=cast.actor("examiner"),
        now=OPEN,
    )

    assert sitting.deadline == deadline


def test_minutes_are_only_added_and_only_before_anybody_has_begun(
    session: Session, cast: Cast, exam: Exam
) -> None:
    examiner = cast.actor("examiner")
    add_minutes(session, exam, minutes=90, reason="题长", actor=examiner, now=OPEN)
    assert exam.minutes == 90

    for minutes in (90, 60, 481):
        with pytest.raises(Conflict):
            add_minutes(session, exam, minutes=minutes, reason="题长", actor=examiner, now=OPEN)
    start(session, cast, exam)
    with pytest.raises(Conflict):
        add_minutes(session, exam, minutes=120, reason="题长", actor=examiner, now=OPEN)


def test_the_audience_can_grow_with_a_reason(session: Session, cast: Cast, exam: Exam) -> None:
    row = AudienceChoice(cast.team("weld_one").id, None)
    examiner = cast.actor("examiner")
    add_audience(session, exam, [row], reason="漏了", actor=examiner, now=OPEN)

    leader = cast.user("other_leader").id
    assert leader in required_people(session, exam, days=window_days(exam, SHANGHAI))
    with pytest.raises(Conflict):
        add_audience(session, exam, [row], reason="漏了", actor=examiner, now=OPEN)
    with pytest.raises(Forbidden):
        add_audience(session, exam, [row], reason="x", actor=cast.actor("learner"), now=OPEN)


def test_a_withdrawn_question_is_drawn_no_more(
    session: Session, cast: Cast, exam: Exam, bank: list[QuestionVersion]
) -> None:
    examiner = cast.actor("examiner")
    withdraw_question(session, exam, bank[0].id, reason="答案有错", actor=examiner, now=OPEN)

    [counts] = pool_counts(session, exam.id).values()
    assert (counts.available, counts.withdrawn) == (2, 1)
    entry = session.scalars(select(PoolEntry).where(PoolEntry.withdrawn_at.is_not(None))).one()
    assert (entry.question_version_id, entry.withdrawn_reason) == (bank[0].id, "答案有错")
    with pytest.raises(NotFound):
        withdraw_question(session, exam, bank[0].id, reason="再来", actor=examiner, now=OPEN)


def test_the_last_questions_of_a_row_cannot_be_withdrawn(
    session: Session, cast: Cast, exam: Exam, bank: list[QuestionVersion]
) -> None:
    examiner = cast.actor("examiner")
    withdraw_question(session, exam, bank[0].id, reason="答案有错", actor=examiner, now=OPEN)

    with pytest.raises(Conflict, match="第 1 行要 2 题"):
        withdraw_question(session, exam, bank[1].id, reason="答案有错", actor=examiner, now=OPEN)


def test_a_question_outside_the_pool_cannot_be_withdrawn(
    session: Session, cast: Cast, exam: Exam, bank: list[QuestionVersion]
) -> None:
    with pytest.raises(NotFound):
        withdraw_question(
            session, exam, bank[3].id, reason="x", actor=cast.actor("examiner"), now=OPEN
        )


def test_an_exemption_takes_a_person_out_and_its_removal_back_in(
    session: Session, cast: Cast, exam: Exam
) -> None:
    learner, examiner = cast.user("learner").id, cast.actor("examiner")
    days = window_days(exam, SHANGHAI)

    grant_exemption(session, exam, learner, reason="产假", days=days, actor=examiner, now=MONDAY)
    assert not is_required(session, exam, learner, days=days)
    remove_exemption(session, exam, learner, reason="回来了", actor=examiner, now=MONDAY)
    assert is_required(session, exam, learner, days=days)

    about = select(AuditEntry).where(AuditEntry.on_user_id == learner).order_by(AuditEntry.id)
    assert [(entry.action, entry.reason) for entry in session.scalars(about)] == [
        ("exam.exemption.granted", "产假"),
        ("exam.exemption.removed", "回来了"),
    ]


def test_only_people_of_the_audience_are_exempted_and_only_once(
    session: Session, cast: Cast, exam: Exam
) -> None:
    examiner, days = cast.actor("examiner"), window_days(exam, SHANGHAI)
    learner, stranger = cast.user("learner").id, cast.user("other_leader").id
    grant_exemption(session, exam, learner, reason="产假", days=days, actor=examiner, now=MONDAY)

    with pytest.raises(Conflict):
        grant_exemption(session, exam, learner, reason="x", days=days, actor=examiner, now=MONDAY)
    with pytest.raises(NotFound):
        grant_exemption(session, exam, stranger, reason="x", days=days, actor=examiner, now=MONDAY)


def test_who_has_begun_cannot_be_exempted_away(session: Session, cast: Cast, exam: Exam) -> None:
    start(session, cast, exam)

    with pytest.raises(Conflict):
        grant_exemption(
            session,
            exam,
            cast.user("learner").id,
            reason="没考好",
            days=window_days(exam, SHANGHAI),
            actor=cast.actor("examiner"),
            now=OPEN,
        )


def test_rows_that_could_draw_a_written_answer_say_whom_they_need(
    session: Session, cast: Cast
) -> None:
    rows = (
        RowSpec(None, None, QuestionType.SINGLE_CHOICE, 1, 5, 1, 60),
        RowSpec(None, None, None, 1, 5, 1, 60),
    )
    make_single(session)
    draft = make_draft(session, cast, rows=rows[:1], pass_mark_tenths=40)
    written = make_written(session)
    assert persons_needed(session, draft) is None

    draft = make_draft(session, cast, rows=rows, pass_mark_tenths=40)
    assert persons_needed(session, draft) == PersonsNeeded((2,), 1, 0, 0)
    assert hindrances(session, draft) == []
    publish(session, cast, draft)
    assert written.id in pool_of(session, draft)


def test_a_case_needs_a_person_only_where_a_part_is_written(session: Session, cast: Cast) -> None:
    rows = (RowSpec(None, None, QuestionType.CASE_ANALYSIS, 1, 5, 1, 60),)
    make_case(session)
    draft = make_draft(session, cast, rows=rows, pass_mark_tenths=40)
    assert persons_needed(session, draft) is None

    make_case(session, is_written=True)
    assert persons_needed(session, draft) == PersonsNeeded((1,), 1, 0, 0)
    publish(session, cast, draft)
    paper = start(session, cast, draft)
    assert paper.full_score_tenths == 60
