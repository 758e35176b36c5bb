"""A .docx → items, through the reader of plain text."""

from dataclasses import replace

from core.errors import N_, Conflict
from learning.word.file import WordFile
from question_bank.formats.docx.paragraphs import read_document
from question_bank.formats.items import ForeignItem
from question_bank.formats.switches import Switches
from question_bank.formats.text.reader import items_of


def read_docx(data: bytes, name: str) -> list[ForeignItem]:
    """Read a paper typed in Word with every switch off."""
    return read_docx_with(data, name, Switches())


def read_docx_with(data: bytes, name: str, switches: Switches) -> list[ForeignItem]:
    """Read a paper; colour or bold counts as the key only where that is chosen."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Conflict(N_("这是旧的 .doc 或加了密码的文件。在 Word 里去掉密码，另存为 .docx"))
    if data.lstrip()[:5].lower() == b"{\\rtf":
        raise Conflict(N_("这是 RTF 文件。在 Word 里另存为 .docx"))
    if not data.startswith(b"PK"):
        raise Conflict(N_("这不是 Word 文件。选 .docx 文件"))
    document = read_document(WordFile(data, name))
    items = items_of(document.lines, switches)
    if items and document.remarks:
        remarks = tuple(document.remarks)
        items[0] = replace(items[0], warnings=(*remarks, *items[0].warnings))
    return items
