"""Module files: front matter, sections, question blocks, and every mistake with its line."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Problem
from learning.headings import QUESTION_TYPES, TYPE_WORDS, bracketed_heading
from learning.links import images_in
from learning.models import ModuleKind
from learning.parsing import ParsedModule, decode, parse_module

FRONT = """---
标识: sop-dh
标题: 动火作业操作规程
类别: 操作规程
版本: 1.10
生效日期: 2026-01-01
来源:
  - 简称: 动火规程
    名称: 示例厂动火作业管理规程
    文号: SL-SOP-07
    条款: [3.1, "3.10", 4.5]
学时: 1.5
对象: [焊工, 监护人]
负责人: 安全科
---
"""
BODY = """
# 动火作业操作规程

开头的话。

## 3.2 作业票有效期 {#s-3-2}

一级动火作业票有效期不超过 ==8 小时==。

### 【单选】一级动火票的有效期 {#q-7f3k2m}

最晚可以用到什么时候？

- [ ] 次日 2:00
- [x] 次日 6:00

> - 依据：[3.2](#s-3-2)

## 4.5 签发条件 {#s-4-5}

见[上面](#s-3-2)。
"""
SAMPLE = FRONT + BODY


def parse(text: str) -> tuple[ParsedModule, list[Problem]]:
    return parse_module(text, "sop-dh.md")


def codes(text: str) -> list[str]:
    return [problem.code for problem in parse(text)[1]]


def with_front(*changes: tuple[str, str]) -> str:
    front = FRONT
    for old, new in changes:
        assert old in front
        front = front.replace(old, new)
    return front + BODY


def test_front_matter_keeps_every_scalar_as_written() -> None:
    module, problems = parse(SAMPLE)

    assert problems == []
    assert module.front.version == "1.10"
    assert module.front.sources[0].clauses == ("3.1", "3.10", "4.5")
    assert module.front.kind is ModuleKind.OPERATING_PROCEDURE
    assert module.front.effective_on == date(2026, 1, 1)
    assert module.front.hours_tenths == 15
    assert module.front.audience == ("焊工", "监护人")


def test_english_keys_mean_the_same() -> None:
    english = (
        SAMPLE.replace("标识:", "id:")
        .replace("标题:", "title:")
        .replace("类别: 操作规程", "kind: procedure")
        .replace("版本:", "version:")
        .replace("生效日期:", "effective:")
        .replace("来源:", "sources:")
        .replace("名称:", "name:")
        .replace("学时:", "hours:")
        .replace("对象:", "positions:")
    )

    module, problems = parse(english)

    assert problems == []
    assert module.front == parse(SAMPLE)[0].front


def test_words_that_yaml_would_guess_about_stay_text() -> None:
    module, _ = parse(with_front(("负责人: 安全科", "负责人: no"), ("1.10", "007")))

    assert (module.front.owner, module.front.version) == ("no", "007")


@pytest.mark.parametrize("written", ["2026/1/1", "2026年1月1日", "2026.01.01", '"2026-01-01"'])
def test_dates_are_understood_in_the_forms_people_write(written: str) -> None:
    module, problems = parse(with_front(("2026-01-01", written)))

    assert problems == []
    assert module.front.effective_on == date(2026, 1, 1)


def test_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    windows, problems = parse("\ufeff" + SAMPLE.replace("\n", "\r\n"))

    assert (windows, problems) == parse(SAMPLE)


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("标题: 动火", "标题：动火", "E102", 3),
        ("负责人:", "负责:", "E105", 14),
        ("负责人: 安全科", "标题: 再来一个", "E106", 14),
        ("版本: 1.10\n", "", "E109", 2),
        ("2026-01-01", "2026-02-30", "E110", 6),
        ("1.5", "1.25", "E110", 12),
        ("类别: 操作规程", "类别: 规章", "E110", 4),
        ("标识: sop-dh", "标识: 动火", "E110", 2),
        ("1.10", "1" * 41, "E110", 5),
        ("标题: 动火", "标题: 安全: 动火", "E111", 3),
        ("负责人: 安全科", "负责人: &a 安全科", "E111", 14),
        ("负责人: 安全科", "负责人: !!python/name:os.system x", "E111", 14),
        ("负责人: 安全科", "负责人: [[[[[[[甲]]]]]]]", "E111", 14),
        ("安全科\n", "安全科\n失效日期: 2025-01-01\n", "E110", 15),
    ],
)
def test_front_matter_mistakes_name_their_line(old: str, new: str, code: str, line: int) -> None:
    _, problems = parse(with_front((old, new)))

    assert [(found.code, found.line) for found in problems] == [(code, line)]
    assert str(problems[0]).startswith(f"sop-dh.md:{line}:")


def test_nearest_known_key_is_offered() -> None:
    _, problems = parse(with_front(("生效日期:", "生校日期:")))

    assert "生效日期" in problems[1].fix
    assert {found.code for found in problems} == {"E105", "E109"}


def test_all_mistakes_are_reported_at_once_by_line() -> None:
    broken = with_front(("标题: 动火", "标题：动火"), ("2026-01-01", "明天"), ("学时", "课时"))

    _, problems = parse(broken + "\n[坏链接](#s-9)\n")

    assert [found.code for found in problems] == ["E102", "E110", "E105", "E302"]
    assert [found.line for found in problems] == sorted(found.line for found in problems)


def test_regulation_without_sources_is_an_error_and_a_case_without_is_not() -> None:
    source = FRONT[FRONT.index("来源:") : FRONT.index("学时:")]
    regulation = with_front((source, ""), ("操作规程\n版本", "法规\n版本"))
    case = with_front((source, ""), ("操作规程\n版本", "事故案例\n版本"))

    assert codes(regulation) == ["E109"]
    assert codes(case) == []


def test_front_matter_left_open_is_one_error_and_the_questions_are_still_found() -> None:
    module, problems = parse(FRONT.removesuffix("---\n") + BODY + "\n---\n\n尾声\n")

    assert [found.code for found in problems] == ["E103"]
    assert module.front.key == "sop-dh"
    assert len(module.blocks) == 1


def test_front_matter_of_more_than_200_lines_is_refused() -> None:
    assert codes(with_front(("负责人", "# 注\n" * 200 + "负责人"))) == ["E111"]


def test_file_without_front_matter_says_so() -> None:
    assert codes("# 标题\n\n正文\n") == ["E109"]


def test_file_in_another_encoding_names_byte_and_line() -> None:
    text, problems = decode("第一行\n动火".encode() + "作业".encode("gb18030"), "a.md")

    assert text == ""
    assert (problems[0].code, problems[0].line) == ("E101", 2)
    assert "0xD7" in problems[0].message


def test_gb18030_file_is_recognised_in_the_advice() -> None:
    _, problems = decode("动火作业".encode("gb18030"), "a.md")

    assert "GB18030" in problems[0].fix


def test_companion_file_needs_only_its_module() -> None:
    companion = "---\n模块: sop-dh\n类别: 题库\n---\n\n" + BODY[BODY.index("### 【单选") :]

    module, problems = parse_module(companion.replace("#s-3-2", "sop-dh#s-3-2"), "动火.题库.md")

    assert problems == []
    assert module.front.is_companion
    assert module.front.module_key == "sop-dh"


def test_sections_are_the_anchored_headings_with_their_own_text() -> None:
    module, _ = parse(SAMPLE)

    assert [(part.anchor, part.level, part.title) for part in module.sections] == [
        ("s-3-2", 2, "3.2 作业票有效期"),
        ("s-4-5", 2, "4.5 签发条件"),
    ]
    assert module.sections[0].markdown == "一级动火作业票有效期不超过 ==8 小时==。"
    assert module.sections[0].line == 21


def test_text_hash_changes_with_the_words_but_not_with_breaks_fact_ids_or_questions() -> None:
    before = parse(SAMPLE)[0].sections[0].text_hash
    rewrapped = SAMPLE.replace("有效期不超过 ==8 小时==", "有效期\n不超过 ==8 小时=={#f-2k9d}")
    requestioned = SAMPLE.replace("次日 2:00", "次日 3:00")
    reworded = SAMPLE.replace("8 小时", "6 小时")

    assert parse(rewrapped)[0].sections[0].text_hash == before
    assert parse(requestioned)[0].sections[0].text_hash == before
    assert parse(reworded)[0].sections[0].text_hash != before


def test_chapter_hash_follows_the_articles_in_it() -> None:
    chapter = FRONT + "\n## 3 总则 {#s-3}\n\n总。\n\n### 3.1 一 {#s-3-1}\n\n甲。\n"
    first, second = parse(chapter)[0], parse(chapter.replace("甲", "乙"))[0]

    assert first.sections[0].markdown == second.sections[0].markdown == "总。"
    assert first.sections[0].text_hash != second.sections[0].text_hash


def test_question_block_is_cut_out_and_knows_where_it_stood() -> None:
    module, _ = parse(SAMPLE)

    block = module.blocks[0]
    assert (block.line, block.level, block.type_word) == (25, 3, "单选")
    assert (block.title, block.public_id) == ("一级动火票的有效期", "q-7f3k2m")
    assert (block.anchor, block.section_title) == ("s-3-2", "3.2 作业票有效期")
    assert SAMPLE.split("\n")[block.line] == block.lines[0] == ""
    assert "- [x] 次日 6:00" in block.lines
    assert "[x]" not in module.body_markdown
    assert "⟦题块 1⟧" in module.body_markdown
    assert "题块" not in module.prose_markdown


def test_heading_that_repeats_the_title_is_left_to_the_page() -> None:
    module, _ = parse(SAMPLE)

    assert module.prose_markdown.startswith("开头的话。")


def test_heading_that_holds_only_questions_is_not_shown_to_readers() -> None:
    text = FRONT + "\n## 一 {#s-1}\n\n正文\n\n## 练习 {#s-9}\n\n### 【判断】甲\n\n> - 答案：对\n"

    module, _ = parse(text)

    assert module.prose_markdown == "## 一 {#s-1}\n\n正文\n"
    assert module.anchors == {"s-1", "s-9"}


@pytest.mark.parametrize(
    "heading",
    [
        "### 【单选】有效期 {#q-7f3k2m}",
        "###【单选题】有效期 {#q-7f3k2m}",
        "### [单选] 有效期 {#q-7f3k2m}",
        "### ［单项选择题］有效期｛#q-7f3k2m｝",
        "＃＃＃　【单选】有效期 {＃q-7f3k2m}",
        "### 【 单选 】有效期 {#q-7f3k2m} ",
    ],
)
def test_question_heading_is_read_in_both_widths(heading: str) -> None:
    found = bracketed_heading(heading)

    assert found is not None
    assert (found.level, TYPE_WORDS[found.type_word]) == (3, "单选")
    assert (found.title, found.public_id) == ("有效期", "q-7f3k2m")


@pytest.mark.parametrize(
    ("word", "alias"),
    [(word, alias) for word, aliases in QUESTION_TYPES.items() for alias in (word, *aliases)],
)
def test_every_alias_means_its_type(word: str, alias: str) -> None:
    found = bracketed_heading(f"#### 【{alias}】")

    assert found is not None
    assert (TYPE_WORDS[found.type_word], found.title, found.public_id) == (word, "", None)


@pytest.mark.parametrize(
    "line",
    [
        "【单选】不是标题",
        "### \\【单选】字面",
        "### 3.2 【单选】",
        "### [单选](x.md)",
        "### [x] 好",
    ],
)
def test_other_lines_are_no_question_headings(line: str) -> None:
    assert bracketed_heading(line) is None


def test_title_may_begin_with_a_bracketed_remark() -> None:
    found = bracketed_heading("### 【判断】（夜班）监护人暂离")

    assert found is not None
    assert found.title == "（夜班）监护人暂离"


@pytest.mark.parametrize("ending", ["## 下一条", "### 同级标题", "---", "\n---\n"])
def test_block_ends_at_a_heading_of_its_level_or_at_a_rule(ending: str) -> None:
    text = f"{FRONT}\n### 【判断】甲\n\n题干\n\n> - 答案：对\n{ending}\n后文\n"

    module, problems = parse(text)

    assert problems == []
    assert "后文" in module.prose_markdown
    assert "---" not in module.prose_markdown
    assert not any("后文" in line for line in module.blocks[0].lines)


def test_case_keeps_its_subquestions_in_one_block() -> None:
    case = "### 【案例】补焊\n\n经过\n\n#### 【单选】第一\n\n- [x] 甲\n"
    text = f"{FRONT}\n{case}\n### 【判断】下一题\n"

    blocks = parse(text)[0].blocks

    assert [block.type_word for block in blocks] == ["案例", "判断"]
    assert "#### 【单选】第一" in blocks[0].lines


def test_unknown_type_is_an_error_only_where_a_question_follows() -> None:
    question = f"{FRONT}\n### 【单项】甲\n\n- [x] 乙\n"
    heading = f"{FRONT}\n### 【重点】甲\n\n乙\n"

    module, problems = parse(question)
    assert [(found.code, found.line, found.column) for found in problems] == [("E104", 17, 6)]
    assert "单选" in problems[0].fix
    assert "[x]" not in module.body_markdown
    assert codes(heading) == []


def test_nothing_has_structure_inside_code_fences_or_comments() -> None:
    text = (
        f"{FRONT}\n```\n### 【单选】甲\n## x {{#s-1}}\n```\n\n<!--\n### 【判断】乙\n-->\n\n正文\n"
    )

    module, problems = parse(text)

    assert problems == []
    assert module.blocks == module.sections == ()
    assert "【判断】" not in module.body_markdown


def test_line_numbers_stay_right_behind_a_comment() -> None:
    text = FRONT + "\n<!-- 一\n二\n三 -->\n### 【判断】乙\n"

    assert parse(text)[0].blocks[0].line == 20


@pytest.mark.parametrize(
    ("tail", "code"),
    [
        ("## 甲 {#S-1}\n", "E112"),
        ("## 甲 {#q-123456}\n", "E112"),
        (f"## 甲 {{#{'a' * 81}}}\n", "E112"),
        ("## 甲 {#s-3-2}\n", "E113"),
        ("[链](sop-dh#s-8)\n", "E302"),
        ("![](图片/a.png)\n", "E217"),
    ],
)
def test_anchors_links_and_images_are_checked(tail: str, code: str) -> None:
    assert codes(SAMPLE + "\n" + tail) == [code]


def test_links_to_other_modules_are_handed_on_for_checking() -> None:
    module, _ = parse(SAMPLE + "\n[气瓶](sop-qp#s-5-3)，`[不是](#s-0)`\n")

    assert [(link.module_key, link.anchor) for link in module.references] == [
        (None, "s-3-2"),
        ("sop-qp", "s-5-3"),
    ]


def test_images_are_listed_with_the_path_as_written() -> None:
    found = images_in(("图：![压力表](图片/gauge-01.png)",), 7)

    assert [(image.line, image.column, image.path, image.alt) for image in found] == [
        (7, 3, "图片/gauge-01.png", "压力表")
    ]


STRUCTURE = st.sampled_from(
    ["---\n", "标识: a\n", "来源:\n", "  - 名称: x\n", "：", ": ", "### 【单选】", "## ", "{#s-1}",
     "- [x] ", "> - 答案：", "<!--", "-->", "```\n", "\n", "&a ", "*a ", "[", "]", "{", "}", "\t",
     "'", '"', "|\n", "!", "#", "%", "@", "\x00", "\u2028", "\x85", "\ud800", "![", "](", ")"]
)  # fmt: skip


@given(st.lists(st.one_of(STRUCTURE, st.text(max_size=8)), max_size=40).map("".join))
def test_no_text_makes_the_parser_do_anything_but_report(text: str) -> None:
    for whole in (text, "---\n" + text, FRONT + text):
        module, problems = parse(whole)

        lines = whole.count("\n") + whole.count("\r") + 1
        assert all(1 <= found.line <= lines and found.column >= 1 for found in problems)
        assert all(1 <= block.line <= lines for block in module.blocks)
        assert problems == sorted(problems, key=lambda found: found.line)


@given(st.binary(max_size=60))
def test_no_bytes_make_decoding_do_anything_but_report(data: bytes) -> None:
    text, problems = decode(data, "x.md")

    assert bool(problems) == (not text and data not in (b"", b"\xef\xbb\xbf"))


@given(
    st.lists(
        st.sampled_from(["正文一行", "## 条 {#s-%d}", "### 【判断】题", "- [x] 键", "---", ""])
    )
)
def test_no_key_of_a_question_reaches_the_prose(lines: list[str]) -> None:
    numbered = [line.replace("%d", str(place)) for place, line in enumerate(lines)]
    text = FRONT + "\n### 【单选】甲\n" + "\n".join(numbered) + "\n"

    module, _ = parse(text)

    in_blocks = sum(line == "- [x] 键" for block in module.blocks for line in block.lines)
    in_prose = module.prose_markdown.count("- [x] 键")
    assert in_blocks + in_prose == lines.count("- [x] 键")
    assert len(module.blocks) == 1 + lines.count("### 【判断】题")
