"""Module files on disk into canonical form, each as a whole or not at all."""

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import InvalidContent, Problem
from learning.parsing import decode, parse_module
from learning.sources import ModuleFile
from question_bank.authoring.blocks import read_alone
from question_bank.authoring.formatting import format_text
from question_bank.drafts import with_parts


@dataclass
class FormatReport:
    """Which files changed, or would change, and which were left as they are for their errors."""

    checked: int = 0
    changed: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def format_files(
    files: Sequence[ModuleFile],
    *,
    taken: Collection[str],
    new_id: Callable[[], str],
    is_check: bool,
) -> FormatReport:
    """Format the files; `taken` are ids that no new question may get, besides those in the files.

    A check writes nothing. A file appears in its new form at once or stays as it was.
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
        try:
            made = format_text(text, file.shown_path, new_id=lambda: _free_id(new_id, ids))
        except InvalidContent as refused:
            report.problems += refused.problems
            continue
        if made.encode() != file.path.read_bytes():
            report.changed.append(file.shown_path)
            if not is_check:
                _write(file.path, made)
    return report


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
