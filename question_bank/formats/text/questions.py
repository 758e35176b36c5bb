"""The lines of one question → an item: stem, options, key, analysis and the other labels."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from core.errors import N_
from core.sentences import say
from question_bank.authoring.choices import letter_of
from question_bank.formats import keys, words
from question_bank.formats.exported import TYPE_WORDS
from question_bank.formats.items import ForeignItem
from question_bank.formats.reading import CHOICES, Reading, check
from question_bank.formats.switches import Switches
from question_bank.formats.text import lines as marks
from question_bank.formats.text.keyblock import Key
from question_bank.formats.text.lines import SourceLine, label_in, option_in, split_labels
from question_bank.formats.text.splitting import Question
from question_bank.keys import QuestionType

_TAG = re.compile(
    rf"[\[【(（](?P<word>{words.TYPE_PATTERN})(?:题)?(?:[,，、;；][^\]】)）]{{0,20}})?[\]】)）]"
)
_ENDS = re.compile(r"[ \t\u3000。.]*(?:\n|$)")
_POINTS = re.compile(r"[(（\[【](?:本[小]?题|每题|每空)?\s*\d{1,3}(?:\.\d)?\s*分[)）\]】]")
_IN_STEM = re.compile(
    r"(?<![0-9A-Za-zＡ-Ｚａ-ｚ])(?P<open>[(（\[【])[\s\u3000]*"
    r"(?P<key>[A-LＡ-Ｌ](?:[\s\u3000,，、;；]*[A-LＡ-Ｌ])*|√|×|✓|✔|✗|✘|对|错|正确|错误|[TFＴＦ])"
    r"[\s\u3000]*(?P<close>[)）\]】])"
)
_RIGHT_MARK = re.compile(r"[\s\u3000]*[(（\[【]\s*(?:正确答案|正确选项|正确|答案)\s*[)）\]】]$")
_PART = re.compile(r"\s*(?:[(（]\s*\d{1,2}\s*[)）]|\d{1,2}\s*[)）]|问题\s*\d{1,2}\s*[:：、.])\s*")
_MATCHED_ANYHOW = re.compile(r"^\s*(?:乱序匹配|全对得分|顺序匹配)[:：]?\s*")


@dataclass
class _Fields:
    """The texts of a question by what they are."""

    stem: list[str] = field(default_factory=list)
    options: list[list[str]] = field(default_factory=list)
    marked: list[bool] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    others: dict[str, list[str]] = field(default_factory=dict)
    plain_lines: list[SourceLine] = field(default_factory=list)


def read_question(question: Question, key: Key | None, switches: Switches) -> ForeignItem:
    """One question of a paper; `key` is what a list of answers elsewhere says."""
    if question.section.type is QuestionType.CASE_ANALYSIS:
        return _read_case(question, key, switches)
    return _read_one(question, key, switches, question.section.type)


def _read_one(
    question: Question, key: Key | None, switches: Switches, type_: QuestionType | None
) -> ForeignItem:
    reading = Reading(line=question.line, type=type_)
    fields = _Collector(reading, question.lines).run()
    reading.stem = "\n".join(fields.stem).strip()
    reading.options = ["\n".join(text).strip() for text in fields.options]
    for line in question.lines:
        reading.images.update(line.images)
    _take_tag(reading)
    _take_labels(reading, fields)
    _take_remark(reading, question)
    right = _take_marks(reading)
    _name_options_without_letters(reading, fields)
    written = _one_key(reading, fields, right, key)
    if key is not None and key.explanation and not reading.explanation:
        reading.explanation = words.explanation_of(key.explanation)
    _settle(reading, written, fields, switches)
    check(reading)
    return reading.item()


class _Collector:
    """Walks over the lines of a question and puts each where it belongs."""

    def __init__(self, reading: Reading, lines: Sequence[SourceLine]) -> None:
        self._reading = reading
        self._fields = _Fields()
        self._field = "stem"
        self._lines = [part for line in lines for part in self._split(line)]
        self._option_in = self._option_reader()

    def run(self) -> _Fields:
        for line in self._lines:
            self._take(line)
        return self._fields

    @staticmethod
    def _split(line: SourceLine) -> list[SourceLine]:
        label = label_in(line)
        # An analysis may well speak of its 依据：; only a page's own rests are cut off.
        return [line] if label is not None and label.name == "analysis" else split_labels(line)

    def _option_reader(self) -> Callable[[SourceLine], tuple[int, int] | None]:
        """Letters with a mark; else letters in a run of three lines; else circled numbers."""
        body = []
        for line in self._lines:
            if label_in(line) is not None:
                break
            body.append(line)
        if any(option_in(line) for line in body):
            return option_in
        run = [found[0] for line in body if (found := marks.blank_option_in(line))]
        if run[:3] == [0, 1, 2]:
            return marks.blank_option_in
        circled = [found[0] for line in body if (found := marks.circled_option_in(line))]
        has_blank = any(re.search(r"[(（][\s\u3000]*[)）]", line.text) for line in body[:2])
        return marks.circled_option_in if circled[:2] == [0, 1] and has_blank else option_in

    def _take(self, line: SourceLine) -> None:
        label = label_in(line)
        if label is not None:
            self._take_label(line, label)
        elif self._field == "analysis":
            self._append("analysis", line.clean)
        elif line.is_blank:
            if self._field in ("stem", "answer"):
                self._append(self._field, "")
        elif (option := self._option_in(line)) and self._may_be_option(line, option[0]):
            self._take_options(line, *option)
        else:
            self._take_text(line)

    def _may_be_option(self, line: SourceLine, index: int) -> bool:
        if line is self._lines[0] and any(
            (found := self._option_in(each)) and found[0] == 0 for each in self._lines[1:]
        ):
            return False
        is_open = self._field in ("stem", "option") or not self._fields.options
        if self._field == "answer" and self._fields.options:
            return False
        # A lone "A、B 类火灾" in a stem has no B below it.
        return is_open and (index > 0 or self._has_second(line))

    def _has_second(self, line: SourceLine) -> bool:
        place = self._lines.index(line)
        if len(marks.options_on(line, 0, 0)[0]) > 1:
            return True
        for following in self._lines[place + 1 :]:
            if label_in(following) is not None:
                break
            found = self._option_in(following)
            if found is not None and found[0] > 0:
                return True
        return bool(self._fields.options) or (len(self._fields.stem) > 0 and line.text[0:1] != "")

    def _take_options(self, line: SourceLine, index: int, start: int) -> None:
        expected = len(self._fields.options)
        if index != expected:
            letter = letter_of(expected)
            message = say(
                N_("选项字母是 %(index)s，该是 %(letter)s：从 A 起一个接一个"),
                index=letter_of(index),
                letter=letter,
            )
            self._reading.error("E501", message)
        texts, is_odd = marks.options_on(line, index, start)
        if is_odd:
            message = say(
                N_("选项 %(index)s 的文字里还有字母，不是接着的选项，当作文字"),
                index=letter_of(index),
            )
            self._reading.warn("W511", message)
        for text in texts:
            self._fields.options.append([text.clean])
            self._fields.marked.append(text.is_all_marked)
        self._field = "option"

    def _take_text(self, line: SourceLine) -> None:
        if self._field == "stem":
            self._fields.plain_lines.append(line)
            self._append("stem", line.clean)
        elif self._field == "option":
            self._fields.options[-1].append(line.clean)
        elif self._field == "answer" and not self._is_closed():
            self._append("answer", line.clean)
        elif self._field == "mine":
            return
        elif self._field in ("answer", "done"):
            self._reading.warn(
                "W508", say(N_("答案后面的“%(clean)s”没有读"), clean=line.clean[:20])
            )
        else:
            self._append(self._field, line.clean)

    def _is_closed(self) -> bool:
        if self._reading.type in (QuestionType.SHORT_ANSWER, QuestionType.FILL_BLANK):
            return False
        return bool(self._fields.answers) and marks.is_key_like(self._fields.answers[-1])

    def _take_label(self, line: SourceLine, label: marks.Label) -> None:
        value = line.tail(label.value_start).clean
        if label.is_bracketed_whole:
            value = value.rstrip(")）]】>").strip()
        self._field = label.name
        if label.name == "answer":
            self._fields.answers.append(value)
        else:
            self._append(label.name, value)

    def _append(self, name: str, text: str) -> None:
        if name == "stem":
            self._fields.stem.append(text)
        elif name == "answer":
            self._fields.answers[-1] = f"{self._fields.answers[-1]}\n{text}".strip("\n")
        else:
            self._fields.others.setdefault(name, []).append(text)


def _take_tag(reading: Reading) -> None:
    """`[单选题]` at either end of the stem, and `(2分)`."""
    # A line after the tag may be an option without a letter.
    ends = (each for each in _TAG.finditer(reading.stem) if _ENDS.match(reading.stem, each.end()))
    found = _TAG.match(reading.stem) or next(ends, None)
    if found:
        reading.type = words.TYPES.get(found["word"], reading.type)
        reading.points_tenths = words.points_of(found[0])
        reading.stem = (reading.stem[: found.start()] + reading.stem[found.end() :]).strip()
    points = _POINTS.search(reading.stem)
    if points:
        reading.points_tenths = words.points_of(points[0])
        reading.stem = (reading.stem[: points.start()] + reading.stem[points.end() :]).strip()


def _take_labels(reading: Reading, fields: _Fields) -> None:
    others = {name: "\n".join(texts).strip() for name, texts in fields.others.items()}
    reading.explanation = words.explanation_of(others.get("analysis", ""))
    reading.difficulty = words.difficulty_of(others.get("difficulty", ""))
    reading.tags.extend(words.tags_of(others.get("topic", "")))
    reading.points_tenths = words.points_of(others.get("points", "")) or reading.points_tenths
    reading.reference = others.get("reference", "")
    reading.external_id = others.get("number", "")[:80]
    reading.model_answer = others.get("rubric", "")
    if "type" in others:
        reading.type = words.type_of(others["type"]) or reading.type


def _take_remark(reading: Reading, question: Question) -> None:
    """What the heading says of all its questions: 每题2分, 少选得1分."""
    remark = question.section.remark
    if remark and "每" in remark and reading.points_tenths is None:
        reading.points_tenths = words.points_of(remark)
    if reading.type is QuestionType.MULTIPLE_CHOICE:
        reading.rule = words.rule_of(remark)


def _take_marks(reading: Reading) -> tuple[int, ...]:
    """Take `(正确答案)` off the options that carry it; their indexes."""
    right = []
    for index, option in enumerate(reading.options):
        found = _RIGHT_MARK.search(option)
        if found:
            reading.options[index] = option[: found.start()].strip()
            right.append(index)
    return tuple(right)


def _name_options_without_letters(reading: Reading, fields: _Fields) -> None:
    """The manner of 问卷星: `1.题干[单选题]`, then each line is an option."""
    if reading.type not in CHOICES or reading.options:
        return
    body = [text for text in reading.stem.split("\n") if text.strip()]
    is_tagged = any(_TAG.search(line.text) for line in fields.plain_lines[:1])
    if is_tagged and len(body) > 2:
        reading.stem, reading.options = body[0], body[1:]
        right = _take_marks(reading)
        if right:
            fields.answers.append("".join(letter_of(index) for index in right))


def _one_key(reading: Reading, fields: _Fields, right: tuple[int, ...], key: Key | None) -> str:
    """The key that all places agree on; E503 where two differ, both quoted."""
    found = [answer for answer in fields.answers if answer.strip()]
    in_stem = _take_in_stem_key(reading)
    if in_stem:
        found.append(in_stem)
    if right:
        found.append("".join(letter_of(index) for index in right))
    if key is not None and key.problem:
        reading.error("E504", key.problem)
    elif key is not None and key.text:
        found.append(key.text)
    others = [each for each in found[1:] if not keys.agree(found[0], each)]
    if others:
        reading.error(
            "E503",
            say(
                N_("有两个不同的答案：“%(found)s”和“%(others)s”"), found=found[0], others=others[0]
            ),
        )
        return ""
    return found[0] if found else ""


def _take_in_stem_key(reading: Reading) -> str:
    """`题干（ B ）`: the only bracket with nothing but a key; it becomes an empty bracket."""
    found = list(_IN_STEM.finditer(reading.stem))
    if len(found) != 1:
        return ""
    match = found[0]
    key = match["key"]
    is_letters = keys.letters_of(key) is not None and keys.verdict_of(key) is None
    at_end = not reading.stem[match.end() :].strip(" 。.?？\n")
    is_verdict = reading.type is QuestionType.TRUE_FALSE or (
        reading.type is None and not reading.options and at_end
    )
    is_choice = bool(reading.options) or reading.type in CHOICES
    if (is_choice and keys.letters_of(key) is not None) or (is_verdict and not is_letters):
        before, after = reading.stem[: match.start()], reading.stem[match.end() :]
        reading.stem = f"{before}{match['open']}  {match['close']}{after}".strip()
        return key
    return ""


def _settle(reading: Reading, written: str, fields: _Fields, switches: Switches) -> None:
    """Find the type where none is given, and set the answer."""
    written = _MATCHED_ANYHOW.sub("", written)
    marked = tuple(index for index, is_marked in enumerate(fields.marked) if is_marked)
    if not written and not reading.errors and marked and len(marked) < len(reading.options):
        if switches.colour_is_key:
            written = "".join(letter_of(index) for index in marked)
            reading.warn(
                "W513", say(N_("没有写答案；%(written)s 是红字或粗体，当作答案"), written=written)
            )
        else:
            shown = "、".join(letter_of(index) for index in marked)
            message = say(
                N_("没有答案；选项 %(shown)s 是红字或粗体，若那就是答案，请打开“颜色就是答案”"),
                shown=shown,
            )
            reading.error("E504", message)
    if reading.type is None:
        keys.infer_type(reading, written)
        assert reading.type is not None
        type_ = say(TYPE_WORDS[reading.type])
        reading.warn("W504", say(N_("没有写题型，按答案当作%(type)s题"), type=type_))
    if not reading.errors or written:
        keys.set_key(reading, written)


def _read_case(question: Question, key: Key | None, switches: Switches) -> ForeignItem:
    """A case: its stem, then sub-questions (1) (2) with answers of their own."""
    starts = [
        index
        for index, line in enumerate(question.lines)
        if index > 0 and _PART.match(line.text) and label_in(line) is None
    ]
    labels = [index for index, line in enumerate(question.lines) if label_in(line) is not None]
    if labels and starts and labels[0] < starts[0]:
        starts = []
    if not starts:
        return _read_one(question, key, switches, QuestionType.SHORT_ANSWER)
    reading = Reading(line=question.line, type=QuestionType.CASE_ANALYSIS)
    reading.stem = "\n".join(line.clean for line in question.lines[: starts[0]]).strip()
    for start, end in zip(starts, [*starts[1:], len(question.lines)], strict=True):
        first = question.lines[start]
        found = _PART.match(first.text)
        assert found is not None
        part = Question(question.section, None, first.number)
        part.lines = [first.tail(found.end()), *question.lines[start + 1 : end]]
        reading.take_part(_read_one(part, None, switches, None))
    check(reading)
    return reading.item()
