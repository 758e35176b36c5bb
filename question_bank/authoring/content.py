"""What the type of a question decides: its stem, its options and its key."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from question_bank.authoring.blanks import blanks_in, read_blanks, read_groups
from question_bank.authoring.choices import (
    check_choices,
    find_answer_area,
    settle_ticks,
    weights_of,
)
from question_bank.authoring.lines import Line, fold, lists_in, text_of
from question_bank.authoring.notes import Note, notes_start, read_notes
from question_bank.authoring.report import Report
from question_bank.drafts import OptionDraft
from question_bank.keys import (
    AnswerKey,
    BlankKey,
    BlanksKey,
    ChoiceKey,
    QuestionType,
    VerdictKey,
)

_TRUE = {"对", "正确", "是", "√", "✓", "✔", "t", "true", "y", "yes"}
_FALSE = {"错", "错误", "不对", "不正确", "否", "×", "✗", "✘", "f", "false", "n", "no"}
_ONLY_LATER = {"参考答案", "采分点"}


class RawBlock(Protocol):
    """A question block as `learning.parsing` cuts it out of a file."""

    @property
    def line(self) -> int: ...
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
    """What the type decides: stem, options and key."""

    stem: str
    options: tuple[OptionDraft, ...]
    key: AnswerKey


@dataclass
class Reading:
    """A block on its way; `notes` is filled once the answer area is known."""

    block: RawBlock
    type: QuestionType
    heading: Line
    lines: list[Line]
    report: Report
    notes: dict[str, Note]
    answers: dict[int, Note]

    def take_notes(self, lines: Sequence[Line]) -> None:
        """Read the 题注 and sort out what does not belong to the type."""
        for note in read_notes(lines, self.report):
            if note.number is not None:
                self.answers[note.number] = note
            else:
                self.notes[note.key] = note
        is_blank = self.type is QuestionType.FILL_BLANK
        misplaced = [self.notes[key] for key in _ONLY_LATER & self.notes.keys()]
        if not is_blank:
            misplaced += [self.notes["顺序"]] if "顺序" in self.notes else []
            misplaced += self.answers.values()
        for note in misplaced:
            message = f"【{self.block.type_word}】用不到“{note.name}”"
            self.report.error(note.place, "E222", message, "删掉这一行，或改题型")


def read_content(reading: Reading) -> Content | None:
    """Read stem, options, key and 题注; None when the answer area is beyond reading."""
    return _READERS[reading.type](reading)


def _read_choice(reading: Reading) -> Content | None:
    report, heading = reading.report, reading.heading
    area = find_answer_area(reading.lines, heading, report)
    if area is None:
        reading.take_notes(reading.lines[notes_start(reading.lines) :])
        return None
    reading.take_notes(area.rest)
    check_choices(area.choices, heading, report)
    settle_ticks(area, reading.notes.get("答案"), report)
    weights = weights_of(area.choices, report)
    right = frozenset(n for n, choice in enumerate(area.choices, start=1) if choice.ticked)
    if "E208" not in report.error_codes:
        _check_ticks(reading, [choice.place for choice in area.choices if choice.ticked])
    options = tuple(
        OptionDraft(
            text=choice.text,
            is_right=bool(choice.ticked),
            weight_percent=None if weights is None else weights[index],
            feedback=choice.feedback,
            line=choice.place.number,
        )
        for index, choice in enumerate(area.choices)
    )
    _check_stem(area.stem, reading)
    key = ChoiceKey(tuple(range(1, len(options) + 1)), right, weights)
    return Content(text_of(area.stem), options, key)


def _check_ticks(reading: Reading, ticked: list[Line]) -> None:
    report, heading, word = reading.report, reading.heading, reading.block.type_word
    if not ticked:
        report.error(heading, "E202", f"【{word}】没有打勾的选项", "把对的选项改成 - [x]")
    elif reading.type is QuestionType.SINGLE_CHOICE and len(ticked) > 1:
        count = "两" if len(ticked) == 2 else f" {len(ticked)} "
        numbers = "、".join(str(place.number) for place in ticked)
        message = f"【{word}】有{count}个选项打了勾（第 {numbers} 行）"
        report.error(heading, "E203", message, "改为【多选】，或只留一个 [x]")
    elif reading.type is QuestionType.MULTIPLE_CHOICE and len(ticked) == 1:
        fix = "若属实请改为【单选】"
        report.warning(heading, "W204", f"【{word}】只有一个正确选项", fix)


def _read_verdict(reading: Reading) -> Content | None:
    start = notes_start(reading.lines)
    stem = reading.lines[:start]
    reading.take_notes(reading.lines[start:])
    _check_stem(stem, reading)
    answer = reading.notes.get("答案")
    if answer is None:
        fix = "在题注里写 > - 答案：对 或 > - 答案：错"
        reading.report.error(reading.heading, "E207", "判断题没有答案", fix)
        return None
    word = fold(answer.value).strip().strip("。.").casefold()
    if word not in _TRUE | _FALSE:
        fix = "写 答案：对 或 答案：错"
        message = f"答案“{answer.value}”看不懂"
        reading.report.error(answer.value_place, "E207", message, fix)
        return None
    return Content(text_of(stem), (), VerdictKey(word in _TRUE))


def _read_fill_in(reading: Reading) -> Content | None:
    start = notes_start(reading.lines)
    stem, count = blanks_in(reading.lines[:start])
    reading.take_notes(reading.lines[start:])
    _check_stem(reading.lines[:start], reading)
    answers = dict(reading.answers)
    if count == 1 and "答案" in reading.notes and not answers:
        answers[1] = reading.notes["答案"]
    elif "答案" in reading.notes:
        place = reading.notes["答案"].place
        fix = "每个空写一行：答案1：、答案2：……"
        reading.report.error(place, "E211", "“答案”没有说是第几个空", fix)
    blanks = read_blanks(answers, count, reading.heading, reading.report)
    groups = read_groups(reading.notes.get("顺序"), count, reading.report)
    keys = [
        BlankKey(blank.accepted, blank.written, groups.get(index))
        for index, blank in enumerate(blanks)
    ]
    return Content(stem, (), BlanksKey(tuple(keys)))


_READERS: dict[QuestionType, Callable[[Reading], Content | None]] = {
    QuestionType.SINGLE_CHOICE: _read_choice,
    QuestionType.MULTIPLE_CHOICE: _read_choice,
    QuestionType.TRUE_FALSE: _read_verdict,
    QuestionType.FILL_BLANK: _read_fill_in,
}


def _check_stem(stem: Sequence[Line], reading: Reading) -> None:
    report = reading.report
    if all(line.is_blank for line in stem):
        report.error(reading.heading, "E219", "没有题干", "在标题下面空一行，写上题干")
    start = notes_start(stem)
    if start < len(stem):
        fix = "把它移到题目的最后"
        report.error(stem[start].stripped(), "E224", "题注写在了选项前面", fix)
    if reading.type in (QuestionType.TRUE_FALSE, QuestionType.FILL_BLANK):
        for area in lists_in(stem):
            if any(item.content.folded.startswith(("[x]", "[X]", "[ ]")) for item in area.items):
                message = f"【{reading.block.type_word}】不用勾选框"
                fix = "把答案写在题注里，或改题型"
                report.error(area.items[0].content, "E222", message, fix)
