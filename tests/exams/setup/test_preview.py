"""A preview is a paper as candidates get it, and leaves no trace."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from exams.models import Answer, Exam, ExamState, Sitting, SittingEvent, SittingQuestion
from exams.operations.sitting import start_sitting
from exams.previews import preview_paper
from exams.queries.sittings import paper_of
from question_bank.models import QuestionUse
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_case, make_exam, make_one_of_each
from tests.exams.setup.making import SHANGHAI, SINGLES, make_draft

Browser = Callable[[str], FlaskClient]
TRACES = (Sitting, SittingQuestion, SittingEvent, Answer, AuditEntry, QuestionUse)


@pytest.fixture
def exam(session: Session, cast: Cast) -> Exam:
    made = make_exam(session, cast, [*make_one_of_each(session), make_case(session)])
    session.commit()
    return made


def traces(session: Session) -> list[int]:
    return [session.scalar(select(func.count()).select_from(one)) or 0 for one in TRACES]


def test_it_is_drawn_as_a_candidates_paper_is(session: Session, cast: Cast, exam: Exam) -> None:
    shown = preview_paper(session, exam, seed=41)

    sitting = start_sitting(
        session, exam, actor=cast.actor("learner"), now=MONDAY, seed=41, zone=SHANGHAI
    )
    stored = paper_of(session, sitting.id)
    assert [
        (one.slot, one.question_version_id, one.case_version_id, one.option_order) for one in shown
    ] == [
        (row.slot, row.question_version_id, row.case_version_id, row.option_order) for row in stored
    ]


def test_the_page_is_marked_holds_no_key_and_stores_nothing(
    session: Session, exam: Exam, client_for: Browser
) -> None:
    examiner = client_for("examiner")
    before = traces(session)

    page = examiner.get(f"/exams/{exam.id}/preview", follow_redirects=True).text
    marked = examiner.post(
        f"/exams/{exam.id}/preview?paper=41", data={"q1": "2", "q3": "false"}
    ).text

    assert page.count("预览") >= 3
    assert page.count('class="question"') == 6
    assert "没有监护人，票不能签" not in page
    assert "没有监护人，票不能签" in marked
    assert "这样答得 20 分，满分 50 分" in marked
    assert traces(session) == before


def test_the_same_address_shows_the_same_paper_and_a_new_one_is_drawn_without(
    exam: Exam, client_for: Browser
) -> None:
    examiner = client_for("examiner")

    first = examiner.get(f"/exams/{exam.id}/preview").location
    second = examiner.get(f"/exams/{exam.id}/preview").location

    assert first != second
    assert examiner.get(first).text.count('class="question"') == 6


def test_a_draft_is_previewed_from_todays_bank_and_says_when_it_runs_short(
    session: Session, cast: Cast, client_for: Browser
) -> None:
    draft = make_draft(session, cast, rows=(SINGLES,))
    session.commit()
    examiner = client_for("examiner")
    address = f"/exams/{draft.id}/preview?paper=5"
    short = examiner.get(address)
    assert (short.status_code, "题库里只有 0 题" in short.text) == (409, True)
    make_one_of_each(session)
    make_one_of_each(session)
    session.commit()

    page = examiner.get(address).text

    assert page.count('class="question"') == 2
    assert session.get_one(Exam, draft.id).state is ExamState.DRAFT
