"""Blocks → clauses with anchor, number, heading and own text. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from core.errors import N_, Unreadable
from learning.drafting.anchors import (
    Anchors,
    OpenClause,
    heading_anchor,
    is_usable,
    named_anchor,
    number_anchor,
)
from learning.drafting.blocks import Block, Kind
from learning.drafting.counting import Counting
from learning.drafting.marks import (
    Mark,
    Number,
    is_spoken_of,
    is_title_like,
    read_number,
)
from learning.drafting.sequence import numbers_of

_RANKS = {
    Mark.ATTACHMENT: -1,
    Mark.PART: 0,
    Mark.SUBPART: 1,
    Mark.CHAPTER: 2,
    Mark.NAMED: 2,
    Mark.SECTION: 3,
    Mark.ARTICLE: 4,
}
# Four times the longest law.
MAX_CLAUSES = 5000
_LISTED_RANK, _DECIMAL_RANK = 5, 10
_DIVIDING = (Mark.PART, Mark.SUBPART, Mark.CHAPTER, Mark.SECTION, Mark.NAMED, Mark.ATTACHMENT)
# 第三条【适用范围】 and 第三条（适用范围）; （一） is an item.
_BRACKETED = re.compile(
    r"(?:【(?P<a>[^】]{1,40})】|[(（](?P<b>(?![一二三四五六七八九十\d]+[)）])[^()（）]{2,20})[)）])\s*(?P<rest>.*)",
    re.DOTALL,
)


@dataclass(frozen=True)
class DraftClause:
    """A citable clause: `number` as printed, `text` its own Markdown without its sub-clauses."""

    anchor: str
    number: str
    heading: str
    text: str
    level: int
    line: int
    citation: str = ""  # as it is declared under 来源: 12, 12之1, 3.2.1, 一（二）

    @property
    def title(self) -> str:
        gap = "" if self.number.endswith(("、", "）", ")")) else " "
        return f"{self.number}{gap}{self.heading}".strip()


@dataclass
class Structure:
    """All clauses of a text in order, what stands before the first, and what is odd."""

    opening: list[Block] = field(default_factory=list)
    clauses: list[DraftClause] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def clauses_of(blocks: Sequence[Block], *, unit: str) -> Structure:
    """Divide a text into its clauses; attachments number their own."""
    builder = _Builder(unit)
    starts = _attachments(blocks)
    edges = sorted({0, *starts, len(blocks)})
    for start, end in pairwise(edges):
        division = blocks[start:end]
        head = read_number(division[0].text) if start in starts else None
        if head is not None:
            builder.open_attachment(head, division)
        else:
            builder.read(division, numbers_of(division))
    return builder.finish()


def _attachments(blocks: Sequence[Block]) -> list[int]:
    """Where attachments begin; a list of their names before them is text."""
    found: dict[tuple[str, tuple[int, ...]], int] = {}
    for place, block in enumerate(blocks):
        may_begin = block.kind in (Kind.TEXT, Kind.HEADING)
        number = read_number(block.text) if may_begin else None
        if number is None or number.mark is not Mark.ATTACHMENT or is_spoken_of(number):
            continue
        is_named = not number.rest or is_title_like(number.rest, longest=50)
        # 附件：检查表 under the signature names one; 附件 alone on a line begins it.
        is_named_only = not number.last and (
            number.rest or block.text.rstrip().endswith(("：", ":"))
        )
        is_list = re.match(r"\d{1,2}\s*[.、．]", number.rest) or is_named_only
        if is_named and (block.kind is Kind.HEADING or not is_list):
            found[(number.printed, number.values)] = place
    return sorted(found.values())


class _Builder:
    """Takes the blocks in order; `stack` holds the clauses that are still open."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.structure = Structure()
        self.anchors = Anchors()
        self.counting = Counting(unit)
        self.stack: list[OpenClause] = []
        self.texts: list[list[Block]] = []
        self.has_han_chapters = False
        self.has_decimals = False
        self.listed: list[Mark] = []

    def open_attachment(self, head: Number, division: Sequence[Block]) -> None:
        """An attachment with the title that stands behind or below its number."""
        rest, first = list(division[1:]), division[0]
        title = head.rest
        numbers = numbers_of(rest)
        if not title and rest and numbers[0] is None and _is_title(rest[0]):
            title = rest.pop(0).text
            numbers.pop(0)
        self.stack = []
        self._open(head, title, "", first)
        self.read(rest, numbers)

    def read(self, blocks: Sequence[Block], numbers: Sequence[Number | None]) -> None:
        """Take the blocks of one division; each number begins a clause."""
        self.counting.restart()
        self._find_scheme(numbers)
        skip = False
        for place, (block, number) in enumerate(zip(blocks, numbers, strict=True)):
            if skip:
                skip = False
                continue
            following = blocks[place + 1] if place + 1 < len(blocks) else None
            next_number = numbers[place + 1] if following is not None else None
            if number is not None:
                title, text = self._split(number, block, following, next_number)
                if not number.rest and number.mark in _DIVIDING[:4] and following is not None:
                    skip = next_number is None and _is_title(following)
                    title = following.text if skip else title
                self._open(number, title, text, block)
            elif block.kind is Kind.HEADING:
                self._open_unnumbered(block)
            elif self.texts:
                self.texts[-1].append(block)
            else:
                self.structure.opening.append(block)

    def finish(self) -> Structure:
        clauses = self.structure.clauses
        self.structure.clauses = [
            replace(clause, text=text_of(blocks))
            for clause, blocks in zip(clauses, self.texts, strict=True)
        ]
        self.structure.remarks += self.counting.remarks
        return self.structure

    def _find_scheme(self, numbers: Sequence[Number | None]) -> None:
        """Which of 一、 （一） 1. stands above which: the one that comes first."""
        known = [number.mark for number in numbers if number is not None]
        marks = (Mark.HAN, Mark.HAN_BRACKET, Mark.ARABIC, Mark.PLAIN)
        self.listed = [mark for mark in dict.fromkeys(known) if mark in marks]
        self.has_decimals = Mark.DECIMAL in known
        is_mixed = Mark.HAN in known and Mark.ARTICLE in known
        self.has_han_chapters = is_mixed and known.index(Mark.HAN) < known.index(Mark.ARTICLE)

    def _rank(self, number: Number) -> int:
        if number.mark is Mark.HAN and self.has_han_chapters:
            return _RANKS[Mark.CHAPTER]
        is_top = self.has_decimals and number.mark in (Mark.ARABIC, Mark.PLAIN)
        if number.mark is Mark.DECIMAL or is_top:
            return _DECIMAL_RANK + len(number.values)
        if number.mark in self.listed:
            return _LISTED_RANK + self.listed.index(number.mark)
        return _RANKS[number.mark]

    def _split(
        self, number: Number, block: Block, following: Block | None, next_number: Number | None
    ) -> tuple[str, str]:
        """What follows the number, as the clause's heading and the beginning of its text."""
        rest = number.rest
        if number.mark in _DIVIDING:
            return rest, ""
        if number.mark is Mark.ARTICLE and (found := _BRACKETED.match(rest)):
            return (found["a"] or found["b"]).strip(), found["rest"].strip()
        if block.kind is Kind.HEADING:
            is_sentence = len(rest) > 60 or re.search(r"[。；;]$", rest)
            return ("", rest) if is_sentence else (rest, "")
        has_body = following is not None and (
            (next_number is None and (following.kind is not Kind.HEADING))
            or (next_number is not None and self._rank(next_number) > self._rank(number))
        )
        longest = 30 if number.mark is Mark.ARTICLE else 40
        return (rest, "") if has_body and is_title_like(rest, longest=longest) else ("", rest)

    def _open(self, number: Number, title: str, text: str, block: Block) -> None:
        rank = self._rank(number)
        source_level = block.level if block.kind is Kind.HEADING else None
        self._close(rank, number.mark, source_level)
        is_chapter = number.mark is Mark.HAN and self.has_han_chapters
        if number.mark is Mark.NAMED:
            wanted, title = named_anchor(title, self.stack), title
        else:
            wanted = number_anchor(number, self.stack, is_chapter=is_chapter)
        written = block.anchor if is_usable(block.anchor) else None
        anchor, taken = self.anchors.take(written or wanted, self.stack, block.line)
        mark = Mark.CHAPTER if is_chapter else number.mark
        self.counting.count(number, self.stack, block.line, repeats=taken, anchor=anchor)
        self._add(
            OpenClause(anchor, mark, rank, number, source_level), number.printed, title, block
        )
        if text:
            self.texts[-1].append(Block(Kind.TEXT, text, block.line))

    def _open_unnumbered(self, block: Block) -> None:
        while self.stack and self.stack[-1].mark is not Mark.ATTACHMENT:
            level = self.stack[-1].source_level
            if level is not None and level < block.level:
                break
            self.stack.pop()
        written = block.anchor if is_usable(block.anchor) else None
        wanted = written or heading_anchor(block.text, self.stack)
        if wanted in self.anchors.first and self.stack and not written:
            wanted = f"{self.stack[-1].anchor}-{wanted}"
        anchor, _ = self.anchors.take(wanted, self.stack, block.line)
        self._add(OpenClause(anchor, None, 99, None, block.level), "", block.text, block)

    def _close(self, rank: int, mark: Mark, source_level: int | None) -> None:
        """Close the clauses that cannot hold one of this rank."""
        for place, clause in enumerate(self.stack):
            if clause.mark is not None and clause.rank >= rank:
                del self.stack[place:]
                break
        while self.stack and self.stack[-1].mark is None:
            level = self.stack[-1].source_level or 0
            is_beside = source_level is not None and level >= source_level
            if not is_beside and not (source_level is None and mark in _DIVIDING):
                break
            self.stack.pop()

    def _add(self, clause: OpenClause, number: str, title: str, block: Block) -> None:
        if len(self.texts) >= MAX_CLAUSES:
            raise Unreadable(
                N_("超过 %(most)s 个条款。分成几个文件，一个模块一个"), most=MAX_CLAUSES
            )
        self.stack.append(clause)
        level = min(1 + len(self.stack), 6)
        cited = _citation(self.stack)
        title = _one_line(title)
        self.structure.clauses.append(
            DraftClause(clause.anchor, number, title, "", level, block.line, cited)
        )
        self.texts.append([])


def text_of(blocks: Sequence[Block]) -> str:
    """Blocks as Markdown; the points of one list stand close together."""
    text = ""
    before: Block | None = None
    for block in blocks:
        is_point = block.kind is Kind.BULLET
        is_list = is_point and before is not None and before.kind is Kind.BULLET
        depth = min(block.level, before.level + 1 if is_list and before else 0)
        written = "    " * depth + "- " + block.text if is_point else block.text
        text += ("" if not text else "\n" if is_list else "\n\n") + written
        before = replace(block, level=depth)
    return text


def _citation(stack: Sequence[OpenClause]) -> str:
    """How a question may cite the clause; empty for chapters, headings and attachments."""
    own = stack[-1].number
    if own is None or stack[-1].mark in _DIVIDING or stack[0].mark is Mark.ATTACHMENT:
        return ""
    if own.mark is Mark.ARTICLE:
        return "之".join(str(value) for value in own.values)
    if own.mark is Mark.DECIMAL:
        return ".".join(str(value) for value in own.values)
    listed = (Mark.HAN, Mark.HAN_BRACKET, Mark.ARABIC, Mark.PLAIN)
    path = [clause.number.printed for clause in stack if clause.number and clause.mark in listed]
    return "".join(printed.rstrip("、.．") for printed in path)


def _is_title(block: Block) -> bool:
    return block.kind in (Kind.TEXT, Kind.HEADING) and is_title_like(block.text)


def _one_line(title: str) -> str:
    """A title without emphasis; 总　　则 is spaced out for looks alone."""
    text = " ".join(re.sub(r"\*{1,3}", "", title).split())
    text = re.sub(r"(?:\s*[{｛][^{}｛｝]*[}｝]|\s+#+|\s)+$", "", text)
    is_spaced = re.fullmatch(r"[^\W\d_a-zA-Z]( [^\W\d_a-zA-Z]){1,5}", text)
    return text.replace(" ", "") if is_spaced else text
