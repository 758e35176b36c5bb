"""Clauses, fixed and must-pass questions, sections, balance, reuse: from the form to the pool."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict
from exams.blueprint import BankQuestion, RowSpec, fits, pools, sections, shortages
from exams.definition import DrawRules, draw_rules_of
from exams.models import BlueprintRow, Exam, PoolEntry
from exams.operations.definition import copy_exam, set_blueprint, set_draw_rules
from exams.operations.publication import withdraw_question
from exams.queries.audience import window_days
from exams.queries.bank import bank_questions
from exams.queries.exams import blueprint_of, spec_of
from exams.queries.pools import pool_rows
from exams.queries.publication import publication_findings
from question_bank.keys import QuestionType
from question_bank.models import (
    ItemStatistics,
    Question,
    QuestionReference,
    QuestionState,
    QuestionVersion,
)
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_case, make_single
from tests.exams.setup.making import SHANGHAI, SINGLES, make_draft, publish

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def bank(session: Session) -> list[QuestionVersion]:
    """Six single choices; the last one cites another clause."""
    versions = [make_single(session, number) for number in range(6)]
    session.query(QuestionReference).filter_by(question_id=versions[5].question_id).update(
        {"anchor": "s-9", "label": "9 应急"}
    )
    session.flush()
    return versions


def public_id(session: Session, version: QuestionVersion) -> str:
    return session.get_one(Question, version.question_id).public_id


def hindrances(session: Session, exam: Exam) -> list[str]:
    days = window_days(exam, SHANGHAI)
    found = publication_findings(session, exam, days=days, now=MONDAY)
    return [finding.msgid % finding.values for finding in found]


def test_a_row_of_a_clause_draws_what_cites_it() -> None:
    row = replace(SINGLES, clause="law#s-1")
    cites = BankQuestion(1, "other", QuestionType.SINGLE_CHOICE, 3, clauses=frozenset({"law#s-1"}))

    assert fits(row, cites)
    assert not fits(row, replace(cites, clauses=frozenset({"law#s-2"})))


def test_a_fixed_question_is_in_no_other_rows_pool() -> None:
    bank = [BankQuestion(n, "m", QuestionType.SINGLE_CHOICE, 3, public_id=f"q-{n}") for n in (1, 2)]
    rows = [replace(SINGLES, count=2), replace(SINGLES, count=1, question="q-1")]

    made = pools(rows, bank)

    assert [list(row.expected) for row in made] == [[2], [1]]
    assert [(one.positions, one.wanted, one.available) for one in shortages(made)] == [((1,), 2, 1)]


def test_a_heading_begins_a_section_but_the_first_row_has_one_anyway() -> None:
    assert sections([None, None, "二", None, "三"]) == [0, 0, 1, 1, 2]
    assert sections(["一", None, "二"]) == [0, 0, 1]


def test_a_question_is_expected_to_earn_what_is_known_of_it(
    session: Session, bank: list[QuestionVersion]
) -> None:
    session.add(
        ItemStatistics(
            question_version_id=bank[0].id, sittings=40, facility=0.25, computed_at=MONDAY
        )
    )
    make_case(session)
    session.flush()

    found = {one.version_id: one for one in bank_questions(session)}

    assert found[bank[0].id].expected == 250
    assert found[bank[1].id].expected == 700
    case = next(one for one in found.values() if one.type is QuestionType.CASE_ANALYSIS)
    assert case.expected == 700
    assert case.clauses == {"donghuo#s-3-2"}


def test_publication_freezes_sections_shares_and_the_mean(
    session: Session, cast: Cast, bank: list[QuestionVersion]
) -> None:
    fixed = public_id(session, bank[0])
    rows = [
        replace(SINGLES, section_title="第一部分"),
        replace(SINGLES, count=1, question=fixed, is_must_pass=True, section_title="第二部分"),
    ]
    exam = make_draft(session, cast, rows=rows)

    publish(session, cast, exam)
    session.query(Question).update({"difficulty": 5})

    stored = pool_rows(session, exam.id)
    assert [(row.section, row.is_fixed, len(row.pool)) for row in stored] == [
        (0, False, 5),
        (1, True, 1),
    ]
    assert set(stored[0].expected.values()) == {700}
    assert exam.mean_expected == 300 * 700


def test_a_fixed_question_that_cannot_be_drawn_hinders_publication(
    session: Session, cast: Cast, bank: list[QuestionVersion]
) -> None:
    question = session.get_one(Question, bank[0].question_id)
    exam = make_draft(
        session, cast, rows=[SINGLES, replace(SINGLES, count=1, question=question.public_id)]
    )
    question.state = QuestionState.RETIRED
    session.flush()

    assert hindrances(session, exam) == [
        f"第 2 行指定的 {question.public_id} 现在不能抽：停用了，或在等人复核。换一题"
    ]


def test_a_tolerance_that_cannot_be_kept_hinders_publication_with_figures(
    session: Session, cast: Cast, bank: list[QuestionVersion]
) -> None:
    for version in bank[:3]:
        session.get_one(Question, version.question_id).difficulty = 1
    for version in bank[3:]:
        session.get_one(Question, version.question_id).difficulty = 5
    exam = make_draft(session, cast, rows=[replace(SINGLES, count=1)], pass_mark_tenths=50)
    examiner = cast.actor("examiner")
    set_draw_rules(session, exam, DrawRules(tolerance_tenths=5), actor=examiner, now=MONDAY)

    found = hindrances(session, exam)
    set_draw_rules(session, exam, DrawRules(tolerance_tenths=20), actor=examiner, now=MONDAY)

    assert found == [
        "难易相差 0.5 分做不到：试抽 50 份，50 份超出，最多差 2 分。放宽一些，或给题池加题"
    ]
    assert hindrances(session, exam) == []


def test_a_limit_on_reuse_that_cannot_be_kept_hinders_publication(
    session: Session, cast: Cast, bank: list[QuestionVersion]
) -> None:
    exam = make_draft(session, cast)
    rules = DrawRules(reuse_limit_percent=0, planned_shifts=4)
    set_draw_rules(session, exam, rules, actor=cast.actor("examiner"), now=MONDAY)

    assert hindrances(session, exam) == [
        "第 3 批的卷子里会有 1 题是前面批次见过的，上限是 0 题。给题池加题，或少留几批，或放宽上限"
    ]


def test_a_fixed_question_cannot_be_withdrawn_and_says_why(
    session: Session, cast: Cast, bank: list[QuestionVersion]
) -> None:
    fixed = public_id(session, bank[0])
    exam = make_draft(session, cast, rows=[SINGLES, replace(SINGLES, count=1, question=fixed)])
    publish(session, cast, exam)
    examiner = cast.actor("examiner")

    with pytest.raises(Conflict) as raised:
        withdraw_question(session, exam, bank[0].id, reason="题干有误", actor=examiner, now=MONDAY)
    withdraw_question(session, exam, bank[1].id, reason="题干有误", actor=examiner, now=MONDAY)

    assert raised.value.msgid % raised.value.values == (
        "它是第 2 行的指定题，每份卷子都有它。换一题顶上，不能只撤掉"
    )
    left = select(PoolEntry).where(PoolEntry.withdrawn_at.is_(None))
    assert len(session.scalars(left).all()) == 5


def test_a_withdrawal_after_which_the_tolerance_fails_is_refused(
    session: Session, cast: Cast, bank: list[QuestionVersion]
) -> None:
    for version in bank[:5]:
        session.get_one(Question, version.question_id).difficulty = 1
    session.get_one(Question, bank[5].question_id).difficulty = 5
    exam = make_draft(session, cast, rows=[replace(SINGLES, count=5)])
    examiner = cast.actor("examiner")
    set_draw_rules(session, exam, DrawRules(tolerance_tenths=10), actor=examiner, now=MONDAY)
    publish(session, cast, exam)

    with pytest.raises(Conflict) as raised:
        withdraw_question(session, exam, bank[5].id, reason="题干有误", actor=examiner, now=MONDAY)

    assert "难易相差" in raised.value.msgid


def test_a_copy_keeps_rows_and_rules(
    session: Session, cast: Cast, bank: list[QuestionVersion]
) -> None:
    row = replace(SINGLES, clause="donghuo#s-3-2", is_must_pass=True, section_title="第一部分")
    exam = make_draft(session, cast, rows=[row])
    rules = DrawRules(15, 20, 12, 3)
    examiner = cast.actor("examiner")
    set_draw_rules(session, exam, rules, actor=examiner, now=MONDAY)

    made = copy_exam(session, exam, zone=SHANGHAI, actor=examiner, now=MONDAY)

    assert draw_rules_of(made) == rules
    assert [spec_of(one) for one in blueprint_of(session, made.id)] == [row]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (DrawRules(tolerance_tenths=0), "难易相差要大于 0 分；不限就空着"),
        (DrawRules(reuse_limit_percent=100), "重复上限填 0 到 99；不限就空着"),
        (DrawRules(shift_hours=5), "选多久算一批"),
        (DrawRules(planned_shifts=21), "批数填 1 到 20"),
    ],
)
def test_rules_that_cannot_be_are_refused(
    session: Session, cast: Cast, rules: DrawRules, message: str
) -> None:
    exam = make_draft(session, cast)

    with pytest.raises(Conflict) as raised:
        set_draw_rules(session, exam, rules, actor=cast.actor("examiner"), now=MONDAY)

    assert raised.value.msgid == message


def test_fixed_questions_have_a_limit_of_their_own(session: Session, cast: Cast) -> None:
    exam = make_draft(session, cast)
    rows = [replace(SINGLES, count=1, question=f"q-{n:06d}") for n in range(101)]

    with pytest.raises(Conflict):
        set_blueprint(session, exam, rows, actor=cast.actor("examiner"), now=MONDAY)
    set_blueprint(session, exam, rows[:100], actor=cast.actor("examiner"), now=MONDAY)

    assert len(session.scalars(select(BlueprintRow)).all()) == 100


def form(*given: dict[str, Any], do: str = "save", **more: str) -> dict[str, str]:
    blank = {"source": "", "type": "", "difficulty_min": 1, "difficulty_max": 5, "count": 1}
    sent = {
        f"rows-{n}-{name}": str(value)
        for n, row in enumerate(given)
        for name, value in (blank | {"points": 10} | row).items()
    }
    return sent | more | {"do": do}


def errors(page: str) -> list[str]:
    found = re.findall(r'class="field-error"[^>]*>(.*?)</p>', page)
    return [html.unescape(re.sub(r"<span.*?</span>", "", one)) for one in found]


@pytest.fixture
def draft(session: Session, cast: Cast, bank: list[QuestionVersion]) -> Exam:
    exam = make_draft(session, cast, pass_mark_tenths=10)
    session.commit()
    return exam


def test_a_question_is_found_by_its_words_or_id_and_fixed(
    client_for: Browser, session: Session, draft: Exam, bank: list[QuestionVersion]
) -> None:
    examiner, address = client_for("examiner"), f"/exams/{draft.id}/blueprint"
    fixed = public_id(session, bank[3])

    found = examiner.post(address, data=form({}, do="find", find=fixed)).text
    nothing = examiner.post(address, data=form({}, do="find", find="q-zzzzzz")).text
    added = examiner.post(address, data=form({}, do=f"fix:{fixed}", find=fixed)).text
    saved = examiner.post(
        address,
        data=form({}, {"question": fixed, "is_must_pass": "y", "section_title": "红线"}),
    )

    assert f'value="fix:{fixed}"' in found
    assert "没有能抽的题含这些字" in nothing
    assert "第 2 行，指定题" in added
    assert f'name="rows-1-question" value="{fixed}"' in added
    assert "已指定" in added
    assert saved.status_code == 302
    assert spec_of(blueprint_of(session, draft.id)[1]) == RowSpec(
        None, None, None, 1, 5, 1, 100, None, fixed, True, "红线"
    )


def test_rows_change_places(client_for: Browser, session: Session, draft: Exam) -> None:
    examiner, address = client_for("examiner"), f"/exams/{draft.id}/blueprint"
    two = ({"count": 3, "points": "2"}, {"count": 1, "points": "x", "section_title": "二"})

    page = examiner.post(address, data=form(*two, do="up:rows-1")).text
    same = examiner.post(address, data=form(*two, do="up:rows-0")).text

    assert re.search(r'name="rows-1-count"[^>]*value="3"', page)
    assert re.search(r'name="rows-0-points"[^>]*value="x"', page)
    assert re.search(r'name="rows-0-section_title"[^>]*value="二"', page)
    assert re.search(r'name="rows-0-count"[^>]*value="3"', same)


def test_a_clause_must_be_one_that_is_cited(
    client_for: Browser, session: Session, draft: Exam
) -> None:
    examiner, address = client_for("examiner"), f"/exams/{draft.id}/blueprint"

    wrong = examiner.post(address, data=form({"clause": "donghuo#s-404"})).text
    right = examiner.post(address, data=form({"clause": "donghuo#s-9"}))

    assert errors(wrong) == ["没有能抽的题引用这一条。从列表里选一条"]
    assert '<option value="donghuo#s-9">9 应急</option>' in wrong
    assert right.status_code == 302
    assert blueprint_of(session, draft.id)[0].clause == "donghuo#s-9"
    assert "条款：9 应急" in examiner.get(f"/exams/{draft.id}").text


def test_one_question_is_fixed_once(
    client_for: Browser, session: Session, draft: Exam, bank: list[QuestionVersion]
) -> None:
    fixed = {"question": public_id(session, bank[0])}

    page = client_for("examiner").post(f"/exams/{draft.id}/blueprint", data=form(fixed, fixed)).text

    assert errors(page) == ["这道题上面已经指定过"]


def test_rules_of_drawing_are_stored_with_the_rows(
    client_for: Browser, session: Session, draft: Exam
) -> None:
    examiner, address = client_for("examiner"), f"/exams/{draft.id}/blueprint"
    asked = {"tolerance": "1.5", "reuse_limit": "30", "shift_hours": "12", "planned_shifts": "2"}

    wrong = examiner.post(address, data=form({}, **(asked | {"reuse_limit": "120"}))).text
    saved = examiner.post(address, data=form({}, **asked))
    session.expire_all()

    assert errors(wrong) == ["重复上限填 0 到 99；不限就空着"]
    assert saved.status_code == 302
    assert draw_rules_of(draft) == DrawRules(15, 30, 12, 2)
    assert 'value="1.5"' in examiner.get(address).text


def test_the_page_of_a_published_exam_says_how_papers_are_drawn(
    client_for: Browser, session: Session, cast: Cast, bank: list[QuestionVersion]
) -> None:
    rows = [replace(SINGLES, is_must_pass=True, section_title="第一部分 单选题")]
    exam = make_draft(session, cast, rows=rows)
    rules = DrawRules(20, 30, 8, 2)
    set_draw_rules(session, exam, rules, actor=cast.actor("examiner"), now=MONDAY)
    publish(session, cast, exam)
    session.commit()

    page = client_for("examiner").get(f"/exams/{exam.id}").text

    assert "第一部分 单选题" in page
    assert "红线题" in page
    assert "每份卷子的预计得分和平均卷最多差 2 分" in page
    assert "前面批次见过的题最多占 30%，8 小时一批，给 2 批留题" in page
