"""Images and links to sections, as named in a piece of source text. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\(\s*<?(?P<path>[^)\s>]+)>?[^)]*\)")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(\s*(?P<module>[a-z0-9-]*)#(?P<anchor>[^)\s]+)\s*\)")
_CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")


@dataclass(frozen=True)
class ImageUse:
    """An image named in the text, with the path as written."""

    line: int
    column: int
    path: str
    alt: str


@dataclass(frozen=True)
class Reference:
    """A link in the prose to a section; `module_key` is None for one of the same file."""

    line: int
    column: int
    module_key: str | None
    anchor: str
    anchor_column: int


def images_in(lines: Sequence[str], first_line: int) -> Iterator[ImageUse]:
    """The images of some lines, of which the first is number `first_line` of the file."""
    for number, line in enumerate(lines, first_line):
        for match in _IMAGE.finditer(_without_code(line)):
            yield ImageUse(number, match.start() + 1, match["path"], match["alt"].strip())


def references_in(lines: Sequence[str], first_line: int) -> Iterator[Reference]:
    """The links to sections, of this module or of another."""
    for number, line in enumerate(lines, first_line):
        for match in _LINK.finditer(_without_code(line)):
            module, anchor = match["module"] or None, match["anchor"]
            column = match.start("anchor") + 1
            yield Reference(number, match.start() + 1, module, anchor, column)


def _without_code(text: str) -> str:
    return _CODE_SPAN.sub(lambda match: " " * len(match[0]), text)
