"""The hash chain of a sitting: every entry names the one before, so none can go unnoticed. Pure.

A sitting's entries are its answers and its events (paper drawn, time extended, closed, …),
numbered together from 1. An entry's hash covers the hash before it, so whoever changes, removes or
moves one would have to make all later ones anew, and the signed hash at the closing with them.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

# What the first entry names as the one before it.
START = ""
ANSWER = "answer"


@dataclass(frozen=True)
class Link:
    """One entry as it is stored."""

    number: int
    kind: str
    content: Any
    at: datetime
    hash: str


class Fault(Enum):
    """What is wrong with a chain."""

    # The entry says something else than when it was written.
    ALTERED = "altered"
    # An entry is missing.
    CUT = "cut"
    # The entry is genuine but stands in another's place.
    REORDERED = "reordered"
    # All entries fit together, yet the signed hash is another: the chain was made anew.
    RECHAINED = "rechained"


@dataclass(frozen=True)
class BrokenLink:
    """A fault at the entry of this number; for CUT, the number that is missing."""

    fault: Fault
    number: int


def link_hash(before: str, *, number: int, kind: str, content: Any, at: datetime) -> str:
    """SHA-256 over an entry and the hash before it; anyone with the rows can compute it again."""
    text = json.dumps(
        [before, number, kind, content, at.isoformat()],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(text.encode()).hexdigest()


def digest(content: Any) -> str:
    """SHA-256 of JSON data in one canonical writing."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# What a version's digest covers, in this order.
VERSION_FIELDS = (
    "type",
    "stem_html",
    "options",
    "verdict",
    "blanks",
    "premises",
    "rubric",
    "picture",
    "part_version_ids",
    "points_tenths",
    "scoring_rule",
    "scoring_value_tenths",
)


def version_digest(fields: Mapping[str, Any]) -> str:
    """The digest of all that a question version asks and how it is marked."""
    return digest([fields[name] for name in VERSION_FIELDS])


def broken_links(
    links: Iterable[Link], *, last_number: int, signed: tuple[int, str] | None
) -> tuple[BrokenLink, ...]:
    """Every fault of a chain that should end at `last_number`, by number.

    `signed` is the number and the hash that the signature covers, its signature being genuine.
    Entries may come in any order; two of one number are told as reordered.
    """
    held = sorted(links, key=lambda link: link.number)
    found = _misplaced(held)
    numbers = {link.number for link in held}
    end = max(last_number, signed[0] if signed else 0)
    found |= {n: BrokenLink(Fault.CUT, n) for n in range(1, end + 1) if n not in numbers}
    if not found and signed is not None and _hash_at(held, signed[0]) != signed[1]:
        return (BrokenLink(Fault.RECHAINED, signed[0]),)
    return tuple(found[number] for number in sorted(found))


def _misplaced(held: Sequence[Link]) -> dict[int, BrokenLink]:
    """Entries whose hash does not follow from the one before: altered, or moved here.

    After a gap nothing can be said of the next entry: the hash that it follows is lost.
    """
    befores = [START, *(link.hash for link in held)]
    found: dict[int, BrokenLink] = {}
    seen = 0
    for before, link in zip(befores, held, strict=False):
        is_second = link.number <= seen
        is_next = link.number == seen + 1
        seen = link.number
        if is_second:
            found[link.number] = BrokenLink(Fault.REORDERED, link.number)
        elif is_next and link.hash != _hash_after(before, link, link.number):
            fault = _fault_of(link, befores)
            if fault is not None:
                found[link.number] = BrokenLink(fault, link.number)
    return found


def _fault_of(link: Link, befores: Sequence[str]) -> Fault | None:
    """Why a link does not follow from the one before it; None when that one is to blame."""
    if _stood_at(link, link.number, befores):
        return None
    moved = any(_stood_at(link, number, befores) for number in range(1, len(befores) + 1))
    return Fault.REORDERED if moved else Fault.ALTERED


def _hash_after(before: str, link: Link, number: int) -> str:
    return link_hash(before, number=number, kind=link.kind, content=link.content, at=link.at)


def _stood_at(link: Link, number: int, befores: Sequence[str]) -> bool:
    """Whether this very entry was written at a number, after any of the stored hashes."""
    return any(_hash_after(before, link, number) == link.hash for before in befores)


def _hash_at(held: Sequence[Link], number: int) -> str | None:
    return next((link.hash for link in held if link.number == number), None)
