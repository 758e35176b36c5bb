"""One change to a text that settles a problem: where, and what is to stand there instead. Pure.

A check makes it where it finds the problem; an editor's button and `flask content format --mend`
apply it. Lines and columns count from 1, columns in characters.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Mend:
    """Put `put` in place of what stands from line and column up to `end_line`, `end_column`.

    With `caret` only a beginning is made: a person goes on writing that far into `put`.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    put: str
    caret: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left for a person to write."""
        return self.caret is None


def replacing(line: int, column: int, length: int, put: str) -> Mend:
    """So many characters of one line give way to others."""
    return Mend(line, column, line, column + length, put)


def without_lines(first: int, last: int) -> Mend:
    """The lines go."""
    return Mend(first, 1, last + 1, 1, "")


def line_before(line: int, put: str) -> Mend:
    """A line of its own, before the one with this number."""
    return Mend(line, 1, line, 1, f"{put}\n")


def stub_before(line: int, put: str) -> Mend:
    """The beginning of a line, before the one with this number; a person writes the rest."""
    return Mend(line, 1, line, 1, f"{put}\n", len(put))


def to_write_at(line: int, column: int) -> Mend:
    """Nothing but the place at which a person is to write."""
    return Mend(line, column, line, column, "", 0)


def usable(mend: Mend | None, text: str) -> Mend | None:
    """The mend, unless a comment stands in its lines: the checks do not see comments."""
    if mend is None or "<!--" not in text:
        return mend
    told = text.split("\n")[mend.line - 1 : max(mend.end_line, mend.line)]
    return None if any("<!--" in line or "-->" in line for line in told) else mend


def mended(text: str, mends: Iterable[Mend]) -> str:
    """The text with the whole mends applied; of two that touch each other the first alone."""
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    pieces: list[str] = []
    done = 0
    for mend in sorted(mends, key=lambda one: (one.line, one.column, one.end_line)):
        start = _offset(starts, text, mend.line, mend.column)
        end = _offset(starts, text, mend.end_line, mend.end_column)
        if mend.is_whole and start >= done and (start > done or not pieces):
            is_beyond = mend.line > len(lines) and not text.endswith("\n")
            pieces += [text[done:start], "\n" if is_beyond else "", mend.put]
            done = end
    return "".join(pieces) + text[done:]


def _offset(starts: list[int], text: str, line: int, column: int) -> int:
    """Where a line and column lie in the text; beyond its end is its end."""
    return min(starts[min(line, len(starts)) - 1] + column - 1, len(text))
