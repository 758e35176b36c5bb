"""Finds module files and their images under the library and under the enterprise's own folder.

Reads only, never writes into files, and never follows a path out of the root that it started in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from core.config import LIBRARY_DIR
from core.errors import ERROR, Problem
from learning.front_matter import FrontMatter
from learning.links import ImageUse
from learning.models import ModuleSource
from learning.parsing import ParsedModule, decode, parse_module

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
    def shown_path(self) -> str:
        return f"{SHOWN_ROOT[self.source]}/{self.path.relative_to(self.root).as_posix()}"


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
            if is_hidden or path.name.lower() == "readme.md" or not _is_inside(path, folder):
                continue
            found.append(ModuleFile(path, folder, root.source))
    return found


def read_module(file: ModuleFile) -> tuple[ParsedModule, list[Problem]]:
    """Take a file apart, its encoding, size and prose images checked as well."""
    path = file.shown_path
    if file.path.stat().st_size > MAX_FILE_BYTES:
        message, fix = "文件大于 2 MB", "分成几个模块；图片放在旁边的文件夹里"
        return _nothing(path), [Problem(path, 1, 1, ERROR, "E115", message, fix)]
    text, problems = decode(file.path.read_bytes(), path)
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
    path = file.path.parent / unquote(written)
    if not _is_inside(path, file.root):
        return None, "在内容文件夹外面"
    if path.suffix.lower() not in IMAGE_SUFFIXES:
        return None, "不是图片格式"
    if not path.is_file():
        return None, "找不到"
    if path.stat().st_size > MAX_IMAGE_BYTES:
        return None, "大于 5 MB"
    return path.read_bytes(), ""


def chosen_modules(
    modules: Sequence[tuple[ModuleFile, ParsedModule]],
) -> tuple[list[tuple[ModuleFile, ParsedModule]], list[Problem]]:
    """Which file counts for each key: the enterprise's wins over the library's.

    Two files of one source under one key are an error, E114, naming both. Companion files, which
    hold questions only, always stay.
    """
    chosen: dict[str, tuple[ModuleFile, ParsedModule]] = {}
    companions: list[tuple[ModuleFile, ParsedModule]] = []
    problems: list[Problem] = []
    for file, module in modules:
        key = module.front.key
        if module.front.is_companion or not key:
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


def reference_problems(modules: Iterable[ParsedModule]) -> list[Problem]:
    """E302 for each link in the prose to a module or a section that none of these has."""
    modules = list(modules)
    anchors = {module.front.key: module.anchors for module in modules if module.front.key}
    problems = []
    for module in modules:
        for link in module.references:
            key = link.module_key
            if key is None or key == module.front.key or link.anchor in anchors.get(key, ()):
                continue
            place = (module.path, link.line, link.column)
            missing = f"没有模块 {key}" if key not in anchors else f"{key} 没有锚点 {link.anchor}"
            fix = "改成已有的标识和锚点，或删掉链接"
            problems.append(Problem(*place, ERROR, "E302", missing, fix))
    return problems


def _is_inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError):
        return False


def _nothing(path: str) -> ParsedModule:
    return ParsedModule(path, FrontMatter(), "", (), ())
