"""Question text from safe HTML to the nodes that `parts.typ` draws; nothing in it is mark-up there.

A node is a text, or {"t": tag, "c": nodes} with "alt" and "svg" for a picture and "href" left out:
paper has no links.
"""

import base64
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

from learning.image_sizes import image_ratio
from learning.images import MIME_TYPES, ImageStore

# The bytes of a picture by its address; None where it is not of this installation.
Picture = Callable[[str], bytes | None]
Nodes = list[Any]
PICTURES_AT = "/modules/images/"
_EMPTY = frozenset({"br", "hr", "img"})
_HAN = r"[⺀-鿿豈-﫿＀-｠　-〿“”‘’—…]"
_GAP_IN_HAN = re.compile(rf"(?<={_HAN})\s*\n\s*(?={_HAN})")
_SPACE = re.compile(r"[ \t\r\n]+")


def stored_pictures(images: ImageStore) -> Picture:
    """Reads the pictures of the store by their addresses on pages."""

    def read(url: str) -> bytes | None:
        path = images.path(url.removeprefix(PICTURES_AT)) if url.startswith(PICTURES_AT) else None
        return path.read_bytes() if path else None

    return read


def nodes_of(html: str, *, picture: Picture) -> Nodes:
    """The nodes of a piece of safe HTML; a picture that cannot be read leaves its description."""
    reader = _Reader(picture)
    reader.feed(html)
    reader.close()
    return reader.nodes


class _Reader(HTMLParser):
    def __init__(self, picture: Picture) -> None:
        super().__init__(convert_charrefs=True)
        self.nodes: Nodes = []
        self._open: list[tuple[str, Nodes]] = [("", self.nodes)]
        self._picture = picture

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "img":
            self._add(picture_node(given.get("src", ""), given.get("alt", ""), self._picture))
        elif tag in _EMPTY:
            self._add({"t": tag, "c": []})
        else:
            name = "gap" if given.get("class") == "gap" else tag
            node: dict[str, Any] = {"t": name, "c": []}
            self._add(node)
            self._open.append((tag, node["c"]))

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place][0] == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        is_exact = any(tag in ("pre", "code") for tag, _nodes in self._open)
        text = data if is_exact else _SPACE.sub(" ", _GAP_IN_HAN.sub("", data))
        inside = self._open[-1][0]
        is_between = not text.strip() and inside in (
            "",
            "table",
            "thead",
            "tbody",
            "tr",
            "ul",
            "ol",
        )
        if text and not is_between:
            self._add(text)

    def _add(self, node: Any) -> None:
        self._open[-1][1].append(node)


def picture_node(url: str, alt: str, picture: Picture) -> Any:
    """A picture inside an SVG of its own shape, which needs no file beside the template."""
    data = picture(url)
    ratio = image_ratio(data) if data else None
    if data is None or ratio is None:
        return f"［图：{alt or '没有说明'}］"
    height = float(ratio * 1000)
    kind = MIME_TYPES[url.rpartition(".")[2]]
    source = f"data:{kind};base64,{base64.b64encode(data).decode()}"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 {height:.2f}">'
        f'<image href="{source}" width="1000" height="{height:.2f}"/></svg>'
    )
    return {"t": "img", "c": [], "svg": svg, "alt": alt or "题目的图"}
