"""Importing questions in the browser."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from core.clock import ManualClock
from core.services import Services
from question_bank.formats import uploads
from question_bank.formats.registry import guess_format
from question_bank.models import ProposedQuestion
from tests.question_bank.formats import samples
from tests.question_bank.formats.books import archive, sheets

Browser = Callable[[str], FlaskClient]
PAPER = (
    "一、单选题\n1.一\nA.甲\nB.乙\n答案：B\n2.二\nA.甲\nB.乙\n答案：D\n3.一\nA.乙\nB.甲\n答案：A\n"
)


def upload(client: FlaskClient, data: bytes | str, name: str, **form: str) -> TestResponse:
    given = data.encode() if isinstance(data, str) else data
    return client.post("/questions/import", data={"file": (io.BytesIO(given), name), **form})


def previewed(client: FlaskClient, data: bytes | str, name: str = "卷.txt", **form: str) -> str:
    answer = upload(client, data, name, **form)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return str(answer.location)


def test_a_preview_shows_what_was_read_and_stores_nothing(
    client_for: Browser, session: Session
) -> None:
    client = client_for("trainer")

    page = client.get(previewed(client, PAPER)).get_data(as_text=True)

    assert "按 文本 读到 3 项，1 道可以导入" in page
    assert "E502" in page
    assert "和第 2 行的题相同" in page
    assert session.scalar(select(func.count()).select_from(ProposedQuestion)) == 0


def test_what_was_found_is_told_in_the_language_of_the_page(
    client_for: Browser, session: Session
) -> None:
    client = client_for("trainer")
    case = "一、案例分析题\n1.材料\n（1）一\nA.甲\nB.乙\n答案：C\n"
    addresses = [previewed(client, PAPER), previewed(client, case, "案例.txt")]
    client.post("/language", data={"language": "en", "back": "/"})

    first, second = (client.get(address).text for address in addresses)

    assert "The answer names D, but there is no such option (2 in all)" in first
    assert "The same as the question on line 2" in first
    assert "Sub-question 1: The answer names C" in second


def test_a_paper_with_everything_in_it_is_shown(client_for: Browser) -> None:
    client = client_for("trainer")

    page = client.get(previewed(client, samples.TEXT)).get_data(as_text=True)

    assert page.count("import-part") == 2
    assert "第一个违章是" in page
    assert "监护人到位" in page


def test_items_are_filtered_by_what_becomes_of_them(client_for: Browser) -> None:
    client = client_for("trainer")
    address = previewed(client, PAPER)

    refused = client.get(f"{address}?status=refuse").get_data(as_text=True)

    assert "E502" in refused
    assert "和第 2 行的题相同" not in refused


def test_a_commit_proposes_and_forgets_the_preview(client_for: Browser, session: Session) -> None:
    client = client_for("trainer")
    address = previewed(client, PAPER)

    answer = client.post(f"{address}/commit", data={"seen_hash": address.rsplit("/", 1)[1]})

    assert answer.status_code == 302
    proposals = session.scalars(select(ProposedQuestion)).all()
    assert ["一" in each.block for each in proposals] == [True]
    assert client.get(address).status_code == 404


def test_a_commit_without_the_hash_of_the_preview_is_refused(
    client_for: Browser, session: Session
) -> None:
    client = client_for("trainer")
    address = previewed(client, PAPER)

    answer = client.post(f"{address}/commit", data={"seen_hash": "0" * 64})

    assert answer.status_code == 409
    assert session.scalar(select(func.count()).select_from(ProposedQuestion)) == 0


def test_a_preview_is_its_uploader_s_alone(client_for: Browser) -> None:
    address = previewed(client_for("trainer"), PAPER)

    assert client_for("safety_manager").get(address).status_code == 404


def test_the_same_file_is_read_in_another_way(client_for: Browser) -> None:
    client = client_for("trainer")
    address = previewed(client, samples.GIFT, "题.txt")
    assert "按 GIFT 读到" in client.get(address).get_data(as_text=True)

    answer = client.post(f"{address}/again", data={"format": "aiken"})

    assert "按 Aiken 读到" in client.get(str(answer.location)).get_data(as_text=True)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "a.docx", "旧的 .doc"),
        (b"", "a.txt", "文件是空的"),
        ("散文\n没有题".encode(), "a.txt", "没有读到题目"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_beside_the_field(
    client_for: Browser, data: bytes, name: str, told: str
) -> None:
    answer = upload(client_for("trainer"), data, name)

    assert answer.status_code == 422
    assert told in answer.get_data(as_text=True)


def test_refused_questions_come_back_as_a_sheet_that_can_be_mended_and_imported(
    client_for: Browser,
) -> None:
    client = client_for("trainer")
    address = previewed(client, PAPER)

    data = client.get(f"{address}/refused.xlsx").get_data()

    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert rows[0][:4] == ["位置", "原因", "题型", "题干"]
    assert "E502" in str(rows[1][1])
    assert rows[1][2:6] == ["单选", "二", "甲", "乙"]
    again = client.get(previewed(client, data, "再来.xlsx")).get_data(as_text=True)
    assert "按 Excel 读到 1 项" in again


def test_five_thousand_questions_are_shown_page_by_page(client_for: Browser) -> None:
    client = client_for("trainer")
    rows = [["单选", f"第 {n} 题", "甲", "乙", "A"] for n in range(5000)]
    data = sheets(S=[["题型", "题干", "选项A", "选项B", "答案"], *rows])

    address = previewed(client, data, "大.xlsx")
    last = client.get(f"{address}?page=100").get_data(as_text=True)

    assert "第 4951—5000 项，共 5,000 项" in last
    assert len(re.findall('<li class="import-item">', last)) == 50


def test_previews_that_nobody_acted_upon_are_tidied_away(
    client_for: Browser, services: Services, clock: ManualClock
) -> None:
    client = client_for("trainer")
    previewed(client, PAPER)
    clock.move_to(clock.now() + timedelta(days=6))
    previewed(client, samples.AIKEN, "b.txt")

    clock.move_to(clock.now() + timedelta(days=2))
    uploads.tidy(services)

    kept = sorted(path.name for path in services.config.uploads_dir.glob("questions-*"))
    assert len(kept) == 2
    assert len([name for name in kept if name.endswith(".json")]) == 1


def test_a_discarded_preview_leaves_no_file(client_for: Browser, services: Services) -> None:
    client = client_for("trainer")
    address = previewed(client, PAPER)

    client.post(f"{address}/discard")

    assert list(services.config.uploads_dir.glob("questions-*")) == []


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (samples.GIFT.encode(), "x.txt", "gift"),
        (samples.AIKEN.encode(), "x.txt", "aiken"),
        (samples.TEXT.encode(), "x.txt", "text"),
        (samples.TEXT.encode("gb18030"), "x", "text"),
        (samples.sheet(), "x.zip", "xlsx"),
        (samples.document(), "x.zip", "docx"),
        (b"a,b", "x.csv", "xlsx"),
        (archive({"a": b"b"}), "x.docx", "docx"),
    ],
)
def test_the_format_is_guessed_from_name_and_content(data: bytes, name: str, expected: str) -> None:
    assert guess_format(data, name) == expected
