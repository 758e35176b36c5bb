"""What publishing module files would do, and doing it: one way for the folder and the editor.

A module with its companion files is published whole or not at all. Everything that reads, renders
or hashes happens before the transaction that writes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.config import LIBRARY_DIR
from core.db import Database
from core.errors import ERROR, N_, Conflict, InvalidContent, Problem
from core.identity import Actor
from learning import queries as modules
from learning.images import ImageStore, Pictures
from learning.models import ModuleSource
from learning.parsing import ParsedModule
from learning.sources import HeldFile, ModuleFile, is_safe_path, read_module, unsafe_path
from question_bank.library import (
    Library,
    Unit,
    assembled,
    check_ids,
    check_types,
    key_of,
)
from question_bank.models import FileRecord
from question_bank.plans import PlannedQuestion as PlannedQuestion
from question_bank.plans import PublicationPlan as PublicationPlan
from question_bank.plans import plan_units
from question_bank.queries import sync
from question_bank.records import settled_units
from question_bank.refusals import BankBefore, refuse_broken
from question_bank.units import prepare_unit, publish_unit


@dataclass(frozen=True)
class FileText:
    """A file below the content folder and what it is to say."""

    path: str
    text: str


def plan_publication(
    session: Session, files: Sequence[FileText], *, images: ImageStore
) -> PublicationPlan:
    """What publishing these texts in place of the stored ones would do; reads only."""
    given = _read_given(session, files, images)
    if given.has_errors:
        return PublicationPlan(problems=tuple(given.problems))
    return plan_units(session, given.units, given.library, given.bank, given.problems)


def publish_files(
    database: Database,
    files: Sequence[FileText],
    *,
    images: ImageStore,
    confirm_removals: bool,
    actor: Actor,
    now: datetime,
) -> PublicationPlan:
    """Publish texts through the editor's door, all of them or none.

    Raises InvalidContent with every error, and Conflict when too many questions would go without
    `confirm_removals` or when somebody else published one of the files meanwhile.
    """
    with database.reading() as session:
        given = _read_given(session, files, images)
        if given.has_errors:
            raise InvalidContent([problem for problem in given.problems if problem.is_error])
        plan = plan_units(session, given.units, given.library, given.bank, given.problems)
        if plan.needs_confirmation and not confirm_removals:
            raise Conflict(
                N_("这次要停用 %(n)s 道题，模块里现有 %(total)s 道。确认要停用再发布"),
                n=plan.removals,
                total=plan.in_use,
            )
        ready = [
            prepare_unit(
                unit,
                known=given.bank.hashes,
                before_text=modules.current_text(session, unit.key),
                images=images,
            )
            for unit in given.units
        ]
    with database.writing() as session:
        given.check_still(session)
        for prepared in ready:
            publish_unit(session, prepared, present=given.library.public_ids, actor=actor, now=now)
    return plan


@dataclass
class _Given:
    """Texts given for publication with the rest of their modules and what the bank holds."""

    library: Library
    units: list[Unit]
    bank: BankBefore
    problems: list[Problem]
    # Hash of each stored file that would be replaced, as it was read.
    bases: dict[str, str | None]

    @property
    def has_errors(self) -> bool:
        return any(problem.is_error for problem in self.problems)

    def check_still(self, session: Session) -> None:
        """Refuse when a file is no longer what the plan was made from."""
        for path, hash_ in self.bases.items():
            stored = modules.stored_file(session, path)
            if (stored.text_hash if stored else None) != hash_:
                raise Conflict(N_("%(path)s 刚刚被别人发布过，看过新的再发布"), path=path)


def _read_given(session: Session, files: Sequence[FileText], images: ImageStore) -> _Given:
    """Read the texts, the other files of their modules, and what is recorded of all others."""
    pictures = Pictures(modules.stored_pictures(session), images)
    refused = [file.path for file in files if not _is_module_path(file.path)]
    files = [file for file in files if file.path not in refused]
    read = [_read(_held(file.path, file.text, pictures)) for file in files]
    keys = {key for _, parsed, _ in read if (key := key_of(parsed))}
    paths = {file.path for file in files}
    records = sync.file_records(session)
    for key in sorted(keys):
        for stored in modules.stored_files(session, key):
            if stored.path not in paths:
                read.append(_read(_held(stored.path, stored.text, pictures)))
    read += [_read(file) for file in _library_files(records.values(), keys)]
    bank = BankBefore.of(session)
    library = assembled(read)
    settled = [record for record in records.values() if record.module_key not in keys]
    library.units |= settled_units(settled, bank.anchors)
    check_ids(library)
    units = [library.units[key] for key in sorted(keys) if key in library.units]
    bank = bank.with_questions(sync.held_questions(session, _ids(units)))
    for unit in units:
        check_types(unit, bank.types)
    refuse_broken(library, bank, is_whole=True)
    problems = [*library.loose_problems, *(p for unit in units for p in unit.problems)]
    problems += list(_moved_files(session, read, paths))
    problems += [unsafe_path(path) for path in refused]
    problems.sort(key=lambda p: (p.path, p.line, p.column, p.code))
    bases = {path: _stored_hash(session, path) for path in sorted(paths)}
    return _Given(library, units, bank, list(dict.fromkeys(problems)), bases)


def _is_module_path(path: str) -> bool:
    return path.endswith(".md") and is_safe_path(path)


def _held(path: str, text: str, pictures: Pictures) -> HeldFile:
    """A text of the enterprise; a picture that the store lacks may be the library's."""
    return HeldFile(LIBRARY_DIR / path, LIBRARY_DIR, ModuleSource.ENTERPRISE, text, pictures)


def _read(file: ModuleFile) -> tuple[ModuleFile, ParsedModule, list[Problem]]:
    return (file, *read_module(file))


def _library_files(records: Iterable[FileRecord], keys: set[str]) -> Iterator[ModuleFile]:
    """The files of the library that belong to these modules."""
    for record in records:
        root, _, relative = record.path.partition("/")
        path = LIBRARY_DIR / relative
        if root == "content" and record.module_key in keys and path.is_file():
            yield ModuleFile(path, LIBRARY_DIR, ModuleSource.LIBRARY)


def _moved_files(
    session: Session,
    read: Sequence[tuple[ModuleFile, ParsedModule, list[Problem]]],
    paths: set[str],
) -> Iterator[Problem]:
    """E405 for a file that would go over to another module."""
    for file, parsed, _ in read:
        stored = modules.stored_file(session, file.relative) if file.relative in paths else None
        if stored is not None and stored.module_key != key_of(parsed):
            message = f"这个文件属于模块 {stored.module_key}，标识不能改"
            fix = "改回原来的标识；要新模块，另建一个文件"
            yield Problem(file.shown_path, 2, 1, ERROR, "E405", message, fix)


def _stored_hash(session: Session, path: str) -> str | None:
    stored = modules.stored_file(session, path)
    return stored.text_hash if stored else None


def _ids(units: Iterable[Unit]) -> set[str]:
    return {public_id for unit in units for public_id in unit.public_ids}
