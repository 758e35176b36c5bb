"""Taking the content folders into the bank, module by module."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import ERROR, Problem
from core.identity import Actor
from learning.images import ImageStore
from learning.models import ModuleSource
from learning.operations import PublishOutcome, remove_file, withdraw_module
from learning.queries import (
    current_text,
    module_by_key,
    module_keys,
    modules_without_file,
    stored_file,
    stored_files,
)
from learning.sources import ContentRoot
from question_bank.contents import Contents, read_contents
from question_bank.library import Unit, check_types
from question_bank.models import FileRecord
from question_bank.plans import DroppedClause, dropped_by
from question_bank.queries import sync
from question_bank.refusals import BankBefore, refuse_broken
from question_bank.rules import Change
from question_bank.units import (
    prepare_unit,
    publish_unit,
    retire_vanished,
    too_many_removals,
)


@dataclass
class SyncReport:
    """What a run did: modules by outcome, questions by change, and every problem found."""

    modules: dict[str, PublishOutcome] = field(default_factory=dict)
    withdrawn_modules: list[str] = field(default_factory=list)
    refused_modules: list[str] = field(default_factory=list)
    questions: Counter[Change] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    # What somebody may want to know although nothing is wrong.
    notices: list[str] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        return any(problem.is_error for problem in self.problems)

    @property
    def is_unchanged(self) -> bool:
        """Whether the bank was already what the files say."""
        published = set(self.modules.values()) - {PublishOutcome.UNCHANGED}
        return not (published or self.withdrawn_modules or set(self.questions) - {Change.UNCHANGED})


def sync_content(
    database: Database,
    *,
    roots: Sequence[ContentRoot],
    images: ImageStore,
    confirm_removals: bool,
    actor: Actor,
    now: datetime,
) -> SyncReport:
    """Bring modules and questions to what the files say; a second run changes nothing.

    Each module is published with all its questions or not at all, in a transaction of its own.
    Reading, rendering and hashing are done before it opens. A file that is as it was when the bank
    took it in is not even parsed. A question whose block is gone is retired, and comes back with
    its block; many at once only with `confirm_removals`. Files are only read.
    """
    contents = read_contents(database, roots, images)
    library = contents.library
    ids = {i for unit in contents.units for i in unit.public_ids}
    with database.reading() as session:
        before = BankBefore.of(session).with_questions(sync.held_questions(session, ids))
        known = module_keys(session)
    for unit in contents.units:
        check_types(unit, before.types)
    refuse_broken(library, before, is_whole=contents.is_whole)
    present = library.public_ids
    report = SyncReport()
    run = _Run(
        database, contents, images, before, known, report, confirm_removals, actor, now, present
    )
    for unit in contents.units:
        if unit.is_sound and unit.main is not None:
            run.publish(unit)
        else:
            run.report.refused_modules.append(unit.key)
    for unit in library.units.values():
        if unit.is_settled and unit.is_sound:
            run.report.modules[unit.key] = PublishOutcome.UNCHANGED
            run.report.questions[Change.UNCHANGED] += unit.question_count
        elif unit.is_settled:
            run.report.refused_modules.append(unit.key)
    run.settle_marks()
    if contents.is_whole:
        run.withdraw_missing()
    run.report.problems = library.problems
    run.report.notices += contents.notices
    return run.report


def _say_dropped(dropped: DroppedClause) -> str:
    """A clause that its source does not list any more, with the questions that cite it."""
    ids = "、".join(question.public_id for question in dropped.questions)
    return f"《{dropped.source}》不再列出 {dropped.clause}，还引用它的题：{ids}"


@dataclass(frozen=True)
class _Run:
    """One run of the synchronisation, past the reading of files."""

    database: Database
    contents: Contents
    images: ImageStore
    before: BankBefore
    # The keys of all modules that were ever published.
    known: frozenset[str]
    report: SyncReport
    confirm_removals: bool
    actor: Actor
    now: datetime
    # Ids that stand in any file.
    present: frozenset[str]

    def publish(self, unit: Unit) -> None:
        before_text, dropped = self._text_before(unit)
        prepared = prepare_unit(
            unit, known=self.before.hashes, before_text=before_text, images=self.images
        )
        with self.database.writing() as session:
            if self._was_overtaken(session, unit):
                return
            if self._is_refused(session, unit):
                return
            done = publish_unit(
                session, prepared, present=self.present, actor=self.actor, now=self.now
            )
            self._drop_files(session, unit)
        self.report.notices += [_say_dropped(each) for each in dropped]
        changes = Counter(imported.change for imported in done.questions)
        changes[Change.RETIRED] += done.retired
        self.report.modules[unit.key] = done.publication.outcome
        self.report.questions.update(+changes)

    def _text_before(self, unit: Unit) -> tuple[str | None, list[DroppedClause]]:
        """The file as last published, and the clauses that its sources list no more."""
        if unit.key not in self.known:
            return None, []
        with self.database.reading() as session:
            return current_text(session, unit.key), list(dropped_by(session, [unit]))

    def withdraw_missing(self) -> None:
        with self.database.reading() as session:
            units = self.contents.library.units
            gone = [module.key for module in modules_without_file(session, units)]
        for key in gone:
            unit = Unit(key)
            with self.database.writing() as session:
                if self._is_refused(session, unit):
                    self.contents.library.units[key] = unit
                    continue
                module = module_by_key(session, key)
                withdraw_module(session, module, actor=self.actor, now=self.now)
                retired = retire_vanished(
                    session, key, self.present, actor=self.actor, now=self.now
                )
                for stored in stored_files(session, key):
                    remove_file(session, stored, actor=self.actor, now=self.now)
                session.execute(delete(FileRecord).where(FileRecord.module_key == key))
            self.report.questions.update(+Counter({Change.RETIRED: retired}))
            self.report.withdrawn_modules.append(key)

    def settle_marks(self) -> None:
        """Note of files that read the same on both sides that they do."""
        if not self.contents.agreed:
            return
        with self.database.writing() as session:
            for path in self.contents.agreed:
                stored = stored_file(session, path)
                if stored is not None:
                    stored.synced_hash = stored.text_hash

    def _was_overtaken(self, session: Session, unit: Unit) -> bool:
        """Whether the editor published a file of the unit since the files were read."""
        for part in unit.parts:
            if part.file.source is not ModuleSource.ENTERPRISE:
                continue
            stored, mark = (
                stored_file(session, part.file.relative),
                self.contents.marks.get(part.file.relative),
            )
            if (stored.text_hash if stored else None) != (mark.text_hash if mark else None):
                message, fix = "编辑器里刚刚发布过", "再同步一次"
                place = (part.parsed.path, 1, 1)
                unit.problems.append(Problem(*place, ERROR, "E405", message, fix))
                self.report.refused_modules.append(unit.key)
                return True
        return False

    def _drop_files(self, session: Session, unit: Unit) -> None:
        """Take companions out of the store that were taken away from the folder."""
        for path in self.contents.removed.get(unit.key, ()):
            stored = stored_file(session, path)
            if stored is not None:
                remove_file(session, stored, actor=self.actor, now=self.now)

    def _is_refused(self, session: Session, unit: Unit) -> bool:
        """Refuse a unit that would lose many questions, unless somebody confirmed it."""
        used = sync.questions_in_use(session, unit.key)
        held = [public_id for public_id, each in used.items() if each.standing.case is None]
        gone = len([public_id for public_id in held if public_id not in self.present])
        if self.confirm_removals or not too_many_removals(gone, len(held)):
            return False
        message = f"会停用 {gone} 道题，现有 {len(held)} 道"
        fix = "确实要停用：flask content sync --confirm-removals"
        place = (unit.main_path, 1, 1)
        unit.problems.append(Problem(*place, ERROR, "E406", message, fix))
        self.report.refused_modules.append(unit.key)
        return True
