"""What an exam finds faulty waits in the bank until a person has looked at it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from exams.corrections import ChangeKind
from exams.models import AppealOutcome, Exam, Sitting
from exams.operations.appeals import decide_appeals, file_appeal
from exams.operations.publication import withdraw_question
from exams.queries.bank import bank_questions
from question_bank.models import FlawCause, Question, QuestionState, QuestionVersion, ReviewTask
from question_bank.reviews import ask_about_flaw, confirm_question, settle_edited
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam, make_multiple, make_single, make_verdict
from tests.exams.regrading import LATER, REASON, key, regrade_by, sit

BROWSER = Callable[[str], FlaskClient]


@pytest.fixture
def bank(session: Session, cast: Cast) -> list[QuestionVersion]:
    return [make_single(session), make_multiple(session, rule=None), make_verdict(session)]


@pytest.fixture
def exam(session: Session, cast: Cast, bank: list[QuestionVersion]) -> Exam:
    """Two of three questions, seen at once by whoever hands in."""
    return make_exam(session, cast, bank, count=2, pass_mark_tenths=100)


@pytest.fixture
def whole(session: Session, cast: Cast, bank: list[QuestionVersion]) -> Exam:
    """All three questions."""
    return make_exam(session, cast, bank, pass_mark_tenths=100)


@pytest.fixture
def sitting(session: Session, cast: Cast, whole: Exam, bank: list[QuestionVersion]) -> Sitting:
    return sit(session, cast, whole, "learner", {bank[0].id: [1]})


def withdraw(session: Session, cast: Cast, exam: Exam, version: QuestionVersion) -> None:
    withdraw_question(
        session, exam, version.id, reason="题干有误", actor=cast.actor("examiner"), now=MONDAY
    )


def question_of(session: Session, version: QuestionVersion) -> Question:
    return session.get_one(Question, version.question_id)


def tasks(session: Session) -> list[ReviewTask]:
    return list(session.scalars(select(ReviewTask).order_by(ReviewTask.id)))


def drawable(session: Session) -> set[int]:
    session.expire_all()
    return {one.version_id for one in bank_questions(session)}


def test_a_withdrawn_question_waits_with_reason_exam_and_finder(
    session: Session, cast: Cast, exam: Exam, bank: list[QuestionVersion]
) -> None:
    withdraw(session, cast, exam, bank[0])

    [task] = tasks(session)
    assert (task.cause, task.reason, task.exam_id, task.before_version_id) == (
        FlawCause.WITHDRAWN,
        "题干有误",
        exam.id,
        bank[0].id,
    )
    assert (task.asked_by_id, task.asked_at) == (cast.user("examiner").id, MONDAY)
    assert question_of(session, bank[0]).review_since == MONDAY
    assert drawable(session) == {bank[1].id, bank[2].id}


def test_asking_for_a_review_is_in_the_audit_log(
    session: Session, cast: Cast, exam: Exam, bank: list[QuestionVersion]
) -> None:
    withdraw(session, cast, exam, bank[0])

    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "question.review.asked")
    ).one()
    assert entry.subject_id == question_of(session, bank[0]).public_id
    assert (entry.after or {})["exam_id"] == exam.id
    assert entry.reason == "题干有误"


@pytest.mark.parametrize(
    ("kind", "value", "cause"),
    [
        (ChangeKind.VOID, None, FlawCause.VOID),
        (ChangeKind.FULL_MARKS, None, FlawCause.FULL_MARKS),
        (ChangeKind.KEY, key([1]), FlawCause.KEY),
    ],
)
def test_a_regrade_that_finds_a_question_wrong_sends_it_to_review(
    session: Session,
    cast: Cast,
    whole: Exam,
    sitting: Sitting,
    bank: list[QuestionVersion],
    kind: ChangeKind,
    value: Any,
    cause: FlawCause,
) -> None:
    regrade_by(session, cast, whole, bank[0], kind, value)

    [task] = tasks(session)
    assert (task.cause, task.reason, task.exam_id) == (cause, REASON, whole.id)
    assert bank[0].id not in drawable(session)


@pytest.mark.parametrize(
    ("kind", "value"), [(ChangeKind.POINTS, 50), (ChangeKind.POLICY, ["half_if_partial", None])]
)
def test_other_points_or_another_rule_say_nothing_against_the_question(
    session: Session,
    cast: Cast,
    whole: Exam,
    sitting: Sitting,
    bank: list[QuestionVersion],
    kind: ChangeKind,
    value: Any,
) -> None:
    regrade_by(session, cast, whole, bank[1], kind, value)

    assert tasks(session) == []


@pytest.mark.parametrize(
    ("outcome", "slot", "causes"),
    [
        (AppealOutcome.GRANTED, 1, [FlawCause.APPEAL]),
        (AppealOutcome.REJECTED, 1, []),
        (AppealOutcome.GRANTED, 0, []),
    ],
)
def test_only_a_granted_appeal_on_a_question_sends_it_to_review(
    session: Session,
    cast: Cast,
    whole: Exam,
    sitting: Sitting,
    outcome: AppealOutcome,
    slot: int,
    causes: list[FlawCause],
) -> None:
    appeal = file_appeal(
        session, sitting.id, slot=slot, text="不对", actor=cast.actor("learner"), now=LATER
    )

    decide_appeals(
        session,
        whole,
        [appeal.id],
        outcome,
        answer="规程改了",
        actor=cast.actor("examiner"),
        now=LATER,
    )

    assert [task.cause for task in tasks(session)] == causes


def test_what_was_found_stays_until_a_person_confirms_it(
    session: Session, cast: Cast, exam: Exam, bank: list[QuestionVersion]
) -> None:
    withdraw(session, cast, exam, bank[0])

    confirm_question(session, question_of(session, bank[0]), actor=cast.actor("trainer"), now=LATER)

    assert [task.outcome for task in tasks(session)] == ["confirmed"]
    assert bank[0].id in drawable(session)


def test_an_edit_settles_what_an_exam_found(
    session: Session, cast: Cast, exam: Exam, bank: list[QuestionVersion]
) -> None:
    withdraw(session, cast, exam, bank[0])
    found = question_of(session, bank[0])

    settle_edited(session, [found], actor=cast.actor("trainer"), now=LATER)

    assert [task.outcome for task in tasks(session)] == ["edited"]
    assert found.review_since is None


def test_the_same_said_twice_is_one_thing_to_look_at(
    session: Session, cast: Cast, exam: Exam, bank: list[QuestionVersion]
) -> None:
    for reason in ("题干有误", "题干有误", "答案也错"):
        ask_about_flaw(
            session,
            [bank[0].id],
            FlawCause.VOID,
            exam_id=exam.id,
            reason=reason,
            actor=cast.actor("examiner"),
            now=MONDAY + timedelta(hours=1),
        )

    assert [task.reason for task in tasks(session)] == ["题干有误", "答案也错"]


def test_a_retired_question_is_not_asked_about(
    session: Session, cast: Cast, exam: Exam, bank: list[QuestionVersion]
) -> None:
    question_of(session, bank[0]).state = QuestionState.RETIRED

    withdraw(session, cast, exam, bank[0])

    assert tasks(session) == []


def test_the_review_page_names_cause_reason_finder_and_leads_to_the_exam(
    session: Session,
    cast: Cast,
    exam: Exam,
    bank: list[QuestionVersion],
    client_for: BROWSER,
) -> None:
    withdraw(session, cast, exam, bank[0])
    session.commit()
    public_id = question_of(session, bank[0]).public_id

    for address in ("/questions/reviews", f"/questions/{public_id}"):
        page = client_for("examiner").get(address).get_data(as_text=True)
        assert "从考试里撤掉了" in page
        assert "题干有误" in page
        assert cast.user("examiner").name in page
        assert f'href="/exams/{exam.id}">{exam.title}</a>' in page
        assert "对照现行条款看一遍" not in page


def test_a_trainer_reads_the_exam_s_title_without_a_way_in(
    session: Session,
    cast: Cast,
    exam: Exam,
    bank: list[QuestionVersion],
    client_for: BROWSER,
) -> None:
    withdraw(session, cast, exam, bank[0])
    session.commit()

    page = client_for("trainer").get("/questions/reviews").get_data(as_text=True)

    assert exam.title in page
    assert f'href="/exams/{exam.id}"' not in page


def test_ticking_it_on_the_review_page_gives_it_back_to_new_pools(
    session: Session,
    cast: Cast,
    exam: Exam,
    bank: list[QuestionVersion],
    client_for: BROWSER,
) -> None:
    withdraw(session, cast, exam, bank[0])
    session.commit()
    browser = client_for("trainer")
    page = browser.get("/questions/reviews").get_data(as_text=True)
    seen = page.split('name="seen" value="')[1].split('"')[0]

    browser.post("/questions/reviews", data={"seen": [seen]})

    assert bank[0].id in drawable(session)
