"""Which foreign formats can be read, by name; a format is added with one line in each table."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from question_bank.formats.aiken import read_aiken
from question_bank.formats.docx.reader import read_docx, read_docx_with
from question_bank.formats.gift.reader import read_gift
from question_bank.formats.items import ForeignItem, Reader
from question_bank.formats.moodle.reading import read_moodle
from question_bank.formats.own.reading_json import read_json
from question_bank.formats.own.reading_markdown import read_markdown
from question_bank.formats.qti.reading import read_qti
from question_bank.formats.switches import Switches as Switches
from question_bank.formats.text.reader import read_plain_text
from question_bank.formats.xlsx.reader import read_xlsx, read_xlsx_with

SwitchedReader = Callable[[bytes, str, Switches], list[ForeignItem]]


@dataclass(frozen=True)
class Format:
    """A foreign format: its name for people and the endings of its files.

    Raise `version` whenever its reader reads a file differently: a preview made before is then
    not committed.
    """

    label: str
    suffixes: tuple[str, ...]
    version: int = 1


FORMATS: dict[str, Format] = {
    "gift": Format("GIFT", (".gift",)),
    "aiken": Format("Aiken", (".aiken",)),
    "xlsx": Format("Excel", (".xlsx", ".csv")),
    "docx": Format("Word", (".docx",), version=2),
    "text": Format("文本", (".txt",)),
    "moodle-xml": Format("Moodle XML", (".xml",)),
    "qti": Format("QTI", (".zip", ".xml")),
    "markdown": Format("本系统的 Markdown", (".md", ".zip")),
    "json": Format("本系统的 JSON", (".json",)),
}
READERS: dict[str, Reader] = {
    "gift": read_gift,
    "aiken": read_aiken,
    "xlsx": read_xlsx,
    "docx": read_docx,
    "text": read_plain_text,
    "moodle-xml": read_moodle,
    "qti": read_qti,
    "markdown": read_markdown,
    "json": read_json,
}
# Readers that heed switches; they stand in READERS too, with every switch off.
SWITCHED_READERS: dict[str, SwitchedReader] = {
    "docx": read_docx_with,
    "xlsx": read_xlsx_with,
}

# Tried in this order on the beginning of a file.
_BY_CONTENT = (
    ("xlsx", re.compile(rb"PK.*xl/", re.DOTALL)),
    ("docx", re.compile(rb"PK.*word/", re.DOTALL)),
    ("qti", re.compile(rb"PK.*imsmanifest\.xml", re.DOTALL)),
    ("markdown", re.compile(rb"PK.*\.md", re.DOTALL)),
    ("moodle-xml", re.compile(rb"\s*(?:<\?xml[^>]*>)?\s*(?:<!--.*?-->\s*)*<quiz\b", re.DOTALL)),
    ("qti", re.compile(rb"\s*(?:<\?xml[^>]*>)?.{0,2000}<(?:qti-)?assessment", re.DOTALL)),
    ("json", re.compile(rb"\s*[\[{]\s*[\"{]")),
    ("markdown", re.compile(rb"(?:^|.*\n)#{1,6} +(?:\xe3\x80\x90|\[)", re.DOTALL)),
    ("aiken", re.compile(rb".*^ANSWER:", re.DOTALL | re.MULTILINE)),
    ("gift", re.compile(rb".*\{[^{}]*(?:[=~#]|T|F|TRUE|FALSE)[^{}]*\}", re.DOTALL)),
)
_LOOKED_AT = 200_000


def guess_format(data: bytes, name: str) -> str:
    """The format that a file most likely has: by its ending where that says it, else by content."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in (".txt", ".xml", ".zip", ""):
        for format_, about in FORMATS.items():
            if suffix in about.suffixes:
                return format_
    beginning = data[:_LOOKED_AT].removeprefix(b"\xef\xbb\xbf")
    # The names in a zip file also stand at its end.
    looked = beginning + data[-_LOOKED_AT:] if beginning.startswith(b"PK") else beginning
    for format_, pattern in _BY_CONTENT:
        if format_ in FORMATS and pattern.match(looked):
            return format_
    return "text"
