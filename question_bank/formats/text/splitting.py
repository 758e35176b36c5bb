"""A paper's lines → its questions, each with the lines that belong to it, and its key blocks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from question_bank.formats.keys import letters_of, verdict_of
from question_bank.formats.text.lines import (
    Number,
    Section,
    SourceLine,
    circled_option_in,
    glued_number_in,
    is_key_like,
    label_in,
    number_in,
    option_in,
    section_in,
    split_labels,
)
from question_bank.keys import QuestionType

NO_SECTION = Section(0, "", None, "")
_KEY_HEADING = re.compile(
    r"\s*[【\[(]?\s*(?:参考|标准|正确|试题|习题)?答案\s*(?:[及与和]?\s*(?:解析|评分标准))?\s*[】\])]?\s*:?\s*"
)
_KEY_RANGE = re.compile(r"\s*\d{1,4}\s*(?:[-~—–－～至到]+)\s*\d{1,4}\s*题?\s*[.、:)]?\s*\S")
_KEY_ENTRY = re.compile(r"\s*(?:\d{1,4}\s*[.、:)]|[(（]\s*\d{1,4}\s*[)）]|\d{1,4}\s+(?=\D))\s*")
_KEY_ENTRIES = re.compile(r"(?:\s*\d{1,4}\s*[.、:)]?\s*(?:[A-L]{1,8}|[√×✓✗对错])[\s,;，；、]*){2,}")
_IN_STEM_KEY = re.compile(
    r"(?<![0-9A-Za-z])[(\[【]\s*(?:[A-L](?:[\s,、;]*[A-L])*|√|×|✓|✗|对|错|正确|错误)\s*[)\]】]"
)
_TYPED = re.compile(r"[\[【(](?:单选|多选|判断|填空|简答|问答)题?[\]】)]")


@dataclass
class Question:
    """One question of a paper: its printed number and its lines, the number taken off."""

    section: Section
    number: int | None
    line: int
    lines: list[SourceLine] = field(default_factory=list)


@dataclass
class KeyBlock:
    """The lines of a list of answers that stands apart from its questions."""

    lines: list[SourceLine]


@dataclass
class Paper:
    """A paper taken apart, in the order of the file."""

    questions: list[Question] = field(default_factory=list)
    key_blocks: list[KeyBlock] = field(default_factory=list)
    # Text between a section's heading and its first question.
    material: list[Question] = field(default_factory=list)


def split_paper(lines: Sequence[SourceLine]) -> Paper:
    """Take a paper apart; no line is lost but headings and empty ones."""
    return _Splitter(lines).run()


class _Splitter:
    """Walks over the lines and decides for each whether a question begins there."""

    def __init__(self, lines: Sequence[SourceLine]) -> None:
        self._lines = lines
        self._paper = Paper()
        self._section = NO_SECTION
        self._sections = 0
        self._question: Question | None = None
        self._loose: Question | None = None
        self._style: str | None = None
        # Where in the question we are: stem, options, answer, open (a written answer), analysis.
        self._state = "stem"
        self._list_count = 0
        self._after_blank = True
        self._is_numbered = any(number_in(line) for line in lines if label_in(line) is None)
        self._seen_types: set[QuestionType | None] = set()

    def run(self) -> Paper:
        index = 0
        while index < len(self._lines):
            line = self._lines[index]
            section = None if line.is_blank else section_in(line, self._sections + 1)
            if section is not None:
                self._open_section(section)
            elif not line.is_blank and self._begins_key_block(index):
                index = self._take_key_block(index)
                continue
            elif not line.is_blank:
                self._take(index)
            elif self._question is not None:
                self._question.lines.append(line)
            self._after_blank = line.is_blank
            index += 1
        self._close()
        return self._paper

    def _open_section(self, section: Section) -> None:
        self._close()
        self._section, self._style = section, None
        self._sections = section.index
        self._seen_types.add(section.type)

    def _close(self) -> None:
        self._question = None
        self._loose = None

    def _take(self, index: int) -> None:
        line = self._lines[index]
        number = self._start_at(index)
        if number is not None or self._starts_unnumbered(line):
            self._begin(line, number)
        elif self._question is not None:
            self._note_state(line)
            self._question.lines.append(line)
        else:
            if self._loose is None:
                self._loose = Question(self._section, None, line.number)
                self._paper.material.append(self._loose)
            self._loose.lines.append(line)

    def _begin(self, line: SourceLine, number: Number | None) -> None:
        self._close()
        value = number.value if number else None
        self._question = Question(self._section, value, line.number)
        if number is not None:
            self._style = self._style or number.style
        self._state, self._list_count = "stem", 0
        rest = line.tail(number.end) if number else line
        self._question.lines.append(rest)
        self._paper.questions.append(self._question)
        for part in split_labels(rest)[1:]:
            self._note_state(part)

    def _note_state(self, line: SourceLine) -> None:
        """Follow stem → options → answer → analysis, so that lists in answers stay there."""
        label = label_in(line)
        if label is None:
            if option_in(line) and self._state == "stem":
                self._state = "options"
            elif self._state == "pending":
                self._state = self._after_key(line.text)
            return
        if label.name == "analysis":
            self._state = "analysis"
        elif label.name in ("answer", "rubric"):
            value = line.text[label.value_start :]
            self._state = self._after_key(value) if value.strip() else "pending"
            self._list_count = 1 if number_in(line.tail(label.value_start)) else 0
        elif label.name != "mine" or self._state not in ("open", "analysis"):
            self._state = "answer"

    def _after_key(self, text: str) -> str:
        if self._section.type is QuestionType.SHORT_ANSWER:
            return "open"
        is_closed = (
            is_key_like(text) or letters_of(text) is not None or verdict_of(text) is not None
        )
        return "answer" if is_closed else "open"

    def _start_at(self, index: int) -> Number | None:
        """The number of the question that begins at a line, if one does."""
        line = self._lines[index]
        if label_in(line) is not None:
            return None
        last = self._question.number if self._question else None
        number = number_in(line)
        if number is None:
            is_done = self._question is None or self._state != "stem"
            expected = (last or 0) + 1
            return glued_number_in(line, expected) if is_done else None
        if self._question is None:
            return number if self._fits_style(number) else None
        if self._state in ("stem", "options", "answer"):
            is_bare_stem = self._state == "stem" and self._is_stem_list(number)
            return None if not self._fits_style(number) or is_bare_stem else number
        if not self._fits_style(number):
            return None
        if self._has_evidence(index) or self._continues(number, last):
            return number
        self._list_count = number.value
        return None

    def _fits_style(self, number: Number) -> bool:
        return self._style in (None, number.style)

    def _is_stem_list(self, number: Number) -> bool:
        """Whether a number right below a stem begins a list of that stem: 3. …: / 1. … / 2. …"""
        question = self._question
        assert question is not None
        if question.number is None or number.value == question.number + 1:
            return False
        first = question.lines[0].folded.rstrip()
        is_list = number.value == 1 or number.value == self._list_count + 1
        if is_list and (first.endswith((":", "：")) or self._list_count):
            self._list_count = number.value
            return True
        return False

    def _continues(self, number: Number, last: int | None) -> bool:
        """Whether it is the next number, and not the next of a list inside the answer."""
        is_list = number.value == self._list_count + 1 and (self._list_count or number.value == 1)
        return last is not None and number.value == last + 1 and not is_list

    def _has_evidence(self, index: int) -> bool:
        """Whether options, a key or a type follow before the next number: then it is a question."""
        line = self._lines[index]
        if _IN_STEM_KEY.search(line.folded) or _TYPED.search(line.folded):
            return True
        if any(label_in(part) for part in split_labels(line)[1:]):
            return True
        for following in self._lines[index + 1 :][:60]:
            label = label_in(following)
            if label is not None:
                return label.name in ("answer", "type")
            if option_in(following) is not None and option_in(following)[0] == 0:  # type: ignore[index]
                return True
            number = number_in(following)
            if section_in(following, 1) or (number and self._fits_style(number)):
                return False
        return False

    def _starts_unnumbered(self, line: SourceLine) -> bool:
        """In a paper without numbers a question begins after a blank line."""
        if self._is_numbered or label_in(line) or option_in(line) or circled_option_in(line):
            return False
        is_done = self._question is None or self._state in ("answer", "open", "analysis", "options")
        return is_done and self._after_blank

    def _begins_key_block(self, index: int) -> bool:
        if not self._paper.questions:
            return False
        line = self._lines[index]
        label = label_in(line)
        if label is not None and label.name == "answer":
            value = line.folded[label.value_start :]
            if _KEY_RANGE.match(value) or _KEY_ENTRIES.fullmatch(value):
                return True
        if _KEY_HEADING.fullmatch(line.folded) is None:
            return False
        following = next((each for each in self._lines[index + 1 :] if not each.is_blank), None)
        if following is None:
            return False
        folded = following.folded
        if _KEY_RANGE.match(folded) or _KEY_ENTRIES.fullmatch(folded) or section_in(following, 1):
            return True
        entry = _KEY_ENTRY.match(folded)
        rest = folded[entry.end() :] if entry else ""
        is_key = (
            is_key_like(rest) or label_in(following.tail(entry.end() if entry else 0)) is not None
        )
        return entry is not None and is_key

    def _take_key_block(self, start: int) -> int:
        """Take the block to its end: a section that has not been seen before, or the file's."""
        line = self._lines[start]
        label = label_in(line)
        first = line.tail(label.value_start if label else len(line.text))
        block = KeyBlock([] if first.is_blank else [first])
        index = start + 1
        while index < len(self._lines):
            following = self._lines[index]
            section = section_in(following, 1)
            if section is not None and section.type not in self._seen_types:
                break
            block.lines.append(following)
            index += 1
        self._paper.key_blocks.append(block)
        self._close()
        return index
