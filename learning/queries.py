"""Reads: the catalogue as one person sees it, a module's versions, clauses that may be cited."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from core.errors import NotFound
from core.identity import Actor
from learning.catalogue import CatalogueEntry, in_order
from learning.images import StoredPicture
from learning.models import (
    Clause,
    CourseModule,
    ModuleReading,
    ModuleVersion,
    StoredFile,
    StoredImage,
)


def catalogue_for(session: Session, actor: Actor) -> list[CatalogueEntry]:
    """Every module in use, in order, with the actor's own reading state."""
    rows = session.execute(
        select(CourseModule, ModuleVersion, ModuleReading)
        .join(ModuleVersion, ModuleVersion.id == CourseModule.current_version_id)
        .outerjoin(
            ModuleReading,
            (ModuleReading.module_version_id == ModuleVersion.id)
            & (ModuleReading.user_id == actor.user_id),
        )
        .where(CourseModule.withdrawn_at.is_(None))
        .options(defer(ModuleVersion.html), defer(ModuleVersion.source_text))
    ).all()
    older = older_readings(session, actor)
    return in_order(
        CatalogueEntry(
            module_id=module.id,
            key=module.key,
            title=version.title,
            kind=module.kind,
            source=module.source,
            label=version.label,
            effective_on=version.effective_on,
            expires_on=version.expires_on,
            hours_tenths=version.hours_tenths,
            audience=tuple(version.front.get("audience", ())),
            clause_count=len(version.contents),
            opened_at=reading.opened_at if reading else None,
            read_at=reading.read_at if reading else None,
            older_read_at=older.get(module.id),
        )
        for module, version, reading in rows
    )


def older_readings(session: Session, actor: Actor) -> dict[int, datetime]:
    """For each module id, when the actor last read a version that is no longer current."""
    rows = session.execute(
        select(ModuleVersion.module_id, func.max(ModuleReading.read_at))
        .join(ModuleVersion, ModuleVersion.id == ModuleReading.module_version_id)
        .join(CourseModule, CourseModule.id == ModuleVersion.module_id)
        .where(
            ModuleReading.user_id == actor.user_id,
            ModuleReading.read_at.is_not(None),
            CourseModule.current_version_id != ModuleVersion.id,
        )
        .group_by(ModuleVersion.module_id)
    ).all()
    return {module_id: read_at for module_id, read_at in rows if read_at is not None}


def module_by_key(session: Session, key: str) -> CourseModule:
    """The module, withdrawn or not; NotFound for an unknown key."""
    module = session.scalar(select(CourseModule).where(CourseModule.key == key))
    if module is None:
        raise NotFound()
    return module


def current_version(session: Session, module: CourseModule) -> ModuleVersion:
    """The text now taught."""
    version = session.get(ModuleVersion, module.current_version_id)
    if version is None:
        raise NotFound()
    return version


def version_by_number(session: Session, module: CourseModule, number: int) -> ModuleVersion:
    """One text of a module, old or current."""
    version = session.scalar(
        select(ModuleVersion).where(
            ModuleVersion.module_id == module.id, ModuleVersion.number == number
        )
    )
    if version is None:
        raise NotFound()
    return version


def version_labels(session: Session, module: CourseModule) -> list[tuple[int, str, datetime]]:
    """Number, label and time of publication of each version, newest first."""
    rows = session.execute(
        select(ModuleVersion.number, ModuleVersion.label, ModuleVersion.published_at)
        .where(ModuleVersion.module_id == module.id)
        .order_by(ModuleVersion.number.desc())
    ).all()
    return [(number, label, published_at) for number, label, published_at in rows]


def reading_of(session: Session, actor: Actor, version: ModuleVersion) -> ModuleReading | None:
    """The actor's own reading of a version."""
    return session.scalar(
        select(ModuleReading).where(
            ModuleReading.user_id == actor.user_id,
            ModuleReading.module_version_id == version.id,
        )
    )


def clauses_of(session: Session, version_id: int) -> dict[str, Clause]:
    """The clauses of a version by their anchors."""
    rows = session.scalars(select(Clause).where(Clause.module_version_id == version_id))
    return {clause.anchor: clause for clause in rows}


def current_anchors(session: Session) -> dict[str, frozenset[str]]:
    """For each module in use, the anchors that may be cited now."""
    found: dict[str, set[str]] = {}
    rows = session.execute(
        select(CourseModule.key, Clause.anchor)
        .join(Clause, Clause.module_version_id == CourseModule.current_version_id)
        .where(CourseModule.withdrawn_at.is_(None))
    )
    for key, anchor in rows:
        found.setdefault(key, set()).add(anchor)
    return {key: frozenset(anchors) for key, anchors in found.items()}


def module_keys(session: Session) -> frozenset[str]:
    """The key of every module that was ever published."""
    return frozenset(session.scalars(select(CourseModule.key)))


def modules_without_file(session: Session, keys: Iterable[str]) -> list[CourseModule]:
    """The modules in use whose key is not among those found in files."""
    return list(
        session.scalars(
            select(CourseModule)
            .where(CourseModule.withdrawn_at.is_(None), CourseModule.key.not_in(list(keys)))
            .order_by(CourseModule.key)
        )
    )


@dataclass(frozen=True)
class FileMark:
    """A file of the store without its text."""

    path: str
    module_key: str
    text_hash: str
    synced_hash: str | None


def stored_files(session: Session, module_key: str) -> list[StoredFile]:
    """The files of an enterprise module in the store, the module's own before its companions."""
    return list(
        session.scalars(
            select(StoredFile)
            .where(StoredFile.module_key == module_key)
            .order_by(StoredFile.is_companion, StoredFile.path)
        )
    )


def all_stored_files(session: Session) -> list[StoredFile]:
    """Every file of the store by its path."""
    return list(session.scalars(select(StoredFile).order_by(StoredFile.path)))


def stored_file(session: Session, path: str) -> StoredFile | None:
    """One file of the store by its path below the content folder."""
    return session.scalar(select(StoredFile).where(StoredFile.path == path))


def file_marks(session: Session) -> dict[str, FileMark]:
    """Every file of the store by its path, without its text."""
    rows = session.execute(
        select(
            StoredFile.path, StoredFile.module_key, StoredFile.text_hash, StoredFile.synced_hash
        ).order_by(StoredFile.path)
    )
    return {row.path: FileMark(*row) for row in rows}


def stored_texts(session: Session, paths: Iterable[str]) -> dict[str, str]:
    """What these files of the store say."""
    rows = session.execute(
        select(StoredFile.path, StoredFile.text).where(StoredFile.path.in_(list(paths)))
    )
    return {row.path: row.text for row in rows}


def origin_texts(session: Session) -> dict[str, str]:
    """Of the enterprise's copies of library files: what the library said when they were taken."""
    rows = session.execute(
        select(StoredFile.path, StoredFile.origin_text).where(StoredFile.origin_text.is_not(None))
    )
    return {path: text or "" for path, text in rows}


def stored_pictures(session: Session) -> dict[str, StoredPicture]:
    """Every picture of the store by its path below the content folder."""
    rows = session.execute(select(StoredImage.path, StoredImage.name, StoredImage.synced_name))
    return {path: StoredPicture(name, synced) for path, name, synced in rows}


def current_text(session: Session, module_key: str) -> str | None:
    """The file of a module as last published; None for an unknown module, "" where none is kept."""
    return session.scalar(
        select(ModuleVersion.source_text)
        .join(CourseModule, CourseModule.current_version_id == ModuleVersion.id)
        .where(CourseModule.key == module_key)
    )


def clause_hashes(session: Session, module_key: str) -> dict[str, str]:
    """The hash of each clause of the text now taught."""
    rows = session.execute(
        select(Clause.anchor, Clause.text_hash)
        .join(CourseModule, CourseModule.current_version_id == Clause.module_version_id)
        .where(CourseModule.key == module_key)
    )
    return {row.anchor: row.text_hash for row in rows}


@dataclass(frozen=True)
class ClauseText:
    """A clause in one version: since when it reads so, and whether it did not exist before."""

    number: int
    label: str
    published_at: datetime
    text_hash: str


def clause_history(session: Session, module: CourseModule, anchor: str) -> list[ClauseText]:
    """The versions in which a clause began to read as it does there, newest first."""
    rows = session.execute(
        select(
            ModuleVersion.number,
            ModuleVersion.label,
            ModuleVersion.published_at,
            Clause.text_hash,
        )
        .join(Clause, Clause.module_version_id == ModuleVersion.id)
        .where(ModuleVersion.module_id == module.id, Clause.anchor == anchor)
        .order_by(ModuleVersion.number)
    )
    history: list[ClauseText] = []
    for row in rows:
        if not history or history[-1].text_hash != row.text_hash:
            history.append(ClauseText(*row))
    return history[::-1]


def read_stored_image(session: Session, path: str) -> StoredImage | None:
    """The stored picture that a path below the content folder means."""
    return session.scalar(select(StoredImage).where(StoredImage.path == path))
