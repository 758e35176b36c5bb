"""What stands in a Word document and in no text: numbers, marks, changes, pictures."""

import io
from typing import Any

import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import RGBColor

from question_bank.formats.items import ItemStatus
from question_bank.formats.registry import Switches
from tests.question_bank.formats.books import DOT, archive, codes, paper, read, reason

RED = RGBColor(0xFF, 0, 0)


def lines(document: Any, *texts: str) -> None:
    for text in texts:
        document.add_paragraph(text)


def inserted(paragraph: Any, kind: str, text: str) -> None:
    word = "delText" if kind == "del" else "t"
    xml = f'<w:{kind} {nsdecls("w")} w:id="1"><w:r><w:{word}>{text}</w:{word}></w:r></w:{kind}>'
    paragraph._p.append(parse_xml(xml))


def test_automatic_numbers_are_written_out() -> None:
    def fill(document: Any) -> None:
        for stem in ("一", "二"):
            document.add_paragraph(stem, style="List Number")
            lines(document, "A.甲", "B.乙", "答案：B")

    items = read(paper(fill), "docx")

    assert [item.stem for item in items] == ["一", "二"]


def test_line_breaks_tabs_and_tables_are_line_ends_and_gaps() -> None:
    def fill(document: Any) -> None:
        paragraph = document.add_paragraph("1.题干")
        paragraph.add_run().add_break()
        paragraph.add_run("A.甲\tB.乙")
        table = document.add_table(1, 2)
        table.cell(0, 0).text = "C.丙"
        table.cell(0, 1).text = "D.丁"
        lines(document, "答案：D")

    (item,) = read(paper(fill), "docx")

    assert (item.options, item.answer) == (("甲", "乙", "丙", "丁"), (3,))


@pytest.mark.parametrize("mark", ["red", "bold"])
def test_colour_is_the_key_only_when_switched_on(mark: str) -> None:
    def fill(document: Any) -> None:
        lines(document, "1.题干[单选题]", "A.甲")
        run = document.add_paragraph().add_run("B.乙")
        if mark == "red":
            run.font.color.rgb = RED
        else:
            run.bold = True

    (off,) = read(paper(fill), "docx")
    (on,) = read(paper(fill), "docx", Switches(colour_is_key=True))

    assert (off.status, codes(off)[0]) == (ItemStatus.REFUSE, {"E504"})
    assert "颜色就是答案" in off.errors[0].message
    assert (on.answer, codes(on)[1]) == ((1,), {"W513"})


def test_a_written_key_wins_over_colour() -> None:
    def fill(document: Any) -> None:
        lines(document, "1.题干[单选题]")
        document.add_paragraph().add_run("A.甲").bold = True
        lines(document, "B.乙", "答案：B")

    (item,) = read(paper(fill), "docx", Switches(colour_is_key=True))

    assert (item.answer, codes(item)[1]) == ((1,), set())


def test_underlined_blanks_are_a_blank() -> None:
    def fill(document: Any) -> None:
        paragraph = document.add_paragraph("1.限速")
        paragraph.add_run("    ").underline = True
        paragraph.add_run("    ").underline = True
        paragraph.add_run("km/h[填空题]")
        lines(document, "答案：15")

    (item,) = read(paper(fill), "docx")

    assert item.stem == "限速____km/h"


def test_insertions_are_taken_and_deletions_dropped() -> None:
    def fill(document: Any) -> None:
        paragraph = document.add_paragraph("1.可以")
        inserted(paragraph, "ins", "立即")
        inserted(paragraph, "del", "不")
        paragraph.add_run("离开[判断题]")
        lines(document, "答案：错")

    (item,) = read(paper(fill), "docx")

    assert item.stem == "可以立即离开"


def test_pictures_go_to_their_item() -> None:
    def fill(document: Any) -> None:
        lines(document, "1.看图[判断题]")
        document.add_paragraph().add_run().add_picture(io.BytesIO(DOT))
        lines(document, "答案：对")

    (item,) = read(paper(fill), "docx")

    assert list(item.images.values()) == [DOT]
    assert f"({next(iter(item.images))})" in item.stem
    assert codes(item)[1] == set()


def test_formulas_and_text_boxes_are_told() -> None:
    def fill(document: Any) -> None:
        paragraph = document.add_paragraph("1.题干[判断题]")
        space = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
        paragraph._p.append(parse_xml(f"<m:oMath {space}><m:r><m:t>x</m:t></m:r></m:oMath>"))
        lines(document, "答案：对")

    (item,) = read(paper(fill), "docx")

    assert codes(item)[1] == {"W516"}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, ".doc"),
        (b"{\\rtf1 x}", "RTF"),
        (b"hello", "不是 Word"),
        (archive({"a.txt": b"x"}), "不是 Word"),
        (archive({"word/document.xml": b"<a/>", "word/vbaProject.bin": b"x"}), "宏"),
        (archive({"word/document.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "实体"),
        (archive({"word/document.xml": b"<a" * 10}), "损坏"),
    ],
)
def test_what_is_no_word_document_is_refused_with_a_hint(data: bytes, told: str) -> None:
    assert told in reason(data, "docx")
