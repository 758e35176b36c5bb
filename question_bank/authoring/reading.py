"""A block on its way to a draft, and what the readers of all types share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from question_bank.authoring.lines import Line, lists_in
from question_bank.authoring.notes import Note, notes_start, read_notes
from question_bank.authoring.report import Report
from question_bank.drafts import OptionDraft
from question_bank.keys import AnswerKey, QuestionType

_WRITTEN_KEYS = {"参考答案", "采分点"}
# Types whose key stands in the 题注 as 答案.
_WITH_ANSWER = {
    QuestionType.SINGLE_CHOICE,
    QuestionType.MULTIPLE_CHOICE,
    QuestionType.TRUE_FALSE,
    QuestionType.FILL_BLANK,
    QuestionType.SHORT_ANSWER,
}
_WITHOUT_TICKS = set(QuestionType) - {
    QuestionType.SINGLE_CHOICE,
    QuestionType.MULTIPLE_CHOICE,
    QuestionType.HOTSPOT,
}
# Types whose items would show their key in the author's order.
_ALWAYS_SHUFFLED = {QuestionType.ORDERING, QuestionType.MATCHING}


class RawBlock(Protocol):
    """A question block as `learning.parsing` cuts it out of a file."""

    @property
    def line(self) -> int: ...
    @property
    def level(self) -> int: ...
    @property
    def type_word(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def public_id(self) -> str | None: ...
    @property
    def lines(self) -> Sequence[str]: ...
    @property
    def anchor(self) -> str | None: ...
    @property
    def section_title(self) -> str | None: ...


@dataclass(frozen=True)
class Content:
    """What the type decides: stem, options and key.

    `premises` and `columns` are those of a 匹配: its left column, and what stands above both.
    """

    stem: str
    options: tuple[OptionDraft, ...]
    key: AnswerKey
    premises: tuple[OptionDraft, ...] = ()
    columns: tuple[str, str] | None = None


@dataclass
class Reading:
    """A block on its way; `notes` is filled once the answer area is known."""

    block: RawBlock
    type: QuestionType
    heading: Line
    lines: list[Line]
    report: Report
    notes: dict[str, Note] = field(default_factory=dict)
    answers: dict[int, Note] = field(default_factory=dict)
    # A sub-question of a case; its state is that of the case.
    is_part: bool = False

    def take_notes(self, lines: Sequence[Line]) -> None:
        """Read the 题注 and sort out what does not belong to the type."""
        for note in read_notes(lines, self.report):
            if note.number is not None:
                self.answers[note.number] = note
            else:
                self.notes[note.key] = note
        strange = _strange_keys(self.type) | ({"状态"} if self.is_part else set())
        misplaced = [note for key, note in self.notes.items() if key in strange]
        if self.type is not QuestionType.FILL_BLANK:
            misplaced += self.answers.values()
        if self.type in _ALWAYS_SHUFFLED and "乱序" in self.notes:
            misplaced += [self.notes["乱序"]] if self.notes["乱序"].value != "是" else []
        for note in misplaced:
            message, fix = f"【{self.block.type_word}】用不到“{note.name}”", "删掉这一行，或改题型"
            mend = note.gone() if note.key in ("乱序", "状态") else None
            if note.key == "乱序":
                message, fix = f"【{self.block.type_word}】总是打乱显示", "删掉这一行"
            elif note.key == "状态":
                message, fix = "小题的状态跟着案例", "删掉这一行，写在案例的题注里"
            self.report.error(note.place, "E222", message, fix, mend)


def check_stem(stem: Sequence[Line], reading: Reading) -> None:
    report = reading.report
    if all(line.is_blank for line in stem):
        report.error(reading.heading, "E219", "没有题干", "在标题下面空一行，写上题干")
    start = notes_start(stem)
    if start < len(stem):
        fix = "把它移到题目的最后"
        report.error(stem[start].stripped(), "E224", "题注写在了选项前面", fix)
    if reading.type in _WITHOUT_TICKS:
        for area in lists_in(stem):
            if any(item.content.folded.startswith(("[x]", "[X]", "[ ]")) for item in area.items):
                message = f"【{reading.block.type_word}】不用勾选框"
                fix = "把答案写在题注里，或改题型"
                report.error(area.items[0].content, "E222", message, fix)


def _strange_keys(type_: QuestionType) -> set[str]:
    """The keys that other types have and this one has not."""
    strange = set() if type_ is QuestionType.SHORT_ANSWER else set(_WRITTEN_KEYS)
    if type_ is not QuestionType.FILL_BLANK:
        strange.add("顺序")
    if type_ not in _WITH_ANSWER:
        strange.add("答案")
    return strange
