"""The pages of an exam on paper: files for the printer, preview, confirmation, and who may."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pypdf
import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from core.audit import AuditEntry
from core.clock import ManualClock
from core.services import Services
from exams.models import Exam, PaperForm, Sitting
from exams.on_paper import uploads
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams import factories
from tests.exams.evidence_sittings import one_of_each
from tests.exams.test_on_paper import filled, learner_row

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def exam(session: Session, cast: Cast, clock: ManualClock) -> Exam:
    made = factories.make_exam(session, cast, one_of_each(session))
    session.commit()
    clock.move_to(MONDAY + timedelta(minutes=90))
    return made


@pytest.fixture
def examiner(client_for: Browser, exam: Exam) -> FlaskClient:
    """With two forms made on the page."""
    browser = client_for("examiner")
    answer = browser.post(f"/exams/{exam.id}/paper/forms", data={"count": "2"})
    assert answer.status_code == 302
    return browser


def form_of(session: Session) -> PaperForm:
    return session.scalars(select(PaperForm).where(PaperForm.letter == "A")).one()


def upload(browser: FlaskClient, exam: Exam, data: bytes, **more: Any) -> TestResponse:
    hours = {"held_on": "2026-03-02", "starts": "17:05", "ends": "18:05"}
    return browser.post(
        f"/exams/{exam.id}/paper/answers",
        data={"file": (io.BytesIO(data), "登记表.xlsx"), **hours, **more},
        content_type="multipart/form-data",
    )


def words_of(pdf: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    return "".join("".join(page.extract_text().split()) for page in reader.pages)


def test_one_zip_holds_all_for_the_printer(
    examiner: FlaskClient, exam: Exam, session: Session
) -> None:
    answer = examiner.post(f"/exams/{exam.id}/paper/files")

    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert sorted(files) == sorted(
        [f"{letter}卷-{name}.pdf" for letter in "AB" for name in ("试卷", "答题卡", "答案")]
        + ["答案登记表.xlsx"]
    )
    code = form_of(session).code
    paper, sheet, keys = (words_of(files[f"A卷-{n}.pdf"]) for n in ("试卷", "答题卡", "答案"))
    for text in (paper, sheet, keys):
        assert code in text
        assert exam.title in text
    for said in ("姓名", "工号", "班组", "一、单选题", "共1题，10分", "满分80分", "第1页，共"):
        assert said in paper
    assert "一级动火票最长多久" in paper
    assert "夜班补焊" in paper
    assert "5；倒放或倒置" in keys
    assert "倒置" not in paper
    assert "考生签名" in sheet
    taken = select(AuditEntry).where(AuditEntry.action == "exam.paper_forms.taken")
    assert session.scalars(taken).one().subject_id == str(exam.id)


def test_the_table_has_everybody_with_forms_in_turn(
    examiner: FlaskClient, exam: Exam, session: Session
) -> None:
    answer = examiner.get(f"/exams/{exam.id}/paper/answers.xlsx")

    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    _head, *rows = book.get_sheet_by_name("答案登记").to_python()
    assert len(rows) == 8
    assert ["20260001", "王小满", "冲压一班"] in [row[:3] for row in rows]
    codes = [str(row[3])[0] for row in rows]
    assert codes == list("ABABABAB")


def test_nothing_is_stored_before_the_confirmation(
    examiner: FlaskClient, exam: Exam, session: Session, cast: Cast
) -> None:
    rows = [learner_row(cast, form_of(session)), ("404", "无此人", "", form_of(session).code)]
    answer = upload(examiner, exam, filled(rows, {1: "B", 3: "对"}))
    assert answer.status_code == 302

    html = examiner.get(f"/exams/{exam.id}/paper/answers").get_data(as_text=True)

    assert "登记 1 人" in html
    assert "没有工号 404 的人" in html
    assert "A3" in html
    assert session.scalars(select(Sitting)).all() == []


def test_the_confirmed_table_becomes_marked_sittings(
    examiner: FlaskClient, exam: Exam, session: Session, cast: Cast, services: Services
) -> None:
    upload(examiner, exam, filled([learner_row(cast, form_of(session))], {3: "错"}))
    kept = uploads.upload_of(services, exam.id, cast.user("examiner").id)
    assert kept is not None

    answer = examiner.post(f"/exams/{exam.id}/paper/answers/confirm", data={"file_hash": kept.hash})

    assert answer.status_code == 302
    sitting = session.scalars(select(Sitting)).one()
    assert (sitting.score_tenths, sitting.user_id) == (100, cast.user("learner").id)
    assert sitting.signature is not None
    html = examiner.get(f"/exams/{exam.id}/paper/answers").get_data(as_text=True)
    assert "登记完了：1 人" in html
    assert "已登记过" in html
    again = examiner.post(f"/exams/{exam.id}/paper/answers/confirm", data={"file_hash": kept.hash})
    assert again.status_code == 409


def test_a_new_upload_replaces_the_preview(
    examiner: FlaskClient, exam: Exam, session: Session, cast: Cast, services: Services
) -> None:
    row = learner_row(cast, form_of(session))
    upload(examiner, exam, filled([row], {3: "错"}))
    first = uploads.upload_of(services, exam.id, cast.user("examiner").id)
    upload(examiner, exam, filled([row], {3: "对"}))
    assert first is not None

    answer = examiner.post(
        f"/exams/{exam.id}/paper/answers/confirm", data={"file_hash": first.hash}
    )

    assert answer.status_code == 409
    assert "预览以后换过了" in answer.get_data(as_text=True)
    assert session.scalars(select(Sitting)).all() == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"starts": "18:30"}, "收卷时间要晚于开考时间"),
        ({"ends": "23:00"}, "收卷时间还没到"),
        ({"held_on": "2026-03-01"}, "不在考试的时间范围里"),
        ({"held_on": ""}, "写上考试日期"),
        ({"file": (io.BytesIO(b"%PDF-1.7"), "x.xlsx")}, "这不是表格"),
    ],
)
def test_a_wrong_upload_says_what_to_mend(
    examiner: FlaskClient,
    exam: Exam,
    session: Session,
    cast: Cast,
    more: dict[str, Any],
    words: str,
) -> None:
    data = filled([learner_row(cast, form_of(session))], {1: "A"})

    answer = upload(examiner, exam, data, **more)

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)


def test_an_upload_that_nobody_confirmed_is_forgotten(
    examiner: FlaskClient,
    exam: Exam,
    session: Session,
    cast: Cast,
    services: Services,
    clock: ManualClock,
) -> None:
    upload(examiner, exam, filled([learner_row(cast, form_of(session))], {1: "A"}))
    user_id = cast.user("examiner").id
    clock.advance(days=6)
    uploads.tidy(services)
    assert uploads.upload_of(services, exam.id, user_id) is not None
    clock.advance(days=2)
    uploads.tidy(services)

    assert uploads.upload_of(services, exam.id, user_id) is None


def test_another_examiners_upload_is_not_shown(
    examiner: FlaskClient, exam: Exam, session: Session, cast: Cast, client_for: Browser
) -> None:
    upload(examiner, exam, filled([learner_row(cast, form_of(session))], {1: "A"}))

    for who in ("safety_manager", "learner", "inspector"):
        answer = client_for(who).get(f"/exams/{exam.id}/paper/answers")
        assert answer.status_code == 403
