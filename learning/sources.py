"""Finds module files and their images under the library and under the enterprise's own folder.

Reads only, never writes into files, and never follows a path out of the root that it started in.
"""

import hashlib
import posixpath
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from core.config import LIBRARY_DIR
from core.errors import ERROR, Problem
from learning.front_matter import FrontMatter
from learning.links import ImageUse
from learning.models import ModuleSource
from learning.parsing import ParsedModule, decode, parse_module

MAX_PATH = 240
MAX_FILE_BYTES = 2 * 1024 * 1024
MAX_IMAGE_BYTES = 5 * 1024 * 1024
IMAGE_SUFFIXES = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"}
SHOWN_ROOT = {ModuleSource.LIBRARY: "content", ModuleSource.ENTERPRISE: "CONTENT_DIR"}


@dataclass(frozen=True)
class ContentRoot:
    """A folder of module files and whose it is."""

    path: Path
    source: ModuleSource


@dataclass(frozen=True)
class ModuleFile:
    """One Markdown file; `shown_path` is how messages and records name it."""

    path: Path
    root: Path
    source: ModuleSource

    @property
    def relative(self) -> str:
        """The path below the root, with slashes."""
        return self.path.relative_to(self.root).as_posix()

    @property
    def shown_path(self) -> str:
        return f"{SHOWN_ROOT[self.source]}/{self.relative}"

    def text(self) -> tuple[str, list[Problem]]:
        """What the file says, or why it cannot be read."""
        if self.path.stat().st_size > MAX_FILE_BYTES:
            return "", [too_long(self.shown_path)]
        text, problems = decode(self.path.read_bytes(), self.shown_path)
        return plain_lines(text), problems

    def picture(self, relative: str) -> Path | None:
        """Where the picture with this path below the root lies."""
        path = self.root / relative
        return path if lies_below(path, self.root) and path.is_file() else None


# For a path below the content folder: where that picture lies now, if anywhere.
FindPicture = Callable[[str], Path | None]


@dataclass(frozen=True)
class HeldFile(ModuleFile):
    """A module file whose text is at hand: from the store, from an editor, or already read.

    `find_picture` looks its pictures up; without it they lie in files below the root.
    """

    held: str = ""
    find_picture: FindPicture | None = field(default=None, compare=False)

    def text(self) -> tuple[str, list[Problem]]:
        if len(self.held.encode("utf-8", "replace")) > MAX_FILE_BYTES:
            return "", [too_long(self.shown_path)]
        return self.held, []

    def picture(self, relative: str) -> Path | None:
        found = self.find_picture(relative) if self.find_picture else None
        return found or super().picture(relative)


def plain_lines(text: str) -> str:
    """The text without a byte order mark and with one kind of line end, as the store keeps it."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def text_hash(text: str) -> str:
    """The hash by which two copies of a file's text are the same."""
    return hashlib.sha256(plain_lines(text).encode("utf-8", "replace")).hexdigest()


def too_long(path: str) -> Problem:
    """E115: nobody reads two million letters, and a parser should not."""
    message, fix = "文件大于 2 MB", "分成几个模块；图片放在旁边的文件夹里"
    return Problem(path, 1, 1, ERROR, "E115", message, fix)


def content_roots(content_dir: Path, library_dir: Path = LIBRARY_DIR) -> tuple[ContentRoot, ...]:
    """The product's library and the enterprise's own folder, in this order."""
    return (
        ContentRoot(library_dir, ModuleSource.LIBRARY),
        ContentRoot(content_dir, ModuleSource.ENTERPRISE),
    )


def module_files(roots: Iterable[ContentRoot]) -> list[ModuleFile]:
    """Every `*.md` below the roots, in order of path; hidden files and READMEs are left out."""
    found: list[ModuleFile] = []
    for root in roots:
        folder = root.path.resolve()
        for path in sorted(folder.rglob("*.md")):
            parts = path.relative_to(folder).parts
            is_hidden = any(part.startswith(".") for part in parts)
            if is_hidden or path.name.lower() == "readme.md" or not lies_below(path, folder):
                continue
            found.append(ModuleFile(path, folder, root.source))
    return found


def read_module(file: ModuleFile) -> tuple[ParsedModule, list[Problem]]:
    """Take a file apart, its encoding, size and prose images checked as well."""
    path = file.shown_path
    text, problems = file.text()
    if problems:
        return _nothing(path), problems
    module, problems = parse_module(text, path)
    problems += image_problems(file, module.images)
    return module, sorted(problems, key=lambda found: (found.line, found.column, found.code))


def image_problems(file: ModuleFile, images: Iterable[ImageUse]) -> list[Problem]:
    """E217 for each image that cannot be shown; for prose and question blocks alike."""
    problems = []
    for image in images:
        data, fault = read_image(file, image.path)
        if data is None:
            place = (file.shown_path, image.line, image.column)
            fix = "图片放在模块旁边的文件夹里，用 png、jpg、gif、webp 或 svg，不大于 5 MB"
            problems.append(Problem(*place, ERROR, "E217", f"图片 {image.path} {fault}", fix))
    return problems


def read_image(file: ModuleFile, written: str) -> tuple[bytes | None, str]:
    """The bytes of an image named in a file, or None and why not."""
    if "://" in written or written.startswith(("//", "data:")):
        return None, "不在本机"
    if "\x00" in written:
        return None, "的路径不对"
    relative = picture_path(file, written)
    if relative is None or not lies_below(file.root / relative, file.root):
        return None, "在内容文件夹外面"
    if Path(relative).suffix.lower() not in IMAGE_SUFFIXES:
        return None, "不是图片格式"
    path = file.picture(relative)
    if path is None:
        return None, "找不到"
    if path.stat().st_size > MAX_IMAGE_BYTES:
        return None, "大于 5 MB"
    return path.read_bytes(), ""


def picture_path(file: ModuleFile, written: str) -> str | None:
    """The path below the root of a picture as written in a file; None if it leads outside."""
    folder = posixpath.dirname(file.relative)
    path = posixpath.normpath(posixpath.join(folder, unquote(written)))
    return None if path.startswith(("../", "/")) or path == ".." else path


def chosen_modules(
    modules: Sequence[tuple[ModuleFile, ParsedModule]],
) -> tuple[list[tuple[ModuleFile, ParsedModule]], list[Problem]]:
    """Which file counts for each key: the enterprise's wins over the library's.

    Two files of one source under one key are an error, E114, naming both. Companion files, which
    hold questions only, stay unless the enterprise has one in the same place.
    """
    chosen: dict[str, tuple[ModuleFile, ParsedModule]] = {}
    companions: list[tuple[ModuleFile, ParsedModule]] = []
    problems: list[Problem] = []
    own = {file.relative for file, _ in modules if file.source is ModuleSource.ENTERPRISE}
    for file, module in modules:
        key = module.front.key
        if module.front.is_companion or not key:
            if file.source is ModuleSource.ENTERPRISE or file.relative not in own:
                companions.append((file, module))
            continue
        other = chosen.get(key)
        if other is not None and other[0].source is file.source:
            message = f"标识 {key} 已经用在 {other[0].shown_path}"
            place = (file.shown_path, 2, 1)
            problems.append(Problem(*place, ERROR, "E114", message, "给其中一个换标识"))
        elif other is None or file.source is ModuleSource.ENTERPRISE:
            chosen[key] = (file, module)
    return [*chosen.values(), *companions], problems


def is_safe_path(path: str) -> bool:
    """Whether a path may name a file below the content folder, hidden files left out."""
    parts = path.split("/")
    return (
        all(part and not part.startswith(".") for part in parts)
        and not any(character in path for character in '\x00\\:*?"<>|')
        and len(path.encode("utf-8", "replace")) <= MAX_PATH
    )


def unsafe_path(path: str) -> Problem:
    """E118: a name that a module file cannot have."""
    shown = f"{SHOWN_ROOT[ModuleSource.ENTERPRISE]}/{path}"
    fix = "用 操作规程/sop-dh.md 这样的名字，不用 .. 和特殊符号"
    return Problem(shown, 1, 1, ERROR, "E118", "文件的位置不对", fix)


def lies_below(path: Path, root: Path) -> bool:
    """Whether a path, links followed, stays inside a folder."""
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError):
        return False


def _nothing(path: str) -> ParsedModule:
    return ParsedModule(path, FrontMatter(), "", (), ())
