"""The lines of a file's body: their numbers, and where nothing has structure. Pure."""

import re
from dataclasses import dataclass

from core.markup import without_comments

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


@dataclass(frozen=True)
class BodyLine:
    """One body line: `is_text` is false inside code fences, where nothing has structure."""

    number: int
    text: str
    is_text: bool


def scan_body(lines: list[str], first_line: int) -> list[BodyLine]:
    """Number the body's lines, blank out comments, and mark what lies inside code fences."""
    scanned: list[BodyLine] = []
    fence = ""
    for number, text in enumerate(without_comments("\n".join(lines)).split("\n"), first_line):
        marker = _FENCE.match(text)
        is_text = not fence and marker is None
        if fence and marker and marker[1].startswith(fence) and not text.strip(" `~"):
            fence = ""
        elif not fence and marker:
            fence = marker[1]
        scanned.append(BodyLine(number, text, is_text))
    return scanned
