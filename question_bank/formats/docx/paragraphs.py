"""The paragraphs and table cells of a Word document in their order, as lines with their marks."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from question_bank.formats.archives import Archive
from question_bank.formats.docx.numbering import Numbering, read_numbering
from question_bank.formats.items import Remark
from question_bank.formats.pictures import picture_path
from question_bank.formats.text.lines import SourceLine, opened_out
from question_bank.formats.xml_input import Element, parse_xml

# Content of text boxes is said to be left out; the fallback repeats what stands beside it.
_LEFT_OUT = {"del", "moveFrom", "Fallback", "delText", "instrText", "rubyPr", "rt"}
_BOXES = {"txbxContent", "textbox"}
_PLAIN_COLOURS = {"", "auto", "000000"}


@dataclass
class _Run:
    """Pieces of one line: text with the marks of its run."""

    pieces: list[tuple[str, bool]] = field(default_factory=list)
    images: dict[str, bytes] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "".join(text for text, _marked in self.pieces)


@dataclass
class Document:
    """A .docx taken apart: its lines, and what in it was not read."""

    lines: list[SourceLine] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def read_document(archive: Archive, name: str) -> Document:
    """Read the body: insertions are taken, deletions dropped, numbering written out."""
    return _Reader(archive, name).read()


class _Reader:
    def __init__(self, archive: Archive, name: str) -> None:
        self._archive = archive
        self._name = name
        self._document = Document()
        self._numbering = Numbering()
        self._styles: dict[str, Element] = {}
        self._relations: dict[str, str] = {}
        self._told: set[str] = set()

    def read(self) -> Document:
        self._numbering = read_numbering(self._part("word/numbering.xml"))
        styles = self._part("word/styles.xml")
        for style in styles.all("style") if styles else []:
            self._styles[style.get("styleId")] = style
        relations = self._part("word/_rels/document.xml.rels")
        for relation in relations.all("Relationship") if relations else []:
            if relation.get("TargetMode") != "External":
                self._relations[relation.get("Id")] = relation.get("Target")
        root = self._part("word/document.xml")
        body = root.first("body") if root else None
        if body is not None:
            self._block(body)
        return self._document

    def _part(self, path: str) -> Element | None:
        data = self._archive.read(path)
        return parse_xml(data, self._name) if data else None

    def _block(self, element: Element) -> None:
        for child in element.elements:
            if child.name == "p":
                self._paragraph(child)
            elif child.name == "tbl":
                self._table(child)
            elif child.name not in _LEFT_OUT:
                self._block(child)

    def _table(self, table: Element) -> None:
        """Each row's cells in order; short ones stand in one line, as options do in a grid."""
        for row in table.find_all("tr"):
            before = len(self._document.lines)
            for cell in row.elements:
                if cell.name in ("tc", "sdt"):
                    self._block(cell)
            made = self._document.lines[before:]
            self._document.lines[before:] = [line for line in made if not line.is_blank]

    def _paragraph(self, paragraph: Element) -> None:
        lines = [_Run()]
        label = self._label(paragraph)
        if label:
            lines[0].pieces.append((label, False))
        for run, marks in self._runs(paragraph):
            self._run(run, marks, lines)
        for line in lines:
            self._add(line)

    def _add(self, line: _Run) -> None:
        marked: list[tuple[int, int]] = []
        start = 0
        for text, is_marked in line.pieces:
            if is_marked and text.strip():
                marked.append((start, start + len(text)))
            start += len(text)
        number = len(self._document.lines) + 1
        text = opened_out(line.text.replace("\x00", ""))
        self._document.lines.append(SourceLine(number, text, tuple(marked), line.images))

    def _label(self, paragraph: Element) -> str:
        properties = paragraph.first("pPr")
        found = properties.first("numPr") if properties else None
        if found is None and properties is not None:
            found = self._style_numbering(properties.first("pStyle"))
        if found is None:
            return ""
        number, level = found.first("numId"), found.first("ilvl")
        place = level.get("val", "0") if level is not None else "0"
        if number is None or not place.isdigit():
            return ""
        return self._numbering.label(number.get("val"), int(place))

    def _style_numbering(self, style: Element | None) -> Element | None:
        seen: set[str] = set()
        name = style.get("val") if style is not None else ""
        while name in self._styles and name not in seen:
            seen.add(name)
            properties = self._styles[name].first("pPr")
            found = properties.first("numPr") if properties else None
            if found is not None:
                return found
            base = self._styles[name].first("basedOn")
            name = base.get("val") if base is not None else ""
        return None

    def _runs(self, element: Element) -> Iterator[tuple[Element, Element | None]]:
        for child in element.elements:
            if child.name == "r":
                yield child, child.first("rPr")
            elif child.name in ("oMath", "oMathPara"):
                self._tell("W516", "文档里有公式，没有读；请核对题目")
            elif child.name not in _LEFT_OUT and child.name != "pPr":
                yield from self._runs(child)

    def _run(self, run: Element, properties: Element | None, lines: list[_Run]) -> None:
        is_marked = _is_marked(properties)
        is_underlined = _is_underlined(properties)
        for child in run.elements:
            if child.name == "t":
                text = child.text
                if is_underlined and text and not text.strip("\u3000\u00a0 \t_"):
                    text = "____"
                lines[-1].pieces.append((text, is_marked))
            elif child.name == "tab":
                lines[-1].pieces.append(("____" if is_underlined else "\t", False))
            elif child.name in ("br", "cr"):
                lines.append(_Run())
            elif child.name == "noBreakHyphen":
                lines[-1].pieces.append(("-", is_marked))
            elif child.name == "sym":
                lines[-1].pieces.append((_symbol(child), is_marked))
            elif child.name in ("drawing", "pict", "object", "AlternateContent"):
                self._drawing(child, lines[-1])

    def _drawing(self, element: Element, line: _Run) -> None:
        for found in self._inside(element):
            if found.name in _BOXES:
                self._tell("W516", "文档里有文本框，里面的字没有读")
            relation = found.get("embed") if found.name == "blip" else ""
            if found.name == "imagedata":
                relation = found.get("id")
            target = self._relations.get(relation, "")
            data = self._archive.read(f"word/{target.lstrip('/')}") if target else None
            if data:
                path = picture_path(data)
                line.images[path] = data
                line.pieces.append((f"![图]({path})", False))

    def _inside(self, element: Element) -> Iterator[Element]:
        yield element
        for child in element.elements:
            if child.name not in _LEFT_OUT:
                yield from self._inside(child)

    def _tell(self, code: str, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            self._document.remarks.append(Remark(code, message))


def _is_on(properties: Element, name: str) -> bool:
    found = properties.first(name)
    return found is not None and found.get("val", "1") not in ("0", "false", "none", "off")


def _is_marked(properties: Element | None) -> bool:
    """Red or bold: in many papers the right option is."""
    if properties is None:
        return False
    colour = properties.first("color")
    value = colour.get("val").lower() if colour is not None else ""
    is_red = (
        len(value) == 6
        and value not in _PLAIN_COLOURS
        and int_of(value[:2]) >= 0x99
        and int_of(value[2:4]) < 0x66
        and int_of(value[4:]) < 0x66
    )
    return is_red or _is_on(properties, "b")


def int_of(text: str) -> int:
    """A hexadecimal number, −1 where it is none."""
    try:
        return int(text, 16)
    except ValueError:
        return -1


def _is_underlined(properties: Element | None) -> bool:
    return properties is not None and _is_on(properties, "u")


def _symbol(element: Element) -> str:
    """Ticks and crosses of the symbol fonts."""
    code = int_of(element.get("char")) & 0xFF
    return {0xFC: "√", 0xFB: "×", 0x50: "√", 0x4F: "×", 0xFE: "√", 0xFD: "×"}.get(code, "")
