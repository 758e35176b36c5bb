"""`flask bank import` as an operator and other programs see it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app
from core import config as settings
from core.audit import AuditEntry
from core.chance import CountedSeeds
from question_bank.models import ProposedQuestion
from tests.conftest import MONDAY
from tests.question_bank.factories import make_question

GIFT = "一{=甲 ~乙}\n\n二{=甲 ~乙\n\n说明\n\n一 {~乙。 =甲}\n\n区间{#10:0.5 =%50%10:1}"
KEYS = ["line", "cell", "status", "type", "stem", "options", "weights", "answer"]
KEYS += ["errors", "warnings"]


@pytest.fixture
def bare_app(tmp_path: Path) -> Flask:
    """The product in an empty folder: no database, nothing migrated."""
    config = settings.load({"DATA_DIR": str(tmp_path / "empty")})
    return create_app(config, seeds=CountedSeeds(), queue_in_memory=True)


def run(app: Flask, *args: str) -> Result:
    return app.test_cli_runner().invoke(args=["bank", "import", *args])


def written(tmp_path: Path, text: str | bytes, name: str = "题.gift") -> str:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def previewed(app: Flask, path: str, format_: str = "gift") -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run(app, path, "--format", format_, "--json").stdout)
    return told


def test_a_preview_needs_no_database_and_makes_none(bare_app: Flask, tmp_path: Path) -> None:
    result = run(bare_app, written(tmp_path, GIFT), "--format", "gift", "--json")

    assert result.exit_code == 0
    assert not (tmp_path / "empty" / "shanggang.sqlite3").exists()
    assert [path for path in (tmp_path / "empty").rglob("*") if "sqlite" in path.name] == []


def test_the_json_holds_every_key_in_file_order(bare_app: Flask, tmp_path: Path) -> None:
    told = previewed(bare_app, written(tmp_path, GIFT))

    assert list(told) == ["source", "hash", "items"]
    assert (told["source"], len(told["hash"])) == ("题.gift", 64)
    assert [list(item) for item in told["items"]] == [KEYS] * 5
    assert [(item["line"], item["status"]) for item in told["items"]] == [
        (1, "import"),
        (3, "refuse"),
        (5, "material"),
        (7, "duplicate"),
        (9, "import"),
    ]
    assert told["items"][0]["answer"] == [0]
    assert told["items"][1]["errors"][0]["code"] == "E510"
    assert told["items"][2]["type"] is None
    assert "第 1 行" in told["items"][3]["warnings"][0]["message"]
    assert told["items"][4]["answer"] == [["10±0.5", {"text": "10±1", "percent": 50}]]


def test_without_json_a_table_to_read_is_printed(bare_app: Flask, tmp_path: Path) -> None:
    result = run(bare_app, written(tmp_path, GIFT), "--format", "gift")

    assert result.exit_code == 0
    assert "第 1 行 可导入 单选 一" in result.output
    assert "√ A. 甲" in result.output
    assert "错误 E510" in result.output
    assert "共 5 项：可导入 2，拒收 1，材料 1，重复 1" in result.output


@pytest.mark.parametrize(
    ("content", "format_", "told"),
    [
        (b"\xff\xfe\x00", "text", "E516"),
        (b"", "gift", "空"),
        (b"not a zip", "docx", "Word"),
        (b"PK\x03\x04 broken", "xlsx", "zip"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_on_stderr_with_exit_code_1(
    bare_app: Flask, tmp_path: Path, content: bytes, format_: str, told: str
) -> None:
    result = run(bare_app, written(tmp_path, content), "--format", format_, "--json")

    assert (result.exit_code, result.stdout) == (1, "")
    assert told in result.stderr


def test_a_missing_file_and_a_file_too_large_are_told(bare_app: Flask, tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(20 * 1024 * 1024 + 1)

    for path in (str(tmp_path / "none.txt"), str(large)):
        result = run(bare_app, path, "--format", "text")
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.strip()


@pytest.mark.parametrize("args", [(), ("x.gift",), ("x.gift", "--format", "klingon")])
def test_wrong_usage_has_exit_code_2(bare_app: Flask, args: tuple[str, ...]) -> None:
    assert run(bare_app, *args).exit_code == 2


def test_the_hash_covers_bytes_format_and_switches(bare_app: Flask, tmp_path: Path) -> None:
    text = "1.题干[单选题]\nA.甲\nB.乙\n答案：B\n"
    path = written(tmp_path, text, "a.txt")

    hashes = {previewed(bare_app, path, "text")["hash"], previewed(bare_app, path, "gift")["hash"]}
    hashes.add(previewed(bare_app, written(tmp_path, text + "\n", "a.txt"), "text")["hash"])

    assert len(hashes) == 3
    assert previewed(bare_app, written(tmp_path, text, "b.txt"), "text")["hash"] in hashes


def test_a_commit_without_a_database_is_refused(bare_app: Flask, tmp_path: Path) -> None:
    path = written(tmp_path, GIFT)
    seen = previewed(bare_app, path)["hash"]

    result = run(bare_app, path, "--format", "gift", "--commit", seen)

    assert result.exit_code == 1
    assert "数据库" in result.stderr


def test_a_commit_proposes_what_was_previewed(app: Flask, session: Session, tmp_path: Path) -> None:
    path = written(tmp_path, GIFT)
    seen = previewed(app, path)["hash"]
    assert session.scalar(select(func.count()).select_from(ProposedQuestion)) == 0

    result = run(app, path, "--format", "gift", "--commit", seen)

    assert result.exit_code == 0, result.stderr
    assert "已存 2 道待审的题" in result.output
    proposals = session.scalars(select(ProposedQuestion)).all()
    assert [each.source for each in proposals] == ["题.gift"] * 2
    assert all("状态：草稿" in each.block for each in proposals)
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "questions.imported")
    ).all()
    assert len(entries) == 1


def test_a_changed_file_is_not_committed(app: Flask, session: Session, tmp_path: Path) -> None:
    path = written(tmp_path, GIFT)
    seen = previewed(app, path)["hash"]
    written(tmp_path, GIFT + "\n\n三{T}")

    result = run(app, path, "--format", "gift", "--commit", seen)

    assert result.exit_code == 1
    assert "再预览一次" in result.stderr
    assert session.scalar(select(func.count()).select_from(ProposedQuestion)) == 0


def test_a_question_of_the_bank_is_a_duplicate_that_names_it(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    make_question(session, now=MONDAY)
    session.commit()
    text = (
        "夜班22:00签发的一级动火作业票最晚可以用到什么时候"
        "{~用完为止。 =次日 6\\:00 ~次日 10\\:00 ~次日 2\\:00}"
    )

    (item,) = previewed(app, written(tmp_path, text))["items"]

    assert item["status"] == "duplicate"
    assert "q-7f3k2m" in item["warnings"][0]["message"]
