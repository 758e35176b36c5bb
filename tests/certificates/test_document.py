"""The printed certificate: Chinese text, embedded fonts, the same bytes every time."""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pypdf import PdfReader

from certificates.document import Content, certificate_pdf, qr_svg

CONTENT = Content(
    enterprise="示例机械厂",
    title="动火作业监护人培训合格证",
    number="DHJH-2026-0147",
    holder="欧阳娜娜",
    employee_no="20180312",
    place="一分厂 / 焊装车间 / 焊接一班，电焊工",
    exam="《动火作业监护人考试》",
    score="92.5",
    full_score="100",
    issued_on=date(2026, 11, 18),
    valid_to=date(2027, 11, 17),
    revoked_on=None,
    check_url="https://anquan.example.com/c/abc",
)


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def fonts_of(pdf: bytes) -> dict[str, Any]:
    """Descriptors of the fonts of the first page, by name."""
    found = {}
    for font in PdfReader(io.BytesIO(pdf)).pages[0]["/Resources"]["/Font"].values():
        inner = font.get_object()["/DescendantFonts"][0].get_object()
        found[str(inner["/BaseFont"])] = inner["/FontDescriptor"].get_object()
    return found


def test_paper_names_holder_kind_and_dates_in_chinese() -> None:
    text = text_of(certificate_pdf(CONTENT)).replace(" ", "")

    for said in ("欧阳娜娜", "动火作业监护人培训合格证", "示例机械厂", "DHJH-2026-0147", "92.5"):
        assert said in text
    assert "https://anquan.example.com/c/abc" in text
    assert "2026年11月18日至2027年11月17日" in text
    assert "已撤销" not in text


def test_paper_embeds_its_fonts() -> None:
    fonts = fonts_of(certificate_pdf(CONTENT))

    assert any("NotoSerifSC" in name for name in fonts)
    assert all("/FontFile3" in font or "/FontFile2" in font for font in fonts.values())


def test_paper_is_one_page_across() -> None:
    (page,) = PdfReader(io.BytesIO(certificate_pdf(CONTENT))).pages

    assert page.mediabox.width > page.mediabox.height


def test_same_certificate_gives_the_same_bytes() -> None:
    assert certificate_pdf(CONTENT) == certificate_pdf(replace(CONTENT))


def test_many_threads_print_at_once() -> None:
    wanted = [replace(CONTENT, number=f"DHJH-2026-{n:04d}") for n in range(16)]

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(certificate_pdf, wanted))

    assert all(one.number in text_of(pdf) for one, pdf in zip(wanted, made, strict=True))


def test_revoked_paper_says_so() -> None:
    text = text_of(certificate_pdf(replace(CONTENT, revoked_on=date(2026, 12, 1))))

    assert "已撤销" in text.replace(" ", "")


def test_paper_without_end_or_exam() -> None:
    text = text_of(certificate_pdf(replace(CONTENT, valid_to=None, exam=""))).replace(" ", "")

    assert "长期有效" in text
    assert "参加" not in text


@pytest.mark.parametrize("name", ['#read("x")*', "$x$ _a_ `b`", "<script>", "\\ [ ] { }"])
def test_name_is_never_read_as_markup(name: str) -> None:
    assert name.replace(" ", "") in text_of(certificate_pdf(replace(CONTENT, holder=name))).replace(
        " ", ""
    )


def test_longest_texts_stay_on_one_page() -> None:
    longest = replace(CONTENT, title="证" * 80, exam="考" * 120, place="班" * 255)

    assert len(PdfReader(io.BytesIO(certificate_pdf(longest))).pages) == 1


def test_qr_code_stands_alone_as_svg() -> None:
    svg = qr_svg("https://anquan.example.com/c/abc")

    assert 'xmlns="http://www.w3.org/2000/svg"' in svg
    assert "viewBox" in svg
