"""What stands before the first clause: the title, the table of contents, number and dates. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from learning.drafting.blocks import Block, Kind
from learning.drafting.marks import Number, is_spoken_of, read_number
from learning.numerals import NUMERAL, fold, value_of

_CONTENTS = re.compile(r"目\s*[录次]|contents", re.IGNORECASE)
_LEADER = re.compile(
    r"(?:[.…·．。]{3,}|\s{2,}|\t|(?<=\S)\s(?=\d{1,3}$))\s*[-—(（]?\s*\d{0,4}\s*[-—)）]?$"
)
_LINK_LINE = re.compile(r"\[(?P<text>[^\]]*)\]\([^)]*\)")
_COMPANY = re.compile(r"(?:公司|集团|工厂|厂|局|部|院|中心|委员会|学校|医院)$")
_D = rf"[{NUMERAL}]"
_DATE = rf"(?P<y>{_D}{{4}}) *年 *(?P<m>{_D}{{1,3}}) *月 *(?P<d>{_D}{{1,3}}) *日"
_IN_FORCE = re.compile(rf"[自从于] *{_DATE} *(?:起|开始)?,? *(?:正式)?(?:施行|实施|生效|执行|试行)")
_STATED = re.compile(
    r"(?:生效日期|实施日期|施行日期|执行日期) *[:：]? *"
    r"(?P<y>\d{4}) *[-年/.] *(?P<m>\d{1,2}) *[-月/.] *(?P<d>\d{1,2})"
)
_DOTTED = re.compile(r"(?P<y>\d{4}) *[-/.] *(?P<m>\d{1,2}) *[-/.] *(?P<d>\d{1,2})(?!\d)")
_NUMBERS = (
    re.compile(
        r"(?:文件编号|文件号|文号|编号|标准编号) *[:：] *"
        r"(?P<n>[A-Za-z0-9][\w./〔〕\[\]()-]{1,40}号?)"
    ),
    re.compile(r"(?P<n>[\u4e00-\u9fff]{0,16}令\s*\(?第? *[0-9〇零一二三四五六七八九十百]+ *号)"),
    re.compile(r"(?P<n>[\u4e00-\u9fff]{1,12} *[〔\[(]\d{4}[〕\])] *第?\d{1,5} *号)"),
    re.compile(
        r"(?<![A-Z])(?P<n>(?:GB|AQ|JB|SY|TSG|DB|XF|HG|DL|Q)[A-Z/]{0,6} *\d[\d.]{0,9}[—–-]+\d{4})"
    ),
)
# A remark in brackets, a line of the file's head, an order (主席令, 第八十八号).
_NO_TITLE = re.compile(
    r"[(（〔\[!|]|(?:文件)?编号|文号|版本|发布|实施|生效|(?:19|20)\d\d\s*年|.{0,20}令$|第.{1,8}号$"
)
_VERSION = re.compile(
    r"(?:版本号?|版次) *[:：]? *(?P<v>[A-Za-z]?\d{1,3}(?:[./]\d{1,3}){0,2})"
    r"|第 *(?P<e>[0-9一二三四五六七八九十]{1,3}) *版"
)
_AMENDED = re.compile(
    rf"(?P<y>{_D}{{4}}) *年(?:(?!{_D}{{4}} *年)[^。；]){{0,120}}?(?P<how>修正|修订)"
)


@dataclass(frozen=True)
class Facts:
    """What the text says about itself; empty where it does not."""

    number: str = ""
    version: str = ""
    effective_on: date | None = None
    is_stated: bool = False  # the day is that of 自…起施行 rather than some date at the top


def without_contents(blocks: Sequence[Block]) -> tuple[list[Block], bool]:
    """The blocks without a table of contents, and whether there was one."""
    kept = list(blocks)
    start = next(
        (i for i, block in enumerate(kept[:200]) if _CONTENTS.fullmatch(block.text.strip())), None
    )
    if start is not None:
        end = _end_of_contents(kept, start + 1)
        if end > start + 1 or start + 1 == len(kept):
            del kept[start:end]
            return kept, True
    led = [i for i, block in enumerate(kept) if _is_led(block)]
    if len(led) >= 3:
        kept = [block for i, block in enumerate(kept) if i not in set(led)]
    return kept, len(led) >= 3


def take_title(blocks: Sequence[Block], fallback: str) -> tuple[str, list[Block]]:
    """The title and the blocks without it; the file's name where no block can be one."""
    kept = list(blocks)
    named = next((i for i, block in enumerate(kept[:40]) if block.kind is Kind.TITLE), None)
    if named is not None:
        return _plain(kept.pop(named).text) or fallback, [_as_text(block) for block in kept]
    first = next((i for i, block in enumerate(kept[:40]) if _is_top_heading(block)), None)
    if first is not None:
        return _plain(kept.pop(first).text) or fallback, kept
    for place, block in enumerate(kept[:8]):
        if not _may_be_title(block):
            if read_number(block.text) is not None:
                break
            continue
        title = _plain(kept.pop(place).text)
        rest = kept[place : place + 1]
        if _COMPANY.search(title) and rest and _may_be_title(rest[0]) and len(title) < 30:
            title += _plain(kept.pop(place).text)
        return title, kept
    return fallback, kept


def facts_in(blocks: Sequence[Block], opening: Sequence[Block]) -> Facts:
    """Number, version and first day of force; `opening` is what stands before the clauses."""
    top = fold("\n".join(block.text for block in opening))
    # A company rule is often dated under its last line.
    end = fold("\n".join(block.text for block in blocks[-3:] if len(block.text) <= 40))
    return Facts(
        number=next((_tidy(m["n"]) for p in _NUMBERS if (m := p.search(top))), ""),
        version=_version(top),
        effective_on=(stated := _stated(blocks)) or _any_date(top) or _any_date(end),
        is_stated=stated is not None,
    )


def _end_of_contents(blocks: list[Block], start: int) -> int:
    """Where the first entry comes again, or the entries end; `start` when they are the text."""
    if start >= len(blocks):
        return start
    first = _entry(blocks[start])
    for index in range(start + 1, len(blocks)):
        if _entry(blocks[index]) == first:
            return index
        if len(blocks[index].text) > 80 or re.search(r"[。；;]$", blocks[index].text):
            break
    led = start
    while led < len(blocks) and _is_led(blocks[led]):
        led += 1
    return led


def _entry(block: Block) -> object:
    """What an entry of the contents and the heading that it names have in common."""
    text = _LEADER.sub("", _LINK_LINE.sub(r"\g<text>", block.text.strip()))
    number = read_number(text)
    if number is not None and number.values:
        return number.mark, number.values
    return re.sub(r"\s", "", fold(text))


def _is_led(block: Block) -> bool:
    """第一章 总则 ……… 3"""
    text = block.text.rstrip()
    return (
        block.kind is not Kind.VERBATIM
        and len(text) <= 120
        and re.search(r"(?:[.…·．]{3,}|\t)\s*[-—(（]?\s*\d{1,4}\s*[-—)）]?$", text) is not None
    )


def _is_top_heading(block: Block) -> bool:
    return block.kind is Kind.HEADING and block.level == 1 and read_number(block.text) is None


def _may_be_title(block: Block) -> bool:
    text = block.text.strip()
    number: Number | None = read_number(text)
    if number is not None and not is_spoken_of(number):
        return False
    is_note = _NO_TITLE.match(text)
    is_number = any(pattern.fullmatch(fold(text)) for pattern in _NUMBERS)
    has_end = re.search(r"[。；;：:，,]$", text)
    has_words = len(re.sub(r"[\W_]", "", text)) >= 2
    return has_words and len(text) <= 60 and not (is_note or is_number or has_end)


def _as_text(block: Block) -> Block:
    """A second title, a subtitle, is a line of text."""
    return Block(Kind.TEXT, block.text, block.line) if block.kind is Kind.TITLE else block


def _plain(title: str) -> str:
    text = re.sub(r"\\(?=[^\w\s])|\*{1,3}|[#`{}｛｝]", "", title)
    text = re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "", " ".join(text.split()))
    return text.strip("《》 ") if text.count("《") == 1 and text.startswith("《") else text.strip()


def _tidy(number: str) -> str:
    return " ".join(number.split()).strip("()")


def _version(top: str) -> str:
    found = _VERSION.search(top)
    if found is not None:
        return found["v"] or str(value_of(found["e"]) or "") or "1.0"
    amended = list(_AMENDED.finditer(top))
    years = [(value_of(m["y"]) or 0, m["how"]) for m in amended]
    return f"{max(years)[0]} 年{max(years)[1]}" if years else ""


def _stated(blocks: Sequence[Block]) -> date | None:
    """The last day that the text names as its first day of force."""
    for block in reversed(blocks):
        text = fold(block.text)
        found = [*_IN_FORCE.finditer(text), *_STATED.finditer(text)]
        days = [day for match in found if (day := _date(match)) is not None]
        if days:
            return days[-1]
    return None


def _any_date(top: str) -> date | None:
    days = [_date(match) for match in [*re.finditer(_DATE, top), *_DOTTED.finditer(top)]]
    return max((day for day in days if day is not None), default=None)


def _date(found: re.Match[str]) -> date | None:
    year, month, day = (value_of(found[part]) or 0 for part in "ymd")
    try:
        return date(year, month, day)
    except ValueError:
        return None
