"""XML of unknown origin → a tree without namespaces; whatever could harm is refused. Pure.

No document type, no entities of its own, nothing from outside, and limits on size, depth and
number of elements, all kept while parsing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from core.errors import N_, Unreadable

MAX_BYTES = 40 * 1024 * 1024
MAX_ELEMENTS = 200_000
MAX_DEPTH = 100

_DECLARATION = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding=[\"'](?P<name>[A-Za-z0-9._-]+)[\"']")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
# What Chinese Windows programs declare; the parser itself knows no encoding of several bytes.
_GB = {"gb2312", "gbk", "gb18030", "cp936", "hz-gb-2312"}
# HTML's own entities, which some exporters leave in XML where they mean nothing.
_HTML_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(?P<name>[a-zA-Z][a-zA-Z0-9]{1,30});")
_KNOWN_ENTITIES = {"nbsp": "\u00a0", "hellip": "…", "mdash": "—", "ndash": "–", "times": "×"}
_KNOWN_ENTITIES |= {"ldquo": "“", "rdquo": "”", "lsquo": "‘", "rsquo": "’", "deg": "°"}
_KNOWN_ENTITIES |= {"middot": "·", "plusmn": "±", "le": "≤", "ge": "≥", "divide": "÷"}


@dataclass
class Element:
    """An element: its local name, its attributes by local name, its text and children in order."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    content: "list[Element | str]" = field(default_factory=list)

    @property
    def elements(self) -> "list[Element]":
        return [child for child in self.content if isinstance(child, Element)]

    @property
    def text(self) -> str:
        """The words directly in the element."""
        return "".join(child for child in self.content if isinstance(child, str))

    @property
    def all_text(self) -> str:
        """The words of the element and of everything in it."""
        return "".join(c if isinstance(c, str) else c.all_text for c in self.content)

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def first(self, name: str) -> "Element | None":
        return next((child for child in self.elements if child.name == name), None)

    def all(self, name: str) -> "list[Element]":
        return [child for child in self.elements if child.name == name]

    def text_of(self, name: str, default: str = "") -> str:
        """The words of the first child of this name."""
        found = self.first(name)
        return found.all_text.strip() if found is not None else default

    def descendants(self) -> "Iterator[Element]":
        """Every element below this one, in the order of the document."""
        for child in self.elements:
            yield child
            yield from child.descendants()

    def find_all(self, name: str) -> "list[Element]":
        return [each for each in self.descendants() if each.name == name]


class MalformedXml(Unreadable):
    """The file breaks off, or was never XML."""


class _TooMuch(Exception):
    """A limit was passed while parsing."""


class _Target:
    """Builds the tree while counting; the parser calls it."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self.open: list[Element] = []
        self.count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MAX_ELEMENTS or len(self.open) >= MAX_DEPTH:
            raise _TooMuch()
        plain = {_local(name): value for name, value in attributes.items()}
        element = Element(_local(tag), plain)
        if self.open:
            self.open[-1].content.append(element)
        elif self.root is None:
            self.root = element
        self.open.append(element)

    def end(self, _tag: str) -> None:
        self.open.pop()

    def data(self, text: str) -> None:
        if self.open:
            content = self.open[-1].content
            if content and isinstance(content[-1], str):
                content[-1] += text
            else:
                content.append(text)

    def close(self) -> None:
        """The parser asks for it; the tree stands in `root`."""


def parse_xml(data: bytes, name: str) -> Element:
    """The root element; Unreadable with a clear sentence for anything that is not sound XML."""
    if len(data) > MAX_BYTES:
        raise Unreadable(N_("%(name)s 大于 40 MB，拆成几个文件再导入"), name=name)
    target = _Target()
    parser = DefusedXMLParser(
        target=target, forbid_dtd=True, forbid_entities=True, forbid_external=True
    )
    try:
        parser.feed(_readable(data))
        parser.close()
    except DefusedXmlException as error:
        raise Unreadable(
            N_("%(name)s 里有文档类型或实体定义，不能导入。用原来的系统重新导出"), name=name
        ) from error
    except _TooMuch as error:
        raise Unreadable(N_("%(name)s 的层数或元素太多，拆成几个文件再导入"), name=name) from error
    except ParseError as error:
        line, column = error.position
        raise MalformedXml(
            N_("%(name)s 不是完整的 XML：第 %(line)s 行第 %(column)s 个字符处看不懂"),
            name=name,
            line=line,
            column=column + 1,
        ) from error
    except (ValueError, LookupError) as error:
        raise Unreadable(N_("%(name)s 的编码看不懂，用 UTF-8 重新导出"), name=name) from error
    if target.root is None:
        raise Unreadable(N_("%(name)s 是空的"), name=name)
    return target.root


def _readable(data: bytes) -> bytes | str:
    """The bytes as they are, or as text where the parser would not know their encoding."""
    found = _DECLARATION.match(data[:400])
    if found is not None and found["name"].decode().lower() in _GB:
        data = _XML_DECLARATION.sub("", data.decode("gb18030"), count=1).encode()
    if b"&" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return data
        return _HTML_ENTITY.sub(_entity, text).encode()
    return data


def _entity(found: re.Match[str]) -> str:
    return _KNOWN_ENTITIES.get(found["name"], found[0])


def _local(name: str) -> str:
    return name.rsplit("}", 1)[-1].rsplit(":", 1)[-1]
