"""HTML of a foreign question → Markdown: what matters for reading it stays, the rest goes. Pure."""

import re
from html import unescape
from html.parser import HTMLParser

_BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "tr", "blockquote"}
_PAIRED = {"b": "**", "strong": "**", "i": "*", "em": "*", "sub": "~", "sup": "^", "code": "`"}
_IGNORED = {"script", "style", "head", "title", "object", "iframe"}
_KNOWN = sorted(
    _BLOCKS | set(_PAIRED) | _IGNORED | {"br", "li", "td", "th", "span", "a", "img", "u"}
)
_LOOKS_LIKE_HTML = re.compile(rf"</?(?:{'|'.join(_KNOWN)})(?:\s[^<>]*)?/?>", re.IGNORECASE)


def looks_like_html(text: str) -> bool:
    """Whether a text has a tag; `<` before a number is a comparison, not one."""
    return _LOOKS_LIKE_HTML.search(text) is not None


def markdown_of(html: str) -> str:
    """Markdown with the text of the HTML; nothing in it is ever run or fetched."""
    if not looks_like_html(html):
        return unescape(html).strip()
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [re.sub(r"[ \t\xa0]+", " ", line).strip() for line in reader.text().split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._ignored = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _IGNORED:
            self._ignored += 1
        elif tag == "br":
            self._pieces.append("\n")
        elif tag == "li":
            self._pieces.append("\n- ")
        elif tag in {"td", "th"}:
            self._pieces.append(" ")
        elif tag in _BLOCKS:
            self._pieces.append("\n\n")
        elif tag in _PAIRED:
            self._pieces.append(_PAIRED[tag])
        elif tag == "img":
            self._pieces.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _IGNORED:
            self._ignored = max(self._ignored - 1, 0)
        elif tag in _BLOCKS:
            self._pieces.append("\n\n")
        elif tag in _PAIRED:
            self._pieces.append(_PAIRED[tag])

    def handle_data(self, data: str) -> None:
        if not self._ignored:
            self._pieces.append(re.sub(r"\s*\n\s*", " ", data))

    def text(self) -> str:
        return "".join(self._pieces)
