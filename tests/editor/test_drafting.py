"""A law is uploaded, looked at and taken along as a module file."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import docx
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from editor.models import WorkingCopy
from editor.uploads import DraftUploads
from learning.models import StoredImage
from learning.parsing import parse_module
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.learning.drafting.texts import law, whole_png

Browser = Callable[[str], FlaskClient]


def upload(client: FlaskClient, data: bytes, name: str) -> tuple[int, str]:
    """Post a file; the status and where it leads, or the page."""
    answer = client.post(
        "/editor/draft",
        data={"file": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
    )
    return answer.status_code, answer.location or answer.text


def test_the_draft_of_a_law_is_shown_clause_by_clause(client_for: Browser, cast: Cast) -> None:
    client = client_for("safety_manager")

    status, address = upload(client, law(12).encode(), "law.txt")
    page = client.get(address).text

    assert status == 302
    assert "中华人民共和国示例法" in page
    assert "14 个条款，0 张图片，标识 shi-li-fa" in page
    assert '<span class="draft-number">第十二条</span>' in page
    assert "目录没有写进模块" in page


def test_the_draft_is_taken_along_as_a_module_file(client_for: Browser, cast: Cast) -> None:
    client = client_for("safety_manager")

    _, address = upload(client, law(3).encode(), "law.txt")
    answer = client.get(f"{address}/files")

    assert "shi-li-fa.md" in answer.headers["Content-Disposition"]
    module, problems = parse_module(answer.text, "a.md")
    assert problems == []
    assert {"c-1", "s-1", "s-3"} <= module.anchors


def test_pictures_come_along_in_an_archive(client_for: Browser, cast: Cast) -> None:
    document = docx.Document()
    document.add_paragraph("规程", style="Title")
    document.add_paragraph("第一条　见图。")
    document.add_picture(io.BytesIO(whole_png()))
    stream = io.BytesIO()
    document.save(stream)
    client = client_for("safety_manager")

    _, address = upload(client, stream.getvalue(), "规程.docx")
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"{address}/files").data))

    names = archive.namelist()
    assert names[0] == "gui-cheng.md"
    assert names[1].startswith("图片/")
    assert archive.read(names[1]) == whole_png()
    assert f"]({names[1]})" in archive.read(names[0]).decode()


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.doc", "另存为不加密的 .docx"),
        (b"PK\x03\x04", "a.docx", "Word 文件损坏"),
        (b"", "", "选一个 .docx、.md 或 .txt 文件"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(
    client_for: Browser, cast: Cast, data: bytes, name: str, said: str
) -> None:
    status, page = upload(client_for("safety_manager"), data, name)

    assert status == 422
    assert said in page


def test_an_uploaded_file_is_kept_for_a_day(tmp_path: Path) -> None:
    uploads = DraftUploads(tmp_path)
    token = uploads.keep("a.txt", b"one", now=MONDAY)

    uploads.keep("b.txt", b"two", now=MONDAY + timedelta(days=1))
    kept = uploads.load(token)
    uploads.keep("c.txt", b"three", now=MONDAY + timedelta(days=1, seconds=1))

    assert kept is not None
    assert (kept.name, kept.data) == ("a.txt", b"one")
    assert uploads.load(token) is None
    assert uploads.load("../../etc/passwd") is None


def drafted(client: FlaskClient) -> str:
    """The address of a draft with a picture."""
    document = docx.Document()
    document.add_paragraph("冲床操作规程", style="Title")
    document.add_paragraph("第一条　见图。")
    document.add_picture(io.BytesIO(whole_png()))
    stream = io.BytesIO()
    document.save(stream)
    return upload(client, stream.getvalue(), "规程.docx")[1]


def test_a_draft_becomes_a_working_copy_with_its_pictures(
    client_for: Browser, cast: Cast, session: Session
) -> None:
    client = client_for("trainer")
    address = drafted(client)

    answer = client.post(address, data={"key": "sop-press"})
    page = client.get(answer.location)

    copy = session.scalars(select(WorkingCopy)).one()
    picture = session.scalars(select(StoredImage)).one()
    assert answer.location == f"/editor/copies/{copy.id}"
    assert copy.path == "procedures/sop-press.md"
    assert (copy.module_key, copy.title) == ("sop-press", "冲床操作规程")
    assert "标识: sop-press\n" in copy.text
    assert picture.path.startswith("procedures/图片/")
    assert f"]({picture.path.removeprefix('procedures/')})" in copy.text
    shown = client.get(f"/modules/images/{picture.name}")
    assert shown.data == whole_png()
    shown.close()
    assert f'src="/modules/images/{picture.name}"' in page.text


@pytest.mark.parametrize(
    ("key", "said"),
    [("sop-press", "标识 sop-press 已经用了，换一个"), ("冲床", "小写字母开头"), ("", "写上标识")],
)
def test_a_key_that_cannot_be_is_told_beside_the_field(
    client_for: Browser, cast: Cast, session: Session, key: str, said: str
) -> None:
    client = client_for("trainer")
    address = drafted(client)
    client.post(address, data={"key": "sop-press"})

    answer = client.post(address, data={"key": key})

    assert answer.status_code == 422
    assert said in answer.text
    assert len(session.scalars(select(WorkingCopy)).all()) == 1


def test_only_a_trainer_is_offered_to_go_on_writing(client_for: Browser, cast: Cast) -> None:
    trainer, manager = client_for("trainer"), client_for("safety_manager")
    address = drafted(trainer)

    assert "开始编辑" in trainer.get(address).text
    assert "开始编辑" not in manager.get(address).text
