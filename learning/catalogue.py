"""The ordered catalogue: by kind, then by title as spoken; with search and neighbours. Pure."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import lru_cache

from pypinyin import lazy_pinyin

from learning.models import ModuleKind, ModuleSource

KIND_ORDER = (
    ModuleKind.REGULATION,
    ModuleKind.OPERATING_PROCEDURE,
    ModuleKind.ACCIDENT_CASE,
)


class ReadingState(Enum):
    """How far a person is with a module: `OUTDATED` has read an older text of it only."""

    UNREAD = "unread"
    OPENED = "opened"
    OUTDATED = "outdated"
    READ = "read"


@dataclass(frozen=True)
class CatalogueEntry:
    """A module as the list shows it to one person."""

    module_id: int
    key: str
    title: str
    kind: ModuleKind
    source: ModuleSource
    label: str
    effective_on: date
    expires_on: date | None
    hours_tenths: int
    audience: tuple[str, ...]
    clause_count: int
    opened_at: datetime | None
    read_at: datetime | None
    older_read_at: datetime | None

    @property
    def state(self) -> ReadingState:
        if self.read_at is not None:
            return ReadingState.READ
        if self.older_read_at is not None:
            return ReadingState.OUTDATED
        return ReadingState.OPENED if self.opened_at is not None else ReadingState.UNREAD


@dataclass(frozen=True)
class Neighbours:
    """The modules before and after one of them in the catalogue."""

    previous: CatalogueEntry | None
    next: CatalogueEntry | None


def in_order(entries: Iterable[CatalogueEntry]) -> list[CatalogueEntry]:
    """By kind, then by title as spoken, then by key."""
    return sorted(
        entries,
        key=lambda entry: (KIND_ORDER.index(entry.kind), spoken(entry.title), entry.key),
    )


def neighbours(ordered: Sequence[CatalogueEntry], key: str) -> Neighbours:
    """What stands beside a module; nothing on both sides if it is not in the catalogue."""
    place = next((index for index, entry in enumerate(ordered) if entry.key == key), None)
    if place is None:
        return Neighbours(None, None)
    before = ordered[place - 1] if place > 0 else None
    after = ordered[place + 1] if place + 1 < len(ordered) else None
    return Neighbours(before, after)


def matching(
    entries: Iterable[CatalogueEntry],
    *,
    words: str = "",
    kind: ModuleKind | None = None,
    is_read: bool | None = None,
    by_clause: Container[str] = (),
) -> list[CatalogueEntry]:
    """The entries whose title or number holds every word, of one kind, read or not.

    `by_clause` has the keys of modules that the words find by the text of their clauses.
    """
    wanted = words.casefold().split()
    return [
        entry
        for entry in entries
        if (
            entry.key in by_clause
            or all(word in f"{entry.title} {entry.key}".casefold() for word in wanted)
        )
        and kind in (None, entry.kind)
        and is_read in (None, entry.state is ReadingState.READ)
    ]


@lru_cache(maxsize=4096)
def spoken(title: str) -> tuple[str, ...]:
    """The title's syllables, so that 锅炉 stands before 危险."""
    return tuple(syllable.lower() for syllable in lazy_pinyin(title))
