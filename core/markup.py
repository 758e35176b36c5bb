"""Markdown → safe HTML: one configured converter, then an allow-list. Thread-safe.

Raw HTML is not understood at all: it stands in the page as the text it is, so that `<LEL` and
`<50 ℃` survive. What the converter makes is cleaned by nh3 all the same.
"""

import html
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
from markdown.blockprocessors import HashHeaderProcessor
from markdown.extensions import Extension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.inlinepatterns import InlineProcessor, SimpleTagInlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from core.plain_lines import is_plain

ImageUrl = Callable[[str], str | None]
ModuleUrl = Callable[[str], str]

# `==8 小时==`: something to remember; the bank drafts questions from the same pattern.
KEY_FACT = re.compile(r"==(?![=\s])(?P<fact>[^\n]+?)(?<![=\s])==(?!=)")
_MUST = ("必须", "应当")
_BANNED = ("不得", "禁止", "严禁")

_MODULE_LINK = re.compile(r"(?P<module>[a-z][a-z0-9-]*)(?P<anchor>#[a-z][a-z0-9-]*)?")
_OWN_ANCHOR = re.compile(r"#[^\s#]+")
_OWN_PATH = re.compile(r"/(?![/\\])[^\s]*")
_OTHER_HOST = re.compile(r"https?://", re.IGNORECASE)
_CONTACT = re.compile(r"(?:mailto|tel):", re.IGNORECASE)
_LOCAL_IMAGE = re.compile(r"(?!//|\\|[a-zA-Z][a-zA-Z0-9+.-]*:)[^\s]+")
_CLAUSE_NUMBER = re.compile(
    r"(?P<number>\d+(?:\.\d+)*|第[〇零一二三四五六七八九十百千\d]+[编章节条款](?:之[一二三四五六七八九十]+)?)"
    r"(?:[ \t\u3000]+|[、.．](?!\d)[ \t\u3000]*)(?=\S)"
)
# Marks that tell the bank to make an ordering or a matching question.
_BANK_MARK = re.compile(
    r"(?<![ \t])[ \t]*\{\.(?:步骤|对照)\}(?:\{#f-[0-9a-z]+\})?[ \t]*$", re.MULTILINE
)
# The converter looks from each bracket to the end of its block: past this many it takes seconds.
_MOST_BRACKETS = 2000
_RULE = re.compile(r" {0,3}([-*_])(?: *\1){2,} *")
_WIDE = re.compile(
    r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60\u3000-\u303f\u201c\u201d\u2018\u2019—…]"
)
# What stands close to a mark: a 汉字, another mark, or the converter's place-holder for one.
_CLOSE = re.compile(f"[=\x03]|{_WIDE.pattern}")

_TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote"),
    *("pre", "code", "em", "strong", "del", "sub", "sup", "mark", "a", "img", "div"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {
    **{f"h{level}": {"id"} for level in range(1, 7)},
    "a": {"href", "title", "rel", "class"},
    "img": {"src", "alt", "title"},
    "mark": {"class", "id"},
    "ol": {"start"},
    "th": {"class"},
    "td": {"class"},
    "div": {"class", "tabindex"},
    "sup": {"id"},
    "li": {"id"},
}
_CLASSES = {
    "mark": {"do", "ban"},
    "th": {"num"},
    "td": {"num"},
    "a": {"no", "footnote-ref", "footnote-backref"},
    "div": {"table-scroll", "footnote"},
}
_IDS = {
    "mark": re.compile(r"f-[0-9a-z]+"),
    "sup": re.compile(r"fnref\d*:[\w-]+"),
    "li": re.compile(r"fn:[\w-]+"),
}
_HEADING_ID = re.compile(r"[a-z][a-z0-9-]*")


@dataclass
class _Addresses:
    """Where images and other modules are found, for the text now being converted."""

    image_url: ImageUrl | None = None
    module_url: ModuleUrl | None = None


class _StrictHeading(HashHeaderProcessor):
    """`#1 号炉` is text: a heading needs a space behind its hashes, as in every editor."""

    RE = re.compile(r"(?:^|\n)(?P<level>#{1,6})[ \t\u3000]+(?P<header>(?:\\.|[^\\\n])*?)#*(?:\n|$)")


class _ListLayout(Preprocessor):
    """Brings lists into the layout Python-Markdown knows: a blank line before, four per level.

    Authors see in their editors that a list may follow a paragraph at once and that a nested item
    stands beneath the first letter of its parent; both would silently become running text.
    """

    MARKER = re.compile(r"(?P<indent>[ \t]*)(?P<marker>(?:[-*+]|\d{1,9}[.)])[ \t]+)(?=\S)")

    def run(self, lines: list[str]) -> list[str]:
        self.levels: list[int] = []  # the column at which each open item's own text begins
        laid_out: list[str] = []
        was_blank = True
        for line in lines:
            expanded = line.expandtabs(4)
            match = self.MARKER.match(expanded)
            if not expanded.strip():
                was_blank = True
            elif match and not _RULE.fullmatch(expanded) and self._begins_item(match, was_blank):
                if not was_blank and not self.levels:
                    laid_out.append("")
                line = self._item(expanded, match)
                was_blank = False
            elif self.levels:
                line = self._continued(expanded, was_blank)
                was_blank = False
            else:
                was_blank = False
            laid_out.append(line)
        return laid_out

    def _begins_item(self, match: re.Match[str], was_blank: bool) -> bool:
        """Outside a list, only a bullet or a 1 may break into a paragraph; `2. …` is its text."""
        if self.levels:
            return True
        if len(match["indent"]) > 3:
            return False
        return was_blank or match["marker"][0] in "-*+" or match["marker"].startswith(("1.", "1)"))

    def _item(self, line: str, match: re.Match[str]) -> str:
        indent = len(match["indent"])
        while self.levels and indent < self.levels[-1]:
            self.levels.pop()
        depth = len(self.levels)
        self.levels.append(match.end())
        return "    " * depth + match["marker"].replace(")", ".", 1) + line[match.end() :]

    def _continued(self, line: str, was_blank: bool) -> str:
        """A line under an item: its further paragraph, its running text, or the end of the list."""
        indent = len(line) - len(line.lstrip(" "))
        if not was_blank:
            return line.strip() if not line.rstrip().endswith("  ") else line.lstrip()
        while self.levels and indent < min(self.levels[-1], 4 * len(self.levels)):
            self.levels.pop()
        if not self.levels:
            return line
        surplus = max(indent - max(self.levels[-1], 4 * len(self.levels)), 0)
        return "    " * len(self.levels) + " " * surplus + line.strip()


class _KeyFact(InlineProcessor):
    def handleMatch(  # type: ignore[override]
        self,
        m: re.Match[str],
        data: str,
    ) -> tuple[Element, int, int]:
        mark = Element("mark")
        # A number and its unit stay on one line.
        mark.text = re.sub(f"(?<=[0-9]) (?={_WIDE.pattern})", "\u00a0", m["fact"])
        meaning = mark_class(m["fact"])
        if meaning:
            mark.set("class", meaning)
        # Blanks typed around a mark to please an editor are no gaps on the page.
        start, end = m.start(0), m.end(0)
        if data[start - 1 : start] == " " and _CLOSE.match(data[: start - 1][-1:]):
            start -= 1
        if data[end : end + 1] == " " and _CLOSE.match(data[end + 1 : end + 2]):
            end += 1
        return mark, start, end


class _JoinedLines(InlineProcessor):
    """A line break between two 汉字 is no space on the page."""

    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[str | None, int | None, int | None]:
        before = data[: m.start()].rstrip("*=_`]")[-1:]
        after = data[m.end() :].lstrip("*=_`[!")[:1]
        if _WIDE.match(before) and _WIDE.match(after):
            return "", m.start(0), m.end(0)
        return None, None, None


class _Finish(Treeprocessor):
    """Settles addresses, shifts headings under the page's own h1, and marks clause numbers."""

    def __init__(self, md: Markdown, addresses: _Addresses) -> None:
        super().__init__(md)
        self.addresses = addresses

    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for position, child in enumerate(list(parent)):
                if child.tag == "table":
                    _wrap_table(parent, position, child)
                elif child.tag == "img":
                    self._settle_image(child)
                elif child.tag == "a":
                    self._settle_link(child)
                elif child.tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
                    _finish_heading(child)

    def _settle_image(self, image: Element) -> None:
        source = image.get("src", "")
        url: str | None = source if _LOCAL_IMAGE.fullmatch(source) else None
        if url is not None and self.addresses.image_url is not None:
            url = self.addresses.image_url(source)
        if url is None:
            # An image that cannot be shown leaves its words.
            image.tag, image.text = "em", image.get("alt", "")
            image.attrib.clear()
        else:
            image.set("src", url)

    def _settle_link(self, link: Element) -> None:
        target = link.get("href", "")
        module = _MODULE_LINK.fullmatch(target)
        if module:
            to_url = self.addresses.module_url or _default_module_url
            link.set("href", to_url(module["module"]) + (module["anchor"] or ""))
        elif _OTHER_HOST.match(target):
            link.set("rel", "noopener noreferrer")
        elif not any(form.match(target) for form in (_OWN_ANCHOR, _OWN_PATH, _CONTACT)):
            link.attrib.pop("href", None)


class _House(Extension):
    """The product's own rules on top of Python-Markdown."""

    def __init__(self, addresses: _Addresses) -> None:
        super().__init__()
        self.addresses = addresses

    def extendMarkdown(self, md: Markdown) -> None:
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.parser.blockprocessors.deregister("setextheader")
        md.parser.blockprocessors.register(_StrictHeading(md.parser), "hashheader", 70)
        md.preprocessors.register(_ListLayout(md), "list_layout", 20)
        patterns = md.inlinePatterns
        patterns.register(_JoinedLines(r"(?<!  )[ ]?\n[ ]*", md), "joined_lines", 185)
        patterns.register(_KeyFact(KEY_FACT.pattern, md), "key_fact", 65)
        # Ranges such as 3~5 米、10~20 米 are no subscripts: those follow a letter.
        patterns.register(
            SimpleTagInlineProcessor(r"(?<=([A-Za-z)]))~([0-9A-Za-z+-]{1,4})~", "sub"), "sub", 64
        )
        patterns.register(
            SimpleTagInlineProcessor(r"(?<=([0-9A-Za-z)]))\^([0-9A-Za-z+−-]{1,6})\^", "sup"),
            "sup",
            63,
        )
        patterns.register(
            SimpleTagInlineProcessor(r"(~~)(?!\s)([^\n]+?)(?<!\s)~~", "del"), "del", 66
        )
        md.treeprocessors.register(_Finish(md, self.addresses), "finish", 5)


class _Converter(threading.local):
    """One converter per thread: building one costs far more than using it."""

    def __init__(self) -> None:
        self.addresses = _Addresses()
        self.markdown = Markdown(
            extensions=[
                *("tables", "fenced_code", "attr_list", "sane_lists"),
                FootnoteExtension(BACKLINK_TITLE="回到正文第 {} 处"),
                _House(self.addresses),
            ],
            output_format="html",
        )


_converter = _Converter()


def render(
    text: str, *, image_url: ImageUrl | None = None, module_url: ModuleUrl | None = None
) -> str:
    """Safe HTML for a piece of Markdown.

    `image_url` turns an image's path as written into its address, or None to show its words
    instead; `module_url` gives the address of another module, `/modules/<key>` by default.
    """
    if is_plain(text):
        return f"<p>{text}</p>"
    readable = text.encode("utf-8", "replace").decode("utf-8")
    unmarked = _tamed(_BANK_MARK.sub("", without_comments(readable)))
    addresses = _converter.addresses
    addresses.image_url, addresses.module_url = image_url, module_url
    try:
        made = _converter.markdown.reset().convert(unmarked)
    except RecursionError:
        # Nested beyond all sense; shown as written rather than not at all.
        made = f"<p>{html.escape(unmarked)}</p>"
    return nh3.clean(
        made,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_filter_attribute,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    ).strip()


def render_inline(
    text: str, *, image_url: ImageUrl | None = None, module_url: ModuleUrl | None = None
) -> str:
    """Safe HTML for one line, such as an option or a title, without a paragraph around it."""
    made = render(" ".join(text.split()), image_url=image_url, module_url=module_url)
    only = re.fullmatch(r"<p>(.*)</p>", made, re.DOTALL)
    return only[1] if only and "<p>" not in only[1] else made


def plain_text(text: str) -> str:
    """The words alone, for search and for short titles."""
    if is_plain(text):
        return " ".join(text.split())
    return " ".join(html.unescape(nh3.clean(render(text), tags=set())).split())


def without_comments(text: str) -> str:
    """The text without its HTML comments; their line breaks stay, so that line numbers do."""
    kept = []
    end = 0
    while (start := text.find("<!--", end)) >= 0 and (close := text.find("-->", start + 4)) >= 0:
        kept += [text[end:start], "\n" * text.count("\n", start, close)]
        end = close + 3
    return "".join([*kept, text[end:]])


def split_number(title: str) -> tuple[str, str]:
    """A heading's clause number and the rest of it: `3.2 有效期` → `3.2`, `有效期`."""
    number = _CLAUSE_NUMBER.match(title)
    return (number["number"], title[number.end() :]) if number else ("", title)


def mark_class(fact: str) -> str:
    """What a marked word means: `do` for a duty, `ban` for a prohibition, nothing for a fact."""
    if fact == "应" or fact.startswith(_MUST):
        return "do"
    return "ban" if fact.startswith(_BANNED) else ""


def _tamed(text: str) -> str:
    """Shows a block of nothing but brackets as it is, rather than searching it for links."""
    if text.count("[") <= _MOST_BRACKETS:
        return text
    blocks = re.split(r"(\n\s*\n)", text)
    return "".join(
        block.replace("[", "\\[") if block.count("[") > _MOST_BRACKETS else block
        for block in blocks
    )


def _default_module_url(key: str) -> str:
    return f"/modules/{key}"


def _wrap_table(parent: Element, position: int, table: Element) -> None:
    """A wide table scrolls by itself, reachable by keyboard, so that the page never does."""
    frame = Element("div", {"class": "table-scroll", "tabindex": "0"})
    frame.tail, table.tail = table.tail, None
    frame.append(table)
    parent[position] = frame
    for cell in table.iter():
        if cell.tag in ("th", "td") and "right" in cell.get("style", ""):
            cell.set("class", "num")


def _finish_heading(heading: Element) -> None:
    if heading.tag == "h1":
        heading.tag = "h2"
    anchor = heading.get("id")
    number, rest = split_number(heading.text or "")
    if anchor and number:
        link = Element("a", {"class": "no", "href": f"#{anchor}"})
        link.text, link.tail = number, rest
        heading.text = None
        heading.insert(0, link)


def _filter_attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "class":
        kept = [word for word in value.split() if word in _CLASSES.get(tag, set())]
        return " ".join(kept) or None
    if attribute == "id":
        return value if _IDS.get(tag, _HEADING_ID).fullmatch(value) else None
    return None if attribute == "tabindex" and value != "0" else value
