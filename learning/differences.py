"""What changed between two texts, by words and by clauses. Pure.

Chinese is compared by characters; a number or a Latin word stays whole, so that 8 to 18 reads as
a change of the number and not as a digit put before it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from core.markup import plain_text
from learning.parsing import ParsedModule, Section, parse_module

SAME, GONE, NEW = "same", "gone", "new"
# Longer texts are compared line by line first: comparing characters takes the square of them.
MOST_TOKENS = 4000

_TOKEN = re.compile(r"[A-Za-z]+|\d+(?:\.\d+)*|\s+|.", re.DOTALL)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_ONLY_SIGNS = re.compile(r"[\W_]*")

# (SAME, GONE or NEW, the text)
Piece = tuple[str, str]


@dataclass(frozen=True)
class ClauseChange:
    """A citable section that differs: new without a text `before`, gone without one `after`."""

    anchor: str
    title: str
    before: str | None
    after: str | None


def word_diff(before: str, after: str) -> list[Piece]:
    """The pieces of both texts in reading order; what went stands before what came.

    Without the NEW pieces they are the text before, without the GONE ones the text after.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(old) > MOST_TOKENS or len(new) > MOST_TOKENS:
        return _joined(_by_lines(before, after))
    return _joined(_readable(_opcodes(old, new)))


def clause_changes(before_text: str, after_text: str) -> list[ClauseChange]:
    """The sections whose own words differ between two texts of a module, in their order."""
    before, _ = parse_module(before_text, "")
    after, _ = parse_module(after_text, "")
    return section_changes(before.sections, after.sections)


def section_changes(before: Sequence[Section], after: Sequence[Section]) -> list[ClauseChange]:
    """The sections whose title or own text differ: those of the text after, then those gone."""
    old = {section.anchor: section for section in before}
    new = {section.anchor for section in after}
    found = []
    for section in after:
        was = old.get(section.anchor)
        if was is None or _said(was) != _said(section):
            text = was.markdown if was else None
            found.append(ClauseChange(section.anchor, _title(section), text, section.markdown))
    for section in before:
        if section.anchor not in new:
            found.append(ClauseChange(section.anchor, _title(section), section.markdown, None))
    return found


def clause_text(module: ParsedModule, anchor: str) -> str | None:
    """All that a clause says, its subsections included; None when there is no such clause."""
    sections = module.sections
    place = next((i for i, section in enumerate(sections) if section.anchor == anchor), None)
    if place is None:
        return None
    own = sections[place]
    parts = [own.markdown]
    for section in sections[place + 1 :]:
        if section.level <= own.level:
            break
        parts.append(f"{'#' * section.level} {section.title}\n\n{section.markdown}")
    return "\n\n".join(part for part in parts if part).strip()


def _title(section: Section) -> str:
    return plain_text(section.title)[:200]


def _said(section: Section) -> str:
    """What a section says, blind to line breaks, blanks and the tool's fact ids."""
    return "".join(re.sub(r"\{#f-[^}]*\}", "", f"{section.title}\n{section.markdown}").split())


def _opcodes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """(text before, text after, same text) of each step; one of them is empty."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            yield "", "", "".join(old[i:j])
        else:
            yield "".join(old[i:j]), "".join(new[k:m]), ""


def _readable(steps: Iterable[tuple[str, str, str]]) -> Iterator[Piece]:
    """A lone character or sign that stayed between two changes belongs to them."""
    run = list(steps)
    gone = came = ""
    for place, (old, new, same) in enumerate(run):
        is_inner = 0 < place < len(run) - 1
        is_crumb = len(same) <= 1 or bool(_ONLY_SIGNS.fullmatch(same) and "\n" not in same)
        if same and not (is_inner and is_crumb and (gone and came)):
            yield from _settled(gone, came)
            gone = came = ""
            yield SAME, same
        else:
            gone += old + same
            came += new + same
    yield from _settled(gone, came)


def _settled(gone: str, came: str) -> Iterator[Piece]:
    if gone == came:
        yield SAME, gone
    else:
        yield GONE, gone
        yield NEW, came


def _by_lines(before: str, after: str) -> Iterator[Piece]:
    old, new = _LINE.findall(before), _LINE.findall(after)
    for gone, came, same in _opcodes(old, new):
        if same:
            yield SAME, same
        elif len(gone) <= MOST_TOKENS and len(came) <= MOST_TOKENS:
            yield from _readable(_opcodes(_TOKEN.findall(gone), _TOKEN.findall(came)))
        else:
            yield from _settled(gone, came)


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Without empty pieces, neighbours of one kind in one."""
    joined: list[Piece] = []
    for kind, text in pieces:
        if text and joined and joined[-1][0] == kind:
            joined[-1] = (kind, joined[-1][1] + text)
        elif text:
            joined.append((kind, text))
    return joined
