"""All results of an exam as one workbook: what stands in it, and that nothing in it runs."""

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.config import Config
from core.services import Services
from exams import result_files
from exams.models import Exam, IntegrityDecision, Sitting
from exams.result_book import result_book
from tests.cast import Cast, make_user
from tests.conftest import MONDAY, QueryCounter
from tests.exams.evidence_sittings import sat
from tests.sittings import make_sitting

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def sitting(session: Session, cast: Cast, services: Services) -> Sitting:
    services.config.uploads_dir.mkdir(parents=True)
    made = sat(session, cast)
    session.commit()
    return made


def sheets(data: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_book_tells_people_answers_and_questions(
    client_for: Browser, sitting: Sitting, session: Session
) -> None:
    answer = client_for("safety_manager").post(f"/exams/{sitting.exam_id}/results")

    found = sheets(answer.data)
    assert list(found) == ["成绩", "答题", "题目"]
    head, person = found["成绩"]
    told = dict(zip(head, person, strict=True))
    assert told["工号"] == "20260001"
    assert (told["班组"], told["方式"], told["结论"]) == ("冲压一班", "网上", "合格")
    assert told["得分"] == pytest.approx((sitting.score_tenths or 0) / 10)
    assert told["交卷"] == datetime(2026, 3, 2, 17, 31)
    assert len(found["答题"]) == len(found["题目"]) == 1 + 9
    first = dict(zip(*found["答题"][:2], strict=True))
    assert (first["题型"], first["作答"], first["正确答案"], first["得分"]) == (
        "单选题",
        first["正确答案"],
        first["作答"],
        10.0,
    )
    assert first["题干"] == "第 1 道：一级动火票最长多久？"
    taken = select(AuditEntry).where(AuditEntry.action == "exam.results.taken")
    assert session.scalars(taken).one().after == {"sittings": 1}


def test_a_void_sitting_stands_in_the_book_but_says_nothing_of_its_questions(
    client_for: Browser, sitting: Sitting, session: Session
) -> None:
    sitting.integrity_decision, sitting.is_passed = IntegrityDecision.VOIDED, False
    session.commit()

    answer = client_for("safety_manager").post(f"/exams/{sitting.exam_id}/results")

    found = sheets(answer.data)
    head, *questions = found["题目"]
    told = [dict(zip(head, question, strict=True)) for question in questions]
    assert len(found["答题"]) == 1 + 9
    assert {one["答过（不含作废）"] for one in told} == {0}
    assert {one["得满分"] for one in told} == {0}


def test_a_name_that_looks_like_a_formula_stays_text(
    client_for: Browser, sitting: Sitting, session: Session, cast: Cast
) -> None:
    exam = session.get_one(Exam, sitting.exam_id)
    person = make_user(session, "=2+3", '=HYPERLINK("http://x")', now=MONDAY)
    make_sitting(session, exam, person)
    session.commit()

    answer = client_for("examiner").post(f"/exams/{exam.id}/results")

    rows = sheets(answer.data)["成绩"]
    assert ["=2+3", '=HYPERLINK("http://x")'] in [row[:2] for row in rows]
    assert b"<f>" not in answer.data


def test_the_number_of_statements_does_not_grow_with_people(
    session: Session,
    cast: Cast,
    sitting: Sitting,
    config: Config,
    count_queries: QueryCounter,
) -> None:
    exam, actor = session.get_one(Exam, sitting.exam_id), cast.actor("examiner")
    zone = ZoneInfo("Asia/Shanghai")

    def statements() -> int:
        count_queries.statements.clear()
        result_book(session, actor, exam, zone=zone, folder=config.uploads_dir)
        return len(count_queries)

    few = statements()
    for number in range(30):
        make_sitting(session, exam, make_user(session, f"n{number}", "某人", now=MONDAY))
    assert statements() == few


def test_a_large_book_is_made_in_the_background_and_forgotten(
    client_for: Browser,
    sitting: Sitting,
    session: Session,
    services: Services,
) -> None:
    exam = session.get_one(Exam, sitting.exam_id)
    for number in range(result_files.MOST_AT_ONCE):
        make_sitting(session, exam, make_user(session, f"n{number}", "某人", now=MONDAY))
    session.commit()
    browser = client_for("examiner")
    file = f"/exams/{sitting.exam_id}/results.xlsx"
    assert browser.get(file).status_code == 404

    answer = browser.post(f"/exams/{sitting.exam_id}/results")

    assert answer.status_code == 302
    with browser.get(file) as made:
        assert len(sheets(made.data)["成绩"]) == 1 + 201
    page = browser.get(f"/exams/{sitting.exam_id}/sittings").get_data(as_text=True)
    assert file in page
    assert client_for("inspector").get(file).status_code == 404
    result_files.tidy(services)
    assert browser.get(file).status_code == 404
