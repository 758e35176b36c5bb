"""A module file with its companions as it is published: prepared, then made valid.

Everything that reads, renders or hashes happens in `prepare_unit`, before the transaction that
writes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.events import publish
from core.identity import Actor
from core.markup import plain_text
from learning.differences import clause_text
from learning.editions import Edition, make_edition
from learning.front_matter import COMPANION_SUFFIX
from learning.image_sizes import file_ratio
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
from learning.sources import HeldFile, ModuleFile, text_hash
from question_bank import reviews
from question_bank.drafts import with_parts
from question_bank.events import ClausesChanged
from question_bank.facts import FactChange, changed_facts
from question_bank.importing import ImportedQuestion, import_questions, retire
from question_bank.library import Unit
from question_bank.models import FileRecord
from question_bank.queries import sync
from question_bank.records import pictures_of, record_of, record_of_replaced
from question_bank.rendering import PreparedQuestion, prepare

# More removals than these need somebody's word (docs/decisions/0010-two-doors.md).
MOST_REMOVALS = 10
MOST_REMOVALS_PERCENT = 20


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
    # Key facts with an id that say something else than until now.
    facts: tuple[FactChange, ...]


@dataclass
class PublishedUnit:
    """What publishing one unit did."""

    publication: Publication
    questions: list[ImportedQuestion] = field(default_factory=list)
    retired: int = 0


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
        prepare(
            draft,
            image_url=FileImages(unit.file_of[draft.path], images),
            known=known,
            image_ratio=partial(file_ratio, unit.file_of[draft.path]),
        )
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
        facts=changed_facts(before_text, file.text()[0]) if before_text else (),
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
    imported = [one for each in done.questions for one in (each, *each.parts)]
    edited = [each.question for each in imported if each.is_edited]
    edited = [question for question in edited if question.review_since is not None]
    reviews.settle_edited(session, edited, actor=actor, now=now)
    stated = {draft.public_id or "": draft.revision for draft in with_parts(unit.drafts)}
    reviews.ask_about_versions(session, imported, stated, actor=actor, now=now)
    rewritten = {each.question.public_id for each in imported if each.is_rewritten}
    reviews.ask_about_facts(
        session, unit.key, prepared.facts, rewritten=rewritten, actor=actor, now=now
    )
    if publication.changed_anchors:
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
    # A case counts as one question, as everywhere.
    return sum(question.case_id is None for question in vanished)


def _file_state(unit: Unit, file: ModuleFile, parsed: ParsedModule) -> FileState:
    text, _ = file.text()
    origin = next((other for other in unit.replaced if _stands_in_for(file, other)), None)
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


def _stands_in_for(file: ModuleFile, other: ModuleFile) -> bool:
    """Whether a file of the enterprise is the copy of this one of the library."""
    is_main = not file.relative.endswith(COMPANION_SUFFIX)
    return file.relative == other.relative or (
        is_main and not other.relative.endswith(COMPANION_SUFFIX)
    )
