"""The sub-questions of a 案例: where each begins and ends."""

from collections.abc import Sequence
from dataclasses import dataclass

from learning.headings import TYPE_WORDS, bracketed_heading, heading_level
from question_bank.authoring.lines import Line, text_of
from question_bank.authoring.notes import notes_start
from question_bank.authoring.reading import Content, RawBlock, Reading, check_stem
from question_bank.authoring.report import Report
from question_bank.keys import CaseKey

_DEEPEST = 6


@dataclass(frozen=True)
class PartBlock:
    """A sub-question as written, under the heading on `line`."""

    line: int
    level: int
    type_word: str
    title: str
    public_id: str | None
    lines: tuple[str, ...]
    anchor: str | None
    section_title: str | None


def split_case(
    block: RawBlock, lines: Sequence[Line], report: Report
) -> tuple[list[Line], list[PartBlock]]:
    """The story of a case with its 题注, and its sub-questions, one heading level deeper."""
    marks = [(i, level) for i, line in enumerate(lines) if (level := _level(line)) is not None]
    own = list(lines[: marks[0][0]]) if marks else list(lines)
    parts: list[PartBlock] = []
    under_part = False
    for place, (index, level) in enumerate(marks):
        heading = bracketed_heading(lines[index].text)
        if level > block.level + 1 and under_part:
            continue
        if level > block.level + 1 or heading is None:
            under_part = False
            hashes = "#" * min(block.level + 1, _DEEPEST)
            fix = f"小题的标题写成 {hashes} 【题型】…；别的标题删掉，或移到案例外面"
            report.error(lines[index].stripped(), "E107", "案例里面的标题不是小题", fix)
            continue
        under_part = True
        following = [i for i, deep in marks[place + 1 :] if deep <= block.level + 1]
        end = following[0] if following else len(lines)
        parts.append(
            PartBlock(
                line=lines[index].number,
                level=level,
                type_word=TYPE_WORDS.get(heading.type_word, heading.type_word),
                title=heading.title,
                public_id=heading.public_id,
                lines=tuple(line.text for line in lines[index + 1 : end]),
                anchor=block.anchor,
                section_title=block.section_title,
            )
        )
    return own, parts


def read_story(reading: Reading, parts: Sequence[PartBlock]) -> Content | None:
    """Read the story and the 题注 of a case; None when it has no sub-question."""
    start = notes_start(reading.lines)
    stem = reading.lines[:start]
    reading.take_notes(reading.lines[start:])
    check_stem(stem, reading)
    if not parts:
        hashes = "#" * (reading.block.level + 1)
        fix = f"在案情后面写小题，标题深一级：{hashes} 【单选】…"
        if reading.block.level == _DEEPEST:
            fix = "案例的标题最多五个 #，小题才能深一级"
        if "E107" not in reading.report.error_codes:
            reading.report.error(reading.heading, "E218", "案例没有小题", fix)
        return None
    return Content(text_of(stem), (), CaseKey(tuple(part.public_id or "" for part in parts)))


def _level(line: Line) -> int | None:
    return None if line.is_code else heading_level(line.text)
