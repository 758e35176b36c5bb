"""Writing the store's texts and pictures into the content folder: out through its door."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from core import audit
from core.db import Database
from core.errors import ERROR, N_, NotFound, Problem
from core.identity import Actor
from learning.doors import Side, side_of
from learning.images import ImageStore, Pictures
from learning.models import ModuleSource, StoredFile
from learning.queries import (
    all_stored_files,
    read_stored_image,
    stored_file,
    stored_files,
    stored_pictures,
)
from learning.sources import SHOWN_ROOT, lies_below, plain_lines, text_hash, unsafe_path
from question_bank.contents import conflict
from question_bank.queries import sync


@dataclass
class ExportReport:
    """Which files were written, how many read the same already, and what was refused."""

    written: list[str] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)


def export_content(
    database: Database,
    *,
    content_dir: Path,
    images: ImageStore,
    module_key: str | None,
    actor: Actor,
    now: datetime,
) -> ExportReport:
    """Bring the content folder to what the store says; a second run writes nothing.

    A file that was changed in the folder and not taken in is never overwritten: changed on both
    sides it is a conflict, and changed only in the folder it waits for the next synchronisation.
    """
    with database.reading() as session:
        files = stored_files(session, module_key) if module_key else all_stored_files(session)
        if module_key and not files:
            raise NotFound(N_("编辑器里没有模块 %(key)s 的文件"), key=module_key)
        held = [_Held(file.path, file.text, file.synced_hash) for file in files]
        records = sync.file_records(session).values()
        pictures = Pictures(stored_pictures(session), images, content_dir)
    shown = {f"{SHOWN_ROOT[ModuleSource.ENTERPRISE]}/{file.path}" for file in held}
    named = {path for record in records if record.path in shown for path, _ in record.pictures}
    report, synced = ExportReport(), []
    for file in held:
        if _export_text(file, content_dir, report):
            synced.append(file)
    shown_pictures = [path for path in sorted(named) if _export_picture(path, pictures, report)]
    if report.written or any(file.synced_hash != text_hash(file.text) for file in synced):
        with database.writing() as session:
            _note_synced(session, synced, shown_pictures, pictures)
            audit.record(
                session,
                actor=actor,
                now=now,
                action="content.exported",
                subject=("content", module_key or "all"),
                after={"files": report.written},
            )
    return report


@dataclass(frozen=True)
class _Held:
    """A text of the store on its way into the folder."""

    path: str
    text: str
    synced_hash: str | None


def _export_text(file: _Held, folder: Path, report: ExportReport) -> bool:
    """Write one text unless the folder has its own; whether both are the same afterwards."""
    target = folder / file.path
    if not lies_below(target, folder):
        report.problems.append(unsafe_path(file.path))
        return False
    data = target.read_bytes() if target.is_file() else None
    here = None if data is None else data.decode("utf-8-sig", "replace")
    here_hash = None if here is None else text_hash(here)
    side = side_of(here_hash, text_hash(file.text), file.synced_hash)
    if side is Side.SAME:
        report.unchanged += 1
        return True
    if here is not None and side is Side.BOTH:
        report.problems.append(conflict(file.path, plain_lines(here), file.text))
        return False
    if here is not None and side is Side.FOLDER:
        path = f"{SHOWN_ROOT[ModuleSource.ENTERPRISE]}/{file.path}"
        message, fix = "文件夹里改过，还没有同步", "先运行 flask content sync"
        report.problems.append(Problem(path, 1, 1, ERROR, "E405", message, fix))
        return False
    write_atomically(target, file.text.encode())
    report.written.append(file.path)
    return True


def _export_picture(path: str, pictures: Pictures, report: ExportReport) -> bool:
    known = pictures.stored.get(path)
    source = pictures.images.path(known.name) if known else None
    if known is None or source is None or pictures.folder is None:
        return False
    if not lies_below(pictures.folder / path, pictures.folder):
        report.problems.append(unsafe_path(path))
        return False
    side = pictures.side(path)
    if side is Side.SAME:
        return True
    if pictures.in_folder(path) is not None and side in (Side.BOTH, Side.FOLDER):
        place = f"{SHOWN_ROOT[ModuleSource.ENTERPRISE]}/{path}"
        message, fix = "文件夹里换过这张图片，没有覆盖", "先运行 flask content sync，或把它移到别处"
        report.problems.append(Problem(place, 1, 1, ERROR, "E405", message, fix))
        return False
    write_atomically(pictures.folder / path, source.read_bytes())
    report.written.append(path)
    return True


def _note_synced(
    session: Session, files: Iterable[_Held], paths: Iterable[str], pictures: Pictures
) -> None:
    for file in files:
        stored: StoredFile | None = stored_file(session, file.path)
        if stored is not None and stored.text_hash == text_hash(file.text):
            stored.synced_hash = stored.text_hash
    for path in paths:
        image = read_stored_image(session, path)
        if image is not None and image.name == pictures.stored[path].name:
            image.synced_name = image.name
    session.flush()


def write_atomically(target: Path, data: bytes) -> None:
    """Put a file in place in one step, so that a reader or a crash never meets half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.part")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(target)
