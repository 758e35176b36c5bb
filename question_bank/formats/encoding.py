"""The bytes of a text file → its lines, without ever replacing a byte that cannot be read."""

import codecs
import re
from dataclasses import dataclass

from core.errors import N_, Conflict
from question_bank.formats.items import Remark
from question_bank.formats.limits import LONGEST_LINE, MOST_LINES

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ENDS = re.compile("\r\n|[\r\n\x0b\x0c\u2028\u2029]")
_CONTROL = re.compile("[\x01-\x08\x0e-\x1f\x7f]")
# Three bytes of UTF-8 as nearly every Chinese character has; in GB18030 they hardly ever occur.
_UTF8_CHARACTER = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}")


@dataclass(frozen=True)
class Text:
    """A decoded file: its lines, and what is to be told about how it was decoded."""

    lines: list[str]
    remarks: tuple[Remark, ...] = ()


def read_text(data: bytes) -> Text:
    """Decode by the mark at the beginning, else strict UTF-8, else GB18030 with a remark.

    Refused with E516: bytes of no known encoding, and a UTF-8 file with a broken byte, which
    GB18030 would turn into wrong characters.
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise Conflict(N_("文件是空的"))
    text, remarks = _decode(data)
    if "\x00" in text:
        raise Conflict(N_("E516 这不是文本文件，或文字编码认不出。另存为 UTF-8 再导入"))
    lines = _ENDS.split(_CONTROL.sub("", text), maxsplit=MOST_LINES)
    if len(lines) > MOST_LINES:
        raise Conflict(N_("超过 %(most)s 行。分成几个文件导入"), most=MOST_LINES)
    too_long = next((n for n, line in enumerate(lines, 1) if len(line) > LONGEST_LINE), None)
    if too_long is not None:
        raise Conflict(
            N_("第 %(line)s 行太长，最多 %(most)s 个字"), line=too_long, most=LONGEST_LINE
        )
    return Text(lines, remarks)


def _decode(data: bytes) -> tuple[str, tuple[Remark, ...]]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data, encoding), ()
    if b"\x00" in data[:2000]:
        # Half-width characters have their zero byte second in one order, first in the other.
        is_little = data[1:2000:2].count(0) > data[0:2000:2].count(0)
        return _strict(data, "utf-16-le" if is_little else "utf-16-be"), ()
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        if _is_broken_utf8(data):
            line = data.count(b"\n", 0, error.start) + 1
            raise Conflict(
                N_("E516 第 %(line)s 行第 %(byte)s 个字节不是 UTF-8。用记事本另存为 UTF-8 再导入"),
                line=line,
                byte=error.start - data.rfind(b"\n", 0, error.start),
            ) from error
    text = _strict(data, "gb18030")
    if any("\ue000" <= character <= "\uf8ff" for character in text):
        raise Conflict(N_("E516 这不是文本文件，或文字编码认不出。另存为 UTF-8 再导入"))
    message = N_("文件不是 UTF-8，按 GB18030（ANSI）读的，请核对文字")
    return text, (Remark("W510", message),)


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Conflict(N_("E516 这不是文本文件，或文字编码认不出。另存为 UTF-8 再导入")) from error


def _is_broken_utf8(data: bytes) -> bool:
    good = len(_UTF8_CHARACTER.findall(data))
    high = sum(byte >= 0x80 for byte in data[:200_000])
    counted = len(_UTF8_CHARACTER.findall(data[:200_000]))
    return good > 0 and counted * 3 * 10 >= high * 9
