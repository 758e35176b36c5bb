"""A tree of HTML → the Markdown that shows the same, within what our Markdown can say. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote

from question_bank.formats.html.tree import Node, read_html

# The path to write for the address of a picture, or None when there is no such picture.
ImagePath = Callable[[str], str | None]

_BLOCKS = {
    *("p", "div", "section", "article", "header", "footer", "figure", "figcaption", "center"),
    *("ul", "ol", "li", "dl", "dt", "dd", "table", "pre", "blockquote", "hr", "form", "fieldset"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "address", "main", "caption", "details", "summary"),
    *("thead", "tbody", "tfoot", "tr", "td", "th"),
}
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "del": "~~", "s": "~~", "strike": "~~"}
_MARKS |= {"mark": "=="}
_SPACES = re.compile(r"[ \t\r\n\f\u00a0]+")
_SUB = re.compile(r"[0-9A-Za-z+-]{1,4}")
_SUP = re.compile(r"[0-9A-Za-z+−-]{1,6}")
_ESCAPED = re.compile(r"[\\`*\[\]{}]")
_UNDERSCORES = re.compile(r"[_＿]+")
_TILDES = re.compile(r"~(?=~)|(?<=~)~|(?<=[A-Za-z)])~(?=[0-9A-Za-z+-]{1,4}~)")
_CARETS = re.compile(r"(?<=[0-9A-Za-z)])\^(?=[0-9A-Za-z+−-]{1,6}\^)")
_EQUALS = re.compile(r"=(?==)|(?<==)=")
_ENTITY = re.compile(r"&(?=#?[0-9A-Za-z]{1,32};)")
_ANGLE = re.compile(r"<(?=!--|[A-Za-z][A-Za-z0-9+.-]*:|[^<>\s]+@)")
_LINE_START = re.compile(
    r"^(?P<indent>[ \t\u3000]*)"
    r"(?:(?P<mark>#{1,6}(?=\s|$)|[＞>]|[-+－](?=\s|$)|-{2,}|={2,}|(?=[|]))"
    r"|(?P<number>\d{1,9})(?P<stop>[.)])(?=\s|$))"
)
_ROW = re.compile(r"^[\s:|-]+$")


def to_markdown(html: str, *, image: ImagePath, has_blanks: bool = False) -> str:
    """Markdown for a piece of HTML.

    An element <blank> is a blank; in a stem with blanks no other run of underscores is one.
    """
    return _Writer(image, has_blanks).blocks_text(read_html(html).children)


def to_markdown_of(node: Node, *, image: ImagePath, has_blanks: bool = False) -> str:
    """The same for a tree that was read elsewhere."""
    return _Writer(image, has_blanks).blocks_text(node.children)


def escaped(text: str, *, has_blanks: bool = False) -> str:
    """Markdown that shows exactly this text, line by line."""
    lines = (_escaped_line(line, has_blanks) for line in text.split("\n"))
    return "\n".join(_safe_start(line) for line in lines)


class _Writer:
    def __init__(self, image: ImagePath, has_blanks: bool) -> None:
        self.image = image
        self.has_blanks = has_blanks

    def blocks_text(self, children: "Iterable[Node | str]") -> str:
        return "\n\n".join(self.blocks(children))

    def blocks(self, children: "Iterable[Node | str]") -> Iterator[str]:
        """The blocks among the children; runs of words between them are paragraphs."""
        run: list[Node | str] = []
        for child in children:
            if isinstance(child, str) or not _holds_block(child):
                run.append(child)
                continue
            yield from self._paragraph(run)
            run = []
            yield from self._block(child)
        yield from self._paragraph(run)

    def _paragraph(self, run: "list[Node | str]") -> Iterator[str]:
        text = "".join(self.inline(child) for child in run)
        lines = [line.strip(" \t\u3000") for line in text.split("\n")]
        lines = [_safe_start(line) for line in lines if line]
        if lines:
            yield "  \n".join(lines)

    def _block(self, node: Node) -> Iterator[str]:
        if node.tag in ("ul", "ol"):
            yield from self._list(node)
        elif node.tag == "table":
            yield from self._table(node)
        elif node.tag == "pre":
            code = _text_of(node).strip("\n")
            fence = "`" * max(3, _longest_run(code, "`") + 1)
            yield f"{fence}\n{code}\n{fence}"
        elif node.tag == "blockquote":
            inner = self.blocks_text(node.children)
            if inner:
                yield "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))
        elif node.tag in ("h1", "h2", "h3", "h4", "h5", "h6", "caption"):
            # A heading inside a question would end it.
            for text in self._paragraph(node.children):
                yield text if "**" in text else f"**{text}**"
        elif node.tag != "hr":
            yield from self.blocks(node.children)

    def _list(self, node: Node) -> Iterator[str]:
        items = [child for child in node.children if isinstance(child, Node)]
        lines: list[str] = []
        for number, item in enumerate(items, start=1):
            content = self.blocks_text(item.children) if item.tag == "li" else self._nested(item)
            mark = f"{number}. " if node.tag == "ol" else "- "
            first, *rest = content.split("\n")
            if not first and not rest:
                continue
            lines.append(mark + first)
            # A blank line before a nested list would make the outer one loose.
            lines += ["    " + line for line in rest if line.strip()]
        if lines:
            yield "\n".join(lines)

    def _nested(self, node: Node) -> str:
        return self.blocks_text([node])

    def _table(self, node: Node) -> Iterator[str]:
        rows = [[self._cell(cell) for cell in _cells(row)] for row in _rows(node)]
        rows = [row for row in rows if row]
        width = max((len(row) for row in rows), default=0)
        if not width:
            return
        filled = [row + [""] * (width - len(row)) for row in rows]
        lines = ["| " + " | ".join(row) + " |" for row in filled]
        yield "\n".join([lines[0], "|" + "---|" * width, *lines[1:]])

    def _cell(self, cell: Node) -> str:
        text = " ".join(self.blocks_text(cell.children).split())
        return re.sub(r"(?<!\\)\|", r"\\|", text)

    def inline(self, child: "Node | str") -> str:
        """The words of an element; a line break in them stands for <br>."""
        if isinstance(child, str):
            return _escaped_line(_SPACES.sub(" ", child), self.has_blanks)
        tag = child.tag
        if tag == "br":
            return "\n"
        if tag == "blank":
            return "____"
        if tag == "img":
            return self._picture(child)
        if tag in ("code", "kbd", "samp", "tt"):
            return _code(_text_of(child))
        inner = "".join(self.inline(each) for each in child.children)
        if tag in _MARKS:
            return _marked(inner, _MARKS[tag])
        if tag in ("sub", "sup"):
            return _raised(inner, tag)
        if tag == "a":
            return _link(inner, child.attributes.get("href", ""))
        return inner

    def _picture(self, node: Node) -> str:
        source = node.attributes.get("src", "")
        alt = _SPACES.sub(" ", node.attributes.get("alt", "")).strip()
        path = self.image(unquote(source))
        if path is None:
            return _escaped_line(alt, self.has_blanks)
        return f"![{_escaped_line(alt, True) or '图片'}]({path})"


def _holds_block(node: Node) -> bool:
    if node.tag in _BLOCKS:
        return True
    return any(isinstance(child, Node) and _holds_block(child) for child in node.children)


def _rows(node: Node) -> Iterator[Node]:
    for child in node.children:
        if isinstance(child, Node):
            if child.tag == "tr":
                yield child
            elif child.tag in ("thead", "tbody", "tfoot"):
                yield from _rows(child)


def _cells(row: Node) -> list[Node]:
    return [c for c in row.children if isinstance(c, Node) and c.tag in ("td", "th")]


def _text_of(node: Node) -> str:
    texts = []
    for child in node.children:
        if isinstance(child, str):
            texts.append(child)
        else:
            texts.append("\n" if child.tag == "br" else _text_of(child))
    return "".join(texts)


def _code(text: str) -> str:
    shown = _SPACES.sub(" ", text)
    if not shown.strip():
        return shown
    ticks = "`" * (_longest_run(shown, "`") + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{pad}{shown.strip()}{pad}{ticks}"


def _marked(inner: str, mark: str) -> str:
    """Put emphasis around the words, not around blanks or line ends at their edges."""
    body = inner.strip()
    if not body or "\n" in body or mark in body:
        return inner
    start = inner[: len(inner) - len(inner.lstrip())]
    end = inner[len(inner.rstrip()) :]
    return f"{start}{mark}{body}{mark}{end}"


def _raised(inner: str, tag: str) -> str:
    body = inner.strip()
    pattern, mark = (_SUB, "~") if tag == "sub" else (_SUP, "^")
    return f"{mark}{body}{mark}" if pattern.fullmatch(body) else inner


def _link(inner: str, target: str) -> str:
    if not inner.strip() or not re.fullmatch(r"(?:https?://|mailto:)[^\s()<>]+", target):
        return inner
    return f"[{inner.strip()}]({target})"


def _longest_run(text: str, character: str) -> int:
    return max((len(run) for run in re.findall(re.escape(character) + "+", text)), default=0)


def _escaped_line(text: str, has_blanks: bool) -> str:
    text = text.replace("\x02", "").replace("\x03", "")
    text = _ENTITY.sub("&amp;", text)
    text = _ANGLE.sub("&lt;", text)
    text = _ESCAPED.sub(lambda found: "\\" + found[0], text)
    if has_blanks:
        # Whoever looks for blanks takes what stands between two ticks for code, escaped or not.
        text = text.replace("\\`", "&#96;")
    text = _EQUALS.sub("&#61;", text)
    text = _TILDES.sub("&#126;", text)
    text = _CARETS.sub("&#94;", text)

    def underscores(found: re.Match[str]) -> str:
        run = found[0]
        if len(run) >= 4 and not has_blanks and set(run) == {"_"} and text.strip() != run:
            return run
        before, after = text[: found.start()][-1:], text[found.end() :][:1]
        if run == "_" and before.isalnum() and after.isalnum():
            return run
        return "".join(f"&#{ord(character)};" for character in run)

    return _UNDERSCORES.sub(underscores, text)


def _safe_start(line: str) -> str:
    """A line that begins no heading, list, quote or rule."""
    found = _LINE_START.match(line)
    if found is None:
        return line
    if found["number"]:
        return f"{found['indent']}{found['number']}\\{line[found.start('stop') :]}"
    first = found["mark"][:1] if found["mark"] else ""
    if not first:
        return line if not _ROW.match(line) else "\\" + line
    rest = line[found.end("indent") + 1 :]
    if first in "#>-+":
        return f"{found['indent']}\\{first}{rest}"
    return f"{found['indent']}&#{ord(first)};{rest}"
