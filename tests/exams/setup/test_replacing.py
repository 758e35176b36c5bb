"""Another question in the place of a fixed one, while the exam is open."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.errors import Conflict, NotFound
from core.services import Services
from exams.definition import DrawRules
from exams.fairness_report import report_fairness
from exams.models import Exam, PoolEntry, Sitting, SittingQuestion
from exams.operations.definition import set_draw_rules
from exams.operations.replacing import replace_question
from exams.operations.sitting import start_sitting
from exams.queries.exams import blueprint_of
from exams.queries.replacements import replacements
from exams.redrawing import redraw_sitting
from question_bank.keys import QuestionType
from question_bank.models import Question, QuestionReference, QuestionState, QuestionVersion
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_case, make_single, make_verdict
from tests.exams.setup.making import SHANGHAI, SINGLES, make_draft, publish

BROWSER = Callable[[str], FlaskClient]
OPEN = MONDAY + timedelta(days=1, hours=1)


@pytest.fixture
def bank(session: Session, cast: Cast) -> list[QuestionVersion]:
    """Six single choices; the last one cites another clause."""
    versions = [make_single(session, number) for number in range(6)]
    session.query(QuestionReference).filter_by(question_id=versions[5].question_id).update(
        {"anchor": "s-9", "label": "9 应急"}
    )
    session.flush()
    return versions


def question_of(session: Session, version: QuestionVersion) -> Question:
    return session.get_one(Question, version.question_id)


def public_id(session: Session, version: QuestionVersion) -> str:
    return question_of(session, version).public_id


@pytest.fixture
def exam(session: Session, cast: Cast, bank: list[QuestionVersion]) -> Exam:
    """The first question on every paper, one more from the module of the rest."""
    first = question_of(session, bank[0])
    for version in bank[3:]:
        question_of(session, version).module_key = "other"
    session.flush()
    rows = [
        replace(SINGLES, count=1, question=first.public_id, is_must_pass=True),
        replace(SINGLES, count=1, module_key="donghuo"),
    ]
    made = make_draft(session, cast, rows=rows)
    publish(session, cast, made)
    return made


def start(session: Session, cast: Cast, exam: Exam, who: str = "learner") -> Sitting:
    return start_sitting(session, exam, actor=cast.actor(who), now=OPEN, seed=5, zone=SHANGHAI)


def versions(session: Session, sitting: Sitting) -> set[int]:
    found = select(SittingQuestion.question_version_id)
    return set(session.scalars(found.where(SittingQuestion.sitting_id == sitting.id)))


def swap(
    session: Session, cast: Cast, exam: Exam, old: QuestionVersion, new: QuestionVersion
) -> None:
    replace_question(
        session,
        exam,
        old.id,
        public_id(session, new),
        reason="题干有误",
        actor=cast.actor("examiner"),
        now=OPEN,
    )


def offered(session: Session, exam: Exam, version: QuestionVersion) -> list[str]:
    return [one.question.public_id for one in replacements(session, exam, version.id)]


def test_papers_drawn_later_hold_the_new_question_for_the_same_points(
    session: Session, cast: Cast, exam: Exam, bank: list[QuestionVersion]
) -> None:
    before = start(session, cast, exam)

    swap(session, cast, exam, bank[0], bank[3])

    after = start(session, cast, exam, "team_leader")
    assert bank[0].id in versions(session, before)
    assert bank[3].id in versions(session, after)
    assert bank[0].id not in versions(session, after)
    assert before.full_score_tenths == after.full_score_tenths


def test_papers_before_and_after_are_drawn_again_the_same(
    session: Session, cast: Cast, exam: Exam, bank: list[QuestionVersion]
) -> None:
    before = start(session, cast, exam)
    swap(session, cast, exam, bank[0], bank[3])
    between = start(session, cast, exam, "team_leader")

    swap(session, cast, exam, bank[3], bank[4])

    for sitting in (before, between):
        found = redraw_sitting(session, sitting.id)
        assert (found.is_same, found.is_exact) == (True, True)


def test_the_row_the_log_and_the_bank_say_what_was_done(
    session: Session, cast: Cast, exam: Exam, bank: list[QuestionVersion]
) -> None:
    swap(session, cast, exam, bank[0], bank[3])

    [first, _second] = blueprint_of(session, exam.id)
    assert (first.question, first.is_must_pass) == (public_id(session, bank[3]), True)
    old, new = session.scalars(
        select(PoolEntry).where(PoolEntry.blueprint_row_id == first.id).order_by(PoolEntry.id)
    )
    assert (old.withdrawn_reason, new.replaces_id) == ("题干有误", old.id)
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "exam.question.replaced")
    ).one()
    assert (entry.before or {})["question"] == public_id(session, bank[0])
    assert (entry.after or {})["question"] == public_id(session, bank[3])
    assert entry.reason == "题干有误"
    assert question_of(session, bank[0]).review_since == OPEN


def test_the_same_clause_comes_first_and_other_types_not_at_all(
    session: Session, cast: Cast, exam: Exam, bank: list[QuestionVersion]
) -> None:
    make_verdict(session)

    found = replacements(session, exam, bank[0].id)

    assert {one.question.type for one in found} == {QuestionType.SINGLE_CHOICE}
    assert [one.shares_clause for one in found] == [True, True, True, True, False]
    in_other_row = [one.question.public_id for one in found if one.is_in_other_row]
    assert in_other_row == [public_id(session, bank[1]), public_id(session, bank[2])]


def test_what_is_retired_doubted_or_was_used_is_not_offered(
    session: Session, cast: Cast, exam: Exam, bank: list[QuestionVersion]
) -> None:
    question_of(session, bank[1]).state = QuestionState.RETIRED
    question_of(session, bank[2]).review_since = MONDAY
    session.flush()

    swap(session, cast, exam, bank[0], bank[3])

    expected = [public_id(session, bank[4]), public_id(session, bank[5])]
    assert offered(session, exam, bank[3]) == expected
    for gone in (bank[0], bank[1], bank[2]):
        with pytest.raises(Conflict, match="这道题不能顶上"):
            swap(session, cast, exam, bank[3], gone)


def test_a_question_of_another_row_is_then_drawn_by_that_row_no_more(
    session: Session, cast: Cast, exam: Exam, bank: list[QuestionVersion]
) -> None:
    swap(session, cast, exam, bank[0], bank[1])

    assert versions(session, start(session, cast, exam)) == {bank[1].id, bank[2].id}


def test_another_row_is_not_left_short(
    session: Session, cast: Cast, bank: list[QuestionVersion]
) -> None:
    rows = [
        replace(SINGLES, count=1, question=public_id(session, bank[0])),
        replace(SINGLES, count=5),
    ]
    exam = make_draft(session, cast, rows=rows)
    publish(session, cast, exam)

    with pytest.raises(Conflict):
        swap(session, cast, exam, bank[0], bank[1])


def test_an_exam_marked_by_machine_gets_no_question_for_people(
    session: Session, cast: Cast
) -> None:
    case, other = make_case(session), make_case(session)
    make_case(session, is_written=True)
    row = replace(SINGLES, type=None, count=1, question=public_id(session, case))
    exam = make_draft(session, cast, rows=[row], pass_mark_tenths=50)
    publish(session, cast, exam)

    assert offered(session, exam, case) == [public_id(session, other)]


def test_papers_must_still_keep_the_tolerance(
    session: Session, cast: Cast, bank: list[QuestionVersion]
) -> None:
    question_of(session, bank[5]).difficulty = 5
    rows = [replace(SINGLES, count=1, question=public_id(session, bank[0]))]
    exam = make_draft(session, cast, rows=rows, pass_mark_tenths=50)
    set_draw_rules(
        session, exam, DrawRules(tolerance_tenths=1), actor=cast.actor("examiner"), now=MONDAY
    )
    publish(session, cast, exam)

    with pytest.raises(Conflict, match="难易相差"):
        swap(session, cast, exam, bank[0], bank[5])


def test_a_question_that_is_drawn_cannot_be_replaced_and_a_closed_exam_not_changed(
    session: Session, cast: Cast, exam: Exam, bank: list[QuestionVersion]
) -> None:
    with pytest.raises(NotFound):
        swap(session, cast, exam, bank[1], bank[4])
    exam.closes_at = OPEN - timedelta(minutes=1)
    session.flush()
    with pytest.raises(Conflict, match="窗口已经关闭"):
        swap(session, cast, exam, bank[0], bank[4])


def test_the_fairness_report_reads_papers_from_before_and_after(
    services: Services,
    session: Session,
    cast: Cast,
    exam: Exam,
    bank: list[QuestionVersion],
) -> None:
    start(session, cast, exam)
    swap(session, cast, exam, bank[0], bank[3])
    start(session, cast, exam, "team_leader")
    session.commit()

    assert report_fairness(services, exam_id=exam.id) == 2


def test_the_page_offers_questions_and_puts_the_chosen_one_in(
    session: Session, cast: Cast, exam: Exam, bank: list[QuestionVersion], client_for: BROWSER
) -> None:
    session.commit()
    browser = client_for("examiner")
    address = f"/exams/{exam.id}/pool/{bank[0].id}/replacement"
    pool = browser.get(f"/exams/{exam.id}/pool?row=1").get_data(as_text=True)
    assert f'href="{address}"' in pool
    assert browser.get(f"/exams/{exam.id}/pool/{bank[0].id}").location == address

    page = browser.get(address).get_data(as_text=True)
    new = public_id(session, bank[3])
    refused = browser.post(address, data={"question": new})
    done = browser.post(address, data={"question": new, "reason": "题干有误"})

    assert f'value="{new}"' in page
    assert "写上原因" in refused.get_data(as_text=True)
    assert done.location == f"/exams/{exam.id}/pool?row=1"
    session.expire_all()
    assert blueprint_of(session, exam.id)[0].question == new


def test_the_page_finds_by_words_and_refuses_what_does_not_fit(
    session: Session, cast: Cast, exam: Exam, bank: list[QuestionVersion], client_for: BROWSER
) -> None:
    verdict = make_verdict(session)
    session.commit()
    browser = client_for("examiner")
    address = f"/exams/{exam.id}/pool/{bank[0].id}/replacement"
    wanted, other = public_id(session, bank[4]), public_id(session, bank[3])

    page = browser.get(address, query_string={"words": wanted}).get_data(as_text=True)
    none = browser.get(address, query_string={"words": "没有这样的题"}).get_data(as_text=True)
    data = {"question": public_id(session, verdict), "reason": "换"}
    refused = browser.post(address, data=data)

    assert f'value="{wanted}"' in page
    assert f'value="{other}"' not in page
    assert "没有能换的题含这些字" in none
    assert refused.status_code == 422
    assert "这道题不能顶上" in refused.get_data(as_text=True)
