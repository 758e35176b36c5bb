"""Exams to come whose questions the bank has retired since, or holds for a review."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from core.errors import Conflict
from exams.models import BlueprintRow, Exam, ExamState
from exams.operations.definition import set_audience
from exams.operations.publication import withdraw_question
from exams.queries.audience import AudienceChoice
from exams.queries.exams import blueprint_of, pool_counts
from exams.queries.publication import pool_lines
from exams.queries.stale import StaleRow, stale_exams, stale_rows
from question_bank.models import Question, QuestionState, QuestionVersion
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_case, make_exam, make_single
from tests.exams.setup.making import SINGLES, make_draft, publish

BROWSER = Callable[[str], FlaskClient]
TOMORROW = MONDAY + timedelta(days=1)


@pytest.fixture
def bank(session: Session, cast: Cast) -> list[QuestionVersion]:
    return [make_single(session, number) for number in range(1, 5)]


@pytest.fixture
def planned(session: Session, cast: Cast, bank: list[QuestionVersion]) -> Exam:
    return make_exam(
        session, cast, bank, count=2, opens_at=TOMORROW, closes_at=TOMORROW + timedelta(hours=2)
    )


def question_of(session: Session, version: QuestionVersion) -> Question:
    return session.get_one(Question, version.question_id)


def retire(session: Session, version: QuestionVersion) -> None:
    question_of(session, version).state = QuestionState.RETIRED
    session.flush()


def hold(session: Session, version: QuestionVersion) -> None:
    question_of(session, version).review_since = MONDAY
    session.flush()


def only_row(session: Session, exam: Exam) -> BlueprintRow:
    [row] = blueprint_of(session, exam.id)
    return row


def waiting(session: Session, cast: Cast, who: str = "examiner") -> list[tuple[int, int]]:
    found = stale_exams(session, cast.actor(who), now=MONDAY)
    return [(one.exam.id, one.questions) for one in found]


def test_a_row_says_how_many_of_its_questions_the_bank_gives_out_no_more(
    session: Session, cast: Cast, planned: Exam, bank: list[QuestionVersion]
) -> None:
    assert stale_rows(session, planned) == {}
    retire(session, bank[0])
    hold(session, bank[1])
    hold(session, bank[2])

    assert stale_rows(session, planned) == {only_row(session, planned).id: StaleRow(1, 2)}
    assert waiting(session, cast) == [(planned.id, 3)]


def test_what_was_withdrawn_is_no_longer_told(
    session: Session, cast: Cast, planned: Exam, bank: list[QuestionVersion]
) -> None:
    retire(session, bank[0])

    withdraw_question(
        session, planned, bank[0].id, reason="停用了", actor=cast.actor("examiner"), now=MONDAY
    )

    assert stale_rows(session, planned) == {}
    assert waiting(session, cast) == []


def test_a_case_waits_with_its_part(session: Session, cast: Cast) -> None:
    case = make_case(session)
    exam = make_exam(
        session, cast, [case], opens_at=TOMORROW, closes_at=TOMORROW + timedelta(hours=2)
    )

    hold(session, session.get_one(QuestionVersion, case.part_version_ids[0]))

    assert stale_rows(session, exam) == {only_row(session, exam).id: StaleRow(in_review=1)}


def test_of_a_draft_only_its_fixed_questions_are_told(
    session: Session, cast: Cast, bank: list[QuestionVersion]
) -> None:
    fixed = replace(SINGLES, count=1, question=question_of(session, bank[0]).public_id)
    draft = make_draft(session, cast, rows=[fixed, replace(SINGLES, count=1)])
    retire(session, bank[0])
    hold(session, bank[1])

    [first, _second] = blueprint_of(session, draft.id)
    assert stale_rows(session, draft) == {first.id: StaleRow(retired=1)}
    assert waiting(session, cast) == [(draft.id, 1)]


@pytest.mark.parametrize("act", [retire, hold])
def test_a_draft_with_such_a_fixed_question_cannot_be_published(
    session: Session,
    cast: Cast,
    bank: list[QuestionVersion],
    act: Callable[[Session, QuestionVersion], None],
) -> None:
    public_id = question_of(session, bank[0]).public_id
    draft = make_draft(
        session,
        cast,
        rows=[replace(SINGLES, count=1, question=public_id), replace(SINGLES, count=1)],
    )
    act(session, bank[0])

    with pytest.raises(Conflict, match=f"第 1 行指定的 {public_id} 现在不能抽"):
        publish(session, cast, draft)


def test_the_pool_of_a_publication_leaves_such_questions_out(
    session: Session, cast: Cast, bank: list[QuestionVersion]
) -> None:
    draft = make_draft(session, cast)
    retire(session, bank[0])
    hold(session, bank[1])

    publish(session, cast, draft)

    [counts] = pool_counts(session, draft.id).values()
    assert counts.available == 2
    assert stale_rows(session, draft) == {}


def test_an_exam_that_is_open_or_not_the_actor_s_is_not_on_the_home_page(
    session: Session, cast: Cast, planned: Exam, bank: list[QuestionVersion]
) -> None:
    retire(session, bank[0])
    assert waiting(session, cast, "trainer") == []

    planned.opens_at = MONDAY
    session.flush()

    assert waiting(session, cast) == []
    assert stale_rows(session, planned) != {}


def test_a_withdrawn_exam_is_told_nowhere(
    session: Session, cast: Cast, planned: Exam, bank: list[QuestionVersion]
) -> None:
    retire(session, bank[0])
    planned.state = ExamState.WITHDRAWN
    session.flush()

    assert waiting(session, cast) == []


def test_the_pool_can_be_narrowed_to_such_questions(
    session: Session, cast: Cast, planned: Exam, bank: list[QuestionVersion]
) -> None:
    retire(session, bank[3])

    lines = pool_lines(session, only_row(session, planned), limit=10, is_stale=True)

    assert [(line.version_id, line.bank_state) for line in lines] == [(bank[3].id, "retired")]


def test_exam_pool_and_home_lead_from_the_notice_to_the_withdrawal(
    session: Session,
    cast: Cast,
    planned: Exam,
    bank: list[QuestionVersion],
    client_for: BROWSER,
) -> None:
    retire(session, bank[0])
    hold(session, bank[1])
    session.commit()
    browser = client_for("examiner")

    home = browser.get("/").get_data(as_text=True)
    exam = browser.get(f"/exams/{planned.id}").get_data(as_text=True)
    pool = browser.get(f"/exams/{planned.id}/pool?row=1&only=stale").get_data(as_text=True)

    assert "2 题在题库里已停用或待复核" in home
    assert "题库里已停用 1 题" in exam
    assert "题库里待复核 1 题" in exam
    assert f"/exams/{planned.id}/pool?row=1&amp;only=stale" in exam
    assert f'href="/exams/{planned.id}/pool/{bank[0].id}"' in pool
    assert f'href="/exams/{planned.id}/pool/{bank[2].id}"' not in pool


def test_a_draft_s_page_marks_its_fixed_question(
    session: Session, cast: Cast, bank: list[QuestionVersion], client_for: BROWSER
) -> None:
    public_id = question_of(session, bank[0]).public_id
    draft = make_draft(session, cast, rows=[replace(SINGLES, count=1, question=public_id)])
    choice = AudienceChoice(cast.team("press").id, None)
    set_audience(session, draft, [choice], actor=cast.actor("examiner"), now=MONDAY)
    hold(session, bank[0])
    session.commit()

    page = client_for("examiner").get(f"/exams/{draft.id}").get_data(as_text=True)

    assert "题库里待复核" in page
    assert f"第 1 行指定的 {public_id} 现在不能抽" in page
