"""Texts of laws as people have them: contents, references, copies from PDF, odd encodings."""

import re
from datetime import date

import pytest

from core.errors import Unreadable
from learning.drafting import draft_module, locate
from learning.parsing import parse_module
from tests.learning.drafting.texts import anchors, clause_texts, draft, law, numbers


def test_each_article_of_a_law_is_a_clause_and_the_contents_are_not() -> None:
    made = draft(law(120))

    articles = [clause for clause in made.clauses if clause.anchor.startswith("s-")]
    assert [clause.anchor for clause in articles] == [f"s-{n}" for n in range(1, 121)]
    assert [clause.anchor for clause in made.clauses if clause.number.endswith("章")] == [
        "c-1",
        "c-2",
    ]
    assert articles[11].number == "第十二条"
    assert articles[11].heading == ""
    assert articles[11].text.startswith(
        "生产经营单位应当依照本法第三十条的规定建立制度。\n\n有下列"
    )


def test_a_draft_is_a_sound_module_that_keeps_every_clause() -> None:
    made = draft(law(120))

    module, problems = parse_module(made.text, "law.md")

    assert problems == []
    assert module.front.title == "中华人民共和国示例法"
    assert module.front.effective_on == date(2026, 5, 1)
    assert module.front.key == "shi-li-fa"
    assert module.front.sources[0].clauses == tuple(str(n) for n in range(1, 121))
    assert [(s.anchor, s.markdown) for s in module.sections] == [
        (clause.anchor, clause.text) for clause in made.clauses
    ]


def test_an_article_put_in_elsewhere_moves_no_anchor() -> None:
    text = law(30)
    more = text.replace("第十三条", "第十二条之一　新增的一条。\n\n第十三条", 1)

    before, after = clause_texts(draft(text)), clause_texts(draft(more))

    assert {anchor: after[anchor] for anchor in before} == before
    assert set(after) - set(before) == {"s-12-1"}
    assert draft(text) == draft(text)


@pytest.mark.parametrize(
    "sentence",
    [
        "依照本法\n第三十条的规定执行。",
        "依照本法第二十九条、\n第三十条执行。",
        "违反本法\n第三条规定，处以罚款。",
        "适用\n第三条第二款。",
    ],
)
def test_a_reference_at_the_beginning_of_a_line_is_no_clause(sentence: str) -> None:
    made = draft(f"办法\n\n第一条　甲。\n第二条　单位应当{sentence}\n第三条　丙。\n")

    assert anchors(made) == ["s-1", "s-2", "s-3"]
    assert clause_texts(made)["s-2"] == "单位应当" + sentence.replace("\n", "")


@pytest.mark.parametrize(
    ("line", "heading", "text"),
    [
        ("第二条　单位应当培训。", "", "单位应当培训。"),
        ("第二条 【适用范围】 单位应当培训。", "适用范围", "单位应当培训。"),
        ("第二条（适用范围）单位应当培训。", "适用范围", "单位应当培训。"),
        ("第二条　适用范围\n单位应当培训。", "适用范围", "单位应当培训。"),
        ("第二条\n单位应当培训。", "", "单位应当培训。"),
        ("第二条单位应当培训。", "", "单位应当培训。"),
        ("第二条　至少每年培训一次。", "", "至少每年培训一次。"),
    ],
)
def test_the_heading_of_an_article_is_parted_from_its_text(
    line: str, heading: str, text: str
) -> None:
    made = draft(f"办法\n\n第一条　甲。\n{line}\n第三条　丙。\n")

    assert anchors(made) == ["s-1", "s-2", "s-3"]
    assert (made.clauses[1].heading, made.clauses[1].text) == (heading, text)


def test_lines_broken_at_the_width_of_a_page_are_joined() -> None:
    broken = (
        "办法\n\n第一条　为了加强生产安全监督管理，防止和减少生产安全事故，保障人民群众生命和\n"
        "财产安全，促进经济社会持续健康发展，根据有关法律、行政法规的规定，结合本单位实\n"
        "际，制定本办法。\n- 3 -\n\n"
        "第二条　本办法适用于本单位的各个车间、班组和外来施工队伍，法律另有规定\n\n"
        "— 4 —\n\n的除外。\n第二款单独成段。\n第三条　丙。\n"
    )

    made = draft(broken)

    assert numbers(made) == ["第一条", "第二条", "第三条"]
    assert clause_texts(made)["s-1"].endswith("结合本单位实际，制定本办法。")
    assert "\n" not in clause_texts(made)["s-1"]
    assert clause_texts(made)["s-2"] == (
        "本办法适用于本单位的各个车间、班组和外来施工队伍，法律另有规定的除外。\n\n第二款单独成段。"
    )


def test_short_lines_are_not_joined() -> None:
    made = draft("办法\n\n第一条　物品：\n安全帽\n安全带\n第二条　乙。\n")

    assert clause_texts(made)["s-1"] == "物品：\n\n安全帽\n\n安全带"


@pytest.mark.parametrize(
    "contents",
    [
        "目录\n第一章 总则\n第二章 附则\n",
        "目　　次\n\n第一章 总则………………1\n第二章 附则………………9\n",
        "第一章 总则\t1\n第二章 附则\t9\n附件1 表\t12\n",
    ],
)
def test_contents_at_the_front_are_left_out(contents: str) -> None:
    made = draft(f"办法\n\n{contents}\n第一章 总则\n第一条 甲。\n第二章 附则\n第二条 乙。\n")

    assert anchors(made) == ["c-1", "s-1", "c-2", "s-2"]
    assert "目录没有写进模块，页面会自己列出" in made.remarks


def test_preamble_number_and_dates_are_read() -> None:
    made = draft(
        "××公司\n动火作业安全管理规程\n\n文件编号：SL-SOP-07 版本：2.1\n\n"
        "为了加强管理，制定本规程。\n\n"
        "第一条　甲。\n第二条　本规程自2026年3月1日起实施。\n"
    )

    module, _ = parse_module(made.text, "x.md")
    assert made.title == "××公司动火作业安全管理规程"
    assert module.front.version == "2.1"
    assert module.front.kind is not None
    assert module.front.kind.value == "operating_procedure"
    assert module.front.sources[0].number == "SL-SOP-07"
    assert "为了加强管理，制定本规程。" in module.body_markdown
    assert made.remarks == ()


def test_a_day_that_the_text_does_not_state_is_asked_for() -> None:
    made = draft("办法\n\n第一条　甲。\n第二条　本办法自发布之日起施行。\n")

    assert "生效日期: 1970-01-01  # 正文没有写，请改" in made.text
    assert "正文没有写从哪天起施行，生效日期先填 1970-01-01，请改" in made.remarks


def test_markdown_keeps_tables_lists_written_anchors_and_front_matter() -> None:
    text = (
        "---\n标识: sop-x\n标题: 规程\n负责人: 安全科\n---\n\n# 规程\n\n## 适用范围\n\n- 甲\n"
        "  - 乙\n\n"
        "## 3.2 有效期 {#s-yxq}\n\n| 级 | 时 |\n|---|---|\n| 一 | 8 |\n\n见[范围](#nowhere)。\n"
        "\n![](a.png)\n"
    )

    made = draft(text, "a.md")

    module, problems = parse_module(made.text, "a.md")
    assert problems == []
    assert anchors(made) == ["h-shi-yong-fan-wei", "s-yxq"]
    assert clause_texts(made)["h-shi-yong-fan-wei"] == "- 甲\n    - 乙"
    assert "| 一 | 8 |" in clause_texts(made)["s-yxq"]
    assert (module.front.key, module.front.owner) == ("sop-x", "安全科")
    assert [image.alt for image in module.images] == ["图"]


def test_marks_of_markdown_in_a_plain_text_stay_what_they_are() -> None:
    made = draft("办法\n\n第一条　长*宽*高。\n# 号炉停用。\n> 5 吨。\n<!-- 注 -->\n第二条　乙。\n")

    module, problems = parse_module(made.text, "a.md")
    assert problems == []
    assert module.sections[0].markdown == (
        "长\\*宽\\*高。\n\n\\# 号炉停用。\n\n\\> 5 吨。\n\n<\\!-- 注 -->"
    )


@pytest.mark.parametrize(
    ("citation", "start", "count"),
    [
        ("第十二条", "生产经营单位", 6),
        ("第十二条第一款", "生产经营单位有下列", 5),
        ("第12条第2款", "前款规定", 1),
        ("第十二条第一款第（二）项", "（二）没有培训", 3),
        ("第十二条第二项", "（二）没有培训", 3),
        ("《示例法》第十二条第一款第二项第2目", "2.没有记录", 1),
        ("第十二条之一", "增加的", 1),
        ("附件1第一条", "查。", 1),
        ("第二章第十二条第二款", "前款规定", 1),
    ],
)
def test_paragraphs_and_items_are_found_by_their_citation(
    citation: str, start: str, count: int
) -> None:
    made = draft(
        "示例法\n\n第一章 总则\n第一条　目的。\n第二章 分则\n"
        "第十二条　生产经营单位有下列情形的，改正：\n"
        "（一）没有机构的；\n（二）没有培训的：\n1.没有计划；\n2.没有记录；\n"
        "前款规定的单位应当整改。\n"
        "第十二条之一　增加的。\n附件1\n检查表\n第一条　查。\n"
    )
    module, _ = parse_module(made.text, "a.md")

    found = locate(module, citation)

    assert found is not None
    assert found.startswith(start)
    assert len(found.split("\n\n")) == count


def test_decimals_and_lists_are_found_by_their_citation() -> None:
    decimal, _ = parse_module(
        draft("规程\n\n3 要求\n3.2 检查\n3.2.1 查：\na) 气；\nb) 电。\n").text, "a.md"
    )
    listed, _ = parse_module(
        draft("通知\n\n一、职责\n（一）甲。\n二、处罚\n（一）乙。\n").text, "b.md"
    )

    assert locate(decimal, "3.2.1") == "查：\n\na) 气；\n\nb) 电。"
    assert locate(decimal, "3.2.1 b)") == "b) 电。"
    assert locate(listed, "二、（一）") == "乙。"


@pytest.mark.parametrize("citation", ["第九十条", "第一条第九款", "第一条第（三）项", "", "某条"])
def test_a_citation_of_what_is_not_there_finds_nothing(citation: str) -> None:
    module, _ = parse_module(draft("办法\n\n第一条　甲。\n").text, "a.md")

    assert locate(module, citation) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_every_usual_encoding_is_read(encoding: str) -> None:
    made = draft_module("办法\r\n\r\n第一条　甲。\r\n第二条　乙。\r\n".encode(encoding), "a.txt")

    assert anchors(made) == ["s-1", "s-2"]
    assert any("GB18030" in remark for remark in made.remarks) == (encoding == "gb18030")


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "a.txt", "没有文字"),
        (b"\x81\xff\xff\xff", "a.txt", "编码"),
        (b"a\x00b", "a.txt", "不是文字文件"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "a.docx", "另存为不加密的 .docx"),
        (b"anything", "a.doc", ".docx"),
        (b"anything", "a.docm", "带宏"),
        (b"anything", "a.docx", "不是完整的 .docx"),
        (b"%PDF-1.7", "a.pdf", "PDF"),
        (b"{\\rtf1}", "a.rtf", "RTF"),
        (b"x" * (2 * 1024 * 1024 + 1), "a.txt", "2 MB"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(data: bytes, name: str, said: str) -> None:
    with pytest.raises(Unreadable, match=re.escape(said)):
        draft_module(data, name)


def test_an_order_before_the_law_is_not_its_title() -> None:
    made = draft(
        "中华人民共和国主席令\n第八十八号\n《决定》已由第二十九次会议通过，现予公布。\n"
        "中华人民共和国示例法\n第一条　甲。\n第二条　自2021年9月1日起施行。\n"
    )

    assert made.title == "中华人民共和国示例法"
    assert "文号: 中华人民共和国主席令 第八十八号" in made.text
    assert anchors(made) == ["s-1", "s-2"]


def test_a_measure_at_the_beginning_of_a_line_is_no_clause() -> None:
    made = draft("规程\n1.目的\n安全。\n4.1 作业前。\n4.2 温度不超过\n4.5 ℃时停机。\n4.3 完。\n")

    assert numbers(made) == ["1.", "4.1", "4.2", "4.3"]
    assert clause_texts(made)["s-4-2"] == "温度不超过4.5 ℃时停机。"


def test_markdown_of_a_law_with_linked_contents_and_bold_numbers_is_read() -> None:
    made = draft(
        "# 示例法\n\n## 目录\n\n- [第一章 总则](#a)\n  - [第一节 规定](#b)\n"
        "- [第二章 附则](#c)\n\n"
        "## 第一章 总则\n\n**第一条** 甲。\n\n### 第二条 范围\n\n乙。\n\n"
        "## 第二章 附则\n\n第三条 丙。\n",
        "law.md",
    )

    assert anchors(made) == ["c-1", "s-1", "s-2", "c-2", "s-3"]
    assert (made.clauses[1].text, made.clauses[2].heading) == ("甲。", "范围")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("办法\n" + "安" * 20_001, "第 2 行或段太长"),
        ("办法\n第一条　" + "[" * 501, "第 2 行或段太长"),
        ("办法\n" + "第一条　甲。\n" * 5_001, "超过 5000 个条款"),
    ],
)
def test_what_nobody_wrote_to_be_read_is_refused(text: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        draft(text)
