"""The 题注 of a block: which keys it holds, with their values and places."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.mends import Mend, line_before, replacing, without_lines
from question_bank.authoring.lines import Line, dedented
from question_bank.authoring.report import Report, nearest

ALIASES = {"条款": "依据", "出处": "依据", "分数": "分值"}
KEYS = (
    "依据",
    "分值",
    "难度",
    "标签",
    "答案",
    "给分",
    "解析",
    "岗位",
    "考点",
    "乱序",
    "状态",
    "修订",
    "顺序",
    "参考答案",
    "采分点",
    "忽略",
)

# Keys whose value may have paragraphs.
_PARAGRAPHS = ("解析", "参考答案")
# Keys that no prose has in a quoted list.
_TELLING = ("依据", "分值", "答案", "给分", "解析", "参考答案", "采分点")
# Keys that say what is right.
_ANSWERS = ("答案", "参考答案", "采分点")

_ENTRY = re.compile(
    r"(?P<bold>[*_]{1,3})?(?P<word>[^\s:*_]{1,12}?) {0,9}(?P<number>\d{0,3}) {0,9}"
    # **解析：**… ends its bold behind the colon; in 解析：**…** the bold is the author's.
    r"(?P<closed>[*_]{1,3})?:(?(closed)|(?(bold)[*_]{0,3}))"
)


@dataclass(frozen=True)
class Note:
    """One 键：值. `number` is that of 答案n; `values` holds its lines.

    Blank ones are kept between paragraphs alone.
    """

    key: str
    number: int | None
    place: Line
    values: tuple[Line, ...]

    @property
    def name(self) -> str:
        return self.key if self.number is None else f"{self.key}{self.number}"

    @property
    def value(self) -> str:
        """The value as one text; continuation lines keep their line breaks."""
        return "\n".join("" if line.is_blank else line.text for line in self.values).strip()

    @property
    def value_place(self) -> Line:
        return self.values[0] if self.values else self.place

    @property
    def last_line(self) -> int:
        """The number of the line on which it ends."""
        return max([self.place.number, *(line.number for line in self.values)])

    def gone(self) -> Mend:
        """What takes it out of the text."""
        return without_lines(self.place.number, self.last_line)


@dataclass(frozen=True)
class _Entry:
    word: str
    number: int | None
    place: Line
    value: Line

    @property
    def is_known(self) -> bool:
        return self.word in KEYS and (self.number is None or self.word == "答案")


def key_line(line: Line) -> bool:
    """Say whether the line, outside a quote, begins with a known key."""
    entry = _entry(line)
    return entry is not None and entry.is_known


def notes_start(lines: Sequence[Line]) -> int:
    """Where the 题注 begins in lines that have no other answer area; their number if nowhere."""
    bare = _trailing_bare_notes(lines)
    index = 0
    while index < bare:
        if lines[index].is_quote:
            end = _quote_end(lines, index)
            if _is_notes(lines[index:end]):
                return index
            index = end
        else:
            index += 1
    return bare


def stray_notes(lines: Sequence[Line]) -> list[Line]:
    """The first line of each 题注 in lines that belong to no question.

    Where a question lost its heading, it would otherwise turn into prose and show its key.
    """
    found: list[Line] = []
    index = 0
    while index < len(lines):
        end = max(_quote_end(lines, index), index + 1)
        inner = [line.unquoted() for line in lines[index:end] if line.is_quote]
        entries = [_entry(line) for line in inner if line.item() is not None]
        if any(entry is not None and entry.word in _TELLING for entry in entries):
            found.append(lines[index])
        index = end
    return found


def read_notes(lines: Sequence[Line], report: Report) -> list[Note]:
    """Read the 题注 from the lines after the answer area and report anything else there."""
    reader = _Reader(report)
    for line in lines:
        if line.is_code:
            reader.other(line)
        elif line.is_quote:
            reader.quoted(line.unquoted())
        elif not line.is_blank:
            reader.bare(line)
    return reader.finish()


class _Reader:
    """Walks the lines after an answer area; one per block."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.entries: list[tuple[_Entry | None, list[Line]]] = []
        self.base: int | None = None
        self.told_of_text = False
        self.gap: Line | None = None

    def quoted(self, line: Line) -> None:
        if line.is_blank:
            self.gap = line
            return
        entry = _entry(line)
        is_top = self.base is None or line.indent <= self.base + 1
        if entry is not None and is_top and (line.item() is not None or entry.is_known):
            self.base = line.indent if self.base is None else self.base
            self._open(entry)
        elif is_top and line.item() is not None:
            self.report.error(
                line.stripped(), "E111", "题注这一行不是“键：值”", "写成“- 解析：…”，续行缩进四格"
            )
            self.entries.append((None, []))
        elif is_top and entry is not None and nearest(entry.word, KEYS):
            self._open(entry)
        else:
            self._continue(line)

    def bare(self, line: Line) -> None:
        entry = _entry(line)
        if entry is not None and line.indent <= 1 and entry.is_known:
            self._open(entry)
        elif line.indent >= 2 and self.entries:
            self._continue(line)
        elif entry is not None and nearest(entry.word, KEYS) and line.indent <= 1:
            self._open(entry)
        else:
            self.other(line)

    def other(self, line: Line) -> None:
        if not self.told_of_text:
            self.report.error(
                line.stripped(),
                "E108",
                "题目后面还有别的文字",
                "在它前面空一行，再写一行 ---；若是上一项的续行，缩进四格",
                None if line.is_quote or line.column > 1 else line_before(line.number, "\n---\n"),
            )
        self.told_of_text = True

    def finish(self) -> list[Note]:
        notes: list[Note] = []
        seen: dict[str, str] = {}
        for entry, values in self.entries:
            if entry is None:
                continue
            note = Note(entry.word, entry.number, entry.place, tuple(values))
            if note.name in seen:
                is_same = seen[note.name] == note.value
                mend = note.gone() if is_same else None
                told = f"键“{note.name}”写了两次"
                self.report.error(note.place, "E106", told, "只留一个", mend)
                continue
            seen[note.name] = note.value
            notes.append(note)
        return notes

    def _open(self, entry: _Entry) -> None:
        self.gap = None
        if not entry.is_known:
            near = nearest(entry.word, KEYS)
            fix = f"是否要写“{near}”？" if near else "可用的键：" + "、".join(KEYS)
            name = entry.word if entry.number is None else f"{entry.word}{entry.number}"
            place = entry.place
            mend = replacing(place.number, place.column, len(entry.word), near) if near else None
            self.report.error(place, "E105", f"不认识的键“{name}”", fix, mend)
            self.entries.append((None, []))
            return
        value = entry.value.stripped()
        self.entries.append((entry, [] if value.is_blank else [value]))

    def _continue(self, line: Line) -> None:
        if not self.entries:
            self.other(line)
            return
        entry, values = self.entries[-1]
        if self.gap is not None and entry is not None and entry.word in _PARAGRAPHS and values:
            values.append(self.gap)
        self.gap = None
        text = dedented(line)
        values.append(line.tail(len(line.text.rstrip()) - len(text)))


def _entry(line: Line) -> _Entry | None:
    if line.is_code:
        return None
    body = line.item() or line.stripped()
    found = _ENTRY.match(body.folded)
    if found is None:
        return None
    word = ALIASES.get(found["word"], found["word"])
    number = int(found["number"]) if found["number"] else None
    return _Entry(word, number, body, body.tail(found.end()))


def _quote_end(lines: Sequence[Line], start: int) -> int:
    end = start
    while end < len(lines) and lines[end].is_quote:
        end += 1
    return end


def _is_notes(quote: Sequence[Line]) -> bool:
    """A quote is a 题注 when it has a known key, or when it is nothing but `- 词：值` lines."""
    inner = [line.unquoted() for line in quote]
    entries = [_entry(line) for line in inner if not line.is_blank]
    if any(entry is not None and entry.is_known for entry in entries):
        return True
    items = [line.item() is not None for line in inner if not line.is_blank]
    return bool(entries) and all(entries) and all(items)


def _trailing_bare_notes(lines: Sequence[Line]) -> int:
    """Where a run of bare `键：值` lines begins that reaches to the end of the lines.

    Only a run that holds an answer counts: a stem may well say 状态：设备运行中.
    """
    start = len(lines)
    has_answer = False
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index]
        if line.is_blank or line.is_quote:
            continue
        entry = _entry(line)
        if entry is not None and entry.is_known and line.indent <= 1:
            start = index
            has_answer = has_answer or entry.word in _ANSWERS
        elif line.indent < 2 or line.is_code:
            break
    return start if has_answer else len(lines)
