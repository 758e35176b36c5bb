"""`flask content check` and `flask content sync` as an operator sees them."""

import io
import json
from pathlib import Path

import docx
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app
from core import config as settings
from core.config import LIBRARY_DIR
from question_bank.models import Question
from tests.learning.drafting.texts import whole_png
from tests.question_bank.blocks import VERDICT
from tests.question_bank.files import HOT_WORK, module, question


def test_check_prints_every_problem_with_its_place_and_fails(app: Flask, tmp_path: Path) -> None:
    bad = HOT_WORK.replace("答案：错", "答案：也许").replace("依据", "依剧", 1)
    (tmp_path / "sop-dh.md").write_text(bad, encoding="utf-8")
    line = bad.split("\n").index("> - 答案：也许") + 1

    result = app.test_cli_runner().invoke(args=["content", "check", str(tmp_path)])

    assert result.exit_code == 1
    assert (
        f"{tmp_path}/sop-dh.md:{line}:8 错误 E207 答案“也许”看不懂 → 写 答案：对 或 答案：错"
        in result.output.splitlines()
    )
    assert result.output.splitlines()[-1] == "1 个模块，2 道题，2 处错误，0 处警告"


def test_check_of_sound_files_succeeds(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "sop-dh.md").write_text(HOT_WORK, encoding="utf-8")

    result = app.test_cli_runner().invoke(
        args=["content", "check", str(tmp_path / "sop-dh.md"), str(tmp_path)]
    )

    assert result.exit_code == 0
    assert result.output == "1 个模块，2 道题，0 处错误，0 处警告\n"


def test_check_of_one_file_only_warns_of_modules_that_it_did_not_see(
    app: Flask, tmp_path: Path
) -> None:
    text = module("a", question("判断", "q-000001", VERDICT.replace("#s", "sop-dh#s")))
    (tmp_path / "a.md").write_text(text, encoding="utf-8")

    result = app.test_cli_runner().invoke(args=["content", "check", str(tmp_path / "a.md")])

    assert result.exit_code == 0
    assert "警告 W302" in result.output


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.md", b"\xb6\xaf\xbb\xf0"), ("a.md", b""), ("a.md", b"---\n"), ("a.md", b"\x00" * 50)],
)
def test_check_of_anything_else_tells_a_problem(
    app: Flask, tmp_path: Path, name: str, data: bytes
) -> None:
    (tmp_path / name).write_bytes(data)

    result = app.test_cli_runner().invoke(args=["content", "check", str(tmp_path)])

    assert result.exit_code == 1
    assert "错误 E" in result.output


def test_check_needs_no_database(tmp_path: Path) -> None:
    config = settings.load(
        {"DATA_DIR": str(tmp_path / "var"), "DATABASE_URL": f"sqlite:///{tmp_path}/none/none.db"}
    )
    (tmp_path / "sop-dh.md").write_text(HOT_WORK, encoding="utf-8")
    app = create_app(config, queue_in_memory=True)

    result = app.test_cli_runner().invoke(args=["content", "check", str(tmp_path / "sop-dh.md")])

    assert result.exit_code == 0
    assert not (tmp_path / "none").exists()


def test_the_library_of_the_product_has_no_error(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["content", "check", str(LIBRARY_DIR)])

    assert result.exit_code == 0, result.output


def test_sync_says_what_it_did_and_that_a_second_run_did_nothing(
    app: Flask, config: settings.Config, session: Session
) -> None:
    config.content_dir.mkdir(parents=True)
    (config.content_dir / "sop-x.md").write_text(
        module("sop-x", question("判断", "q-000001", VERDICT)), encoding="utf-8"
    )
    runner = app.test_cli_runner()

    first = runner.invoke(args=["content", "sync"])
    second = runner.invoke(args=["content", "sync"])

    # A case with its sub-questions counts as one.
    total = session.scalar(select(func.count()).where(Question.case_id.is_(None)))
    assert first.exit_code == 0, first.output
    assert f"题目：新增 {total}，修改 0，移动 0，停用 0，未变 0" in first.output
    assert f"题目：新增 0，修改 0，移动 0，停用 0，未变 {total}" in second.output
    assert second.output.splitlines()[-1] == "内容没有变化"


def test_sync_publishes_the_rest_and_fails_when_a_module_has_an_error(
    app: Flask, config: settings.Config
) -> None:
    config.content_dir.mkdir(parents=True)
    (config.content_dir / "sop-x.md").write_text(
        module("sop-x", question("判断", "q-000001", VERDICT.replace("错", "也许"))),
        encoding="utf-8",
    )

    result = app.test_cli_runner().invoke(args=["content", "sync"])

    assert result.exit_code == 1
    assert "没有发布（有错误，改好后再同步）：sop-x" in result.output


LAW = (
    "示例法\n\n第一章　总则\n\n第一条　为了安全，制定本法。\n\n第二条　本法自2026年5月1日起施行。\n"
)


def test_draft_prints_a_module_that_check_accepts(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "law.txt").write_text(LAW, encoding="utf-8")
    runner = app.test_cli_runner()

    drafted = runner.invoke(args=["content", "draft", str(tmp_path / "law.txt")])
    (tmp_path / "law.md").write_text(drafted.stdout, encoding="utf-8")
    checked = runner.invoke(args=["content", "check", str(tmp_path / "law.md")])

    assert drafted.exit_code == 0
    assert drafted.stderr == ""
    assert checked.output == "1 个模块，0 道题，0 处错误，0 处警告\n"


def test_draft_as_json_has_the_clauses_alone_on_standard_output(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "law.txt").write_bytes(LAW.replace("自2026年5月1日", "").encode("gb18030"))

    result = app.test_cli_runner().invoke(
        args=["content", "draft", str(tmp_path / "law.txt"), "--json"]
    )

    assert json.loads(result.stdout) == {
        "title": "示例法",
        "clauses": [
            {"anchor": "c-1", "number": "第一章", "heading": "总则", "text": ""},
            {"anchor": "s-1", "number": "第一条", "heading": "", "text": "为了安全，制定本法。"},
            {"anchor": "s-2", "number": "第二条", "heading": "", "text": "本法起施行。"},
        ],
    }
    assert "GB18030" in result.stderr
    assert "生效日期" in result.stderr


def test_draft_of_word_writes_its_pictures_beside_the_module(app: Flask, tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("示例规程", style="Title")
    document.add_paragraph("第一条　见图，自2026年5月1日起施行。")
    document.add_picture(io.BytesIO(whole_png()))
    document.save(str(tmp_path / "a.docx"))
    target = tmp_path / "out" / "sop-x.md"
    runner = app.test_cli_runner()
    command = ["content", "draft", str(tmp_path / "a.docx"), "--output", str(target)]

    first = runner.invoke(args=command)
    checked = runner.invoke(args=["content", "check", str(target.parent)])
    again = runner.invoke(args=command)

    assert (first.exit_code, first.stdout) == (0, "")
    assert checked.output == "1 个模块，0 道题，0 处错误，0 处警告\n"
    assert [path.read_bytes() for path in target.parent.glob("图片/*.png")] == [whole_png()]
    assert again.exit_code == 1
    assert "已经有了，没有覆盖" in again.stderr


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "另存为不加密的 .docx"),
        ("a.txt", b"\x81\xff\xff", "看不懂文件的编码：第 1 个字节"),
        ("none.txt", None, "打不开"),
    ],
)
def test_draft_of_an_unreadable_file_fails_with_one_sentence(
    app: Flask, tmp_path: Path, name: str, data: bytes | None, said: str
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)

    result = app.test_cli_runner().invoke(args=["content", "draft", str(tmp_path / name)])

    assert result.exit_code == 1
    assert result.stdout == ""
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_check_warns_of_writing_flaws_and_succeeds(app: Flask, tmp_path: Path) -> None:
    text = HOT_WORK.replace("监护人去接电话的几分钟里", "上述监护人去接电话的几分钟里")
    (tmp_path / "sop-dh.md").write_text(text, encoding="utf-8")

    result = app.test_cli_runner().invoke(args=["content", "check", str(tmp_path)])

    assert result.exit_code == 0
    assert "警告 W309 题干一开头就说“上述”" in result.output
    assert result.output.splitlines()[-1] == "1 个模块，2 道题，0 处错误，1 处警告"
