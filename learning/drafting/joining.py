"""Whether a line goes on in the next one: a copy from PDF breaks at the page width. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from learning.drafting.marks import (
    Mark,
    Number,
    is_ended,
    is_measure,
    is_spoken_of,
    is_title_like,
    leans_on_next,
    read_number,
)
from learning.numerals import fold

# Below twelve 汉字 a line is a heading or an item, never a full line of running text.
_NARROWEST = 24
# A line is full when at most this part of the page's width is left empty.
_FULL_PERCENT = 80
_LEAST_LINES = 8
_COMPARING = re.compile(r"(?:超过|[大小低高等多少]于|不足|至少|达到|约为|为)$")
_NEVER_OVER = re.compile(r"[、，,（(《“]$")


@dataclass(frozen=True)
class Page:
    """How wide full lines are, in half-width columns, and whether paragraphs are indented."""

    width: int
    is_indented: bool

    def is_full(self, line: str) -> bool:
        return self.width >= _NARROWEST and columns(line) * 100 >= self.width * _FULL_PERCENT


def page_of(lines: Sequence[str]) -> Page:
    """Measure the lines of a text as they stand, blank ones left out."""
    used = [line for line in lines if line.strip()]
    if not used:
        return Page(0, False)
    widths = sorted(columns(line) for line in used)
    indented = sum(is_indented(line) for line in used)
    return Page(widths[len(widths) * 9 // 10], indented * 5 >= len(used))


def goes_on(before: str, line: str, page: Page, *, is_markdown: bool = False) -> bool:
    """Whether `line` continues the sentence of `before`, the line right above it.

    In Markdown lines without a blank one between them are one paragraph anyway; elsewhere the
    line above must fill the page's width.
    """
    text = line.strip()
    number, above = read_number(text), read_number(before)
    if number is not None and is_measure(number) and _COMPARING.search(before.rstrip()):
        return True
    if above is not None and _is_heading(above):
        return False
    if number is not None:
        is_within = _is_within_sentence(number, before)
        if not is_within or leans_on_next(before):
            return is_within
    if _NEVER_OVER.search(before.rstrip()):
        return True
    if is_ended(before):
        return page.is_indented and page.is_full(before) and not is_indented(line)
    if is_markdown:
        return columns(before) >= _NARROWEST
    return page.is_full(before)


def are_broken_lines(paragraphs: Sequence[str]) -> bool:
    """Whether the paragraphs of a Word file are really the lines of a page."""
    page = page_of(paragraphs)
    full = [text for text in paragraphs if page.is_full(text) and not is_ended(text)]
    return len(paragraphs) >= _LEAST_LINES and len(full) * 10 >= len(paragraphs) * 3


def joined(before: str, line: str) -> str:
    """Two parts of a line; a blank only between words of Latin letters or digits."""
    left, right = before.rstrip(), line.strip()
    is_latin = left[-1:].isascii() and left[-1:].isalnum() and right[:1].isascii()
    return left + (" " if is_latin and right[:1].isalnum() else "") + right


def columns(line: str) -> int:
    """The width of a line; a 汉字 counts two."""
    return sum(1 if character < "\u0300" else 2 for character in line.rstrip())


def is_indented(line: str) -> bool:
    return fold(line).startswith("  ") or line.startswith(("\u3000", "\t"))


def _is_heading(number: Number) -> bool:
    if number.mark in (Mark.PART, Mark.SUBPART, Mark.CHAPTER, Mark.SECTION, Mark.NAMED):
        return number.has_gap or not is_spoken_of(number)
    if number.mark is Mark.ARTICLE:
        return not number.rest
    return is_title_like(number.rest, longest=20)


def _is_within_sentence(number: Number, before: str) -> bool:
    """A number that the sentence above speaks of and that merely begins the line."""
    if is_ended(before) and not _NEVER_OVER.search(before.rstrip()):
        return False
    if number.mark in (Mark.ARTICLE, Mark.CHAPTER, Mark.SECTION, Mark.PART, Mark.ATTACHMENT):
        return is_spoken_of(number) or leans_on_next(before)
    if number.mark in (Mark.DECIMAL, Mark.PLAIN):
        return is_measure(number) or (number.mark is Mark.PLAIN and leans_on_next(before))
    return False
