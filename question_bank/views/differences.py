"""Texts before and after a change, with what differs marked, as finished values for templates."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from learning.differences import GONE, NEW, SAME, Piece, word_diff
from question_bank.models import ReviewKind, ReviewTask


@dataclass(frozen=True)
class ShownChange:
    """A text before and after, in pieces of which some are marked; None where there is none."""

    title: str
    module_key: str
    anchor: str
    before: tuple[Piece, ...] | None
    after: tuple[Piece, ...] | None


def shown_change(
    before: str | None,
    after: str | None,
    *,
    title: str = "",
    module_key: str = "",
    anchor: str = "",
) -> ShownChange:
    """Two texts side by side."""
    # Both without the marks of key facts: they stand in the file, not in the words.
    pieces = word_diff((before or "").replace("==", ""), (after or "").replace("==", ""))
    return ShownChange(
        title,
        module_key,
        anchor,
        tuple(piece for piece in pieces if piece[0] in (SAME, GONE)) if before else None,
        tuple(piece for piece in pieces if piece[0] in (SAME, NEW)) if after else None,
    )


def shown_changes(tasks: Iterable[ReviewTask]) -> list[ShownChange]:
    """What changed under a question, clause by clause and fact by fact."""
    return [
        shown_change(
            task.before_text,
            task.after_text,
            title="" if task.kind is ReviewKind.FACT else task.title,
            module_key=task.module_key or "",
            anchor=task.anchor or "",
        )
        for task in tasks
        if task.kind is not ReviewKind.FLAW
    ]


def stamp(tasks: Iterable[ReviewTask]) -> str:
    """What somebody saw when looking at these tasks; another one once a clause changed again."""
    said = "\x00".join(f"{task.id} {task.after_text}" for task in tasks)
    return hashlib.sha256(said.encode()).hexdigest()[:16]
