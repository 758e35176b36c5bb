"""One way to write a module file: the formatter says the same, once and for all."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from core.config import LIBRARY_DIR
from core.errors import InvalidContent
from learning.parsing import parse_module
from question_bank.authoring.blocks import read_alone
from question_bank.authoring.formatting import format_text
from question_bank.authoring.writing import write_block
from question_bank.models import ProposalOrigin, ProposalState, ProposedQuestion, QuestionType
from tests.conftest import MONDAY
from tests.question_bank.draft_strategies import drafts, lines
from tests.question_bank.files import HOT_WORK, module, question
from tests.question_bank.test_write_block import CASES, without_places, words_alone

FILES = sorted(path for path in LIBRARY_DIR.rglob("*.md") if path.name.lower() != "readme.md")
MESSY = """\ufeff
－－－
version: "1.0"
# 谁负责
负责人: 安全科
id：sop-dh
标题:   动火
kind: procedure
生效日期: 2026-01-01
来源:
  - clauses: ['3.2']
    # 全称
    name: 示例规程
---


＃＃ 3.2 有效期

一级票有效期 8 小时。   \r
正文  照旧。  \r
第二行。


###【单选题】 一级票 ｛＃q-7f3k2m｝
问？
A. 甲
B、乙
答案：B
条款：［3.2］（＃s-3-2）
> - 难度：4
> - 标签：动火,作业票
### [判断] 没有编号
题干。

> - 解析：先说
>   再说
> - 答案：正确
"""
TIDY = """---
标识: sop-dh
标题: 动火
类别: procedure
版本: "1.0"
生效日期: 2026-01-01
来源:
  - clauses: ['3.2']
    # 全称
    name: 示例规程
# 谁负责
负责人: 安全科
---

## 3.2 有效期 {#s-3-2}

一级票有效期 8 小时。  
正文  照旧。  
第二行。

### 【单选】一级票 {#q-7f3k2m}

问？

- [ ] 甲
- [x] 乙

> - 依据：[3.2](#s-3-2)
> - 难度：较难
> - 标签：动火、作业票

### 【判断】没有编号 {#q-000001}

题干。

> - 答案：对
> - 解析：先说
>     再说
"""


def ids() -> Iterator[str]:
    return (f"q-{number:06d}" for number in count(1))


def formatted(text: str) -> str:
    made = ids()
    return format_text(text, "sop-dh.md", new_id=lambda: next(made))


def test_an_untidy_file_becomes_tidy() -> None:
    assert formatted(MESSY) == TIDY


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_library_is_written_in_canonical_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert format_text(text, path.name) == text


def test_ids_and_anchors_that_are_there_stay() -> None:
    text = HOT_WORK.replace("## 3.2 有效期 {#s-3-2}", "## 3.2 有效期 {#validity}\n\n## 3.2 又一条")
    made = formatted(text.replace("(#s-3-2)", "(#validity)"))

    assert "## 3.2 有效期 {#validity}" in made
    assert "## 3.2 又一条 {#s-3-2}" in made
    assert "{#q-7f3k2m}" in made
    assert "{#q-h5t0pd}" in made


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("## 第二十八条 培训", "s-28"),
        ("## 第十二条之一 增加的一条", "s-12-1"),
        ("### 4.5.1 细目", "s-4-5-1"),
        ("## 第三章 培训", None),
        ("## 总则", None),
        ("## 1、目的", "s-1"),
    ],
)
def test_a_heading_with_a_clause_number_gets_its_anchor(heading: str, anchor: str | None) -> None:
    made = formatted(HOT_WORK + f"\n---\n\n{heading}\n\n文字。\n")

    assert (f"{heading} {{#{anchor}}}\n" if anchor else f"{heading}\n") in made


def test_comments_stay_where_they_are() -> None:
    text = HOT_WORK.replace("- [x] 次日 6:00", "<!-- 核对过 -->\n- [x] 次日 6:00")
    text = text.replace("一级票有效期", "<!-- 待查\n\n\n## 3.9 不是标题 -->\n一级票有效期")
    made = formatted(text)

    assert "<!-- 核对过 -->\n- [x] 次日 6:00" in made
    assert "## 3.9 不是标题 -->\n一级票有效期" in made
    assert formatted(made) == made


def test_a_file_with_an_error_is_refused_with_everything_that_is_wrong() -> None:
    bad = HOT_WORK.replace("答案：错", "答案：也许").replace("难度：易", "难度：七")

    with pytest.raises(InvalidContent) as refused:
        formatted(bad)

    assert [problem.code for problem in refused.value.problems] == ["E110", "E207"]


def test_a_case_gets_ids_for_all_its_parts() -> None:
    part = question("判断题", None, "\n甲。\n\n> - 答案：T\n", "一")
    case = question("案例", None, f"\n经过。\n\n#{part}", "补焊")
    made = formatted(module("sop-dh", case))

    assert "### 【案例】补焊 {#q-000002}" in made
    assert "#### 【判断】一 {#q-000001}" in made


def outcome_of(text: str) -> tuple[str, set[str]]:
    try:
        return format_text(text, "sop-dh.md"), set()
    except InvalidContent as refused:
        return "", {problem.code for problem in refused.problems}


@st.composite
def modules(draw: st.DrawFn) -> str:
    """Prose with nasty lines, and questions between them."""
    pieces = [module("sop-dh")]
    for draft in draw(st.lists(drafts(), max_size=3)):
        pieces.append(write_block(draft, level=draw(st.integers(2, 4))))
        prose = "\n".join(draw(st.lists(lines, max_size=3)))
        pieces.append(f"---\n\n{prose}" if prose else "")
    return "\n\n".join(pieces)


@settings(max_examples=CASES // 2, deadline=None)
@given(modules())
def test_formatting_changes_nothing_that_is_said_and_is_done_once(text: str) -> None:
    made, codes = outcome_of(text)

    # Random prose may well hold a faulty question; that is never a fault of the formatter.
    assert "E117" not in codes
    if codes:
        return
    assert format_text(made, "sop-dh.md") == made
    before, after = (parse_module(each, "sop-dh.md")[0] for each in (text, made))
    for old, new in zip(before.blocks, after.blocks, strict=True):
        pair = [read_alone(block, path="sop-dh.md")[0] for block in (old, new)]
        assert words_alone(without_places(pair[0])) == words_alone(without_places(pair[1]))


def test_the_command_rewrites_files_and_avoids_ids_of_the_bank(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    session.add(
        ProposedQuestion(
            public_id="q-000001",
            origin=ProposalOrigin.IMPORT,
            state=ProposalState.REJECTED,
            type=QuestionType.TRUE_FALSE,
            block="",
            proposed_at=MONDAY,
        )
    )
    session.flush()
    path = tmp_path / "sop-dh.md"
    path.write_text(MESSY, encoding="utf-8", newline="")

    checked = app.test_cli_runner().invoke(args=["content", "format", "--check", str(tmp_path)])
    untouched = path.read_text(encoding="utf-8")
    result = app.test_cli_runner().invoke(args=["content", "format", str(tmp_path)])
    again = app.test_cli_runner().invoke(args=["content", "format", "--check", str(tmp_path)])

    assert checked.exit_code == 1
    assert f"要改写 {path}" in checked.output
    assert "｛＃q-7f3k2m｝" in untouched
    assert result.exit_code == 0
    assert "【判断】没有编号 {#q-" in path.read_text(encoding="utf-8")
    assert "q-000001" not in path.read_text(encoding="utf-8")
    assert (again.exit_code, again.output) == (0, "1 个文件，要改写 0 个，有错误没有动 0 个\n")
    assert [found.name for found in tmp_path.glob("*.md*")] == ["sop-dh.md"]


def test_the_command_mends_what_has_one_remedy_when_told_to(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "sop-dh.md"
    file.write_text(HOT_WORK.replace("标题: ", "标题：", 1).replace("依据", "依剧"), "utf-8")
    runner = app.test_cli_runner()

    refused = runner.invoke(args=["content", "format", str(tmp_path)])
    told = runner.invoke(args=["content", "format", "--mend", str(tmp_path)])

    assert refused.exit_code == 1
    assert told.exit_code == 0, told.output
    assert "sop-dh.md:3:3 错误 E102" in told.output
    assert "依剧" not in file.read_text("utf-8")


def test_the_command_leaves_a_file_with_errors_alone(app: Flask, tmp_path: Path) -> None:
    bad = module("sop-dh", question("判断", None, "\n题干。\n\n> - 答案：也许\n"))
    (tmp_path / "sop-dh.md").write_text(bad, encoding="utf-8")

    result = app.test_cli_runner().invoke(args=["content", "format", str(tmp_path)])

    assert result.exit_code == 1
    assert "错误 E207" in result.output
    assert (tmp_path / "sop-dh.md").read_text(encoding="utf-8") == bad
