"""All files there are, from the content folders and the store, as far as they must be read anew."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.config import LIBRARY_DIR
from core.db import Database
from core.errors import ERROR, Problem
from learning.differences import differing
from learning.doors import Side, side_of
from learning.images import ImageStore, Pictures
from learning.models import ModuleSource
from learning.parsing import ParsedModule
from learning.queries import (
    FileMark,
    current_anchors,
    file_marks,
    origin_texts,
    stored_pictures,
    stored_texts,
)
from learning.sources import (
    SHOWN_ROOT,
    ContentRoot,
    HeldFile,
    ModuleFile,
    module_files,
    read_module,
    text_hash,
)
from question_bank.library import Library, Unit, assembled, check_ids, key_of
from question_bank.models import FileRecord
from question_bank.queries import sync
from question_bank.records import is_as_recorded, settled_units

Read = tuple[ModuleFile, ParsedModule, list[Problem]]


@dataclass
class Contents:
    """The units to be published, those settled, and what was found about the two doors."""

    library: Library
    units: list[Unit]
    # A root that is missing or a file that cannot be read proves nothing about what was removed.
    is_whole: bool
    # Paths of files that read the same in folder and store without being marked so.
    agreed: list[str] = field(default_factory=list)
    # By module: paths of stored files that were taken away from the folder.
    removed: dict[str, list[str]] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    # The files of the store as they were when the folder was read.
    marks: Mapping[str, FileMark] = field(default_factory=dict)


@dataclass
class _Doors:
    """Every file as it is valid, and which enterprise files the two sides disagree about."""

    files: list[HeldFile] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    # Files whose valid text lies in the store and is read from there only if needed.
    from_store: set[str] = field(default_factory=set)
    conflicts: dict[str, tuple[FileMark, HeldFile | None]] = field(default_factory=dict)
    agreed: list[str] = field(default_factory=list)
    removed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, file: HeldFile, hash_: str) -> None:
        self.files.append(file)
        self.hashes[file.shown_path] = hash_


def read_contents(database: Database, roots: Sequence[ContentRoot], images: ImageStore) -> Contents:
    """Find what changed since the last publication and read only that."""
    present = [root for root in roots if root.path.is_dir()]
    with database.reading() as session:
        records = sync.file_records(session)
        marks, stored = file_marks(session), stored_pictures(session)
        anchors = current_anchors(session)
    own = next((root for root in present if root.source is ModuleSource.ENTERPRISE), None)
    folder = own.path.resolve() if own else LIBRARY_DIR
    pictures = Pictures(stored, images, folder if own else None)
    files, broken = _on_disk(present, pictures)
    unreadable = frozenset(f.relative for f in broken if f.source is ModuleSource.ENTERPRISE)
    empty = HeldFile(folder, folder, ModuleSource.ENTERPRISE, "", pictures)
    doors = _through_doors(files, marks, unreadable, empty, has_folder=own is not None)
    unseen = _unseen(records, present)
    read = _changed(database, doors, records, [*unseen, *(file.shown_path for file in broken)])
    library = assembled([*read, *((file, *read_module(file)) for file in broken)])
    known = {file.shown_path for file in doors.files} | unseen
    touched = set(library.units)
    settled = [r for r in records.values() if r.path in known and r.module_key not in touched]
    library.units |= settled_units(settled, anchors)
    _refuse_conflicts(database, library, doors)
    _refuse_pictures(library, pictures, records.values())
    check_ids(library)
    return Contents(
        library,
        [unit for unit in library.units.values() if not unit.is_settled],
        is_whole=len(present) == len(roots) and not library.loose_problems,
        agreed=doors.agreed,
        removed=doors.removed,
        notices=_notices(database, files),
        marks=marks,
    )


def _unseen(records: Mapping[str, FileRecord], present: Iterable[ContentRoot]) -> set[str]:
    """The recorded files of roots that were not looked at."""
    seen = {SHOWN_ROOT[root.source] for root in present}
    return {path for path in records if path.partition("/")[0] not in seen}


def _on_disk(
    roots: Iterable[ContentRoot], pictures: Pictures
) -> tuple[list[HeldFile], list[ModuleFile]]:
    """Every file with its text, and those that cannot be read."""
    found: list[HeldFile] = []
    broken: list[ModuleFile] = []
    for file in module_files(roots):
        text, problems = file.text()
        if problems:
            broken.append(file)
            continue
        is_own = file.source is ModuleSource.ENTERPRISE
        find = pictures if is_own else None
        found.append(HeldFile(file.path, file.root, file.source, text, find))
    return found, broken


def _through_doors(
    files: Iterable[HeldFile],
    marks: Mapping[str, FileMark],
    unreadable: frozenset[str],
    empty: HeldFile,
    *,
    has_folder: bool,
) -> _Doors:
    """Decide for each file which side is valid; `empty` shows where those of the store lie."""
    doors = _Doors()
    own: dict[str, HeldFile] = {}
    for file in files:
        if file.source is ModuleSource.ENTERPRISE:
            own[file.relative] = file
        else:
            doors.add(file, text_hash(file.held))
    for relative in sorted(own.keys() | marks.keys()):
        here, mark = own.get(relative), marks.get(relative)
        hash_ = text_hash(here.held) if here else None
        side = side_of(hash_, mark.text_hash if mark else None, mark.synced_hash if mark else None)
        if relative in unreadable:
            continue
        if here is not None and hash_ is not None and side in (Side.SAME, Side.FOLDER):
            doors.add(here, hash_)
            if mark is not None and side is Side.SAME and mark.synced_hash != hash_:
                doors.agreed.append(relative)
            continue
        assert mark is not None
        if side is Side.REMOVED and has_folder:
            doors.removed[mark.module_key].append(relative)
            continue
        if side is Side.BOTH and has_folder:
            doors.conflicts[relative] = (mark, here)
        stored = replace(empty, path=empty.root / relative)
        doors.from_store.add(stored.shown_path)
        doors.add(stored, mark.text_hash)
    return doors


def _changed(
    database: Database,
    doors: _Doors,
    records: Mapping[str, FileRecord],
    seen: Iterable[str],
) -> list[Read]:
    """Read the files that are not as recorded, with all others of their units."""
    known = {file.shown_path for file in doors.files} | set(seen)
    keys = {record.module_key for path, record in records.items() if path not in known}
    fresh = {
        file.shown_path
        for file in doors.files
        if not is_as_recorded(file, doors.hashes[file.shown_path], records.get(file.shown_path))
    }
    keys |= {records[path].module_key for path in fresh if path in records}
    read: dict[str, Read] = {}
    for is_second in (False, True):
        wanted = [
            file
            for file in doors.files
            if file.shown_path not in read
            and (
                records[file.shown_path].module_key in keys
                if is_second and file.shown_path in records
                else file.shown_path in fresh
            )
        ]
        for file in _with_texts(database, wanted, doors.from_store):
            read[file.shown_path] = (file, *read_module(file))
            keys.add(key_of(read[file.shown_path][1]))
    order = [file.shown_path for file in doors.files]
    return [read[path] for path in order if path in read]


def _with_texts(
    database: Database, files: Sequence[HeldFile], from_store: set[str]
) -> list[HeldFile]:
    """The files with the texts of those that lie in the store."""
    wanted = [file.relative for file in files if file.shown_path in from_store]
    if not wanted:
        return list(files)
    with database.reading() as session:
        texts = stored_texts(session, wanted)
    return [
        replace(file, held=texts[file.relative]) if file.shown_path in from_store else file
        for file in files
    ]


def _refuse_conflicts(database: Database, library: Library, doors: _Doors) -> None:
    """E405 for each file that was changed on both sides."""
    if not doors.conflicts:
        return
    with database.reading() as session:
        texts = stored_texts(session, list(doors.conflicts))
    for relative, (mark, file) in doors.conflicts.items():
        unit = library.units.setdefault(mark.module_key, Unit(mark.module_key, is_settled=True))
        problem = conflict(relative, file.held if file else None, texts[relative])
        unit.problems.append(problem)


def conflict(relative: str, in_folder: str | None, in_store: str) -> Problem:
    """E405, naming the clauses and questions in which folder and store differ."""
    path = f"{SHOWN_ROOT[ModuleSource.ENTERPRISE]}/{relative}"
    if in_folder is None:
        message = "文件夹里删掉了，编辑器里后来又发布过"
        fix = "要留就运行 flask content export 写回文件夹；要删，写回以后再删"
        return Problem(path, 1, 1, ERROR, "E405", message, fix)
    message = f"文件夹和编辑器里都改过：{'、'.join(differing(in_folder, in_store)) or '说明部分'}"
    fix = (
        "把文件夹里的这个文件移到别处，运行 flask content export 取出编辑器里的一份，"
        "把要留的改动抄进去，再同步"
    )
    return Problem(path, 1, 1, ERROR, "E405", message, fix)


def _refuse_pictures(library: Library, pictures: Pictures, records: Iterable[FileRecord]) -> None:
    """E405 for each picture that was changed on both sides."""
    both = {path for path in pictures.stored if pictures.side(path) is Side.BOTH}
    for record in records:
        for path, _name in record.pictures:
            unit = library.units.get(record.module_key)
            if path in both and unit is not None:
                message = f"图片 {path} 在文件夹和编辑器里都换过"
                fix = "把文件夹里的图片移到别处，运行 flask content export，再放进要留的一张"
                unit.problems.append(Problem(record.path, 1, 1, ERROR, "E405", message, fix))


def _notices(database: Database, files: Iterable[HeldFile]) -> list[str]:
    """The enterprise's copies of library files that have changed since they were taken."""
    texts = {file.relative: file.held for file in files if file.source is ModuleSource.LIBRARY}
    with database.reading() as session:
        origins = origin_texts(session)
    return [
        f"content/{path} 在课程库里改过了，企业自己的一份没有跟着改。对照两份，需要就改自己的一份"
        for path, origin in origins.items()
        if path in texts and text_hash(texts[path]) != text_hash(origin)
    ]
