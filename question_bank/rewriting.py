"""Module files on disk into canonical form, each as a whole or not at all."""

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import InvalidContent, Problem
from core.mends import mended, usable
from learning.parsing import decode, parse_module
from learning.sources import ModuleFile
from question_bank.authoring.blocks import read_alone
from question_bank.authoring.formatting import format_text
from question_bank.drafts import with_parts

# One remedy may uncover the next; more rounds than this no file needs.
MOST_ROUNDS = 5


@dataclass
class FormatReport:
    """Which files changed, or would change, and which were left as they are for their errors."""

    checked: int = 0
    changed: list[str] = field(default_factory=list)
    # What was mended on the way, with its problem as it was.
    mended: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def format_files(
    files: Sequence[ModuleFile],
    *,
    taken: Collection[str],
    new_id: Callable[[], str],
    is_check: bool,
    is_mending: bool = False,
) -> FormatReport:
    """Format the files; `taken` are ids that no new question may get, besides those in the files.

    A check writes nothing. With `is_mending` errors that have one remedy are settled first, as the
    editor's button does. A file appears in its new form at once or stays as it was, as one with
    other errors does.
    """
    report = FormatReport()
    texts: dict[ModuleFile, str] = {}
    for file in files:
        report.checked += 1
        text, problems = decode(file.path.read_bytes(), file.shown_path)
        report.problems += problems
        if not problems:
            texts[file] = text
    ids = set(taken)
    for file, text in texts.items():
        ids |= _ids_in(text, file.shown_path)
    for file, text in texts.items():
        settled: list[Problem] = []
        if is_mending:
            text, settled = with_mends(text, file.shown_path)
        try:
            made = format_text(text, file.shown_path, new_id=lambda: _free_id(new_id, ids))
        except InvalidContent as refused:
            report.problems += refused.problems
            continue
        report.mended += settled
        if made.encode() != file.path.read_bytes():
            report.changed.append(file.shown_path)
            if not is_check:
                _write(file.path, made)
    return report


def with_mends(text: str, path: str) -> tuple[str, list[Problem]]:
    """The text with everything settled that has one remedy, and the problems that were there."""
    settled: list[Problem] = []
    for _round in range(MOST_ROUNDS):
        module, problems = parse_module(text, path)
        for block in module.blocks:
            problems += read_alone(block, path=path)[1]
        found = [p for p in problems if (mend := usable(p.mend, text)) and mend.is_whole]
        made = mended(text, [p.mend for p in found if p.mend])
        if made == text:
            break
        text = made
        settled += found
    return text, list(dict.fromkeys(settled))


def _free_id(new_id: Callable[[], str], taken: set[str]) -> str:
    found = new_id()
    while found in taken:
        found = new_id()
    taken.add(found)
    return found


def _ids_in(text: str, path: str) -> set[str]:
    """Every id that stands in the file, also those of blocks that cannot be read."""
    module, _ = parse_module(text, path)
    drafts = [read_alone(block, path=path)[0] for block in module.blocks]
    found = {part.public_id for part in with_parts(draft for draft in drafts if draft)}
    return {public_id for public_id in found | {b.public_id for b in module.blocks} if public_id}


def _write(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(partial, path.stat().st_mode & 0o777)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
