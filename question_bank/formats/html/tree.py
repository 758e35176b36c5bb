"""HTML as a small tree, whatever its faults; scripts and styles are left out. Pure."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

# Deeper elements are read as if their tags were not there.
MAX_DEPTH = 60
_DROPPED = {"script", "style", "head", "title", "template", "noscript", "object", "iframe", "svg"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"}
# An opening tag that ends an open element of these: <li>a<li>b, <p>a<p>b, <td>a<td>b.
_CLOSES = {
    "li": {"li"},
    "p": {"p"},
    "tr": {"tr", "td", "th"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "option": {"option"},
}
_BARRIERS = {"ul", "ol", "table", "td", "th", "div", "blockquote"}


@dataclass
class Node:
    """An element; children are elements and texts."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Node | str]" = field(default_factory=list)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("")
        self.open = [self.root]
        self.dropped: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = tag.rsplit(":", 1)[-1]
        if self.dropped or tag in _DROPPED:
            if tag not in _VOID:
                self.dropped.append(tag)
            return
        self._close_implied(tag)
        node = Node(tag, {name: value or "" for name, value in attrs})
        if len(self.open) > MAX_DEPTH and tag not in _VOID:
            return
        self.open[-1].children.append(node)
        if tag not in _VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = tag.rsplit(":", 1)[-1]
        if not self.dropped and tag not in _DROPPED:
            node = Node(tag, {name: value or "" for name, value in attrs})
            self.open[-1].children.append(node)

    def handle_endtag(self, tag: str) -> None:
        tag = tag.rsplit(":", 1)[-1]
        if self.dropped:
            if tag in self.dropped:
                while self.dropped.pop() != tag:
                    pass
            return
        for place in range(len(self.open) - 1, 0, -1):
            if self.open[place].tag == tag:
                del self.open[place:]
                return

    def handle_data(self, data: str) -> None:
        if not self.dropped:
            self.open[-1].children.append(data)

    def _close_implied(self, tag: str) -> None:
        ends = _CLOSES.get(tag, set())
        for place in range(len(self.open) - 1, 0, -1):
            if self.open[place].tag in ends:
                del self.open[place:]
                return
            if self.open[place].tag in _BARRIERS:
                return


def read_html(text: str) -> Node:
    """The tree of a piece of HTML; anything at all gives one."""
    builder = _Builder()
    try:
        builder.feed(text)
        builder.close()
    except (AssertionError, ValueError):
        # html.parser gives up on some broken declarations; the text is shown as it stands.
        return Node("", {}, [text])
    return builder.root
