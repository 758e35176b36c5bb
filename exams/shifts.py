"""Shifts of an exam: who belongs to which, and what is kept back for later ones; pure.

A shift is everyone who starts in the same block of a day. What stood on any paper of an earlier
shift counts as seen: people talk. Where an exam plans several shifts, each of them gets its part
of the pool's fresh questions, and the rest is kept back.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from exams.drawing import PoolRow, PoolShortage, Reuse, choose


@dataclass(frozen=True)
class ShiftBreach:
    """That papers of a shift, counted from 1, need more seen questions than the limit allows."""

    shift: int
    reused: int
    most: int


def block_at(at: datetime, *, hours: int, zone: ZoneInfo) -> tuple[date, int]:
    """The day and the block of hours in it that a moment belongs to, by the enterprise's clock."""
    local = at.astimezone(zone)
    return local.date(), local.hour // hours


def most_reused(rows: Sequence[PoolRow], limit_percent: int) -> int:
    """How many questions of a paper may have been seen; fixed ones are no part of it."""
    return sum(row.count for row in rows if not row.is_fixed) * limit_percent // 100


def kept_back(
    rows: Sequence[PoolRow], seen: frozenset[int], *, exam_id: int, number: int, planned: int
) -> frozenset[int]:
    """What is kept for later shifts when the shift of this number begins.

    Of each row's fresh questions this shift gets its even part, the first one at least enough to
    fill the row. A question of several rows is dealt with in the first of them.
    """
    left = planned - number + 1
    kept: set[int] = set()
    given: set[int] = set()
    for row in rows if left > 1 else ():
        if row.is_fixed:
            continue
        fresh = [v.version_id for v in row.pool if v.version_id not in seen]
        fresh = [one for one in fresh if one not in kept and one not in given]
        fresh.sort(key=lambda one: _order(exam_id, number, one))
        part = -(-len(fresh) // left)
        if number == 1:
            part = max(part, row.count)
        given.update(fresh[:part])
        kept.update(fresh[part:])
    return frozenset(kept)


def breach(
    rows: Sequence[PoolRow], *, exam_id: int, limit_percent: int, planned: int
) -> ShiftBreach | None:
    """The first planned shift whose papers cannot keep the limit, if each before saw all it could.

    What is kept for later shifts and would have to be drawn already counts as reused.
    """
    most = most_reused(rows, limit_percent)
    pool = {v.version_id for row in rows if not row.is_fixed for v in row.pool}
    seen: frozenset[int] = frozenset()
    for number in range(1, planned + 1):
        kept = kept_back(rows, seen, exam_id=exam_id, number=number, planned=planned)
        try:
            drawn = choose(rows, seed=number, reuse=Reuse(seen, kept, most))
        except PoolShortage:
            return None
        reused = sum(one in seen or one in kept for one in drawn)
        if reused > most:
            return ShiftBreach(number, reused, most)
        seen = frozenset(pool - kept)
    return None


def _order(*parts: int) -> bytes:
    return hashlib.sha256(":".join(map(str, parts)).encode()).digest()
