"""A file read for an import, before anything is stored: its items and the hash that binds them."""

import hashlib
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.errors import N_, Conflict, DomainError
from core.sentences import say
from question_bank.formats.exported import IMAGE
from question_bank.formats.items import ForeignItem, ItemStatus, Remark
from question_bank.formats.likeness import Known, mark_known
from question_bank.formats.limits import check_size
from question_bank.formats.reading import lifted
from question_bank.formats.registry import (
    FORMATS,
    READERS,
    SWITCHED_READERS,
    Switches,
)

log = logging.getLogger("shanggang.formats")


@dataclass(frozen=True)
class Preview:
    """What a file says, item by item, and the hash of all that this depends on."""

    source: str
    format: str
    hash: str
    items: tuple[ForeignItem, ...]

    @property
    def counts(self) -> Counter[ItemStatus]:
        return Counter(item.status for item in self.items)


def hash_of(data: bytes, format_: str, switches: Switches) -> str:
    """The hash of the bytes, the format, its reader's version and the switches."""
    about = f"{format_} {FORMATS[format_].version} {switches}"
    digest = hashlib.sha256(about.encode())
    digest.update(b"\x00")
    digest.update(data)
    return digest.hexdigest()


def read_file(
    data: bytes,
    source: str,
    format_: str,
    switches: Switches,
    *,
    bank: Mapping[str, Known] | None = None,
    own: Mapping[str, str] | None = None,
) -> Preview:
    """Read a file and mark what is known already; Conflict when it cannot be read as a whole.

    A reader's own mistake is logged and told as such: no file brings a page or a command down.
    """
    check_size(data)
    switched = SWITCHED_READERS.get(format_)
    try:
        items = switched(data, source, switches) if switched else READERS[format_](data, source)
    except DomainError:
        raise
    except Exception as error:
        log.exception("a reader failed", extra={"format": format_, "source": source})
        raise Conflict(N_("读这个文件时程序出错，什么也没有存。换一种格式导出再试")) from error
    marked = mark_known([_reasoned(item) for item in items], bank or {}, own)
    return Preview(source, format_, hash_of(data, format_, switches), tuple(marked))


def _reasoned(item: ForeignItem) -> ForeignItem:
    """Hold every reader to it: what has an error is refused, and a refusal has a reason."""
    texts = (item.stem, *item.options, item.explanation)
    missing = [
        found["path"]
        for text in texts
        for found in IMAGE.finditer(text)
        if found["path"] not in item.images
    ]
    if missing and item.draft is None:
        message = say(N_("图片“%(missing)s”不在文件里，请在编辑器里补上"), missing=missing[0][-60:])
        item = replace(item, warnings=(*item.warnings, Remark("W515", message)))
    if not item.errors:
        item = replace(item, errors=lifted(part.errors for part in item.parts))
    if item.errors and item.status is not ItemStatus.REFUSE:
        return replace(item, status=ItemStatus.REFUSE)
    if item.status is ItemStatus.REFUSE and not item.errors:
        return replace(item, errors=(Remark("E519", N_("读不成一道题")),))
    return item
