"""A text file, or the lines of a Word document → items in the order of the paper."""

from collections.abc import Sequence

from core.errors import N_, Conflict
from question_bank.formats.encoding import read_text
from question_bank.formats.items import ForeignItem
from question_bank.formats.limits import check_count
from question_bank.formats.reading import Reading
from question_bank.formats.switches import Switches
from question_bank.formats.text.keyblock import keys_of
from question_bank.formats.text.lines import SourceLine, source_lines
from question_bank.formats.text.questions import read_question
from question_bank.formats.text.splitting import Question, split_paper


def read_plain_text(data: bytes, _name: str) -> list[ForeignItem]:
    """Read a paper typed as text."""
    text = read_text(data)
    items = items_of(source_lines(text.lines), Switches())
    if items and text.remarks:
        first = items[0]
        items[0] = ForeignItem(**{**vars(first), "warnings": (*text.remarks, *first.warnings)})
    return items


def items_of(lines: Sequence[SourceLine], switches: Switches) -> list[ForeignItem]:
    """The questions of a paper, and the texts between them that belong to several questions."""
    paper = split_paper(lines)
    check_count(len(paper.questions))
    if not paper.questions:
        raise Conflict(N_("没有读到题目。题目要有题号，如 1. ，答案写成 答案：B"))
    keys = keys_of(paper)
    found = [
        read_question(question, keys.get(place), switches)
        for place, question in enumerate(paper.questions)
    ]
    first = paper.questions[0].line
    found += [_material(each) for each in paper.material if each.line > first]
    return sorted(found, key=lambda item: item.line or 0)


def _material(loose: Question) -> ForeignItem:
    text = "\n".join(line.clean for line in loose.lines)
    return Reading(line=loose.line, stem=text, is_material=True).item()
