"""Publishing and withdrawing modules, and recording who opened and read which version."""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import audit
from core.db import insert_rows
from core.errors import Forbidden
from core.identity import Actor
from learning import queries
from learning.editions import Edition
from learning.models import (
    Clause,
    CourseModule,
    ModuleReading,
    ModuleSource,
    ModuleVersion,
    StoredFile,
    StoredImage,
)
from learning.search import index_clauses
from learning.sources import plain_lines, text_hash


class PublishOutcome(Enum):
    """What publishing an edition did."""

    CREATED = "created"
    CHANGED = "changed"
    # An earlier text came back: its version is current again, with all readings of it.
    REVIVED = "revived"
    # Only owner, audience or the like differ; the version stays.
    DESCRIBED = "described"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Publication:
    """The version now current, and which clauses differ from the one before."""

    module: CourseModule
    version: ModuleVersion
    outcome: PublishOutcome
    changed_anchors: tuple[str, ...] = ()
    removed_anchors: tuple[str, ...] = ()
    # The version that was current until now.
    before: ModuleVersion | None = None


def publish_module(
    session: Session, edition: Edition, *, actor: Actor, now: datetime
) -> Publication:
    """Make an edition the current text of its module; the same edition twice changes nothing."""
    module = session.scalar(select(CourseModule).where(CourseModule.key == edition.key))
    if module is None:
        return _first_publication(session, edition, actor=actor, now=now)
    before = session.get(ModuleVersion, module.current_version_id or 0)
    was_withdrawn = module.withdrawn_at is not None
    if before is not None and before.content_hash == edition.content_hash and not was_withdrawn:
        return _describe(session, module, before, edition, actor=actor, now=now)
    version = session.scalar(
        select(ModuleVersion).where(
            ModuleVersion.module_id == module.id,
            ModuleVersion.content_hash == edition.content_hash,
        )
    )
    is_revived = version is not None
    if version is None:
        last = session.scalar(
            select(func.max(ModuleVersion.number)).where(ModuleVersion.module_id == module.id)
        )
        version = _add_version(session, module, edition, (last or 0) + 1, actor=actor, now=now)
    module.kind, module.title, module.source = edition.kind, edition.title, edition.source
    module.current_version_id, module.withdrawn_at = version.id, None
    version.front, version.source_text = edition.front, edition.source_text
    _record_publication(session, module, before, version, actor=actor, now=now)
    index_clauses(session, version.id, before.id if before else None)
    changed, removed = _clause_changes(session, before, version)
    outcome = PublishOutcome.REVIVED if is_revived else PublishOutcome.CHANGED
    return Publication(module, version, outcome, changed, removed, before)


def _first_publication(
    session: Session, edition: Edition, *, actor: Actor, now: datetime
) -> Publication:
    module = CourseModule(
        key=edition.key, kind=edition.kind, title=edition.title, source=edition.source
    )
    session.add(module)
    session.flush()
    version = _add_version(session, module, edition, 1, actor=actor, now=now)
    module.current_version_id = version.id
    index_clauses(session, version.id, None)
    _record_publication(session, module, None, version, actor=actor, now=now)
    return Publication(module, version, PublishOutcome.CREATED)


def _record_publication(
    session: Session,
    module: CourseModule,
    before: ModuleVersion | None,
    version: ModuleVersion,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(
        session,
        actor=actor,
        now=now,
        action="module.version.published",
        subject=("module", module.key),
        before={"number": before.number, "hash": before.content_hash} if before else None,
        after={"number": version.number, "hash": version.content_hash, "label": version.label},
    )
    session.flush()


def withdraw_module(session: Session, module: CourseModule, *, actor: Actor, now: datetime) -> None:
    """Take a module out of the catalogue because its file has gone; its history stays."""
    if module.withdrawn_at is not None:
        return
    module.withdrawn_at = now
    audit.record(
        session, actor=actor, now=now, action="module.withdrawn", subject=("module", module.key)
    )
    session.flush()


@dataclass(frozen=True)
class FileState:
    """A file of an enterprise module as it becomes valid.

    `is_in_folder` says that the file in the content folder reads the same.
    """

    path: str
    text: str
    module_key: str
    is_companion: bool
    is_in_folder: bool
    # For a copy of a library file: what that says.
    origin_text: str | None = None


def settle_origin(
    session: Session, path: str, text: str, *, actor: Actor, now: datetime
) -> StoredFile | None:
    """A person has dealt with the library's text up to this one; only a newer one is told again."""
    stored = session.scalar(select(StoredFile).where(StoredFile.path == path))
    if stored is None or stored.origin_text in (None, text):
        return stored
    before = text_hash(stored.origin_text or "")
    stored.origin_text = text
    audit.record(
        session,
        actor=actor,
        now=now,
        action="module.origin.settled",
        subject=("module", stored.module_key),
        before={"path": path, "origin": before},
        after={"path": path, "origin": text_hash(text)},
    )
    session.flush()
    return stored


def store_file(session: Session, state: FileState, *, actor: Actor, now: datetime) -> StoredFile:
    """Make a text the published one of its path; the same text twice changes nothing."""
    text = plain_lines(state.text)
    hash_ = text_hash(text)
    stored = session.scalar(select(StoredFile).where(StoredFile.path == state.path))
    before = stored.text_hash if stored else None
    if stored is None:
        stored = StoredFile(path=state.path, origin_text=state.origin_text)
        session.add(stored)
    stored.module_key, stored.is_companion = state.module_key, state.is_companion
    if state.is_in_folder:
        stored.synced_hash = hash_
    if before != hash_:
        stored.text, stored.text_hash = text, hash_
        stored.updated_at, stored.updated_by_id = now, actor.user_id
        audit.record(
            session,
            actor=actor,
            now=now,
            action="module.file.stored",
            subject=("module", state.module_key),
            before={"path": state.path, "hash": before} if before else None,
            after={"path": state.path, "hash": hash_},
        )
    session.flush()
    return stored


def remove_file(session: Session, stored: StoredFile, *, actor: Actor, now: datetime) -> None:
    """Take a file out of the store because it was taken away from the content folder."""
    audit.record(
        session,
        actor=actor,
        now=now,
        action="module.file.removed",
        subject=("module", stored.module_key),
        before={"path": stored.path, "hash": stored.text_hash},
    )
    session.delete(stored)
    session.flush()


def store_image(
    session: Session,
    path: str,
    name: str,
    *,
    is_in_folder: bool = False,
    actor: Actor,
    now: datetime,
) -> StoredImage:
    """Let a path below the content folder mean a picture that the image store already keeps."""
    stored = session.scalar(select(StoredImage).where(StoredImage.path == path))
    if stored is None:
        stored = StoredImage(path=path, name="")
        session.add(stored)
    if is_in_folder:
        stored.synced_name = name
    if stored.name != name:
        before, stored.name = stored.name, name
        audit.record(
            session,
            actor=actor,
            now=now,
            action="module.image.stored",
            subject=("image", path),
            before={"name": before} if before else None,
            after={"name": name},
        )
    session.flush()
    return stored


def mark_opened(
    session: Session, version: ModuleVersion, *, actor: Actor, now: datetime
) -> ModuleReading:
    """Record that the actor opened a version; the first time counts."""
    if actor.user_id is None:
        raise Forbidden()
    reading = queries.reading_of(session, actor, version)
    if reading is not None:
        return reading
    reading = ModuleReading(
        user_id=actor.user_id, module_version_id=version.id, opened_at=now, read_at=None
    )
    try:
        with session.begin_nested():
            session.add(reading)
    except IntegrityError:
        # Two pages of the same person at the same moment: the other one was first.
        existing = queries.reading_of(session, actor, version)
        if existing is None:
            raise
        return existing
    _record_reading(session, version, "module.opened", actor=actor, now=now)
    return reading


def mark_read(
    session: Session, version: ModuleVersion, *, actor: Actor, now: datetime
) -> ModuleReading:
    """Record that the actor says to have read a version to its end; the first time counts."""
    reading = mark_opened(session, version, actor=actor, now=now)
    if reading.read_at is None:
        reading.read_at = now
        _record_reading(session, version, "module.read", actor=actor, now=now)
    return reading


def _record_reading(
    session: Session, version: ModuleVersion, action: str, *, actor: Actor, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        now=now,
        action=action,
        subject=("module_version", version.id),
        on_user_id=actor.user_id,
        after={"hash": version.content_hash},
    )
    session.flush()


def _describe(
    session: Session,
    module: CourseModule,
    version: ModuleVersion,
    edition: Edition,
    *,
    actor: Actor,
    now: datetime,
) -> Publication:
    """The text is the same; take over owner, audience, questions and whose file it is."""
    version.source_text = edition.source_text
    if version.front == edition.front and module.source is edition.source:
        return Publication(module, version, PublishOutcome.UNCHANGED, before=version)
    before = _description(version.front, module.source)
    version.front, module.source = edition.front, edition.source
    audit.record(
        session,
        actor=actor,
        now=now,
        action="module.described",
        subject=("module", module.key),
        before=before,
        after=_description(edition.front, edition.source),
    )
    session.flush()
    return Publication(module, version, PublishOutcome.DESCRIBED, before=version)


def _description(front: dict[str, Any], source: ModuleSource) -> dict[str, Any]:
    shown = {name: front.get(name) for name in ("owner", "audience", "supersedes")}
    return {**shown, "source": source.value}


def _add_version(
    session: Session,
    module: CourseModule,
    edition: Edition,
    number: int,
    *,
    actor: Actor,
    now: datetime,
) -> ModuleVersion:
    version = ModuleVersion(
        module_id=module.id,
        number=number,
        content_hash=edition.content_hash,
        label=edition.label,
        title=edition.title,
        effective_on=edition.effective_on,
        expires_on=edition.expires_on,
        hours_tenths=edition.hours_tenths,
        front=edition.front,
        html=edition.html,
        contents=edition.contents,
        source_path=edition.source_path,
        source_text=edition.source_text,
        published_at=now,
        published_by_id=actor.user_id,
    )
    session.add(version)
    session.flush()
    clauses = [
        {
            "module_version_id": version.id,
            "position": position,
            **asdict(clause),
        }
        for position, clause in enumerate(edition.clauses)
    ]
    insert_rows(session, Clause, clauses)
    return version


def _clause_changes(
    session: Session, before: ModuleVersion | None, after: ModuleVersion
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Anchors whose text changed, and anchors that are gone."""
    if before is None:
        return (), ()
    old, new = queries.clauses_of(session, before.id), queries.clauses_of(session, after.id)
    changed = [
        anchor
        for anchor, clause in old.items()
        if anchor in new and new[anchor].text_hash != clause.text_hash
    ]
    return tuple(changed), tuple(anchor for anchor in old if anchor not in new)
