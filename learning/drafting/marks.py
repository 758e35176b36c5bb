"""The number at the beginning of a block: which form it has and which value. Pure.

Says what a text *looks* like; whether it begins a clause depends on its surroundings and is
decided in `sequence`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from learning.numerals import NUMERAL, fold, value_of


class Mark(Enum):
    """The forms of numbers, the wider part of a text first."""

    ATTACHMENT = "attachment"  # 附件1, 附录A
    PART = "part"  # 第二编
    SUBPART = "subpart"  # 第一分编
    CHAPTER = "chapter"  # 第三章
    SECTION = "section"  # 第二节
    NAMED = "named"  # 附则 and the like without a number
    ARTICLE = "article"  # 第十二条
    HAN = "han"  # 一、
    HAN_BRACKET = "han_bracket"  # （一）
    ARABIC = "arabic"  # 1. or 1、
    PLAIN = "plain"  # 1 followed by a blank
    DECIMAL = "decimal"  # 3.2.1
    ITEM = "item"  # （1） 1) ① a)


@dataclass(frozen=True)
class Number:
    """A printed number: `values` to compare by, `rest` the text behind it.

    `family` is 附件, 附录 … of an attachment and the letter of A.1.2, otherwise empty.
    """

    mark: Mark
    values: tuple[int, ...]
    printed: str
    rest: str
    has_gap: bool
    family: str = ""

    @property
    def last(self) -> int:
        return self.values[-1] if self.values else 0


_ATTACHMENT_WORDS = {"附件": "a", "附录": "ap", "附表": "at", "附图": "af"}
_UNITS = {
    "编": Mark.PART,
    "分编": Mark.SUBPART,
    "章": Mark.CHAPTER,
    "节": Mark.SECTION,
    "条": Mark.ARTICLE,
}
NAMED = ("总则", "分则", "罚则", "附则")
_N = rf"[{NUMERAL}]+(?: +[{NUMERAL}]+)*"
_INSERTED = r"(?: *之 *(?P<inserted>[一二三四五六七八九十]{1,3}|\d{1,2})(?![般切律致定时体]))?"
_ORDINAL = re.compile(rf"第 *(?P<n>{_N}) *(?P<unit>分编|[编章节条]){_INSERTED}(?P<gap>[ :.、]*)")
_ATTACHMENT = re.compile(
    rf"(?P<word>附件|附录|附表|附图) *(?P<n>[A-Z](?![A-Za-z])|{_N})?(?P<gap>[ :.、]*)"
)
_DECIMAL = re.compile(
    r"(?P<n>(?:[A-Z]\.)?\d{1,3}(?: ?\. ?\d{1,3}){1,6}|[A-Z]\.\d{1,3})(?![\d/~%-])"
    r"\.?(?P<gap>[ :、]*)"
)
_HAN = re.compile(rf"(?P<n>[{NUMERAL[3:]}]+) *[、.](?P<gap> *)")
_HAN_BRACKET = re.compile(rf"\( *(?P<n>[{NUMERAL[3:]}]+) *\)(?P<gap>[ 、.]*)")
_ARABIC = re.compile(r"(?P<n>\d{1,3}) *[.、](?!\d)(?P<gap> *)")
_PLAIN = re.compile(r"(?P<n>\d{1,3})(?P<gap> +)(?=\S)")
_ITEM = re.compile(
    r"(?:\( *(?P<n>\d{1,3}) *\)|(?P<m>\d{1,3}) *\)|(?P<circle>[①-⑳])"
    r"|\(?(?P<letter>[a-z])(?:\)|[.、](?=\D)))(?P<gap>[ 、.]*)"
)
# What follows a number that is only spoken of: 第三十条规定, 第三十条、第三十一条, 第三条第二款.
_SPOKEN_OF = re.compile(
    rf"[、,，;；。)）》]|第 *[{NUMERAL}(]"
    r"|(?:规定|所|的|之|和|与|或|及|以及|至|到|中|款|项|内|有关|要求|执行)"
)
_LEANING = re.compile(
    r"(?:依照|按照|根据|依据|违反|遵照|参照|符合|适用|执行|属于|本法|本条例|本规定|本办法|本规程|本制度"
    r"|本标准|条例|规定|[、，,和与及或至见第》（(])$"
)
_ENDED = re.compile(r"[。；;：:！？!?.…）)】」』”\"|]$")
_UNIT_WORDS = re.compile(
    r"(?:毫米|厘米|米|公里|km|cm|mm|m\b|m[²³23]|MPa|kPa|Pa|kg|g\b|t\b|吨|公斤|小时|分钟|秒|天|日|年|月|周"
    r"|%|％|‰|℃|°|万|亿|元|倍|kV|kW|V\b|A\b|W\b|L\b|mg|人次|人|次|个|级|以上|以下|至|~|～|—|-)"
)


def read_number(text: str) -> Number | None:
    """The number that a text begins with; emphasis of Markdown around it is looked through."""
    bare = _without_emphasis(text.strip())
    folded = fold(bare)
    for read in _READERS:
        found = read(folded, bare)
        if found is not None:
            return found
    return None


def is_spoken_of(number: Number) -> bool:
    """第三十条的规定: what follows shows that the sentence goes on."""
    return _SPOKEN_OF.match(number.rest) is not None


def is_measure(number: Number) -> bool:
    """`3.5 米` is a length, not a clause."""
    return number.mark in (Mark.DECIMAL, Mark.PLAIN) and bool(_UNIT_WORDS.match(number.rest))


def is_ended(text: str) -> bool:
    """Whether a sentence may end here."""
    return _ENDED.search(text.rstrip()) is not None


def leans_on_next(text: str) -> bool:
    """依照本法: what comes next belongs to this sentence."""
    return _LEANING.search(text.rstrip()) is not None


def is_title_like(text: str, *, longest: int = 40) -> bool:
    """Short and without the marks of a sentence."""
    return 0 < len(text) <= longest and not re.search(r"[。；;！？!?，,：:|]", text)


def attachment_prefix(word: str) -> str:
    return _ATTACHMENT_WORDS[word]


def _without_emphasis(text: str) -> str:
    """`**第一条** 为了` and `**第一条 目的**` without their stars."""
    found = re.match(r"(\*{1,3}|_{2,3})(?=\S)(.{1,60}?)(?<=\S)\1(?=$|[^*_])", text)
    if found is None or read_number(found[2]) is None:
        return text
    tail = text[found.end() :]
    return found[2] + (tail if not tail or tail[0].isspace() else " " + tail)


def _number(
    mark: Mark, values: tuple[int | None, ...], found: re.Match[str], bare: str, family: str = ""
) -> Number | None:
    known = tuple(value for value in values if value is not None)
    if len(known) < len(values):
        return None
    printed = re.sub(r"\s", "", bare[: found.start("gap")]).rstrip(":：")
    rest = bare[found.end() :].strip()
    return Number(mark, known, printed, rest, found["gap"] != "" or not rest, family)


def _ordinal(folded: str, bare: str) -> Number | None:
    found = _ORDINAL.match(folded)
    if found is None:
        return None
    values: tuple[int | None, ...] = (value_of(found["n"]),)
    if found["inserted"]:
        values += (value_of(found["inserted"]),)
    return _number(_UNITS[found["unit"]], values, found, bare)


def _attachment(folded: str, bare: str) -> Number | None:
    found = _ATTACHMENT.match(folded)
    if found is None:
        return None
    letter = found["n"] or ""
    value = ord(letter) - 64 if letter.isascii() and letter.isalpha() else value_of(letter or "0")
    return _number(Mark.ATTACHMENT, (value,), found, bare, found["word"])


def _decimal(folded: str, bare: str) -> Number | None:
    found = _DECIMAL.match(folded)
    if found is None:
        return None
    parts = found["n"].replace(" ", "").split(".")
    family = parts.pop(0) if parts[0].isalpha() else ""
    values = tuple(int(part) for part in parts)
    number = _number(Mark.DECIMAL, values, found, bare, family)
    if number is None or 0 in values[1:] or values[0] == 0:
        return None
    printed = re.sub(r"[.．、:\s]+$", "", number.printed)
    return Number(Mark.DECIMAL, values, printed, number.rest, number.has_gap, family)


def _simple(pattern: re.Pattern[str], mark: Mark) -> Callable[[str, str], Number | None]:
    def read(folded: str, bare: str) -> Number | None:
        found = pattern.match(folded)
        return _number(mark, (value_of(found["n"]),), found, bare) if found else None

    return read


def _item(folded: str, bare: str) -> Number | None:
    found = _ITEM.match(folded)
    if found is None:
        return None
    digits = found["n"] or found["m"]
    if digits:
        value = int(digits)
    elif found["circle"]:
        value = ord(found["circle"]) - ord("①") + 1
    else:
        value = ord(found["letter"]) - ord("a") + 1
    return _number(Mark.ITEM, (value,), found, bare)


def _named(folded: str, _bare: str) -> Number | None:
    name = folded.replace(" ", "")
    if name not in NAMED:
        return None
    return Number(Mark.NAMED, (NAMED.index(name),), "", name, True)


_READERS: tuple[Callable[[str, str], Number | None], ...] = (
    _ordinal,
    _attachment,
    _decimal,
    _simple(_HAN_BRACKET, Mark.HAN_BRACKET),
    _simple(_HAN, Mark.HAN),
    _item,
    _simple(_ARABIC, Mark.ARABIC),
    _simple(_PLAIN, Mark.PLAIN),
    _named,
)
