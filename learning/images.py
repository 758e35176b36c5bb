"""The store of images: each under the hash of its bytes, so that an address never changes content.

Lies in the data folder, not in the content folder: a page of an old version keeps its pictures
after the file has gone.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from learning.doors import Side, side_of
from learning.sources import ModuleFile, read_image

ADDRESS = "/modules/images/"
NAME = re.compile(r"[0-9a-f]{40}\.(?:png|jpg|gif|webp|svg)")
MIME_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "svg": "image/svg+xml",
}


class ImageStore:
    """Keeps images below the uploads folder; without a folder it only names them."""

    def __init__(self, uploads_dir: Path | None) -> None:
        self.folder = uploads_dir / "images" if uploads_dir else None

    def save(self, data: bytes) -> str | None:
        """Keep the bytes and return their name; None if they are no image of a known kind."""
        name = image_name(data)
        if name is not None and self.folder is not None:
            target = self.folder / name
            if not target.exists():
                self.folder.mkdir(parents=True, exist_ok=True)
                # Renaming is atomic: a reader never sees half an image.
                partial = target.with_suffix(".part")
                partial.write_bytes(data)
                partial.replace(target)
        return name

    def path(self, name: str) -> Path | None:
        """Where a stored image lies; None for any other name."""
        if self.folder is None or not NAME.fullmatch(name):
            return None
        path = self.folder / name
        return path if path.is_file() else None


@dataclass(frozen=True)
class StoredPicture:
    """A picture of the store under its path, and the name at which folder and store agreed."""

    name: str
    synced_name: str | None = None


@dataclass(frozen=True)
class Pictures:
    """Where the pictures of the enterprise's modules lie: in the content folder or in the store."""

    stored: Mapping[str, StoredPicture]
    images: ImageStore
    folder: Path | None = None

    def __call__(self, relative: str) -> Path | None:
        """The valid picture of a path below the content folder."""
        in_folder = self.in_folder(relative)
        known = self.stored.get(relative)
        if known is None:
            return in_folder
        if in_folder is None or self.side(relative) is Side.STORE:
            return self.images.path(known.name) or in_folder
        return in_folder

    def side(self, relative: str) -> Side:
        """Where the valid picture of a path stands."""
        known = self.stored.get(relative)
        return side_of(
            self.name_in_folder(relative),
            known.name if known else None,
            known.synced_name if known else None,
        )

    def name_in_folder(self, relative: str) -> str | None:
        """The name by the bytes of the picture in the content folder."""
        path = self.in_folder(relative)
        return image_name(path.read_bytes()) if path else None

    def in_folder(self, relative: str) -> Path | None:
        """The picture in the content folder."""
        path = self.folder / relative if self.folder else None
        return path if path is not None and path.is_file() else None


class FileImages:
    """The addresses of the images of one module file; storing each as it is asked for."""

    def __init__(self, file: ModuleFile, store: ImageStore) -> None:
        self.file = file
        self.store = store

    def __call__(self, written: str) -> str | None:
        data, _ = read_image(self.file, written)
        name = self.store.save(data) if data is not None else None
        return ADDRESS + name if name else None


def image_name(data: bytes) -> str | None:
    """The name under which a picture is stored; None for bytes that are no picture."""
    kind = image_kind(data)
    return f"{hashlib.sha256(data).hexdigest()[:40]}.{kind}" if kind else None


def image_kind(data: bytes) -> str | None:
    """The kind by the first bytes; a file's ending proves nothing."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<svg", b"<?xml", b"<!--")) and b"<svg" in head:
        return "svg"
    return None
