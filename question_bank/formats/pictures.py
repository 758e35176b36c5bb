"""Pictures in the texts of a question, under names that every format can hold. Pure."""

import hashlib
import re
from collections.abc import Callable, Mapping

from learning.images import image_kind
from question_bank.formats.exported import IMAGE

_CODE = re.compile(r"(`+).*?\1", re.DOTALL)


def picture_name(data: bytes) -> str:
    """A file name made of the bytes: equal pictures share it, different ones never do."""
    return f"{hashlib.sha256(data).hexdigest()[:16]}.{image_kind(data) or 'bin'}"


def picture_path(data: bytes) -> str:
    """Where an imported picture stands beside its module."""
    return f"图片/{picture_name(data)}"


def with_paths(markdown: str, path_for: Callable[[str], str | None]) -> str:
    """The text with each picture's path replaced where there is another one for it."""

    def replaced(found: re.Match[str]) -> str:
        path = path_for(found["path"])
        return found[0] if path is None else f"![{found['alt']}]({path})"

    pieces: list[str] = []
    start = 0
    for code in [*_CODE.finditer(markdown), None]:
        end = code.start() if code else len(markdown)
        pieces.append(IMAGE.sub(replaced, markdown[start:end]))
        pieces.append(code[0] if code else "")
        start = code.end() if code else end
    return "".join(pieces)


def named_pictures(markdown: str, images: Mapping[str, bytes]) -> dict[str, bytes]:
    """The pictures that a text shows, by their path in it."""
    found: dict[str, bytes] = {}

    def note(path: str) -> None:
        if path in images:
            found[path] = images[path]

    with_paths(markdown, note)
    return found
