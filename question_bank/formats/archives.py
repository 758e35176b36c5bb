"""Zip files of unknown origin: what lies in them, within limits that hold while reading.

Nothing is ever unpacked to disk, so a path cannot escape; one that tries makes the file refused
all the same, because whoever made it meant harm.
"""

import io
import posixpath
import stat
import zipfile
import zlib

from core.errors import N_, Conflict

MAX_BYTES = 60 * 1024 * 1024
MAX_MEMBERS = 3000
MAX_UNPACKED = 100 * 1024 * 1024
MAX_MEMBER = 40 * 1024 * 1024
# Text packs to a tenth at best; a hundredth is a bomb.
MAX_RATIO = 100
# Below this size even a high ratio does no harm.
RATIO_COUNTS_FROM = 1024 * 1024
_PACKED = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".xz", ".bz2", ".mbz")


class Archive:
    """A zip file whose members are read one by one, by their path in it."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        if len(data) > MAX_BYTES:
            raise Conflict(N_("%(name)s 大于 60 MB，拆成几个文件再导入"), name=name)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            infos = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
            raise Conflict(N_("%(name)s 不是完整的 zip 文件"), name=name) from error
        if len(infos) > MAX_MEMBERS:
            raise Conflict(
                N_("%(name)s 里有 %(count)s 个文件，最多 %(most)s 个"),
                name=name,
                count=len(infos),
                most=MAX_MEMBERS,
            )
        self._infos = {}
        for info in infos:
            self._check(info)
            if not info.is_dir():
                self._infos[posixpath.normpath(info.filename)] = info
        if sum(info.file_size for info in infos) > MAX_UNPACKED:
            raise self._bomb()
        self._unpacked = 0

    @property
    def paths(self) -> list[str]:
        """The paths of the files in the order of the archive."""
        return list(self._infos)

    def has(self, path: str) -> bool:
        return posixpath.normpath(path) in self._infos

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None where there is none; counted, whatever its header promised."""
        info = self._infos.get(posixpath.normpath(path))
        if info is None:
            return None
        try:
            with self._zip.open(info) as file:
                data = file.read(MAX_MEMBER + 1)
        except (
            *(zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError),
            *(NotImplementedError, ValueError),
        ) as error:
            raise Conflict(
                N_("%(name)s 里的 %(path)s 读不出来"), name=self.name, path=path[:200]
            ) from error
        self._unpacked += len(data)
        if len(data) > MAX_MEMBER or self._unpacked > 2 * MAX_UNPACKED:
            raise self._bomb()
        return data

    def _check(self, info: zipfile.ZipInfo) -> None:
        path = info.filename
        parts = path.replace("\\", "/").split("/")
        is_outside = path.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]
        is_link = stat.S_ISLNK(info.external_attr >> 16)
        if is_outside or is_link or "\x00" in path:
            raise Conflict(
                N_("%(name)s 里有指向外面的路径，不能导入：%(path)s"),
                name=self.name,
                path=path[:200],
            )
        if info.flag_bits & 1:
            raise Conflict(N_("%(name)s 加了密码，去掉密码再导入"), name=self.name)
        if path.lower().endswith(_PACKED):
            raise Conflict(
                N_("%(name)s 里还有压缩包 %(path)s，先把它解开"), name=self.name, path=path[:200]
            )
        packed = max(info.compress_size, 1)
        if info.file_size > RATIO_COUNTS_FROM and info.file_size / packed > MAX_RATIO:
            raise self._bomb()

    def _bomb(self) -> Conflict:
        return Conflict(N_("%(name)s 解开以后太大，不能导入"), name=self.name)
