"""The paragraphs and table cells of a Word document in their order, as lines with their marks."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from core.errors import N_
from core.xml_input import Element
from learning.word.file import WordFile, attribute, child, is_on
from learning.word.numbering import Numbering
from learning.word.styles import Styles
from question_bank.formats.items import Remark
from question_bank.formats.pictures import picture_path
from question_bank.formats.text.lines import SourceLine, opened_out

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


def read_document(file: WordFile) -> Document:
    """Read the body: insertions are taken, deletions dropped, numbering written out."""
    return _Reader(file).read()


class _Reader:
    def __init__(self, file: WordFile) -> None:
        self._file = file
        self._document = Document()
        self._numbering = Numbering(file.part("numbering.xml"))
        self._styles = Styles(file.part("styles.xml"), self._numbering)
        self._targets = file.targets()
        self._told: set[str] = set()

    def read(self) -> Document:
        body = child(self._file.document, "body")
        if body is not None:
            self._block(body)
        return self._document

    def _block(self, element: Element) -> None:
        for each in element.elements:
            if each.name == "p":
                self._paragraph(each)
            elif each.name == "tbl":
                self._table(each)
            elif each.name not in _LEFT_OUT:
                self._block(each)

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
        listed = self._styles.list_of(child(paragraph, "pPr"))
        printed = self._numbering.count(*listed) if listed else None
        return printed.text if printed is not None else ""

    def _runs(self, element: Element) -> Iterator[tuple[Element, Element | None]]:
        for each in element.elements:
            if each.name == "r":
                yield each, each.first("rPr")
            elif each.name in ("oMath", "oMathPara"):
                self._tell("W516", N_("文档里有公式，没有读；请核对题目"))
            elif each.name not in _LEFT_OUT and each.name != "pPr":
                yield from self._runs(each)

    def _run(self, run: Element, properties: Element | None, lines: list[_Run]) -> None:
        is_marked = _is_marked(properties)
        is_underlined = _is_underlined(properties)
        for each in run.elements:
            if each.name == "t":
                text = each.text
                if is_underlined and text and not text.strip("\u3000\u00a0 \t_"):
                    text = "____"
                lines[-1].pieces.append((text, is_marked))
            elif each.name == "tab":
                lines[-1].pieces.append(("____" if is_underlined else "\t", False))
            elif each.name in ("br", "cr"):
                lines.append(_Run())
            elif each.name == "noBreakHyphen":
                lines[-1].pieces.append(("-", is_marked))
            elif each.name == "sym":
                lines[-1].pieces.append((_symbol(each), is_marked))
            elif each.name in ("drawing", "pict", "object", "AlternateContent"):
                self._drawing(each, lines[-1])

    def _drawing(self, element: Element, line: _Run) -> None:
        for found in self._inside(element):
            if found.name in _BOXES:
                self._tell("W516", N_("文档里有文本框，里面的字没有读"))
            relation = found.get("embed") if found.name == "blip" else ""
            if found.name == "imagedata":
                relation = found.get("id")
            data = self._file.archive.read(self._targets.get(relation, ""))
            if data:
                path = picture_path(data)
                line.images[path] = data
                line.pieces.append((f"![图]({path})", False))

    def _inside(self, element: Element) -> Iterator[Element]:
        yield element
        for each in element.elements:
            if each.name not in _LEFT_OUT:
                yield from self._inside(each)

    def _tell(self, code: str, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            self._document.remarks.append(Remark(code, message))


def _is_marked(properties: Element | None) -> bool:
    """Red or bold: in many papers the right option is."""
    value = attribute(child(properties, "color"), "val").lower()
    is_red = (
        len(value) == 6
        and value not in _PLAIN_COLOURS
        and int_of(value[:2]) >= 0x99
        and int_of(value[2:4]) < 0x66
        and int_of(value[4:]) < 0x66
    )
    return is_red or is_on(child(properties, "b"))


def int_of(text: str) -> int:
    """A hexadecimal number, −1 where it is none."""
    try:
        return int(text, 16)
    except ValueError:
        return -1


def _is_underlined(properties: Element | None) -> bool:
    return is_on(child(properties, "u"))


def _symbol(element: Element) -> str:
    """Ticks and crosses of the symbol fonts."""
    code = int_of(element.get("char")) & 0xFF
    return {0xFC: "√", 0xFB: "×", 0x50: "√", 0x4F: "×", 0xFE: "√", 0xFD: "×"}.get(code, "")
