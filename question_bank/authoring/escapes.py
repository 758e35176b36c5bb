"""Makes the structural tokens in an author's text literal, and nothing else.

The reader's own functions decide what would be taken for structure, so that a text which comes
from a block goes back into it unchanged. Where Markdown knows no backslash for a character, its
character reference stands for it.
"""

import re
from collections.abc import Sequence

from learning.headings import read_heading
from learning.parsing import RULE
from question_bank.authoring.lines import Line, fold, lines_of_block, lists_in
from question_bank.authoring.notes import key_line, notes_start
from question_bank.keys import QuestionType

_BACKSLASH = frozenset("\\`*_{}[]()>#+-.!")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_TICK = re.compile(r"\[[xX ]\]")
_OPTION_KEY = re.compile(r" *(?:反馈|权重) *:")
_TRAILING_ID = re.compile(r"[{｛](?=\s*[:：]?\s*[#＃][^\s{}｛｝]+[^{}｛｝]*[}｝]\s*$)")
_LAST_HASHES = re.compile(r"(?:(?<=[ \t])|^)#(?=#*\s*$)")
# Types whose answer area is a list: it would join a list that ends the stem.
_WITH_LIST = {
    QuestionType.SINGLE_CHOICE,
    QuestionType.MULTIPLE_CHOICE,
    QuestionType.ORDERING,
    QuestionType.HOTSPOT,
}
_WITH_TICKS = _WITH_LIST - {QuestionType.ORDERING}


def literal(character: str) -> str:
    """The character as text and nothing else, in Markdown and in our syntax."""
    return f"\\{character}" if character in _BACKSLASH else f"&#{ord(character)};"


def safe_text(text: str) -> str:
    """Any text, with one kind of line end and without the beginning of a comment."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("<!--", "&#60;!--")


def one_line(text: str) -> str:
    """The text on one line."""
    return " ".join(safe_text(text).split())


def safe_title(title: str, *, has_id: bool) -> str:
    """A title whose end is not taken for an id or for closing hashes."""
    line = one_line(title)
    if not has_id:
        line = _TRAILING_ID.sub(lambda found: f"&#{ord(found[0])};", line)
    return _LAST_HASHES.sub(lambda found: literal(found[0]), line)


def safe_stem(text: str, type_: QuestionType) -> str:
    """A stem in which nothing ends the question, begins its answers or is a 题注."""
    texts = [line.rstrip() for line in safe_text(text).strip("\n").split("\n")]
    texts = _closed(texts)
    for index, line in enumerate(_lines(texts)):
        if not line.is_code and _ends_block(line):
            texts[index] = _first_literal(texts[index])
    texts = _without_ticks(texts) if type_ not in _WITH_TICKS else texts
    texts = _without_notes(texts)
    if type_ in _WITH_LIST:
        texts = _without_last_list(texts)
    return "\n".join(texts).strip("\n")


def safe_continuation(text: str) -> str:
    """A further line of an option or of a 采分点: no item of its own and no 反馈."""
    line = Line(1, text)
    if line.item() is not None:
        text = _unmarked(text)
    if _OPTION_KEY.match(fold(text)):
        text = _without_colon(text)
    return text


def safe_item(text: str) -> str:
    """The first line of an item to be ordered: not the first line of a 题注."""
    return _without_colon(text) if key_line(Line(1, f"1. {text}")) else text


def _lines(texts: Sequence[str]) -> list[Line]:
    return lines_of_block(0, texts)


def _closed(texts: list[str]) -> list[str]:
    """The lines, with the fence closed that would swallow what follows."""
    fence = ""
    for text in texts:
        found = _FENCE.match(text)
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence) and not text.strip(" `~"):
            fence = ""
    return [*texts, fence] if fence else texts


def _ends_block(line: Line) -> bool:
    is_rule = RULE.fullmatch(line.text) is not None
    return is_rule or line.is_heading or read_heading(line.text) is not None


def _first_literal(text: str) -> str:
    """Make the first character of the line literal that is no blank."""
    folded = fold(text).replace("\t", " ")
    place = len(folded) - len(folded.lstrip(" "))
    return text[:place] + literal(text[place]) + text[place + 1 :]


def _without_ticks(texts: list[str]) -> list[str]:
    kept = list(texts)
    for area in lists_in(_lines(texts)):
        for item in area.items:
            if _TICK.match(item.content.folded):
                index, place = item.content.number - 1, item.content.column - 1
                line = kept[index]
                kept[index] = line[:place] + literal(line[place]) + line[place + 1 :]
    return kept


def _without_notes(texts: list[str]) -> list[str]:
    kept = list(texts)
    while (start := notes_start(lines := _lines(kept))) < len(kept):
        is_quote = lines[start].is_quote
        kept[start] = _first_literal(kept[start]) if is_quote else _without_colon(kept[start])
    return kept


def _without_last_list(texts: list[str]) -> list[str]:
    """The lines, with the items of a list that ends them as paragraphs of their own."""
    kept = list(texts)
    while (areas := lists_in(_lines(kept))) and areas[-1].end == len(kept):
        number = areas[-1].items[-1].line.number - 1
        kept[number] = _unmarked(kept[number])
        if number and kept[number - 1].strip():
            kept.insert(number, "")
    return kept


def _unmarked(text: str) -> str:
    """Make the mark of a list item literal: its dash, or the stop behind its number."""
    folded = fold(text).replace("\t", " ")
    number = re.match(r" *\d+", folded)
    place = number.end() if number else len(folded) - len(folded.lstrip(" "))
    return text[:place] + literal(text[place]) + text[place + 1 :]


def _without_colon(text: str) -> str:
    place = fold(text).index(":")
    return text[:place] + literal(text[place]) + text[place + 1 :]
