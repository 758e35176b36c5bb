"""A certificate as a PDF: the same bytes whenever it is asked for, with its fonts embedded."""

import io
import json
import threading
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timezone
from pathlib import Path

import pylopdf_fonts_zh_cn
import segno
import typst

TEMPLATE = Path(__file__).with_name("document.typ")


@dataclass(frozen=True)
class Content:
    """What the paper says; an exam without a title leaves its sentence out."""

    enterprise: str
    title: str
    number: str
    holder: str
    employee_no: str
    place: str
    exam: str
    score: str
    full_score: str
    issued_on: date
    valid_to: date | None
    revoked_on: date | None
    check_url: str


class _Compilers(threading.local):
    """One compiler a thread: a shared one refuses a second caller."""

    def __init__(self) -> None:
        fonts = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[Path(pylopdf_fonts_zh_cn.__file__).parent],
        )
        self.compiler = typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=fonts)


_compilers = _Compilers()


class DocumentError(Exception):
    """The paper cannot be set as it must be, e.g. because a font is missing."""


def certificate_pdf(content: Content) -> bytes:
    """Set the certificate; a missing font, only a warning to typst, is an error here."""
    made, warnings = _compilers.compiler.compile_with_warnings(
        format="pdf",
        sys_inputs={"data": json.dumps(_as_text(content), ensure_ascii=False)},
        # Made to be archived and to be read aloud.
        pdf_standards=["a-2a", "ua-1"],
        timestamp=datetime.combine(content.issued_on, time(), timezone.utc),
    )
    if warnings:
        raise DocumentError("; ".join(warning.message for warning in warnings))
    assert isinstance(made, bytes)
    return made


def _as_text(content: Content) -> dict[str, str]:
    return {
        **asdict(content),
        "issued_on": _day(content.issued_on),
        "valid_to": _day(content.valid_to),
        "revoked_on": _day(content.revoked_on),
        "qr": qr_svg(content.check_url),
    }


def _day(day: date | None) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日" if day else ""


def qr_svg(address: str) -> str:
    """A QR code as an SVG of its own, four modules of quiet zone left to the page around it."""
    text = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(text, kind="svg", border=0, xmldecl=False, svgns=True, omitsize=True)
    return text.getvalue().decode()
