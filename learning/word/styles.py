"""Paragraph styles of a Word file: which are headings, which carry numbers. Pure."""

import re
from dataclasses import dataclass

from core.xml_input import Element
from learning.word.file import attribute, child
from learning.word.numbering import Numbering

_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目录|目次)(?:\s*heading)?\s*\d*", re.IGNORECASE)
_TITLE = ("title", "标题")


@dataclass
class Style:
    """What a style says itself; `based_on` has the rest."""

    name: str
    based_on: str
    outline: int | None
    num: str
    depth: int | None


class Styles:
    """The styles by id, with what they inherit."""

    def __init__(self, tree: Element | None, numbering: Numbering) -> None:
        self.styles: dict[str, Style] = {}
        self.default = ""
        self.numbering = numbering
        for element in tree.elements if tree is not None else ():
            if element.name == "style":
                self._read(element)
        numbering.resolve_styles(
            {key: style.num for key, style in self.styles.items() if style.num}
        )

    def heading_level(self, properties: Element | None) -> int | None:
        """1 to 9 for a heading, by its own outline level, its style's or its style's name."""
        own = _outline(properties)
        if own is not None:
            return own or None
        for style in self._lineage(properties):
            found = _HEADING.fullmatch(style.name)
            if found:
                return int(found[1])
            if style.outline is not None:
                return style.outline or None
        return None

    def is_title(self, properties: Element | None) -> bool:
        return any(style.name.lower() in _TITLE for style in self._lineage(properties)[:1])

    def is_contents(self, properties: Element | None) -> bool:
        """Whether the paragraph is an entry of a table of contents."""
        return any(_CONTENTS.fullmatch(style.name) for style in self._lineage(properties)[:2])

    def list_of(self, properties: Element | None) -> tuple[str, int] | None:
        """The list and the level that number the paragraph; None for none."""
        own = child(properties, "numPr")
        num = attribute(child(own, "numId"), "val")
        written = attribute(child(own, "ilvl"), "val")
        depth = int(written) if written.isdigit() else None
        for style in self._lineage(properties):
            if num:
                break
            num = style.num
            if depth is None and num:
                key = next(key for key, each in self.styles.items() if each is style)
                tied = self.numbering.level_for_style(num, key)
                depth = style.depth if style.depth is not None else tied
        return (num, depth or 0) if num and num != "0" else None

    def _lineage(self, properties: Element | None) -> list[Style]:
        """The paragraph's style and those it is based on."""
        key = attribute(child(properties, "pStyle"), "val") or self.default
        found: list[Style] = []
        while key in self.styles and len(found) < 20:
            style = self.styles[key]
            if style in found:
                break
            found.append(style)
            key = style.based_on
        return found

    def _read(self, element: Element) -> None:
        key = attribute(element, "styleId")
        is_paragraph = attribute(element, "type") in ("", "paragraph")
        if is_paragraph and attribute(element, "default") in ("1", "true"):
            self.default = key
        properties = child(element, "pPr")
        depth = attribute(child(properties, "numPr", "ilvl"), "val")
        self.styles[key] = Style(
            name=attribute(child(element, "name"), "val"),
            based_on=attribute(child(element, "basedOn"), "val"),
            outline=_outline(properties),
            num=attribute(child(properties, "numPr", "numId"), "val"),
            depth=int(depth) if depth.isdigit() else None,
        )


def _outline(properties: Element | None) -> int | None:
    """1 to 9; 0 for what is said to be body text; None when nothing is said."""
    written = attribute(child(properties, "outlineLvl"), "val")
    if not written.isdigit():
        return None
    return 0 if int(written) >= 9 else int(written) + 1
