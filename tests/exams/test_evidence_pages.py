"""Receipts and evidence over HTTP: who gets which copy, and what lies in the files."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pypdf
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.clock import ManualClock
from core.config import Config
from exams.evidence.check import check
from exams.models import Reveal, Sitting, SittingSignature
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.evidence_sittings import one_of_each, sat, signer_of
from tests.exams.factories import make_exam

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def sitting(session: Session, cast: Cast) -> Sitting:
    """Options in the order of writing, so that a letter means the same on every database."""
    exam = make_exam(
        session,
        cast,
        one_of_each(session),
        shuffles_questions=False,
        shuffles_options=False,
        minutes=90,
    )
    made = sat(session, cast, exam)
    session.commit()
    return made


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def text_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def test_the_result_page_holds_the_receipt(
    client_for: Browser, sitting: Sitting, config: Config
) -> None:
    html = client_for("learner").get(f"/sittings/{sitting.id}/result").get_data(as_text=True)

    head = (sitting.signed_head or "").upper()
    assert " ".join(head[at : at + 4] for at in range(0, 16, 4)) in html
    assert head not in html.upper()
    assert "data:image/svg+xml;base64," in html
    assert f"/sittings/{sitting.id}/receipt" in html


def test_the_printed_receipt_names_person_time_and_key(
    client_for: Browser, sitting: Sitting, config: Config
) -> None:
    html = client_for("learner").get(f"/sittings/{sitting.id}/receipt").get_data(as_text=True)

    fingerprint = check_of(client_for, sitting).fingerprint
    for words in ("王小满", "冲压一班", "2026-03-02 17:31", fingerprint):
        assert words in html


def check_of(client_for: Browser, sitting: Sitting) -> Any:
    answer = client_for("examiner").post(f"/exams/sittings/{sitting.id}/evidence")
    assert answer.status_code == 200
    return check(json.loads(unpacked(answer.data)["evidence.json"]))


def test_officials_take_a_full_copy_and_the_audit_log_says_so(
    client_for: Browser, sitting: Sitting, session: Session
) -> None:
    answer = client_for("inspector").post(f"/exams/sittings/{sitting.id}/evidence")

    files = unpacked(answer.data)
    assert set(files) == {"evidence.json", "record.pdf", "verify.py", "怎样核对.txt"}
    report = check(json.loads(files["evidence.json"]))
    assert report.is_intact
    assert report.fingerprint in files["怎样核对.txt"].decode("utf-8-sig")
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "exam.evidence.taken")
    ).one()
    assert entry.on_user_id == sitting.user_id


def test_the_paper_reads_as_it_was_and_carries_the_file(
    client_for: Browser, sitting: Sitting
) -> None:
    answer = client_for("examiner").post(f"/exams/sittings/{sitting.id}/evidence")

    files = unpacked(answer.data)
    words = text_of(files["record.pdf"])
    assert words.startswith("示例机械厂答卷记录")
    for said in (
        "王小满",
        "20260001",
        "合格",
        "一级动火票最长多久",
        "作答B正确B",
        "开考，抽出试卷",
    ):
        assert said in words
    reader = pypdf.PdfReader(io.BytesIO(files["record.pdf"]))
    assert reader.attachments["evidence.json"][0] == files["evidence.json"]


def test_a_candidate_gets_a_copy_without_keys_before_the_reveal(
    client_for: Browser, sitting: Sitting
) -> None:
    answer = client_for("learner").get(f"/sittings/{sitting.id}/evidence.zip")

    files = unpacked(answer.data)
    data = json.loads(files["evidence.json"])
    assert (data["copy"], data["chain"]) == ("shut", None)
    assert check(data).is_intact
    words = text_of(files["record.pdf"])
    assert "作答B" in words
    assert "作答B正确" not in words
    assert "成绩还没公布" in words


def test_a_candidate_gets_the_full_copy_once_answers_are_revealed(
    client_for: Browser, sitting: Sitting, clock: ManualClock
) -> None:
    clock.move_to(MONDAY + timedelta(days=1))

    answer = client_for("learner").get(f"/sittings/{sitting.id}/evidence.zip")

    data = json.loads(unpacked(answer.data)["evidence.json"])
    assert data["copy"] == "full"
    assert check(data).is_intact


def test_an_exam_that_never_reveals_keeps_its_keys(
    client_for: Browser, session: Session, cast: Cast, clock: ManualClock
) -> None:
    exam = make_exam(
        session, cast, one_of_each(session), shuffles_questions=False, reveal=Reveal.NEVER
    )
    sitting = sat(session, cast, exam)
    session.commit()
    clock.move_to(MONDAY + timedelta(days=99))

    answer = client_for("learner").get(f"/sittings/{sitting.id}/evidence.zip")

    assert json.loads(unpacked(answer.data)["evidence.json"])["copy"] == "shut"


def test_nobody_elses_receipt_can_be_read(client_for: Browser, sitting: Sitting) -> None:
    for who in ("team_leader", "examiner"):
        for name in ("receipt", "evidence.zip"):
            assert client_for(who).get(f"/sittings/{sitting.id}/{name}").status_code == 404


def test_the_page_says_what_was_changed(
    client_for: Browser, sitting: Sitting, session: Session
) -> None:
    page = f"/exams/sittings/{sitting.id}/evidence"
    assert "记录完整，没有被改动" in client_for("examiner").get(page).get_data(as_text=True)
    session.execute(text("UPDATE answer SET response = '[3]' WHERE client_key = 'choice-2'"))
    session.commit()

    html = client_for("examiner").get(page).get_data(as_text=True)

    assert "记录和当时不一样" in html
    assert "第 3 条被改过" in html


def test_a_forged_signature_row_shows_on_the_page(
    client_for: Browser, sitting: Sitting, session: Session, config: Config
) -> None:
    forged = signer_of(config).sign(sitting.id, 5, "0" * 64)
    session.add(
        SittingSignature(
            sitting_id=sitting.id, number=5, head="0" * 64, signature=forged, signed_at=MONDAY
        )
    )
    session.commit()

    html = client_for("examiner").get(f"/exams/sittings/{sitting.id}/evidence")

    assert "第 5 条上的签名和记录对不上" in html.get_data(as_text=True)


def test_the_list_leads_to_each_sitting(client_for: Browser, sitting: Sitting) -> None:
    html = client_for("safety_manager").get(f"/exams/{sitting.exam_id}/sittings")

    assert f"/exams/sittings/{sitting.id}/evidence" in html.get_data(as_text=True)
    assert "王小满" in html.get_data(as_text=True)


def test_a_running_sitting_has_no_evidence_yet(
    client_for: Browser, sitting: Sitting, session: Session
) -> None:
    session.execute(text("UPDATE sitting SET state = 'open'"))
    session.commit()

    answer = client_for("examiner").get(f"/exams/sittings/{sitting.id}/evidence")

    assert answer.status_code == 409
    assert "还没交" in answer.get_data(as_text=True)
