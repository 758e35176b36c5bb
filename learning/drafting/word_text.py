"""The words of one Word paragraph, with insertions taken in and deletions left out. Pure."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from core.xml_input import Element
from learning.drafting.plain import escaped
from learning.word.file import attribute, child, is_on

# What is not taken over, in words.
LEFT_OUT = {
    "txbxContent": "文本框",
    "footnoteReference": "脚注",
    "endnoteReference": "尾注",
    "commentReference": "批注",
    "del": "修订中删除的文字",
    "moveFrom": "修订中移走的文字",
    "oMath": "公式",
    "oMathPara": "公式",
    "object": "嵌入对象",
    "chart": "图表",
    "relIds": "SmartArt 图形",
    "altChunk": "嵌入的文件",
    "vanish": "隐藏文字",
    "wsp": "图形",
}
_HOLDERS = {
    *("ins", "moveTo", "hyperlink", "smartTag", "sdt", "sdtContent", "customXml", "fldSimple"),
    *("dir", "bdo", "Choice", "rubyBase"),
}
_FORMULA = "〔公式〕"
_RAISED = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_SCRIPT = re.compile(r"[0-9+\-−=()n]+")


@dataclass
class Leftovers:
    """Counts what is not taken over."""

    counts: Counter[str] = field(default_factory=Counter)

    def note(self, what: str) -> None:
        self.counts[what] += 1

    @property
    def remarks(self) -> list[str]:
        if not self.counts:
            return []
        told = "、".join(f"{what} {count} 处" for what, count in sorted(self.counts.items()))
        return [f"没有带过来：{told}"]


@dataclass
class _Field:
    """A field: what stands before its separator is its code, not its text."""

    is_code: bool = True


class Words:
    """Reads the runs of one paragraph; `picture` writes a picture as Markdown."""

    def __init__(self, leftovers: Leftovers, picture: Callable[[Element], str]) -> None:
        self.leftovers = leftovers
        self.picture = picture
        self.fields: list[_Field] = []
        self.parts: list[str] = []

    def read(self, paragraph: Element) -> str:
        """The text with a line end for each line break of the paragraph."""
        self.parts = []
        self._children(paragraph)
        return "".join(self.parts)

    def _children(self, element: Element) -> None:
        for each in element.elements:
            name = each.name
            if name == "r":
                self._run(each)
            elif name in ("oMath", "oMathPara"):
                self.leftovers.note(LEFT_OUT["oMath"])
                self.parts.append(_FORMULA)
            elif name in ("del", "moveFrom"):
                self.leftovers.note(LEFT_OUT[name])
            elif name in _HOLDERS:
                self._children(each)
            elif name == "AlternateContent":
                self._alternative(each)

    def _alternative(self, element: Element) -> None:
        """Two ways to say one thing: the first is read, the other is for older programs."""
        chosen = child(element, "Choice")
        if chosen is None:
            chosen = child(element, "Fallback")
        for each in chosen.elements if chosen is not None else ():
            if each.name == "r":
                self._run(each)
            else:
                self._mark(each)

    def _run(self, run: Element) -> None:
        properties = child(run, "rPr")
        if is_on(child(properties, "vanish")) and self._text_of(run):
            self.leftovers.note(LEFT_OUT["vanish"])
            return
        raised = attribute(child(properties, "vertAlign"), "val")
        for each in run.elements:
            self._mark(each, raised)

    def _mark(self, element: Element, raised: str = "") -> None:
        name = element.name
        if name == "fldChar":
            self._field(attribute(element, "fldCharType"))
        elif any(field.is_code for field in self.fields):
            return
        elif name == "t":
            self._text(element.text, raised)
        elif name in ("br", "cr"):
            is_page = attribute(element, "type") in ("page", "column")
            self.parts.append("" if is_page else "\n")
        elif name in ("tab", "ptab"):
            self.parts.append("\t")
        elif name == "noBreakHyphen":
            self.parts.append("-")
        elif name == "sym":
            self._symbol(element)
        elif name in ("drawing", "pict", "object"):
            self._drawing(element, name)
        elif name == "AlternateContent":
            self._alternative(element)
        elif name == "ruby":
            self._children(child(element, "rubyBase") or element)
        elif name in ("footnoteReference", "endnoteReference", "commentReference"):
            self.leftovers.note(LEFT_OUT[name])

    def _field(self, kind: str) -> None:
        if kind == "begin":
            self.fields.append(_Field())
        elif kind == "separate" and self.fields:
            self.fields[-1].is_code = False
        elif kind == "end" and self.fields:
            self.fields.pop()

    def _text(self, text: str, raised: str) -> None:
        if raised in ("superscript", "subscript") and _SCRIPT.fullmatch(text):
            text = text.translate(_RAISED if raised == "superscript" else _LOWERED)
        self.parts.append(escaped(text, at_start=False))

    def _symbol(self, element: Element) -> None:
        code = attribute(element, "char")
        value = int(code, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,6}", code) else 0
        # Symbol fonts live in the private area; only what Unicode knows can be kept.
        if 0x20 <= value < 0xE000:
            self.parts.append(chr(value))
        else:
            self.leftovers.note("符号")
            self.parts.append("□")

    def _drawing(self, element: Element, name: str) -> None:
        inner = {each.name for each in element.descendants()}
        if "txbxContent" in inner:
            self.leftovers.note(LEFT_OUT["txbxContent"])
            return
        written = self.picture(element)
        if written:
            self.parts.append(written)
            return
        known = next((LEFT_OUT[each] for each in ("chart", "relIds") if each in inner), "")
        self.leftovers.note(known or LEFT_OUT["object" if name == "object" else "wsp"])

    def _text_of(self, run: Element) -> str:
        return "".join(each.text for each in run.elements if each.name == "t")
