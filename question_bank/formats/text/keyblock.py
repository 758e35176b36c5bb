"""A list of answers apart from the questions: `1-5 ACBDB 6.AB 7.√`, section by section."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.errors import N_
from core.sentences import say
from question_bank.formats.keys import key_characters
from question_bank.formats.text.lines import (
    Section,
    SourceLine,
    label_in,
    section_in,
    split_labels,
)
from question_bank.formats.text.splitting import KeyBlock, Paper, Question
from question_bank.keys import QuestionType

_RANGE = re.compile(r"(?P<first>\d{1,4})\s*(?:[-~—–至到]+)\s*(?P<last>\d{1,4})\s*题?\s*[.、:)]?\s*")
_ENTRY = re.compile(r"[(【\[]?\s*(?P<number>\d{1,4})\s*(?:题\s*)?[.、:)】\]]*\s*")
_START = re.compile(
    r"(?<![\d.])(?:\d{1,4}\s*[-~—–至到]+\s*\d{1,4}|\d{1,4}\s*[.、:)]|\d{1,4}\s*(?=[A-L√×✓✗对错]))"
)
_MOST_OF_RANGE = 1000


@dataclass(frozen=True)
class Key:
    """The answer of one question as the block gives it, and its analysis where it has one."""

    text: str
    explanation: str = ""
    problem: str = ""


def keys_of(paper: Paper) -> dict[int, Key]:
    """The keys by the place of the question in the paper; doubtful ones say why."""
    found: dict[int, Key] = {}
    for block in paper.key_blocks:
        for section, number, key in _entries(block):
            places = _places(paper, section, number)
            for place in places:
                told = key
                if len(places) > 1:
                    message = say(
                        N_("文末答案里的第 %(number)s 题，不知道是哪一部分的：题号重复"),
                        number=number,
                    )
                    told = Key("", problem=message)
                elif place in found and found[place].text != key.text:
                    message = say(
                        N_("文末答案里第 %(number)s 题有两个答案：%(text)s 和 %(text2)s"),
                        number=number,
                        text=found[place].text,
                        text2=key.text,
                    )
                    told = Key("", problem=message)
                found[place] = told
    return found


def _places(paper: Paper, section: Section | None, number: int) -> list[int]:
    """The questions that an entry may mean."""
    places = [place for place, each in enumerate(paper.questions) if each.number == number]
    if section is None:
        return places
    same = [place for place in places if _is_same(paper.questions[place], section)]
    exact = [place for place in same if paper.questions[place].section.ordinal == section.ordinal]
    return exact or same


def _is_same(question: Question, section: Section) -> bool:
    own = question.section
    if own.type is None or section.type is None:
        return bool(own.ordinal) and own.ordinal == section.ordinal
    return own.type is section.type


def _entries(block: KeyBlock) -> Iterator[tuple[Section | None, int, Key]]:
    section: Section | None = None
    written: list[SourceLine] = []
    for line in [*block.lines, None]:
        following = section_in(line, 1) if line is not None and not line.is_blank else None
        if line is not None and following is None:
            written.append(line)
            continue
        for number, key in _entries_of(written, section):
            yield section, number, key
        written = []
        if following is not None:
            section = following
            # "一、单选题：1-5 ACBDB" has its keys in the heading's line.
            found = _START.search(following.remark)
            if found and line is not None:
                written = [
                    line.tail(len(line.folded.rstrip()) - len(following.remark) + found.start())
                ]


def _entries_of(lines: Sequence[SourceLine], section: Section | None) -> Iterator[tuple[int, Key]]:
    is_written = section is not None and section.type in (
        QuestionType.SHORT_ANSWER,
        QuestionType.FILL_BLANK,
    )
    open_number: int | None = None
    texts: list[str] = []
    for line in lines:
        entry = _ENTRY.match(line.folded.strip()) if not line.is_blank else None
        begins = entry is not None and _is_entry(line, open_number)
        if begins or (open_number is None and not line.is_blank):
            if open_number is not None:
                yield open_number, _written_key(texts)
                open_number, texts = None, []
            pieces = list(_pieces(line, is_written=is_written))
            for number, text in pieces[:-1]:
                yield from _resolved(number, text)
            for number, text in pieces[-1:]:
                if isinstance(number, tuple):
                    yield from _resolved(number, text)
                else:
                    open_number, texts = number, [text]
        elif open_number is not None:
            texts.append(line.clean)
    if open_number is not None:
        yield open_number, _written_key(texts)


def _is_entry(line: SourceLine, open_number: int | None) -> bool:
    folded = line.folded.strip()
    if _RANGE.match(folded):
        return True
    found = _START.match(folded)
    number = int(re.match(r"\d+", folded)[0]) if found else 0  # type: ignore[index]
    return found is not None and (open_number is None or number > open_number)


def _pieces(line: SourceLine, *, is_written: bool) -> Iterator[tuple[int | tuple[int, int], str]]:
    """The entries of one line; in a section of written answers a line is one entry."""
    folded = line.folded
    starts = [found.start() for found in _START.finditer(folded)]
    if is_written:
        starts = starts[:1]
    for start, end in pairwise([*starts, len(folded)]):
        ranged = _RANGE.match(folded, start)
        if ranged:
            numbers = int(ranged["first"]), int(ranged["last"])
            yield numbers, line.text[ranged.end() : end].strip()
            continue
        entry = _ENTRY.match(folded, start)
        if entry:
            yield int(entry["number"]), line.text[entry.end() : end].strip()


def _resolved(number: int | tuple[int, int], text: str) -> Iterator[tuple[int, Key]]:
    if not isinstance(number, tuple):
        yield number, _written_key([text])
        return
    first, last = number
    count = last - first + 1
    if not 0 < count <= _MOST_OF_RANGE:
        return
    keys = key_characters(text.strip("。."), count)
    for offset in range(count):
        if keys is None:
            message = say(
                N_("文末答案“%(first)s-%(last)s %(text)s”的个数和题数（%(count)s）不一致"),
                first=first,
                last=last,
                text=text[:20],
                count=count,
            )
            yield first + offset, Key("", problem=message)
        else:
            yield first + offset, Key(keys[offset])


def _written_key(texts: Sequence[str]) -> Key:
    """An entry with labels of its own (`1.答案：A 解析：…`) or nothing but the key."""
    fields: dict[str, list[str]] = {"answer": [], "analysis": []}
    name = "answer"
    for text in texts:
        for part in split_labels(SourceLine(0, text)):
            label = label_in(part)
            value = part.text[label.value_start :] if label else part.text
            if label is not None:
                name = label.name
            fields.setdefault(name, []).append(value.strip())
    answer = "\n".join(value for value in fields["answer"] if value)
    return Key(answer.strip(" ;；,，、"), "\n".join(fields["analysis"]).strip())
