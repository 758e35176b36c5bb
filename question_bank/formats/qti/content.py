"""Markdown → the XHTML that QTI allows in its bodies. Pure."""

import re
from collections.abc import Mapping, Sequence

from core.markup import render
from question_bank.formats.exported import BLANK_OR_CODE
from question_bank.formats.html.tree import Node, read_html
from question_bank.formats.pictures import picture_name
from question_bank.formats.xml_output import Raw, element, text

_ALLOWED = {
    *("p", "br", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"),
    *("em", "strong", "sub", "sup", "a", "img", "div", "table", "thead", "tbody", "tr", "th", "td"),
}
# QTI knows no such elements; a span says what they were.
_AS_SPAN = {"mark", "del"}
_KEPT = {"a": ("href",), "img": ("src", "alt")}
_FIRST_GAP = 0xE100
PICTURES = "../images/"


def body_of(markdown: str, images: Mapping[str, bytes], *, gaps: Sequence[Raw] = ()) -> Raw:
    """The elements that show a text; `gaps` stand where its blanks are."""
    source = _with_marks(markdown, len(gaps)) if gaps else markdown

    def address(path: str) -> str | None:
        return PICTURES + picture_name(images[path]) if path in images else None

    return _children(read_html(render(source, image_url=address)), gaps)


def _with_marks(markdown: str, count: int) -> str:
    """Private characters in place of the blanks, which rendering leaves alone."""
    numbers = iter(range(count))

    def mark(found: re.Match[str]) -> str:
        number = next(numbers, None) if found["blank"] else None
        return found[0] if number is None else chr(_FIRST_GAP + number)

    return BLANK_OR_CODE.sub(mark, markdown)


def inline_of(markdown: str, images: Mapping[str, bytes]) -> Raw:
    """The same without a paragraph around a single one, as an option is written."""
    made = body_of(markdown, images)
    if made.startswith("<p>") and made.endswith("</p>") and made.count("<p>") == 1:
        return Raw(made[3:-4])
    return made


def _children(node: Node, gaps: Sequence[Raw]) -> Raw:
    return Raw("".join(_child(child, gaps) for child in node.children))


def _child(child: "Node | str", gaps: Sequence[Raw]) -> Raw:
    if isinstance(child, str):
        return Raw("".join(_character(character, gaps) for character in child))
    inner = _children(child, gaps)
    if child.tag in _AS_SPAN:
        return element("span", inner, class_=child.tag)
    if child.tag not in _ALLOWED:
        return inner
    kept = {name: child.attributes.get(name, "") for name in _KEPT.get(child.tag, ())}
    return element(child.tag, inner, **kept)


def _character(character: str, gaps: Sequence[Raw]) -> str:
    place = ord(character) - _FIRST_GAP
    return gaps[place] if 0 <= place < len(gaps) else text(character)
