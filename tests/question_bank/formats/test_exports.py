"""Taking questions out: who may, what must be accepted first, and what stays on record."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from question_bank.formats.registry import READERS
from question_bank.models import Question, QuestionState
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.question_bank.factories import make_questions

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def bank(session: Session, cast: Cast) -> list[Question]:
    questions = make_questions(session, now=MONDAY)
    questions[3].state = QuestionState.DRAFT
    session.commit()
    return questions


def exports(session: Session) -> list[AuditEntry]:
    found = select(AuditEntry).where(AuditEntry.action == "questions.exported")
    return list(session.scalars(found.order_by(AuditEntry.id)))


def ids_in(format_: str, data: bytes, name: str) -> set[str]:
    return {item.external_id for item in READERS[format_](data, name)}


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["bank", "export", *arguments])
    return result.exit_code, result.output


def test_the_command_writes_enabled_questions_and_their_report(
    app: Flask, session: Session, bank: list[Question], tmp_path: Path
) -> None:
    out = tmp_path / "题目.json"

    code, told = run(app, "--format", "json", "--out", str(out))

    assert code == 0, told
    assert ids_in("json", out.read_bytes(), out.name) == {"q-7f3k2m", "q-2cw9xa", "q-h5t0pd"}
    report = (tmp_path / "题目.json.losses.txt").read_text("utf-8")
    assert report.splitlines() == ["导出格式：本系统的 JSON", "写出 3 题", "没有丢失任何内容"]
    (entry,) = exports(session)
    assert entry.after == {
        "questions": 3,
        "left_out": 0,
        "scoring_changed": 0,
        "filter": {"states": ["active"]},
    }


def test_module_tag_and_state_choose_the_questions(
    app: Flask, bank: list[Question], tmp_path: Path
) -> None:
    out = tmp_path / "x.json"

    run(app, "--format", "json", "--out", str(out), "--module", "sop-qp")
    module = ids_in("json", out.read_bytes(), out.name)
    run(app, "--format", "json", "--out", str(out), "--tag", "动火")
    tag = ids_in("json", out.read_bytes(), out.name)
    run(app, "--format", "json", "--out", str(out), "--state", "draft")
    draft = ids_in("json", out.read_bytes(), out.name)

    assert (module, tag, draft) == ({"q-h5t0pd"}, {"q-7f3k2m"}, {"q-m4e8vn"})


def test_changed_scoring_is_refused_until_it_is_accepted(
    app: Flask, session: Session, bank: list[Question], tmp_path: Path
) -> None:
    out = tmp_path / "题目.xml"

    code, told = run(app, "--format", "moodle-xml", "--out", str(out))

    assert code == 1
    assert "q-2cw9xa" in told
    assert not out.exists()
    assert "q-2cw9xa\t评分会变\t给分" in (tmp_path / "题目.xml.losses.txt").read_text("utf-8")
    assert exports(session) == []

    code, _told = run(app, "--format", "moodle-xml", "--out", str(out), "--accept-scoring-changes")

    assert code == 0
    assert len(ids_in("moodle-xml", out.read_bytes(), out.name)) == 3
    assert len(exports(session)) == 1


def test_nothing_to_export_and_a_folder_that_is_not_there_are_told(
    app: Flask, bank: list[Question], tmp_path: Path
) -> None:
    nothing = run(app, "--format", "json", "--out", str(tmp_path / "x"), "--module", "none")
    nowhere = run(app, "--format", "json", "--out", str(tmp_path / "gone" / "x"))

    assert nothing[0] == nowhere[0] == 1
    assert "没有符合条件的题" in nothing[1]


@pytest.mark.parametrize(
    ("version", "name"), [("2.1", b"assessmentItem"), ("3.0", b"qti-assessment-item")]
)
def test_the_version_of_qti_is_chosen(
    app: Flask, bank: list[Question], tmp_path: Path, version: str, name: bytes
) -> None:
    out = tmp_path / "题目.zip"

    code, told = run(
        app, "--format", "qti", "--out", str(out), "--qti-version", version, "--tag", "动火"
    )

    assert code == 0, told
    assert ids_in("qti", out.read_bytes(), out.name) == {"q-7f3k2m"}


def test_the_page_shows_losses_and_asks_for_consent(
    client_for: Browser, session: Session, bank: list[Question]
) -> None:
    trainer = client_for("trainer")

    page = trainer.get("/questions/export?format=aiken").get_data(as_text=True)

    assert "没有写出" in page
    assert 'name="accept"' in page
    assert 'href="/questions/q-h5t0pd"' in page

    refused = trainer.post("/questions/export", data={"format": "aiken"})
    taken = trainer.post("/questions/export", data={"format": "aiken", "accept": "1"})

    assert refused.status_code == 409
    assert "q-2cw9xa" in refused.get_data(as_text=True)
    assert taken.status_code == 200
    assert "attachment" in taken.headers["Content-Disposition"]
    assert "ANSWER: B" in taken.get_data(as_text=True)
    (entry,) = exports(session)
    assert (entry.subject_type, entry.subject_id) == ("question_bank", "aiken")
    assert entry.actor_name == "孙清明"


def test_losses_are_named_in_the_language_of_the_page(
    client_for: Browser, bank: list[Question]
) -> None:
    client = client_for("trainer")
    client.post("/language", data={"language": "en", "back": "/"})

    page = client.get("/questions/export?format=aiken").text
    report = client.get("/questions/export/losses?format=aiken").data.decode("utf-8-sig")

    assert "Aiken has single choice only, not this type: Multiple choice" in page
    assert "Export format: Aiken" in report
    assert not re.search("[\u4e00-\u9fff]", report)


def test_a_format_that_keeps_everything_needs_no_consent(
    client_for: Browser, bank: list[Question]
) -> None:
    trainer = client_for("trainer")

    page = trainer.get("/questions/export?format=json&module=sop-qp").get_data(as_text=True)
    taken = trainer.post("/questions/export", data={"format": "json", "module": "sop-qp"})

    assert "什么都不丢" in page
    assert 'name="accept"' not in page
    assert ids_in("json", taken.data, "x.json") == {"q-h5t0pd"}


def test_the_list_hands_its_filter_to_the_export(client_for: Browser, bank: list[Question]) -> None:
    page = client_for("trainer").get("/questions?module=sop-qp&words=监护").get_data(as_text=True)

    assert "/questions/export?module=sop-qp&amp;words=%E7%9B%91%E6%8A%A4" in page


def test_the_report_comes_as_a_file(client_for: Browser, bank: list[Question]) -> None:
    answer = client_for("safety_manager").get("/questions/export/losses?format=gift")

    assert answer.get_data(as_text=True).removeprefix("\ufeff").startswith("导出格式：GIFT\n")


@pytest.mark.parametrize("who", ["learner", "examiner", "administrator", "inspector"])
def test_whoever_may_not_export_gets_no_key(
    client_for: Browser, bank: list[Question], who: str
) -> None:
    client = client_for(who)

    answers = [
        client.get("/questions/export?format=text"),
        client.get("/questions/export/losses?format=text"),
        client.post("/questions/export", data={"format": "text", "accept": "1"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert all("次日 6:00" not in answer.get_data(as_text=True) for answer in answers)
