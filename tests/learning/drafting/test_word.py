"""Word files: numbers that Word makes itself, lists, tables, pictures, revisions, and attacks."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.document import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from core.errors import Unreadable
from learning.drafting import ModuleDraft, draft_module
from learning.parsing import parse_module
from learning.word.file import WORD
from tests.learning.drafting.texts import anchors, clause_texts, law, numbers, whole_png

Change = Callable[[bytes], bytes]


def saved(document: Document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def drafted(document: Document) -> ModuleDraft:
    return draft_module(saved(document), "规则.docx")


def numbering(document: Document, *levels: tuple[str, str], start: int = 1) -> str:
    """Define a list of these (form, text) levels and give its number."""
    root = document.part.numbering_part.element
    key = str(900 + len(root))
    written = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start if depth == 0 else 1}"/>'
        f'<w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for depth, (form, text) in enumerate(levels)
    )
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{key}">{written}</w:abstractNum>'
    )
    root.insert(0, abstract)
    root.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="{key}"><w:abstractNumId w:val="{key}"/></w:num>')
    )
    return key


def listed(
    document: Document, text: str, num: str, depth: int = 0, style: str | None = None
) -> Any:
    paragraph = document.add_paragraph(text, style=style)
    properties = paragraph._p.get_or_add_pPr()
    properties.append(
        parse_xml(
            f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="{num}"/></w:numPr>'
        )
    )
    return paragraph


def raw(paragraph: Any, xml: str) -> None:
    """Append raw runs to a paragraph."""
    names = nsdecls("w", "r", "m")
    holder = parse_xml(f"<w:p {names}>{xml}</w:p>")
    for child in list(holder):
        paragraph._p.append(child)


def test_numbers_made_by_word_are_counted_again() -> None:
    document = docx.Document()
    document.add_paragraph("办法", style="Title")
    chapters = numbering(document, ("chineseCounting", "第%1章"))
    articles = numbering(document, ("chineseCountingThousand", "第%1条"), ("decimal", "（%2）"))
    listed(document, "总则", chapters)
    listed(document, "单位应当培训。", articles)
    listed(document, "单位应当检查：", articles)
    listed(document, "每日一次；", articles, 1)
    listed(document, "做好记录。", articles, 1)
    listed(document, "附则", chapters)
    listed(document, "自2026年1月1日起施行。", articles)

    made = drafted(document)

    assert numbers(made) == ["第一章", "第一条", "第二条", "第二章", "第三条"]
    assert anchors(made) == ["c-1", "s-1", "s-2", "c-2", "s-3"]
    assert clause_texts(made)["s-2"] == "单位应当检查：\n\n（1） 每日一次；\n\n（2） 做好记录。"


def test_numbers_come_from_styles_and_from_their_parents() -> None:
    document = docx.Document()
    num = numbering(document, ("decimal", "%1"), ("decimal", "%1.%2"), ("decimal", "%1.%2.%3"))
    for level in (1, 2, 3):
        style = document.styles[f"Heading {level}"]
        style.element.get_or_add_pPr().append(
            parse_xml(
                f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level - 1}"/>'
                f'<w:numId w:val="{num}"/></w:numPr>'
            )
        )
    own = document.styles.add_style("我的三级", 1)
    own.base_style = document.styles["Heading 3"]
    document.add_paragraph("规程", style="Title")
    for text, style in (
        *(("范围", "Heading 1"), ("要求", "Heading 1"), ("分级", "Heading 2")),
        *(
            ("特级", "Heading 3"),
            ("一级", "我的三级"),
            ("期限", "Heading 2"),
            ("附则", "Heading 1"),
        ),
    ):
        document.add_paragraph(text, style=style)
        document.add_paragraph(f"{text}的正文。")

    made = drafted(document)

    assert numbers(made) == ["1", "2", "2.1", "2.1.1", "2.1.2", "2.2", "3"]
    assert anchors(made) == ["s-1", "s-2", "s-2-1", "s-2-1-1", "s-2-1-2", "s-2-2", "s-3"]
    assert made.clauses[4].heading == "一级"
    assert made.clauses[4].text == "一级的正文。"


def test_lists_of_every_form_are_printed_as_word_prints_them() -> None:
    document = docx.Document()
    document.add_paragraph("办法", style="Title")
    document.add_paragraph("第一条　清单：")
    for form, text in (
        *(("upperLetter", "%1)"), ("lowerRoman", "%1."), ("decimalEnclosedCircle", "%1")),
        *(
            ("ideographTraditional", "%1、"),
            ("chineseLegalSimplified", "%1、"),
            ("decimalZero", "%1"),
        ),
    ):
        num = numbering(document, (form, text), start=4)
        listed(document, f"形式{form}。", num)

    lines = drafted(document).clauses[0].text.split("\n\n")

    assert [line.split(" ")[0] for line in lines[1:]] == ["D)", "iv.", "④", "丁、", "肆、", "04"]


def test_a_list_restarts_where_word_restarts_it() -> None:
    document = docx.Document()
    document.add_paragraph("通知", style="Title")
    num = numbering(document, ("chineseCounting", "%1、"), ("chineseCounting", "（%2）"))
    for text, depth in (("职责", 0), ("甲。", 1), ("乙。", 1), ("处罚", 0), ("丙。", 1)):
        listed(document, text, num, depth)

    made = drafted(document)

    assert numbers(made) == ["一、", "（一）", "（二）", "二、", "（一）"]
    assert anchors(made) == ["s-1", "s-1-1", "s-1-2", "s-2", "s-2-1"]


def test_nested_bullets_tables_and_merged_cells_survive() -> None:
    document = docx.Document()
    document.add_paragraph("办法", style="Title")
    document.add_paragraph("第一条　要求如下：")
    document.add_paragraph("安全帽", style="List Bullet")
    document.add_paragraph("帽带", style="List Bullet 2")
    table = document.add_table(rows=3, cols=3)
    for row, cells in enumerate((("级", "时", "人"), ("一", "8|9", "张"), ("二", "4", "李"))):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(1, 2).merge(table.cell(2, 2))
    table.cell(1, 0).merge(table.cell(1, 1))

    made = drafted(document)

    text = made.clauses[0].text
    assert "- 安全帽\n" in text
    assert "- 帽带" in text
    assert (
        "| 级 | 时 | 人 |\n|---|---|---|\n| 一；8\\|9 | 一；8\\|9 | 张；李 |\n| 二 | 4 | 张；李 |"
        in text
    )
    assert any("合并的单元格" in remark for remark in made.remarks)


def test_pictures_are_given_as_files_named_by_their_content() -> None:
    document = docx.Document()
    document.add_paragraph("办法", style="Title")
    document.add_paragraph("第一条　见图。")
    document.add_picture(io.BytesIO(whole_png()))
    document.add_paragraph("图1 配电箱")
    document.add_picture(io.BytesIO(whole_png()))

    made = drafted(document)

    assert len(made.images) == 1
    path = made.images[0].path
    assert re.fullmatch(r"图片/[0-9a-f]{16}\.png", path)
    assert made.images[0].data == whole_png()
    assert f"![图1 配电箱]({path})" in made.clauses[0].text
    assert f"![图 2]({path})" in made.clauses[0].text


def test_insertions_are_taken_in_and_deletions_left_out() -> None:
    document = docx.Document()
    document.add_paragraph("办法", style="Title")
    paragraph = document.add_paragraph("第一条　有效期")
    raw(
        paragraph,
        '<w:del w:id="1" w:author="a"><w:r><w:delText>12</w:delText></w:r></w:del>'
        '<w:ins w:id="2" w:author="a"><w:r><w:t>8</w:t></w:r></w:ins><w:r><w:t> 小时。</w:t></w:r>',
    )
    broken = document.add_paragraph("第二条　前半句")
    mark = OxmlElement("w:rPr")
    mark.append(OxmlElement("w:del"))
    broken._p.get_or_add_pPr().append(mark)
    document.add_paragraph("后半句。")

    made = drafted(document)

    assert clause_texts(made) == {"s-1": "有效期8 小时。", "s-2": "前半句后半句。"}
    assert any("修订中删除的文字 1 处" in remark for remark in made.remarks)


def test_what_is_not_taken_over_is_named() -> None:
    document = docx.Document()
    document.add_paragraph("办法", style="Title")
    paragraph = document.add_paragraph("第一条　甲")
    raw(
        paragraph,
        '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:commentReference w:id="1"/></w:r>'
        "<m:oMath><m:r><m:t>x</m:t></m:r></m:oMath>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r>"
        "<w:r><w:pict><w:txbxContent>"
        "<w:p><w:r><w:t>框</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
        "<w:r><w:t>m</w:t></w:r>"
        '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>3</w:t></w:r>',
    )

    made = drafted(document)

    assert made.clauses[0].text == "甲〔公式〕m³"
    told = next(remark for remark in made.remarks if remark.startswith("没有带过来"))
    assert [
        word for word in ("脚注", "批注", "公式", "隐藏文字", "文本框") if word not in told
    ] == []


def test_fields_show_their_result_and_contents_are_left_out() -> None:
    document = docx.Document()
    document.add_paragraph("办法", style="Title")
    document.styles.add_style("toc 1", 1)
    document.add_paragraph("第一章 总则 1", style="toc 1")
    document.add_paragraph("第一章 总则")
    paragraph = document.add_paragraph("第一条　共")
    raw(
        paragraph,
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>7</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t> 页。</w:t></w:r>',
    )

    made = drafted(document)

    assert anchors(made) == ["c-1", "s-1"]
    assert made.clauses[1].text == "共7 页。"


def test_a_law_of_120_articles_in_word_is_the_same_as_in_text() -> None:
    document = docx.Document()
    for line in law(120).split("\n"):
        if line.strip():
            document.add_paragraph(line.strip())

    made = drafted(document)

    from_text = draft_module(law(120).encode(), "规则.txt")
    assert [(c.anchor, c.number, c.text) for c in made.clauses] == [
        (c.anchor, c.number, c.text) for c in from_text.clauses
    ]
    assert parse_module(made.text, "a.md")[1] == []


def changed(name: str, change: Change, **extra: bytes) -> bytes:
    """A small Word file in which one part was changed."""
    document = docx.Document()
    document.add_paragraph("第一条　甲。")
    before = zipfile.ZipFile(io.BytesIO(saved(document)))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as after:
        for info in before.infolist():
            data = before.read(info.filename)
            after.writestr(info.filename, change(data) if info.filename == name else data)
        for added, data in extra.items():
            after.writestr(added.replace("__", "/").replace("_", "."), data)
    return stream.getvalue()


DOCUMENT = "word/document.xml"


def with_entities(data: bytes) -> bytes:
    bomb = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    return data.replace(b"<w:document", bomb + b"<w:document", 1)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (changed(DOCUMENT, with_entities), "实体定义"),
        (changed(DOCUMENT, lambda data: data[:-30]), "损坏"),
        (changed(DOCUMENT, lambda _: b" " * 5_000_000), "太大"),
        (changed("", lambda data: data, word__vbaProject_bin=b"x"), "宏"),
        (b"PK\x03\x04 no archive", "损坏"),
    ],
)
def test_a_dangerous_or_broken_file_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        draft_module(data, "a.docx")


def test_a_file_that_unpacks_beyond_measure_is_refused_unread() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in range(4):
            archive.writestr(f"word/media/{part}.png", b"\0" * (WORD.most_unpacked // 3))

    with pytest.raises(Unreadable, match="太大"):
        draft_module(stream.getvalue(), "a.docx")


def test_a_picture_outside_of_the_file_is_never_fetched() -> None:
    relation = (
        b'<Relationship Id="rIdX" TargetMode="External" Target="http://198.51.100.1/a.png" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"/>'
    )
    linked = changed(
        "word/_rels/document.xml.rels",
        lambda data: data.replace(b"</Relationships>", relation + b"</Relationships>"),
    )

    made = draft_module(linked, "a.docx")

    assert made.images == ()
    assert anchors(made) == ["s-1"]


def test_a_spreadsheet_is_no_word_file() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")

    with pytest.raises(Unreadable, match="不是 Word 文件"):
        draft_module(stream.getvalue(), "a.docx")


def test_the_name_of_a_paragraph_style_may_be_chinese() -> None:
    document = docx.Document()
    document.add_paragraph("办法", style="Title")
    style = document.styles.add_style("自定义", 1)
    style.element.find(qn("w:name")).set(qn("w:val"), "标题 1")
    document.add_paragraph("适用范围", style=style)
    document.add_paragraph("适用于全厂。")

    assert anchors(drafted(document)) == ["h-shi-yong-fan-wei"]
