"""Sets a page from a template beside this file and data as JSON; the same data, the same bytes."""

import io
import json
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import segno
import typst

FOLDER = Path(__file__).parent


class _Compilers(threading.local):
    """One compiler a thread and template: a shared one refuses a second caller."""

    def __init__(self) -> None:
        self.fonts = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[Path(pylopdf_fonts_zh_cn.__file__).parent],
        )
        self.by_name: dict[str, typst.Compiler] = {}

    def of(self, template: str) -> typst.Compiler:
        if template not in self.by_name:
            self.by_name[template] = typst.Compiler(
                FOLDER / template, root=FOLDER, font_paths=self.fonts
            )
        return self.by_name[template]


_compilers = _Compilers()


class PrintingError(Exception):
    """The page cannot be set as it must be, e.g. because a font is missing."""


def set_pdf(
    template: str,
    data: Mapping[str, Any],
    *,
    at: datetime,
    attached: Mapping[str, str] | None = None,
) -> bytes:
    """A PDF for archives; `attached` are inputs of texts that the template puts into the file.

    A missing font, only a warning to typst, is an error here.
    """
    made, warnings = _compilers.of(template).compile_with_warnings(
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False), **(attached or {})},
        # Only this kind of archive PDF may carry other files; the second is for reading aloud.
        pdf_standards=["a-3a", "ua-1"],
        timestamp=at,
    )
    if warnings:
        raise PrintingError("; ".join(warning.message for warning in warnings))
    assert isinstance(made, bytes)
    return made


def qr_svg(text: str) -> str:
    """A QR code as an SVG of its own; the quiet zone is left to the page around it."""
    target = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(target, kind="svg", border=0, xmldecl=False, svgns=True, omitsize=True)
    return target.getvalue().decode()
