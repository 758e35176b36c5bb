"""What is remembered of files that were taken in, so that an unchanged one is not read again."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.metadata import version

from core.config import ROOT
from core.errors import WARNING, Problem
from learning.images import image_name
from learning.links import images_in
from learning.sources import ModuleFile, picture_path, read_image, text_hash
from question_bank.library import Link, Part, Unit
from question_bank.models import FileRecord

# Whatever decides what a file says: a change in any of it makes every file be read anew.
READING_CODE = ("learning/*.py", "question_bank/*.py", "question_bank/authoring/*.py")
READING_CORE = ("core/markup.py", "core/plain_lines.py", "core/word_search.py")


@lru_cache(maxsize=1)
def reader() -> str:
    """The fingerprint of the code that reads files."""
    found = hashlib.sha256(version("pyyaml").encode())
    for pattern in (*READING_CODE, *READING_CORE):
        for path in sorted(ROOT.glob(pattern)):
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


def is_as_recorded(file: ModuleFile, hash_: str, record: FileRecord | None) -> bool:
    """Whether the bank already holds what a file says, its pictures included."""
    if record is None or record.text_hash != hash_ or record.reader != reader():
        return False
    return all(picture_name(file, path) == name for path, name in record.pictures)


def picture_name(file: ModuleFile, relative: str) -> str | None:
    """The name of a picture by its bytes; None if there is none."""
    path = file.picture(relative)
    return image_name(path.read_bytes()) if path else None


def record_of(unit: Unit, part: Part) -> FileRecord:
    """What to remember of a file of a unit that is being published."""
    path = part.parsed.path
    text, _ = part.file.text()
    return FileRecord(
        path=path,
        module_key=unit.key,
        text_hash=text_hash(text),
        reader=reader(),
        pictures=[list(pair) for pair in pictures_of(part)],
        questions=len(part.parsed.blocks),
        blocks=[[public_id, line] for public_id, at, line in unit.block_lines if at == path],
        links=[
            [link.line, link.column, link.module_key, link.anchor]
            for link in unit.links
            if link.path == path
        ],
        warnings=[
            [found.line, found.column, found.code, found.message, found.fix]
            for found in unit.problems
            if found.path == path and not found.is_error
        ],
    )


def record_of_replaced(unit: Unit, file: ModuleFile) -> FileRecord:
    """A file of the library that the enterprise's own stands in for: only that it was seen."""
    text, _ = file.text()
    return FileRecord(
        path=file.shown_path,
        module_key=unit.key,
        text_hash=text_hash(text),
        reader=reader(),
        pictures=[],
        questions=0,
        blocks=[],
        links=[],
        warnings=[],
    )


def pictures_of(part: Part) -> list[tuple[str, str]]:
    """The path below the content folder and the name of each picture of a file, once each."""
    found: dict[str, str] = {}
    for written in _written(part):
        relative = picture_path(part.file, written)
        data, _ = read_image(part.file, written)
        name = image_name(data) if data is not None else None
        if relative is not None and name is not None:
            found[relative] = name
    return list(found.items())


def settled_units(
    records: Iterable[FileRecord], anchors: Mapping[str, frozenset[str]]
) -> dict[str, Unit]:
    """The units of recorded files, as far as other units must know them."""
    units: dict[str, Unit] = {}
    for record in records:
        unit = units.setdefault(
            record.module_key,
            Unit(
                record.module_key,
                is_settled=True,
                settled_anchors=anchors.get(record.module_key, frozenset()),
            ),
        )
        path = record.path
        unit.question_count += record.questions
        unit.block_lines += [(public_id, path, line) for public_id, line in record.blocks]
        unit.links += [Link(path, *link) for link in record.links]
        for line, column, code, message, fix in record.warnings:
            unit.problems.append(Problem(path, line, column, WARNING, code, message, fix))
    return units


def _written(part: Part) -> Iterator[str]:
    for image in part.parsed.images:
        yield image.path
    for block in part.parsed.blocks:
        for image in images_in(block.lines, 1):
            yield image.path
