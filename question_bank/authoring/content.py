"""What the type of a question decides: its stem, its options and its key."""

from collections.abc import Callable

from core.mends import stub_before
from question_bank.authoring.blanks import blanks_in, read_blanks, read_groups
from question_bank.authoring.choices import (
    check_choices,
    find_answer_area,
    settle_ticks,
    weights_of,
)
from question_bank.authoring.hotspot import read_hotspot
from question_bank.authoring.lines import Line, fold, text_of
from question_bank.authoring.matching import read_matching
from question_bank.authoring.notes import notes_start
from question_bank.authoring.ordering import read_ordering
from question_bank.authoring.reading import Content, Reading, check_stem
from question_bank.authoring.rubric import read_short_answer
from question_bank.drafts import OptionDraft
from question_bank.keys import BlankKey, BlanksKey, ChoiceKey, QuestionType, VerdictKey

_TRUE = {"对", "正确", "是", "√", "✓", "✔", "t", "true", "y", "yes"}
_FALSE = {"错", "错误", "不对", "不正确", "否", "×", "✗", "✘", "f", "false", "n", "no"}


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
    check_stem(area.stem, reading)
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
    check_stem(stem, reading)
    answer = reading.notes.get("答案")
    if answer is None:
        fix = "在题注里写 > - 答案：对 或 > - 答案：错"
        end = max(note.last_line for note in reading.notes.values()) if reading.notes else 0
        mend = stub_before(end + 1, "> - 答案：") if end else None
        reading.report.error(reading.heading, "E207", "判断题没有答案", fix, mend)
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
    check_stem(reading.lines[:start], reading)
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
    QuestionType.ORDERING: read_ordering,
    QuestionType.MATCHING: read_matching,
    QuestionType.SHORT_ANSWER: read_short_answer,
    QuestionType.HOTSPOT: read_hotspot,
}
