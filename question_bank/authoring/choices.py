"""The answer area of 单选 and 多选: ticked items, or lines A. B. C. with a 答案."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from core.comparable import comparable
from core.mends import Mend, replacing, to_write_at, without_lines
from question_bank.authoring.lines import Item, Line, ListArea, dedented, fold, lists_in
from question_bank.authoring.notes import Note, key_line
from question_bank.authoring.report import Report, nearest

FEWEST, MOST = 2, 12
LETTERS = "ABCDEFGHIJKL"

_TICK = re.compile(r"\[ *(?P<tick>[xX√✓✔]?) *\](?= |$|[^(\[: ])")
_LETTERED = re.compile(r"(?:\((?P<b>[A-La-l])\)|(?P<a>[A-La-l]) *[.、):]) *")
_OPTION_KEY = re.compile(r"(?P<word>[^\s:]{1,6}) *: *")
_PERCENT = re.compile(r"(?P<number>-?\d{1,3}(?:\.\d{1,4})?) *%")
_OPTION_KEYS = ("反馈", "权重")
_NO_LETTER = re.compile(r"[\s、,;/|&+和与.。]")


@dataclass
class Choice:
    """An option while it is being read."""

    place: Line
    text: str
    ticked: bool | None
    feedback: str | None = None
    weight: Fraction | None = None
    weight_place: Line | None = None
    # Where its text begins, behind the mark and the checkbox.
    text_place: Line | None = None


@dataclass
class AnswerArea:
    """The options with the lines before and after them."""

    choices: list[Choice] = field(default_factory=list)
    stem: Sequence[Line] = ()
    rest: list[Line] = field(default_factory=list)
    has_ticks: bool = False


def find_answer_area(lines: Sequence[Line], heading: Line, report: Report) -> AnswerArea | None:
    """Find the options; None, with what is wrong reported, when there are none."""
    lists = [area for area in lists_in(lines) if not _is_key_list(area)]
    for area in reversed(lists):
        ticks = [_TICK.match(item.content.folded) is not None for item in area.items]
        if all(ticks):
            return ticked_area(lines, area, report)
        if any(ticks):
            item = area.items[ticks.index(False)]
            fix = "在 - 后面写 [x] 或 [ ]"
            place = item.content
            mend = replacing(place.number, place.column, 0, "[ ] ")
            report.error(place, "E201", "这一项没有勾选框，整个选项表都不算", fix, mend)
            return None
    lettered = _lettered_area(lines, report)
    if lettered is None:
        fix = "每个选项写一行：- [x] 对的选项，- [ ] 错的选项"
        report.error(heading, "E201", "没有选项", fix)
    return lettered


def check_choices(choices: Sequence[Choice], heading: Line, report: Report) -> None:
    """Report what is wrong with the options themselves, whichever of them are right."""
    check_count(len(choices), FEWEST, "选项", heading, report)
    check_texts(choices, lambda index: f"选项 {letter_of(index)} ", report)


def check_count(count: int, fewest: int, what: str, heading: Line, report: Report) -> None:
    """E220 where there are too few or too many for one question."""
    if not fewest <= count <= MOST:
        message = f"有 {count} 个{what}"
        report.error(heading, "E220", message, f"写 {fewest} 至 {MOST} 个{what}")


def check_texts(choices: Sequence[Choice], name: Callable[[int], str], report: Report) -> None:
    """Report empty texts and equal ones; `name` says which of them is meant."""
    first: dict[str, int] = {}
    for index, choice in enumerate(choices):
        text = comparable(choice.text)
        if not text:
            message = f"{name(index)}没有内容"
            mend = _to_be_written(choice)
            report.error(choice.place, "E205", message, "写上内容，或删掉这一行", mend)
        elif text in first:
            message = f"{name(first[text])}和{name(index)}相同"
            mend = _without(choice, choices[first[text]]) if len(choices) > FEWEST else None
            report.error(choice.place, "E204", message, "改其中一个，或删掉一个", mend)
        else:
            first[text] = index


def _to_be_written(choice: Choice) -> Mend | None:
    """To the place where its text is missing."""
    place = choice.text_place
    return to_write_at(place.number, place.column) if place else None


def _without(choice: Choice, twin: Choice) -> Mend | None:
    """The second of two equal ticked or unticked options goes, if nothing else stands under it."""
    said = (choice.feedback, choice.weight, choice.weight_place)
    is_bare = choice.text_place is not None and "\n" not in choice.text and not any(said)
    if not is_bare or choice.ticked != twin.ticked:
        return None
    return without_lines(choice.place.number, choice.place.number)


def settle_ticks(area: AnswerArea, answer: Note | None, report: Report) -> None:
    """Bring ticks and the 答案 line together; afterwards every option is ticked or not."""
    letters = _answer_letters(answer, len(area.choices), report) if answer else None
    if not area.has_ticks:
        for index, choice in enumerate(area.choices):
            choice.ticked = letters is not None and index in letters
    elif answer is not None and letters is not None:
        ticked = {index for index, choice in enumerate(area.choices) if choice.ticked}
        if ticked != letters:
            shown = "".join(letter_of(index) for index in sorted(ticked)) or "无"
            message = f"打勾的是 {shown}，答案写的是 {answer.value}"
            report.error(answer.value_place, "E208", message, "只留打勾，删掉答案这一行")


def weights_of(choices: Sequence[Choice], report: Report) -> tuple[Fraction, ...] | None:
    """The weights in percent, checked; None when no option has one.

    A wrong option without a weight of its own takes everything away, as in the other rules:
    otherwise ticking all options would earn all points.
    """
    weighted = [choice for choice in choices if choice.weight is not None]
    if not weighted:
        return None
    for choice in choices:
        place = choice.weight_place or choice.place
        if choice.ticked and choice.weight is None:
            fix = "给每个打勾的选项写“- 权重：…%”，合计 100%"
            report.error(place, "E206", "这个打勾的选项没有权重", fix)
        elif choice.ticked and choice.weight is not None and choice.weight <= 0:
            report.error(place, "E206", "打勾的选项权重要大于 0", "写 1% 到 100%")
        elif not choice.ticked and (choice.weight or 0) > 0:
            fix = "删掉它，或写成负数表示倒扣"
            report.error(place, "E206", "没打勾的选项不能得分", fix)
    total = sum((c.weight for c in choices if c.ticked and c.weight is not None), Fraction(0))
    if total != 100 and all(c.weight is not None for c in choices if c.ticked):
        place = weighted[0].weight_place or weighted[0].place
        shown = str(total) if total.denominator == 1 else f"{float(total):g}"
        report.error(place, "E206", f"权重合计 {shown}%", "改到合计 100%")
    rest = Fraction(-100)
    return tuple(rest if choice.weight is None else choice.weight for choice in choices)


def letter_of(index: int) -> str:
    return LETTERS[index] if index < len(LETTERS) else str(index + 1)


def _is_key_list(area: ListArea) -> bool:
    """A list of 键：值 below the options is a 题注 without its quote."""
    return all(key_line(item.line) for item in area.items)


def ticked_area(lines: Sequence[Line], area: ListArea, report: Report) -> AnswerArea:
    choices = []
    for item in area.items:
        found = _TICK.match(item.content.folded)
        assert found is not None
        choice = Choice(item.line.stripped(), "", bool(found["tick"]))
        read_option(choice, item, item.content.tail(found.end()).stripped(), report)
        choices.append(choice)
    return AnswerArea(choices, lines[: area.start], list(lines[area.end :]), has_ticks=True)


def read_option(choice: Choice, item: Item, first: Line, report: Report) -> None:
    """Take the text of an option with its 反馈 and 权重 from the lines under it."""
    choice.text_place = first
    text = [first.text]
    feedback: list[str] | None = None
    key_indent = 0
    for line in item.children:
        nested = line.item()
        body = nested or line.stripped()
        found = _OPTION_KEY.match(body.folded)
        word = found["word"] if found else ""
        if found and word in _OPTION_KEYS:
            key_indent = line.indent
            value = body.tail(found.end()).stripped()
            if word == "反馈":
                feedback = _new_feedback(feedback, value, body, report)
            else:
                _read_weight(choice, value, body, report)
        elif nested is not None and (not found or feedback is None or line.indent <= key_indent):
            near = nearest(word, _OPTION_KEYS) if word else None
            at = body.column + (found.start("word") if found else 0)
            mend = replacing(body.number, at, len(word), near) if near else None
            fix = f"是否要写“{near}”？" if near else "选项下面只能写“- 反馈：…”和“- 权重：…%”"
            told = f"选项下面有不认识的一项“{word or body.text[:12]}”"
            report.error(body, "E105", told, fix, mend)
        elif feedback is not None:
            feedback.append(dedented(line).strip())
        else:
            text.append(dedented(line))
    choice.text = "\n".join(text).strip()
    choice.feedback = "\n".join(feedback).strip() or None if feedback is not None else None


def _new_feedback(before: list[str] | None, value: Line, place: Line, report: Report) -> list[str]:
    if before is not None:
        report.error(place, "E106", "键“反馈”在一个选项下写了两次", "并成一条")
    return [value.text]


def _read_weight(choice: Choice, value: Line, place: Line, report: Report) -> None:
    found = _PERCENT.fullmatch(value.folded)
    if choice.weight_place is not None:
        report.error(place, "E106", "键“权重”在一个选项下写了两次", "只留一个")
    elif found is None:
        report.error(value, "E206", f"权重“{value.text}”看不懂", "写成百分数，例如 50%")
    else:
        choice.weight = Fraction(found["number"])
    choice.weight_place = place


def _lettered_area(lines: Sequence[Line], report: Report) -> AnswerArea | None:
    """Options typed as lines A. B. C., the way trainers are used to."""
    marks = [_lettered(line) for line in lines]
    # Of several runs the last one, but none in the 题注: a 解析 may list the options again.
    body = next((i for i, line in enumerate(lines) if _is_note(line, "答案", "解析")), len(lines))
    starts = [index for index, mark in enumerate(marks[:body]) if mark and mark[0] == "A"]
    if not starts:
        return None
    area = AnswerArea(stem=lines[: starts[-1]])
    texts: list[list[str]] = []
    answers: list[Line] = []
    index = starts[-1]
    while index < len(lines):
        line, mark = lines[index], marks[index]
        if mark is not None:
            _check_letter(mark[0], len(area.choices), line, report)
            area.choices.append(Choice(line.stripped(), "", None))
            texts.append([mark[1].text])
        elif _is_note(line, "答案"):
            answers.append(line)
        elif line.indent >= 2 and not line.is_blank and not answers:
            texts[-1].append(dedented(line))
        elif not line.is_blank:
            break
        index += 1
    for choice, text in zip(area.choices, texts, strict=True):
        choice.text = "\n".join(text).strip()
    area.rest = [*answers, *lines[index:]]
    return area


def _lettered(line: Line) -> tuple[str, Line] | None:
    if line.is_code or line.indent > 3 or line.is_quote:
        return None
    body = line.item() or line.stripped()
    found = _LETTERED.match(body.folded)
    if found is None:
        return None
    return (found["a"] or found["b"]).upper(), body.tail(found.end()).stripped()


def _check_letter(letter: str, index: int, line: Line, report: Report) -> None:
    if letter != letter_of(index):
        message = f"选项字母是 {letter}，该是 {letter_of(index)}"
        report.error(line.stripped(), "E221", message, "从 A 起一个接一个，每个选项一行")


def _is_note(line: Line, *keys: str) -> bool:
    return key_line(line) and (line.item() or line.stripped()).text.startswith(keys)


def _answer_letters(answer: Note, count: int, report: Report) -> set[int] | None:
    letters = _NO_LETTER.sub("", fold(answer.value)).upper()
    indices = [LETTERS.find(letter) for letter in letters]
    if not letters or min(indices) < 0 or len(set(indices)) < len(indices):
        fix = "写选项字母，例如 B 或 ABD"
        report.error(answer.value_place, "E208", f"答案“{answer.value}”看不懂", fix)
        return None
    if max(indices) >= count:
        message = f"答案写了 {LETTERS[max(indices)]}，但只有 {count} 个选项"
        report.error(answer.value_place, "E208", message, "改答案，或补上选项")
        return None
    return set(indices)
