"""A Word file → blocks: paragraphs, headings, lists with their numbers, tables, pictures. Pure."""

import hashlib
import re
from dataclasses import dataclass, replace
from itertools import pairwise

from core.errors import N_, Unreadable
from core.xml_input import Element
from learning.drafting.blocks import (
    MAX_BLOCKS,
    Block,
    DraftImage,
    Kind,
    Source,
)
from learning.drafting.joining import are_broken_lines, goes_on, joined, page_of
from learning.drafting.word_tables import table_markdown
from learning.drafting.word_text import LEFT_OUT, Leftovers, Words
from learning.images import image_kind
from learning.sources import MAX_IMAGE_BYTES
from learning.word.file import WordFile, attribute, child
from learning.word.numbering import Numbering, Printed
from learning.word.styles import Styles

IMAGE_FOLDER = "图片"
_TRANSPARENT = ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")
_CAPTION = re.compile(r"图\s*[\d一二三四五六七八九十.-]+\s*\S.{0,60}")


def read_word(data: bytes, name: str) -> Source:
    """The blocks of a .docx with its pictures; what cannot be taken over is named in a remark."""
    file = WordFile(data, name)
    body = child(file.document, "body")
    if body is None:
        raise Unreadable(N_("Word 文件里没有正文"))
    numbering = Numbering(file.part("numbering.xml"))
    reader = _Reader(file, numbering, Styles(file.part("styles.xml"), numbering))
    reader.walk(body)
    return reader.finish()


@dataclass
class _Carried:
    """Text of a paragraph whose end was deleted in the revision: it runs into the next one."""

    text: str = ""


class _Reader:
    """Walks the body once."""

    def __init__(self, file: WordFile, numbering: Numbering, styles: Styles) -> None:
        self.archive = file.archive
        self.numbering = numbering
        self.styles = styles
        self.targets = file.targets()
        self.source = Source([], unit="段")
        self.leftovers = Leftovers()
        self.images: dict[str, DraftImage] = {}
        self.carried = _Carried()
        self.paragraph = 0
        self.pictures = 0

    def walk(self, element: Element) -> None:
        """Take the blocks below an element in the order of the document."""
        for each in element.elements:
            name = each.name
            if len(self.source.blocks) > MAX_BLOCKS:
                raise Unreadable(N_("文件太长。分成几个文件，一个模块一个"))
            if name == "p":
                self._take_paragraph(each)
            elif name == "tbl":
                self._take_table(each)
            elif name == "sdt" and self._is_contents(each):
                self.source.remarks.append("目录没有写进模块，页面会自己列出")
            elif name in _TRANSPARENT:
                self.walk(each)
            elif name in ("del", "moveFrom", "altChunk"):
                self.leftovers.note(LEFT_OUT[name])

    def finish(self) -> Source:
        source = self.source
        source.images = list(self.images.values())
        source.blocks = _with_captions(source.blocks)
        texts = [block.text for block in source.blocks if block.kind is Kind.TEXT]
        if are_broken_lines(texts):
            source.blocks = _rejoined(source.blocks)
            source.remarks.append("文字像是从 PDF 转来的，断开的行接了起来，请看一眼分段")
        source.remarks += self.leftovers.remarks
        return source

    def words(self, paragraph: Element) -> str:
        return Words(self.leftovers, self._picture).read(paragraph)

    def counted(self, properties: Element | None) -> Printed | None:
        listed = self.styles.list_of(properties)
        return self.numbering.count(*listed) if listed else None

    def _take_paragraph(self, paragraph: Element) -> None:
        self.paragraph += 1
        properties = child(paragraph, "pPr")
        text = self.words(paragraph)
        if self.styles.is_contents(properties):
            return
        if child(properties, "rPr", "del") is not None:
            self.carried.text += text
            return
        text, self.carried.text = self.carried.text + text, ""
        # Word counts an empty paragraph of a list as well.
        printed = self.counted(properties)
        if not text.strip():
            return
        level = self.styles.heading_level(properties)
        if printed is not None and printed.is_bullet and level is None:
            self._add(Block(Kind.BULLET, _one_line(text), self.paragraph, printed.depth))
            return
        text = (printed.text if printed else "") + text.lstrip()
        if self.styles.is_title(properties):
            self._add(Block(Kind.TITLE, _one_line(text), self.paragraph))
        elif level is not None:
            self._add(Block(Kind.HEADING, _one_line(text), self.paragraph, min(level, 6)))
        else:
            self._take_lines(text)

    def _take_lines(self, text: str) -> None:
        """A paragraph with line breaks is several, unless a sentence goes on."""
        lines = [line for line in text.split("\n") if line.strip()]
        page = page_of(lines)
        kept: list[str] = []
        for place, line in enumerate(lines):
            if kept and goes_on(lines[place - 1], line, page):
                kept[-1] = joined(kept[-1], line)
            else:
                kept.append(line)
        for place, line in enumerate(kept):
            written = re.sub(r"\t+", " ", line).strip()
            if re.match(r"[#＃>＞+|-](?:\s|[#＃]|$)|:?-{3,}", written):
                written = "\\" + written
            self._add(Block(Kind.TEXT, written, self.paragraph, is_apart=place == 0))

    def _take_table(self, table: Element) -> None:
        self.paragraph += 1
        markdown, remarks = table_markdown(table, self._cell)
        place = f"第 {self.paragraph} {self.source.unit}的表格："
        self.source.remarks += [place + remark for remark in remarks]
        if markdown:
            self._add(Block(Kind.VERBATIM, markdown, self.paragraph))

    def _cell(self, paragraph: Element) -> str:
        """A paragraph inside a cell, on one line."""
        printed = self.counted(child(paragraph, "pPr"))
        mark = "• " if printed and printed.is_bullet else printed.text if printed else ""
        text = self.words(paragraph).strip()
        return _one_line(mark + text) if text else ""

    def _picture(self, drawing: Element) -> str:
        """A picture as Markdown; empty when it is none that a browser can show."""
        ids = [
            attribute(each, "embed") or attribute(each, "id")
            for each in drawing.descendants()
            if each.name in ("blip", "imagedata")
        ]
        name = next((self.targets[key] for key in ids if key in self.targets), None)
        if name is None:
            return ""
        self.pictures += 1
        if not 0 < self.archive.size(name) <= MAX_IMAGE_BYTES:
            self.leftovers.note("大于 5 MB 或缺失的图片")
            return f"（图 {self.pictures}）"
        data = self.archive.read(name) or b""
        kind = image_kind(data)
        if kind is None:
            self.leftovers.note("浏览器显示不了的图片（如 EMF、BMP），请另存为 PNG")
            return f"（图 {self.pictures}）"
        path = f"{IMAGE_FOLDER}/{hashlib.sha256(data).hexdigest()[:16]}.{kind}"
        self.images.setdefault(path, DraftImage(path, data))
        return f"![{self._alt(drawing)}]({path})"

    def _alt(self, drawing: Element) -> str:
        properties = next((each for each in drawing.descendants() if each.name == "docPr"), None)
        words = attribute(properties, "descr") or attribute(properties, "title")
        shape = next((each for each in drawing.descendants() if each.name == "shape"), None)
        words = words or attribute(shape, "alt")
        tidy = re.sub(r"[\[\]\\\s]+", " ", words).strip()
        is_path = re.fullmatch(r"[\w.:/\\ -]+\.(?:png|jpe?g|gif|bmp|emf|wmf)", tidy, re.IGNORECASE)
        return tidy if tidy and not is_path else f"图 {self.pictures}"

    def _is_contents(self, element: Element) -> bool:
        gallery = child(element, "sdtPr", "docPartObj", "docPartGallery")
        return "Table of Contents" in attribute(gallery, "val")

    def _add(self, block: Block) -> None:
        self.source.blocks.append(block)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _with_captions(blocks: list[Block]) -> list[Block]:
    """A picture without a description takes the caption below it."""
    made = list(blocks)
    for place, (block, below) in enumerate(pairwise(blocks)):
        found = re.fullmatch(r"!\[图 \d+\](\(.+\))", block.text)
        if found and _CAPTION.fullmatch(below.text):
            alt = re.sub(r"[\[\]\\]", "", below.text)
            made[place] = replace(block, text=f"![{alt}]{found[1]}")
    return made


def _rejoined(blocks: list[Block]) -> list[Block]:
    page = page_of([block.text for block in blocks if block.kind is Kind.TEXT])
    made: list[Block] = []
    above = ""
    for block in blocks:
        before = made[-1] if made else None
        are_texts = before is not None and before.kind is Kind.TEXT is block.kind
        if before is not None and are_texts and goes_on(above, block.text, page):
            made[-1] = replace(before, text=joined(before.text, block.text))
        else:
            made.append(replace(block, is_apart=block.kind is not Kind.TEXT))
        above = block.text
    return made
