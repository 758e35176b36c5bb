"""The lines of a block and the marks an author may type in either width.

Structure is looked for in the *folded* line, in which every full-width mark and blank is replaced
by its half-width twin, one character for one, so that places found there hold in the line itself
and the author's own text is never altered.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

_FOLD = {0xFF01 + i: 0x21 + i for i in range(94)}
_BLANKS = [0x00A0, *range(0x2000, 0x200E), 0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF]
_FOLD |= dict.fromkeys(_BLANKS, 0x20)

_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_HEADING = re.compile(r" {0,3}#{1,6}(?= |$)")
_QUOTE = re.compile(r" {0,3}> ?")
_ITEM = re.compile(r"(?P<mark>[-*+](?: +|(?=\[))|\d{1,3}[.)] +|(?:[-*+]|\d{1,3}[.)])$)")


# A line is folded a dozen times on its way to a draft.
@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Give the text with half-width marks and blanks; its length does not change."""
    return text.translate(_FOLD)


@dataclass(frozen=True)
class Line:
    """A piece of a source line: its number in the file and its column there, both from 1.

    What costs most to find out is kept: a line is asked the same a dozen times.
    """

    number: int
    text: str
    column: int = 1
    is_code: bool = False

    @property
    def folded(self) -> str:
        return fold(self.text)

    @property
    def is_blank(self) -> bool:
        return not self.folded.strip()

    @cached_property
    def indent(self) -> int:
        """The width of the leading blanks; a tab counts to the next multiple of four."""
        width = 0
        for character in self.text:
            if character == "\t":
                width += 4 - width % 4
            elif fold(character) == " ":
                width += 2 if character == "\u3000" else 1
            else:
                break
        return width

    @property
    def is_heading(self) -> bool:
        return not self.is_code and _HEADING.match(self.folded) is not None

    @property
    def is_quote(self) -> bool:
        return not self.is_code and _QUOTE.match(self.folded) is not None

    def unquoted(self) -> "Line":
        return self._unquoted

    def stripped(self) -> "Line":
        """The same line without blanks at either end."""
        folded = self.folded.replace("\t", " ")
        start, end = len(folded) - len(folded.lstrip()), len(folded.rstrip())
        return self if not start and end == len(folded) else self.piece(start, end)

    def tail(self, start: int) -> "Line":
        return self.piece(start, len(self.text))

    def piece(self, start: int, end: int) -> "Line":
        text = self.text[start:end] if end > start else ""
        return Line(self.number, text, self.column + start, self.is_code)

    def item(self) -> "Line | None":
        """The content of a list item, or None when the line begins no item."""
        return self._item

    @cached_property
    def _unquoted(self) -> "Line":
        found = _QUOTE.match(self.folded)
        return self.tail(found.end()) if found else self

    @cached_property
    def _item(self) -> "Line | None":
        if self.is_code:
            return None
        body = self.stripped()
        found = _ITEM.match(body.folded.replace("\t", " "))
        return body.tail(found.end()).stripped() if found else None


def lines_of_block(heading_line: int, texts: Sequence[str]) -> list[Line]:
    """Number the lines under a heading and mark those inside fenced code."""
    lines: list[Line] = []
    fence: str | None = None
    for number, text in enumerate(texts, start=heading_line + 1):
        found = _FENCE.match(text)
        is_code = fence is not None or found is not None
        lines.append(Line(number, text.rstrip("\r\n"), is_code=is_code))
        if found and fence is None:
            fence = found[1]
        elif found and fence is not None and found[1].startswith(fence):
            # Only a line of nothing but its marks ends a fence, as in `learning.parsing`.
            fence = fence if text.strip(" `~\r\n") else None
    return lines


@dataclass(frozen=True)
class Item:
    """A top-level list item: the line it begins on, its content there, the lines under it."""

    line: Line
    content: Line
    children: tuple[Line, ...]


@dataclass(frozen=True)
class ListArea:
    """A list: the indices of its first line and of the line after its last."""

    start: int
    end: int
    items: tuple[Item, ...]


def lists_in(lines: Sequence[Line]) -> list[ListArea]:
    """Find the top-level lists; blank lines between items do not end one."""
    areas: list[ListArea] = []
    index = 0
    while index < len(lines):
        if lines[index].indent <= 3 and lines[index].item() is not None:
            area = _list_from(lines, index)
            areas.append(area)
            index = area.end
        else:
            index += 1
    return areas


def _list_from(lines: Sequence[Line], start: int) -> ListArea:
    base = lines[start].indent
    groups: list[list[Line]] = []
    end = start
    for index in range(start, len(lines)):
        line = lines[index]
        if line.is_blank:
            if groups:
                groups[-1].append(line)
            continue
        if line.indent <= base + 1 and line.item() is not None:
            groups.append([line])
        elif line.indent >= base + 2:
            groups[-1].append(line)
        else:
            break
        end = index + 1
    return ListArea(start, end, tuple(_item(group) for group in groups))


def _item(group: list[Line]) -> Item:
    content = group[0].item()
    assert content is not None
    while len(group) > 1 and group[-1].is_blank:
        group.pop()
    return Item(group[0], content, tuple(group[1:]))


def text_of(lines: Sequence[Line]) -> str:
    """Join lines to Markdown without outer blank lines."""
    return "\n".join(line.text.rstrip() for line in lines).strip("\n")


def dedented(line: Line) -> str:
    """The line without its list indentation of up to four columns."""
    text = line.text
    for _ in range(4):
        if text and fold(text[0]) == " ":
            text = text[1:]
        elif text.startswith("\t"):
            return text[1:].rstrip()
    return text.rstrip()


def split_at(line: Line, mark: str) -> list[Line]:
    """The pieces of a line between marks of either width, without blank ones."""
    edges = [index for index, character in enumerate(line.folded) if character == mark]
    starts, ends = [0, *(edge + 1 for edge in edges)], [*edges, len(line.text)]
    pieces = [line.piece(start, end).stripped() for start, end in zip(starts, ends, strict=True)]
    return [piece for piece in pieces if not piece.is_blank]
