"""The key facts of a module's text: which sentence, list or table each stands in. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.markup import KEY_FACT
from learning.headings import read_heading
from learning.parsing import BodyLine, prose_lines

FACT_ID = re.compile(r"\{#(?P<id>f-[0-9a-hjkmnp-tv-z]{4})\}")
_MARK = re.compile(rf"{KEY_FACT.pattern}(?:{FACT_ID.pattern})?")
_LEAD = re.compile(rf"(?P<lead>.*?)\s*\{{\.(?P<kind>步骤|对照)\}}(?:{FACT_ID.pattern})?\s*")
_ITEM = re.compile(r"\s*(?:[-*+]|(?P<number>\d{1,3})[.)])\s+(?P<text>\S.*)")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_BAR = re.compile(r"(?<!\\)\|")
_WIDE = re.compile(r"[\u2e80-\u9fff\uff00-\uff60\u3000-\u303f]")
_FOOTNOTE = re.compile(r"\[\^[^\]]+\]")
_ENDS, _CLOSING = "。！？；!?;", "”’）)」』》"
_PAIRS = {"“": "”", "（": "）", "(": ")", "《": "》", "「": "」", "『": "』"}


@dataclass(frozen=True)
class Mark:
    """One `==…==`: what it says, and where in the file it ends (line from 1, column from 0)."""

    fact: str
    fact_id: str | None
    line: int
    column: int
    # Its place in the sentence, the equal signs and the id included.
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Sentence:
    """A sentence with marks, as written, under the section that it is cited by."""

    anchor: str
    title: str
    text: str
    marks: tuple[Mark, ...]

    def fingerprint(self, mark: Mark) -> str:
        """The same as long as the sentence says the same, whether its facts have ids or not."""
        same = [other for other in self.marks if other.fact == mark.fact]
        return _hash(self.anchor, plain(self.text), mark.fact, str(same.index(mark)))


@dataclass(frozen=True)
class MarkedList:
    """A list led by `{.步骤}` or a table led by `{.对照}`; a row of a list has one cell."""

    anchor: str
    title: str
    kind: str
    lead: str
    rows: tuple[tuple[str, ...], ...]
    fact_id: str | None
    line: int
    column: int
    columns: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What is remembered: every cell."""
        return "；".join(" — ".join(row) for row in self.rows)

    @property
    def fingerprint(self) -> str:
        return _hash(self.anchor, self.kind, self.text)


@dataclass(frozen=True)
class Facts:
    """Everything that is marked in one file, in order."""

    sentences: tuple[Sentence, ...]
    lists: tuple[MarkedList, ...]


def read_facts(text: str, path: str = "") -> Facts:
    """Find the marks below headings with an anchor; without one nothing could be cited."""
    reader = _Reader(prose_lines(text, path))
    reader.run()
    return Facts(tuple(reader.sentences), tuple(reader.lists))


def plain(text: str) -> str:
    """The sentence without marks, ids and footnotes."""
    return unmarked(text).strip()


def unmarked(text: str) -> str:
    """The same with the blanks at its ends."""
    bare = _MARK.sub(lambda found: found["fact"], text)
    return _FOOTNOTE.sub("", FACT_ID.sub("", bare))


@dataclass(frozen=True)
class _Piece:
    """A run of text and, for each of its characters, where it stands in the file."""

    text: str
    places: tuple[tuple[int, int], ...]

    def part(self, start: int, end: int) -> "_Piece":
        return _Piece(self.text[start:end], self.places[start:end])


class _Reader:
    """Walks the prose once, paragraph by paragraph."""

    def __init__(self, lines: Sequence[BodyLine]) -> None:
        self.lines = lines
        self.sentences: list[Sentence] = []
        self.lists: list[MarkedList] = []
        self.anchor = self.title = ""

    def run(self) -> None:
        index = 0
        while index < len(self.lines):
            line = self.lines[index]
            heading = read_heading(line.text) if line.is_text else None
            if heading and heading.anchor:
                self.anchor, self.title = heading.anchor, heading.title
            if heading or not line.is_text or not line.text.strip():
                index += 1
                continue
            end = self._end(index)
            self._take(self.lines[index:end], end)
            index = end

    def _end(self, index: int) -> int:
        while index < len(self.lines):
            line = self.lines[index]
            if not line.is_text or not line.text.strip() or read_heading(line.text):
                break
            index += 1
        return index

    def _take(self, lines: Sequence[BodyLine], end: int) -> None:
        if not self.anchor:
            return
        if len(lines) > 1 and "|" in lines[0].text and _TABLE_RULE.fullmatch(lines[1].text):
            self._take_table(lines)
            return
        lead = next((i for i, line in enumerate(lines) if _LEAD.fullmatch(line.text)), None)
        if lead is not None:
            self._take_lead(lines[: lead + 1], [*lines[lead + 1 :], *self._next_block(end)])
        for passage in _passages(lines):
            for piece in _sentences(passage):
                self._take_sentence(piece, piece.text)

    def _next_block(self, index: int) -> list[BodyLine]:
        """The lines of the list or table behind a lead, the items apart or not."""
        while index < len(self.lines) and self._is_blank(index):
            index += 1
        found: list[BodyLine] = []
        while index < len(self.lines):
            line = self.lines[index]
            follows = index + 1 < len(self.lines) and _ITEM.match(self.lines[index + 1].text)
            if (
                not line.is_text
                or read_heading(line.text)
                or (self._is_blank(index) and not follows)
            ):
                break
            found.append(line)
            index += 1
        return found

    def _is_blank(self, index: int) -> bool:
        return self.lines[index].is_text and not self.lines[index].text.strip()

    def _take_lead(self, lead: Sequence[BodyLine], after: Sequence[BodyLine]) -> None:
        found = _LEAD.fullmatch(lead[-1].text)
        assert found is not None
        before = "".join(line.text.strip() for line in lead[:-1])
        rows, columns = _rows(after, found["kind"])
        if rows:
            words = plain(before + found["lead"].strip())
            column = found.start("id") - 3 if found["id"] else len(lead[-1].text.rstrip())
            place = (lead[-1].number, column)
            made = (self.anchor, self.title, found["kind"], words, rows, found["id"])
            self.lists.append(MarkedList(*made, *place, columns=columns))

    def _take_table(self, lines: Sequence[BodyLine]) -> None:
        """Each marked cell becomes a sentence with the row and the column that it stands in."""
        heads = [plain(cell.text) for cell in _cells(lines[0])]
        for line in lines[2:]:
            cells = _cells(line)
            first = plain(cells[0].text) if cells else ""
            for index, cell in enumerate(cells):
                head = heads[index] if index < len(heads) else ""
                others = zip(heads[1:], cells[1:], strict=False)
                rest = "；".join(f"{name}：{plain(other.text)}" for name, other in others)
                sentence = f"{heads[0]}“{first}”，{head}：{cell.text}" if index else cell.text
                self._take_sentence(
                    cell, sentence if index or not rest else f"{cell.text}（{rest}）"
                )

    def _take_sentence(self, piece: _Piece, text: str) -> None:
        marks = []
        shift = text.find(piece.text)
        for found in _MARK.finditer(piece.text):
            line, column = piece.places[found.start() + len(found["fact"]) + 3]
            span = (found.start() + shift, found.end() + shift)
            marks.append(Mark(found["fact"].strip(), found["id"], line, column + 1, *span))
        if marks:
            self.sentences.append(Sentence(self.anchor, self.title, text, tuple(marks)))


def _passages(lines: Sequence[BodyLine]) -> Iterator[_Piece]:
    """Paragraphs and list items, each on one line; two 汉字 need no blank between them."""
    text = ""
    places: list[tuple[int, int]] = []
    for line in lines:
        item = _ITEM.fullmatch(line.text)
        if item and text:
            yield _Piece(text, tuple(places))
            text, places = "", []
        lead = _LEAD.fullmatch(line.text)
        start = item.start("text") if item else len(line.text) - len(line.text.lstrip("> \t"))
        words = line.text[start : lead.end("lead") if lead else None].rstrip()
        if text and words and not (_WIDE.match(text[-1]) or _WIDE.match(words[0])):
            text, places = f"{text} ", [*places, (line.number, start)]
        text += words
        places += [(line.number, start + index) for index in range(len(words))]
    if text:
        yield _Piece(text, tuple(places))


def _sentences(piece: _Piece) -> Iterator[_Piece]:
    """Cut at 。！？； outside of marks, code, quotes and brackets."""
    closers: list[str] = []
    closing = set(_CLOSING)
    skipped = {i for found in _MARK.finditer(piece.text) for i in range(*found.span())}
    skipped |= {i for found in re.finditer(r"`[^`]*`", piece.text) for i in range(*found.span())}
    start = 0
    for index, sign in enumerate(piece.text):
        if index in skipped:
            continue
        if sign in _PAIRS and _PAIRS[sign] in piece.text[index:]:
            closers.append(_PAIRS[sign])
        elif closers and sign == closers[-1]:
            closers.pop()
        elif sign in _ENDS and not closers and piece.text[index + 1 : index + 2] not in closing:
            yield _stripped(piece.part(start, index + 1))
            start = index + 1
    if piece.text[start:].strip():
        yield _stripped(piece.part(start, len(piece.text)))


def _stripped(piece: _Piece) -> _Piece:
    start = len(piece.text) - len(piece.text.lstrip())
    return piece.part(start, len(piece.text.rstrip()))


def _rows(
    lines: Sequence[BodyLine], kind: str
) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """The items of an ordered list or the rows of a table of two columns, and its heads."""
    if kind == "对照":
        if len(lines) < 3 or not _TABLE_RULE.fullmatch(lines[1].text):
            return (), ()
        rows = [tuple(plain(cell.text) for cell in _cells(line)) for line in lines]
        is_pair = all(len(row) == 2 for row in rows)
        return (tuple(rows[2:]), rows[0]) if is_pair else ((), ())
    items: list[str] = []
    for line in lines:
        item = _ITEM.fullmatch(line.text)
        if item and item["number"] and line.text[:1].strip():
            items.append(plain(item["text"]))
        elif items and line.text.strip():
            items[-1] += plain(line.text)
        elif line.text.strip():
            break
    return tuple((item,) for item in items), ()


def _cells(line: BodyLine) -> list[_Piece]:
    edges = [found.start() for found in _BAR.finditer(line.text)]
    starts, ends = [0, *(edge + 1 for edge in edges)], [*edges, len(line.text)]
    places = tuple((line.number, index) for index in range(len(line.text)))
    whole = _Piece(line.text, places)
    cells = [_stripped(whole.part(*span)) for span in zip(starts, ends, strict=True)]
    outer = [line.text.strip().startswith("|"), line.text.strip().endswith("|")]
    return cells[1 if outer[0] else 0 : -1 if outer[1] else None]


def _hash(*words: str) -> str:
    said = "\x00".join(unicodedata.normalize("NFKC", "".join(word.split())) for word in words)
    return hashlib.sha256(said.encode()).hexdigest()[:16]
