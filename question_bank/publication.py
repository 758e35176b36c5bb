"""What publishing module files would do, and doing it: one way for the folder and the editor.

A module with its companion files is published whole or not at all. Everything that reads, renders
or hashes happens before the transaction that writes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.config import LIBRARY_DIR
from core.db import Database
from core.errors import ERROR, N_, Conflict, InvalidContent, Problem
from core.events import publish
from core.identity import Actor
from core.markup import plain_text
from learning import queries as modules
from learning.differences import ClauseChange, clause_changes, clause_text
from learning.editions import Edition, make_edition
from learning.images import FileImages, ImageStore, Pictures
from learning.models import ModuleSource
from learning.operations import (
    FileState,
    Publication,
    publish_module,
    store_file,
    store_image,
)
from learning.parsing import ParsedModule, parse_module
from learning.sources import HeldFile, ModuleFile, read_module, text_hash
from question_bank import reviews
from question_bank.events import ClausesChanged
from question_bank.importing import (
    Change,
    ImportedQuestion,
    change_of,
    import_questions,
    retire,
    standing_after,
)
from question_bank.keys import QuestionType
from question_bank.library import (
    Library,
    Unit,
    assembled,
    check_ids,
    check_types,
    key_of,
)
from question_bank.models import FileRecord
from question_bank.queries import sync
from question_bank.records import (
    pictures_of,
    record_of,
    record_of_replaced,
    settled_units,
)
from question_bank.refusals import BankBefore, refuse_broken
from question_bank.rendering import PreparedQuestion, prepare

# More removals than these need somebody's word (docs/decisions/0010-two-doors.md).
MOST_REMOVALS = 10
MOST_REMOVALS_PERCENT = 20


@dataclass(frozen=True)
class FileText:
    """A file below the content folder and what it is to say."""

    path: str
    text: str


@dataclass(frozen=True)
class PlannedQuestion:
    """A question as a plan names it; `line` is where it stands, or stood."""

    public_id: str
    title: str
    type: QuestionType
    path: str
    line: int


@dataclass(frozen=True)
class PublicationPlan:
    """Exactly what publishing would do; with an error among the problems it would do nothing."""

    problems: tuple[Problem, ...] = ()
    added: tuple[PlannedQuestion, ...] = ()
    changed: tuple[PlannedQuestion, ...] = ()
    moved: tuple[PlannedQuestion, ...] = ()
    retired: tuple[PlannedQuestion, ...] = ()
    revived: tuple[PlannedQuestion, ...] = ()
    described: tuple[PlannedQuestion, ...] = ()
    unchanged: tuple[PlannedQuestion, ...] = ()
    clauses: tuple[ClauseChange, ...] = ()
    # Questions, of these and of other modules, that a person must look at again.
    to_review: tuple[PlannedQuestion, ...] = ()
    # Questions whose key, tolerance or part marks change.
    remarks: tuple[PlannedQuestion, ...] = ()
    # Questions whose block is gone, and how many their modules have in use.
    removals: int = 0
    in_use: int = 0

    @property
    def has_errors(self) -> bool:
        return any(problem.is_error for problem in self.problems)

    @property
    def needs_confirmation(self) -> bool:
        return too_many_removals(self.removals, self.in_use)


def too_many_removals(removals: int, in_use: int) -> bool:
    """Whether so many questions would go that somebody must say so once more."""
    return removals > MOST_REMOVALS or removals * 100 > in_use * MOST_REMOVALS_PERCENT


@dataclass(frozen=True)
class PreparedUnit:
    """A sound unit rendered and hashed, ready for a short transaction."""

    unit: Unit
    edition: Edition
    questions: tuple[PreparedQuestion, ...]
    records: tuple[FileRecord, ...]
    files: tuple[FileState, ...]
    # (path below the content folder, name in the image store, whether the folder has the same)
    pictures: tuple[tuple[str, str, bool], ...]
    # The text published until now taken apart; None for a new module or an unknown text.
    before: ParsedModule | None


@dataclass
class PublishedUnit:
    """What publishing one unit did."""

    publication: Publication
    questions: list[ImportedQuestion] = field(default_factory=list)
    retired: int = 0


def plan_publication(
    session: Session, files: Sequence[FileText], *, images: ImageStore
) -> PublicationPlan:
    """What publishing these texts in place of the stored ones would do; reads only."""
    given = _read_given(session, files, images)
    if given.has_errors:
        return PublicationPlan(problems=tuple(given.problems))
    return _plan(session, given)


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
        plan = _plan(session, given)
        if plan.needs_confirmation and not confirm_removals:
            raise Conflict(
                N_("这次要停用 %(n)s 道题，模块里现有 %(total)s 道。确认要停用再发布"),
                n=plan.removals,
                total=plan.in_use,
            )
        ready = [prepare_unit(unit, known=given.bank.hashes, images=images) for unit in given.units]
    with database.writing() as session:
        given.check_still(session)
        for prepared in ready:
            publish_unit(session, prepared, present=given.library.public_ids, actor=actor, now=now)
    return plan


def prepare_unit(
    unit: Unit,
    *,
    known: dict[str, tuple[str, str]],
    before_text: str | None,
    images: ImageStore,
) -> PreparedUnit:
    """Render and hash a unit that has no error."""
    assert unit.main is not None
    file = unit.main.file
    edition = make_edition(
        unit.main.parsed,
        source=file.source,
        image_url=FileImages(file, images),
        text=file.text()[0],
    )
    questions = tuple(
        prepare(draft, image_url=FileImages(unit.file_of[draft.path], images), known=known)
        for draft in unit.drafts
    )
    own = [part for part in unit.parts if part.file.source is ModuleSource.ENTERPRISE]
    return PreparedUnit(
        unit=unit,
        edition=edition,
        questions=questions,
        records=(
            *(record_of(unit, part) for part in unit.parts),
            *(record_of_replaced(unit, file) for file in unit.replaced),
        ),
        files=tuple(_file_state(unit, part.file, part.parsed) for part in own),
        pictures=tuple(
            dict.fromkeys(
                (path, name, _is_in_folder(part.file, path, name))
                for part in own
                for path, name in pictures_of(part)
            )
        ),
        before=parse_module(before_text, "")[0] if before_text else None,
    )


def publish_unit(
    session: Session,
    prepared: PreparedUnit,
    *,
    present: frozenset[str],
    actor: Actor,
    now: datetime,
) -> PublishedUnit:
    """Make a prepared unit valid; `present` are the ids that stand in any file."""
    unit = prepared.unit
    publication = publish_module(session, prepared.edition, actor=actor, now=now)
    done = PublishedUnit(publication)
    done.questions = import_questions(session, prepared.questions, actor=actor, now=now)
    done.retired = retire_vanished(session, unit.key, present, actor=actor, now=now)
    _ask_for_reviews(session, prepared, done, actor=actor, now=now)
    _announce(session, publication, actor=actor, now=now)
    for state in prepared.files:
        store_file(session, state, actor=actor, now=now)
    for path, name, is_in_folder in prepared.pictures:
        store_image(session, path, name, is_in_folder=is_in_folder, actor=actor, now=now)
    session.execute(delete(FileRecord).where(FileRecord.module_key == unit.key))
    paths = [record.path for record in prepared.records]
    session.execute(delete(FileRecord).where(FileRecord.path.in_(paths)))
    session.add_all(prepared.records)
    session.flush()
    return done


def _ask_for_reviews(
    session: Session, prepared: PreparedUnit, done: PublishedUnit, *, actor: Actor, now: datetime
) -> None:
    """Put what a person must look at on the review list."""
    unit, publication = prepared.unit, done.publication
    edited = [each.question for each in done.questions if each.is_edited]
    edited = [question for question in edited if question.review_since is not None]
    reviews.settle_edited(session, edited, actor=actor, now=now)
    stated = {draft.public_id or "": draft.revision for draft in unit.drafts}
    reviews.ask_about_versions(session, done.questions, stated, actor=actor, now=now)
    if publication.changed_anchors:
        rewritten = {each.question.public_id for each in done.questions if each.is_rewritten}
        clauses = changed_clauses(prepared, publication.changed_anchors)
        reviews.ask_about_clauses(
            session, unit.key, clauses, rewritten=rewritten, actor=actor, now=now
        )


def changed_clauses(prepared: PreparedUnit, anchors: Iterable[str]) -> list[reviews.ChangedClause]:
    """What each of these clauses said and says."""
    assert prepared.unit.main is not None
    after = prepared.unit.main.parsed
    titles = {section.anchor: plain_text(section.title)[:200] for section in after.sections}
    return [
        reviews.ChangedClause(
            anchor,
            titles[anchor],
            (clause_text(prepared.before, anchor) or "") if prepared.before else "",
            clause_text(after, anchor) or "",
        )
        for anchor in anchors
    ]


def _announce(session: Session, publication: Publication, *, actor: Actor, now: datetime) -> None:
    changed, removed = publication.changed_anchors, publication.removed_anchors
    if publication.before is not None and (changed or removed):
        before, after = publication.before.id, publication.version.id
        key = publication.module.key
        publish(session, ClausesChanged(actor, now, key, changed, removed, before, after))


def retire_vanished(
    session: Session, module_key: str, present: frozenset[str], *, actor: Actor, now: datetime
) -> int:
    """Retire the questions of a module that stand in no file any more."""
    vanished = sync.vanished_questions(session, module_key, present)
    for question in vanished:
        retire(session, question, actor=actor, now=now)
    return len(vanished)


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
    problems.sort(key=lambda p: (p.path, p.line, p.column, p.code))
    bases = {path: _stored_hash(session, path) for path in sorted(paths)}
    return _Given(library, units, bank, list(dict.fromkeys(problems)), bases)


def _plan(session: Session, given: _Given) -> PublicationPlan:
    found: dict[Change, list[PlannedQuestion]] = {change: [] for change in Change}
    clauses: list[ClauseChange] = []
    removals = in_use = 0
    present = given.library.public_ids
    naming = ImageStore(None)
    for unit in given.units:
        assert unit.main is not None
        for draft in unit.drafts:
            to_url = FileImages(unit.file_of[draft.path], naming)
            prepared = prepare(draft, image_url=to_url, known=given.bank.hashes)
            held = given.bank.questions.get(prepared.public_id)
            change = change_of(held.standing if held else None, standing_after(prepared))
            found[change].append(
                PlannedQuestion(prepared.public_id, draft.title, draft.type, draft.path, draft.line)
            )
        held_here = sync.questions_in_use(session, unit.key)
        gone = [held for held in held_here.values() if held.public_id not in present]
        found[Change.RETIRED] += [_planned(held) for held in gone]
        removals, in_use = removals + len(gone), in_use + len(held_here)
        before = modules.current_text(session, unit.key)
        if before:
            clauses += clause_changes(before, unit.main.file.text()[0])
    return PublicationPlan(
        problems=tuple(given.problems),
        added=tuple(found[Change.CREATED]),
        changed=tuple(found[Change.CHANGED]),
        moved=tuple(found[Change.MOVED]),
        retired=tuple(found[Change.RETIRED]),
        revived=tuple(found[Change.REVIVED]),
        described=tuple(found[Change.DESCRIBED]),
        unchanged=tuple(found[Change.UNCHANGED]),
        clauses=tuple(clauses),
        removals=removals,
        in_use=in_use,
    )


def _planned(held: sync.Held) -> PlannedQuestion:
    return PlannedQuestion(held.public_id, held.title, held.type, held.standing.path, held.line)


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


def _file_state(unit: Unit, file: ModuleFile, parsed: ParsedModule) -> FileState:
    text, _ = file.text()
    replaced = {other.relative: other for other in unit.replaced}
    origin = replaced.get(file.relative)
    return FileState(
        path=file.relative,
        text=text,
        module_key=unit.key,
        is_companion=parsed.front.is_companion,
        is_in_folder=_reads_the_same(file, text),
        origin_text=origin.text()[0] if origin else None,
    )


def _reads_the_same(file: ModuleFile, text: str) -> bool:
    """Whether the file in the content folder says just this."""
    pictures = file.find_picture if isinstance(file, HeldFile) else None
    folder = pictures.folder if isinstance(pictures, Pictures) else None
    path = folder / file.relative if folder else None
    if path is None or not path.is_file():
        return False
    return text_hash(path.read_bytes().decode("utf-8", "replace")) == text_hash(text)


def _is_in_folder(file: ModuleFile, path: str, name: str) -> bool:
    pictures = file.find_picture if isinstance(file, HeldFile) else None
    return isinstance(pictures, Pictures) and pictures.name_in_folder(path) == name
