"""Reads Aiken: a stem, lines `A.` or `A)`, and `ANSWER: X`. Single choice only."""

import re
from dataclasses import dataclass, field, replace

from core.errors import N_
from core.sentences import say
from question_bank.authoring.lines import fold
from question_bank.formats.encoding import read_text
from question_bank.formats.items import ForeignItem, Remark
from question_bank.formats.limits import check_count
from question_bank.formats.reading import Reading, check
from question_bank.keys import QuestionType

_OPTION = re.compile(r"(?P<letter>[A-Z]) ?[.)、] *(?P<text>.*)", re.DOTALL)
_ANSWER = re.compile(r"ANSWER *: *(?P<key>.*)", re.IGNORECASE)
_LETTERS = re.compile(r"[A-Za-z]([ ,;、]*[A-Za-z])*[.。]?")


@dataclass
class _Open:
    """A question that has begun: its first line, stem and options."""

    line: int
    stem: list[str] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


def read_aiken(data: bytes, _name: str) -> list[ForeignItem]:
    """Read question after question; what is begun and not finished is refused where it began."""
    text = read_text(data)
    items: list[ForeignItem] = []
    question: _Open | None = None
    is_after_blank = True
    for number, line in enumerate(text.lines, start=1):
        folded = fold(line).strip()
        if not folded:
            is_after_blank = True
            if question is not None and not question.stem:
                items.append(_finish(question, None))
                question = None
            continue
        option, answer = _OPTION.fullmatch(folded), _ANSWER.fullmatch(folded)
        is_new = not option and not answer and (question is None or is_after_blank)
        if question is not None and (is_new or (question.options and not option and not answer)):
            items.append(_finish(question, None))
            question = None
        question = question or _Open(number)
        if answer:
            items.append(_finish(question, answer["key"].strip()))
            question = None
        elif option:
            question.letters.append(option["letter"])
            question.options.append(line.strip()[-len(option["text"]) :] if option["text"] else "")
        else:
            question.stem.append(line.strip())
        is_after_blank = False
        check_count(len(items))
    if question is not None:
        items.append(_finish(question, None))
    if items and text.remarks:
        items[0] = _with_remarks(items[0], text.remarks)
    return items


def _with_remarks(item: ForeignItem, remarks: tuple[Remark, ...]) -> ForeignItem:
    return replace(item, warnings=(*remarks, *item.warnings))


def _finish(question: _Open, key: str | None) -> ForeignItem:
    reading = Reading(
        line=question.line,
        type=QuestionType.SINGLE_CHOICE,
        stem="\n".join(question.stem),
        options=question.options,
    )
    expected = [chr(ord("A") + index) for index in range(len(question.letters))]
    if question.letters != expected:
        message = say(
            N_("选项字母是 %(letters)s，要从 A 起一个接一个"), letters="、".join(question.letters)
        )
        reading.error("E501", message)
    _read_key(reading, key)
    check(reading)
    return reading.item()


def _read_key(reading: Reading, key: str | None) -> None:
    if key is None:
        reading.error("E504", N_("没有 ANSWER 这一行，题目没写完"))
    elif not _LETTERS.fullmatch(key):
        reading.error("E504", say(N_("答案“%(key)s”看不懂，写成 ANSWER: B"), key=key[:20]))
    else:
        letters = sorted(set(re.sub(r"[^A-Z]", "", key.upper())))
        places = tuple(ord(letter) - ord("A") for letter in letters)
        beyond = [letter for letter in letters if ord(letter) - 65 >= len(reading.options)]
        if beyond:
            count = len(reading.options)
            reading.error(
                "E502",
                say(
                    N_("答案是 %(beyond)s，但只有 %(count)s 个选项"),
                    beyond="、".join(beyond),
                    count=count,
                ),
            )
        else:
            reading.answer = places
