"""Zip files of unknown origin: what lies in them, within limits that hold while reading.

Nothing is ever unpacked to disk, so a path cannot escape; one that tries makes the file refused
all the same, because whoever made it meant harm. Each kind of file has its own limits and words.
"""

import io
import posixpath
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from core.errors import Unreadable

# Below this size even a high ratio does no harm.
RATIO_COUNTS_FROM = 1024 * 1024
_CHUNK = 1024 * 1024
_PACKED = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".xz", ".bz2", ".mbz")
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)


class Flaw(Enum):
    """Why an archive is not read."""

    LARGE = "large"
    BROKEN = "broken"
    CROWDED = "crowded"
    BOMB = "bomb"
    OUTSIDE = "outside"
    LOCKED = "locked"
    NESTED = "nested"
    MACROS = "macros"


@dataclass(frozen=True)
class Policy:
    """How much an archive of one kind may hold, and what to say of one that may not be read.

    `words` are msgids with `name`, `path`, `count` and `most` at hand. NESTED and MACROS without
    words are let pass: they do no harm where nobody opens them.
    """

    most_bytes: int
    words: Mapping[Flaw, str] = field(hash=False)
    most_members: int = 3000
    most_unpacked: int = 100 * 1024 * 1024
    most_in_member: int = 40 * 1024 * 1024
    # Text packs to a tenth at best; a hundredth is a bomb.
    most_ratio: int = 100


class Archive:
    """A zip file whose members are read one by one, by their path in it."""

    def __init__(self, file: bytes | Path, name: str, policy: Policy) -> None:
        self.name = name
        self._policy = policy
        size = len(file) if isinstance(file, bytes) else file.stat().st_size
        if size > policy.most_bytes:
            raise self.refusal(Flaw.LARGE)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(file) if isinstance(file, bytes) else file)
            infos = self._zip.infolist()
        except _DAMAGED as error:
            raise self.refusal(Flaw.BROKEN) from error
        if len(infos) > policy.most_members:
            raise self.refusal(Flaw.CROWDED, count=len(infos), most=policy.most_members)
        self._infos = {}
        for info in infos:
            self._check(info)
            if not info.is_dir():
                self._infos[posixpath.normpath(info.filename)] = info
        if sum(info.file_size for info in infos) > policy.most_unpacked:
            raise self.refusal(Flaw.BOMB)
        self._unpacked = 0

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_error: object) -> None:
        self._zip.close()

    @property
    def paths(self) -> list[str]:
        """The paths of the files in the order of the archive."""
        return list(self._infos)

    def has(self, path: str) -> bool:
        return posixpath.normpath(path) in self._infos

    def size(self, path: str) -> int:
        """How many bytes a file promises to have; 0 where there is none."""
        info = self._infos.get(posixpath.normpath(path))
        return info.file_size if info is not None else 0

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None where there is none."""
        return b"".join(self.chunks(path)) if self.has(path) else None

    def chunks(self, path: str) -> Iterator[bytes]:
        """The bytes of a file piece by piece; counted, whatever its header promised."""
        size = 0
        try:
            with self._zip.open(self._infos[posixpath.normpath(path)]) as file:
                while chunk := file.read(_CHUNK):
                    size += len(chunk)
                    self._unpacked += len(chunk)
                    # Some files are read twice.
                    most = 2 * self._policy.most_unpacked
                    if size > self._policy.most_in_member or self._unpacked > most:
                        raise self.refusal(Flaw.BOMB)
                    yield chunk
        except _DAMAGED as error:
            raise self.refusal(Flaw.BROKEN, path) from error

    def refusal(self, flaw: Flaw, path: str = "", *, count: int = 0, most: int = 0) -> Unreadable:
        """What to raise for a flaw, in the words of this kind of file."""
        return Unreadable(
            self._policy.words[flaw], name=self.name, path=path[:200], count=count, most=most
        )

    def _check(self, info: zipfile.ZipInfo) -> None:
        path = info.filename
        parts = path.replace("\\", "/").split("/")
        is_outside = path.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]
        is_link = stat.S_ISLNK(info.external_attr >> 16)
        if is_outside or is_link or "\x00" in path:
            raise self.refusal(Flaw.OUTSIDE, path)
        if info.flag_bits & 1:
            raise self.refusal(Flaw.LOCKED)
        lowered = path.lower()
        if Flaw.NESTED in self._policy.words and lowered.endswith(_PACKED):
            raise self.refusal(Flaw.NESTED, path)
        if Flaw.MACROS in self._policy.words and lowered.endswith("vbaproject.bin"):
            raise self.refusal(Flaw.MACROS)
        packed = max(info.compress_size, 1)
        is_bomb = info.file_size / packed > self._policy.most_ratio
        if info.file_size > RATIO_COUNTS_FROM and is_bomb:
            raise self.refusal(Flaw.BOMB)
