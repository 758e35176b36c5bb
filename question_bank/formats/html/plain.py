"""HTML or Markdown → lines of plain text, for formats that know no markup. Pure."""

import re
from collections.abc import Iterable

from core.markup import render
from question_bank.formats.html.tree import Node, read_html

_SPACES = re.compile(r"[ \t\r\n\f]+")
_BREAKING = {"p", "div", "li", "tr", "pre", "blockquote", "table", "ul", "ol", "br", "hr"}
_BREAKING |= {"h1", "h2", "h3", "h4", "h5", "h6"}
_ONLY_WORDS = re.compile(r"(?:<p>|</p>|<br>|[^<])*")


def plain_lines(markdown: str) -> str:
    """What a reader of the Markdown sees, without its markup; a paragraph is a line.

    Runs of underscores stay, because they are blanks; pictures are left out.
    """
    # Outside a paragraph of its own ____ would be a rule.
    html = render(markdown.replace("____", "\ue010"), image_url=lambda path: f"/{len(path)}")
    return html_lines(html).replace("\ue010", "____")


def html_lines(html: str) -> str:
    """What a reader of the HTML sees, without its markup."""
    pieces: list[str] = []
    _collect(read_html(html).children, pieces)
    lines = (_SPACES.sub(" ", line).strip() for line in "".join(pieces).split("\x1f"))
    return "\n".join(line for line in lines if line)


def is_plain(markdown: str) -> bool:
    """Whether nothing but words and paragraphs would be lost as plain text."""
    html = render(markdown.replace("____", "\ue010"), image_url=lambda path: f"/{len(path)}")
    return _ONLY_WORDS.fullmatch(html) is not None


def _collect(children: "Iterable[Node | str]", pieces: list[str]) -> None:
    for child in children:
        if isinstance(child, str):
            pieces.append(child)
            continue
        breaks = child.tag in _BREAKING
        pieces.append("\x1f" if breaks else "")
        _collect(child.children, pieces)
        if child.tag in ("td", "th"):
            pieces.append("　")
        pieces.append("\x1f" if breaks else "")
