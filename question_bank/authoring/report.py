"""Collects what is wrong in one block, so that all of it is told at once."""

from collections.abc import Iterable
from difflib import get_close_matches

from core.errors import ERROR, WARNING, Problem
from core.mends import Mend
from question_bank.authoring.lines import Line


class Report:
    """The problems of one block in the file at `path`."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def error(
        self, place: Line, code: str, message: str, fix: str, mend: Mend | None = None
    ) -> None:
        self._add(place, ERROR, code, message, fix, mend)

    def warning(self, place: Line, code: str, message: str, fix: str) -> None:
        self._add(place, WARNING, code, message, fix)

    @property
    def error_codes(self) -> set[str]:
        return {problem.code for problem in self.problems if problem.level == ERROR}

    def in_order(self) -> list[Problem]:
        return sorted(self.problems, key=lambda problem: (problem.line, problem.column))

    def _add(
        self,
        place: Line,
        level: str,
        code: str,
        message: str,
        fix: str,
        mend: Mend | None = None,
    ) -> None:
        self.problems.append(
            Problem(self.path, place.number, place.column, level, code, message, fix, mend)
        )


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that a mistyped one most resembles, if one does."""
    found = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return found[0] if found else None
