"""`flask bank analyse`: a table in, figures or a message with line and column out."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

TABLE = """人,q1,q2,q3
甲,1,1,1
乙,1,1,0
丙,1,0,0
丁,0,0,1
戊,0,0,0
"""


def run(app: Flask, path: Path, data: bytes, *options: str) -> Result:
    file = path / "responses.csv"
    file.write_bytes(data)
    return app.test_cli_runner().invoke(args=["bank", "analyse", str(file), *options])


def figures_of(app: Flask, path: Path, text: str) -> Any:
    result = run(app, path, text.encode(), "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_json_holds_the_named_figures_and_nothing_else(app: Flask, tmp_path: Path) -> None:
    found = figures_of(app, tmp_path, TABLE)

    assert set(found) == {"persons", "alpha", "sem", "items"}
    assert found["persons"] == 5
    assert found["alpha"] == pytest.approx(6 / 13)
    assert found["items"][1] == {
        "id": "q2",
        "facility": 0.4,
        "discrimination_index": 1.0,
        "point_biserial": pytest.approx(1 / 2.4**0.5),
        "discriminative_efficiency": pytest.approx(1.0),
        "effective_weight": pytest.approx(0.3783, abs=1e-4),
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_usual_encoding_is_read(app: Flask, tmp_path: Path, encoding: str) -> None:
    result = run(app, tmp_path, TABLE.replace("q1", "限速").encode(encoding), "--json")

    assert json.loads(result.stdout)["items"][0]["id"] == "限速"


def test_a_row_of_maxima_counts_and_is_no_person(app: Flask, tmp_path: Path) -> None:
    found = figures_of(app, tmp_path, "p,a,b\nmax,2,4\nx,1,4\ny,0.5,0\n")

    assert (found["persons"], found["items"][0]["facility"]) == (2, 0.375)


def test_without_maxima_the_highest_points_are_the_maximum(app: Flask, tmp_path: Path) -> None:
    found = figures_of(app, tmp_path, "p,a,b\nx,2,0\ny,1,0\n")

    assert [item["facility"] for item in found["items"]] == [0.75, 0.0]


def test_empty_cells_are_left_out(app: Flask, tmp_path: Path) -> None:
    found = figures_of(app, tmp_path, "p,a,b\nx,1,1\ny,,0\nz,1,\n")

    assert [item["facility"] for item in found["items"]] == [1.0, 0.5]


def test_figures_that_do_not_exist_are_null(app: Flask, tmp_path: Path) -> None:
    found = figures_of(app, tmp_path, "p,a\nx,1\n")

    assert (found["alpha"], found["sem"], found["items"][0]["point_biserial"]) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("p,a,b\nx,1,yes\n", "第 2 行第 3 列（b）：“yes”不是得分"),
        ("p,a,b\nx,1,-1\n", "第 2 行第 3 列（b）：“-1”不是得分"),
        ("p,a,b\nx,nan,1\n", "第 2 行第 2 列（a）：“nan”不是得分"),
        ("p,a,b\nx,1\n", "第 2 行有 2 列，应有 3 列"),
        ("p,a,a\nx,1,1\n", "第 1 行第 3 列：题号 a 在第 2 列已经有了"),
        ("p,a,\nx,1,1\n", "第 1 行第 3 列：没有题号"),
        ("p,a\nmax,1\nx,2\n", "第 3 行第 2 列（a）：得分 2 超过满分"),
        ("p,a\nmax,0\nx,0\n", "第 2 行第 2 列（a）：满分要大于 0"),
        ("p,a\n", "只有表头"),
        ("p\nx\n", "第 1 行只有一列"),
        ('p,a\nx,"1\n', "第 2 行：引号没有成对"),
        ("", "文件是空的"),
    ],
)
def test_a_bad_table_is_refused_with_its_place(
    app: Flask, tmp_path: Path, text: str, message: str
) -> None:
    result = run(app, tmp_path, text.encode(), "--json")

    assert (result.exit_code, result.stdout) == (1, "")
    assert message in result.stderr


def test_a_missing_file_is_said(app: Flask, tmp_path: Path) -> None:
    missing = str(tmp_path / "none.csv")

    result = app.test_cli_runner().invoke(args=["bank", "analyse", missing])

    assert result.exit_code == 1
    assert "打不开" in result.stderr


def test_a_person_reads_a_table_with_reasons(app: Flask, tmp_path: Path) -> None:
    result = run(app, tmp_path, b"p,a,b\nx,1,1\ny,1,0\n")

    assert "2 人，2 题" in result.stdout
    assert "这题人人得分一样" in result.stdout
