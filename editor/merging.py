"""Two texts that grew from one, merged section by section; what both changed, a person chooses.

Pure. Sections are compared as wholes: a section that one side left alone is taken from the other
side, one that both changed alike is taken once. Nothing is dropped silently.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MINE, THEIRS, BOTH = "mine", "theirs", "both"

_HEADING = re.compile(r" {0,3}[#＃]{1,6}[ \t\u3000【\[]")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


@dataclass(frozen=True)
class MergePart:
    """A run of sections. `chosen` is the side that counts; empty where a person must choose."""

    base: str
    mine: str
    theirs: str
    chosen: str = ""

    @property
    def is_conflict(self) -> bool:
        return not self.chosen

    @property
    def title(self) -> str:
        """The first heading of the run, for the person who chooses."""
        text = self.theirs or self.mine or self.base
        line = next((line for line in text.split("\n") if line.strip(" -")), "")
        return re.sub(r"\s*\{#[^}]*\}\s*$", "", line.lstrip("#＃ ")).strip()

    def text(self, choice: str = "") -> str:
        """What the run says under a choice."""
        choice = self.chosen or choice
        if choice == BOTH:
            return self.theirs + self.mine
        return self.mine if choice == MINE else self.theirs


def sections_of(text: str) -> list[str]:
    """The text cut before each heading, code fences left whole; joined they are the text."""
    parts: list[list[str]] = [[]]
    fence = ""
    for line in text.splitlines(keepends=True):
        marker = _FENCE.match(line)
        if fence:
            if marker and marker[1].startswith(fence):
                fence = ""
        elif marker:
            fence = marker[1]
        elif _HEADING.match(line):
            parts.append([])
        parts[-1].append(line)
    return ["".join(part) for part in parts if part]


def merge_parts(base: str, mine: str, theirs: str) -> list[MergePart]:
    """The runs of the merged text in order, with what must be chosen."""
    old, left, right = (sections_of(_ended(text)) for text in (base, mine, theirs))
    return list(_runs(old, left, right))


def merged_text(parts: Sequence[MergePart], choices: Mapping[int, str]) -> str:
    """The text under the choices by place of part; KeyError for a conflict nobody chose."""
    return "".join(
        part.text(choices[place] if part.is_conflict else "") for place, part in enumerate(parts)
    )


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def _runs(old: list[str], left: list[str], right: list[str]) -> Iterator[MergePart]:
    """Between sections that all three have, in order: what each side made of the rest."""
    in_left, in_right = _matches(old, left), _matches(old, right)
    i = j = k = 0
    for place in [*(p for p in range(len(old)) if p in in_left and p in in_right), len(old)]:
        to_left = in_left.get(place, len(left))
        to_right = in_right.get(place, len(right))
        yield from _changed(old[i:place], left[j:to_left], right[k:to_right])
        if place < len(old):
            yield MergePart(old[place], old[place], old[place], THEIRS)
        i, j, k = place + 1, to_left + 1, to_right + 1


def _matches(old: list[str], new: list[str]) -> dict[int, int]:
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {a + n: b + n for a, b, size in blocks for n in range(size)}


def _changed(old: list[str], left: list[str], right: list[str]) -> Iterator[MergePart]:
    if not (old or left or right):
        return
    names = [[part.split("\n", 1)[0] for part in side] for side in (old, left, right)]
    if names[0] == names[1] == names[2]:
        for parts in zip(old, left, right, strict=True):
            yield _part(*parts)
        return
    yield _part("".join(old), "".join(left), "".join(right))


def _part(base: str, mine: str, theirs: str) -> MergePart:
    if mine in (theirs, base):
        return MergePart(base, mine, theirs, THEIRS)
    return MergePart(base, mine, theirs, MINE if theirs == base else "")
