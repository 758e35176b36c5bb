"""The anchor of a clause from its printed number, so that drafting again gives the same. Pure.

See docs/decisions/0011-regulation-drafts.md for the forms.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pypinyin import lazy_pinyin

from learning.drafting.marks import Mark, Number, attachment_prefix
from learning.headings import ANCHOR, RESERVED_ANCHOR

MAX_ANCHOR = 80
_LONGEST_PINYIN = 40
_LISTED = (Mark.HAN, Mark.HAN_BRACKET, Mark.ARABIC)


@dataclass
class OpenClause:
    """A clause that further ones may still belong to; `mark` None is a heading without a number."""

    anchor: str
    mark: Mark | None
    rank: int
    number: Number | None = None
    source_level: int | None = None


class Anchors:
    """Gives out the anchors of one module; each once."""

    def __init__(self) -> None:
        self.first: dict[str, int] = {}

    def take(self, wanted: str, stack: Sequence[OpenClause], line: int) -> tuple[str, int | None]:
        """The anchor, and the line of the clause that has the wanted one already.

        A second clause of one number is told apart by its chapter, a third by counting.
        """
        wanted = wanted[:MAX_ANCHOR].rstrip("-")
        taken = self.first.get(wanted)
        anchor = wanted
        if taken is not None:
            chapter = next((o.anchor for o in reversed(stack) if _divides(o)), None)
            if chapter and not wanted.startswith(chapter):
                anchor = f"{chapter}-{wanted}"[:MAX_ANCHOR]
            base, count = anchor, 2
            while anchor in self.first:
                anchor = f"{base[: MAX_ANCHOR - 5]}-x{count}"
                count += 1
        self.first[anchor] = line
        return anchor, taken


def number_anchor(number: Number, stack: Sequence[OpenClause], *, is_chapter: bool = False) -> str:
    """`s-12` for 第十二条, `c-3-2` for 第三章第二节, `s-3-2-1` for 3.2.1, `a-1` for 附件1.

    Inside an attachment its anchor comes first.
    """
    prefix = next((f"{o.anchor}-" for o in stack if o.mark is Mark.ATTACHMENT), "")
    mark, tail = number.mark, "-".join(str(value) for value in number.values)
    if mark is Mark.ATTACHMENT:
        return _attachment_anchor(number)
    if mark is Mark.PART:
        return f"{prefix}p-{tail}"
    if mark is Mark.SUBPART:
        return f"{_anchor_of(stack, Mark.PART) or prefix + 'p'}-{tail}"
    if mark is Mark.CHAPTER or is_chapter:
        part = _anchor_of(stack, Mark.PART)
        tail = "z".join(tail.split("-"))  # 第三章之一 is not the first section of chapter 3
        return f"{part}-c-{tail}" if part else f"{prefix}c-{tail}"
    if mark is Mark.SECTION:
        chapter = _anchor_of(stack, Mark.CHAPTER)
        return f"{chapter}-{tail}" if chapter else f"{prefix}j-{tail}"
    if mark is Mark.DECIMAL or (mark in (Mark.ARABIC, Mark.PLAIN) and _stands_with_decimals(stack)):
        holder = next((o for o in reversed(stack) if o.mark in (Mark.ARTICLE, *_LISTED[:2])), None)
        if holder is not None:
            return f"{holder.anchor}-d-{tail}"
        return f"{prefix}{'' if number.family and prefix else 's-'}{tail}"
    if mark in (*_LISTED, Mark.PLAIN):
        return _listed_anchor(tail, stack, prefix)
    return f"{prefix}s-{tail}"


def heading_anchor(title: str, stack: Sequence[OpenClause]) -> str:
    """`h-shi-yong-fan-wei` for a heading without a number; by its words, not by its place."""
    prefix = next((f"{o.anchor}-" for o in stack if o.mark is Mark.ATTACHMENT), "")
    return f"{prefix}h-{pinyin_of(title) or 'x'}"


def named_anchor(title: str, stack: Sequence[OpenClause]) -> str:
    """`c-fu-ze` for 附则."""
    prefix = next((f"{o.anchor}-" for o in stack if o.mark is Mark.ATTACHMENT), "")
    return f"{prefix}c-{pinyin_of(title)}"


def pinyin_of(text: str, *, longest: int = _LONGEST_PINYIN) -> str:
    """Syllables joined by hyphens; their first letters where that is too long."""
    words = [re.sub(r"[^a-z0-9]+", "-", word.lower()) for word in lazy_pinyin(text)]
    joined = re.sub(r"-+", "-", "-".join(words)).strip("-")
    if len(joined) > longest:
        joined = "".join(word[:1] if word.isalpha() else word for word in words)
        joined = re.sub(r"-+", "-", joined).strip("-")
    return joined[:longest].strip("-")


def is_usable(anchor: str | None) -> bool:
    """Whether an anchor that the author wrote may stay."""
    return (
        bool(anchor)
        and bool(ANCHOR.fullmatch(anchor or ""))
        and (not RESERVED_ANCHOR.match(anchor or "") and len(anchor or "") <= MAX_ANCHOR)
    )


def _attachment_anchor(number: Number) -> str:
    word = attachment_prefix(number.family)
    letter = number.printed.removeprefix(number.family)
    if letter.isascii() and letter.isalpha():
        return f"{word}-{letter.lower()}"
    return f"{word}-{number.last}" if number.last else word


def _listed_anchor(tail: str, stack: Sequence[OpenClause], prefix: str) -> str:
    parent = stack[-1] if stack else None
    if parent is None or parent.mark is Mark.ATTACHMENT or parent.mark is None:
        return f"{prefix}s-{tail}"
    if _divides(parent):
        return f"{parent.anchor}-s-{tail}"
    return f"{parent.anchor}-{tail}"


def _stands_with_decimals(stack: Sequence[OpenClause]) -> bool:
    return any(o.mark is Mark.DECIMAL for o in stack)


def _divides(clause: OpenClause) -> bool:
    return clause.mark in (Mark.PART, Mark.SUBPART, Mark.CHAPTER, Mark.SECTION, Mark.NAMED)


def _anchor_of(stack: Sequence[OpenClause], mark: Mark) -> str | None:
    return next((o.anchor for o in reversed(stack) if o.mark is mark), None)
