"""Whatever the text: a draft is a sound module that keeps its clauses, and never an accident."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Unreadable
from learning.drafting import draft_module, locate
from learning.drafting.marks import read_number
from learning.parsing import parse_module

LINES = st.sampled_from(
    [
        *(
            "第一条　甲。",
            "第二条 乙",
            "第三条",
            "第一条",
            "第三条之一 丙。",
            "第三十条规定的，",
            "第12条（目的）丁。",
        ),
        *(
            "第一章 总则",
            "第二章　附则",
            "第一节 规定",
            "第一编 总则",
            "目录",
            "附则",
            "一、职责",
            "（一）开会；",
        ),
        *(
            "1. 检查",
            "1 范围",
            "2 术语",
            "1.1 分级",
            "1.1.1 特级。",
            "3.5 米以上",
            "（1）每日",
            "① 早",
            "a) 晚",
        ),
        *(
            "附件1",
            "附件：表",
            "附录A 样",
            "A.1 票",
            "",
            "",
            "依照本法",
            "单位应当建立制度，",
            "# 标题",
            "## 【范围】",
        ),
        *(
            "> 引",
            "- 点",
            "  - 下",
            "| a | b |",
            "|---|---|",
            "---",
            "```",
            "<!-- 注",
            "-->",
            "==要点==",
            "*强*",
        ),
        *(
            "### 【单选】题 {#q-7f3k2m}",
            "- [x] 选",
            "![](a.png)",
            "[文](#s-9)",
            "{.步骤}",
            "自2026年1月1日起施行",
        ),
    ]
)
TEXTS = st.lists(LINES, min_size=1, max_size=30).map("\n".join)


@settings(max_examples=150)
@given(text=TEXTS)
def test_a_plain_text_becomes_a_module_without_an_error(text: str) -> None:
    try:
        made = draft_module(text.encode(), "a.txt")
    except Unreadable:
        return

    module, problems = parse_module(made.text, "a.md")

    assert [str(problem) for problem in problems] == []
    assert [section.anchor for section in module.sections] == [c.anchor for c in made.clauses]
    assert [section.markdown for section in module.sections] == [c.text for c in made.clauses]


@settings(max_examples=150)
@given(text=TEXTS)
def test_a_markdown_text_never_fails_and_gives_distinct_anchors(text: str) -> None:
    try:
        made = draft_module(text.encode(), "a.md")
    except Unreadable:
        return

    anchors = [clause.anchor for clause in made.clauses]
    assert len(set(anchors)) == len(anchors)
    assert draft_module(text.encode(), "a.md") == made


@given(data=st.binary(max_size=300), name=st.sampled_from(["a.txt", "a.md", "a.docx", "a"]))
def test_any_bytes_are_drafted_or_refused(data: bytes, name: str) -> None:
    with suppress(Unreadable):
        draft_module(data, name)


@given(text=st.text(max_size=40))
def test_any_citation_and_any_line_can_be_read(text: str) -> None:
    module, _ = parse_module(draft_module("办法\n\n第一条　甲。".encode(), "a.txt").text, "a.md")

    assert locate(module, text) is None or isinstance(locate(module, text), str)
    read_number(text)
