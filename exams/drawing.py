"""From the rows of a blueprint and a seed to one paper; pure, and the same on any Python.

Everything is ordered by SHA-256 of the seed and the ids, never by `random`, so that a paper can
be drawn again years later from the stored pool, in a dispute or on another machine.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class PoolOption:
    """An option of a question in the pool; a pinned one keeps the author's place."""

    id: int
    is_pinned: bool = False


@dataclass(frozen=True)
class PoolVersion:
    """A question version that may be drawn; questions of a lower `section` come first."""

    version_id: int
    section: int = 0
    options: tuple[PoolOption, ...] = ()
    # Whether the author's order would tell the key, so that it is never shown.
    is_always_shuffled: bool = False
    # The author's points (分值); they weigh the parts of a case against each other.
    points_tenths: int | None = None
    # A case is drawn as one question and takes a place for each of its parts.
    parts: "tuple[PoolVersion, ...]" = ()


@dataclass(frozen=True)
class PoolRow:
    """A row of the blueprint with its stored pool, in the order of publication."""

    row_id: int
    position: int
    count: int
    points_tenths: int
    pool: tuple[PoolVersion, ...]


@dataclass(frozen=True)
class DrawnQuestion:
    """One place in a paper, counted from 1."""

    slot: int
    row_id: int
    version_id: int
    points_tenths: int
    option_order: tuple[int, ...]
    # The case of which this is a part.
    case_version_id: int | None = None


class PoolShortage(Exception):
    """Some rows together ask for more different questions than their pools hold.

    `positions` names these rows: one when its own pool is too small, several when they share
    questions that would have to be drawn twice.
    """

    def __init__(self, positions: tuple[int, ...], wanted: int, available: int) -> None:
        self.positions = positions
        self.wanted = wanted
        self.available = available
        rows = ", ".join(str(position) for position in positions)
        super().__init__(f"blueprint rows {rows} want {wanted} questions, pool has {available}")


def draw_paper(
    rows: Sequence[PoolRow],
    *,
    seed: int,
    shuffles_questions: bool = True,
    shuffles_options: bool = True,
    avoid: frozenset[int] = frozenset(),
) -> tuple[DrawnQuestion, ...]:
    """Draw a paper in which every row has its count and no question stands twice.

    Versions are taken in the order of their hash, each if the paper can still be completed with
    it, so the order of the rows gives no question a better chance. Those to `avoid` come after all
    others, so a paper holds as few of them as its rows allow. Raises PoolShortage only if no choice
    at all fills every row.
    """
    row_of = _matched(rows, seed=seed, avoid=avoid)
    places = [
        (version, row, index)
        for row in rows
        for index, version in enumerate(row.pool)
        if row_of.get(version.version_id) is row
    ]
    if shuffles_questions:
        places.sort(key=lambda p: (p[0].section, _order(seed, p[0].version_id)))
    else:
        places.sort(key=lambda p: (p[0].section, p[1].position, p[2]))
    asked = [
        (version, row, part, points)
        for version, row, _index in places
        for part, points in _asked(version, row)
    ]
    return tuple(
        DrawnQuestion(
            slot=slot,
            row_id=row.row_id,
            version_id=part.version_id,
            points_tenths=points,
            option_order=option_order(part, seed=seed, shuffles=shuffles_options),
            case_version_id=version.version_id if part is not version else None,
        )
        for slot, (version, row, part, points) in enumerate(asked, start=1)
    )


def share_points(points_tenths: int, weights: Sequence[int | None]) -> tuple[int, ...]:
    """Share the points of a case over its parts, in tenths, so that the sum is kept exactly.

    In proportion to the parts' own points, or evenly unless every part states some. What is left
    of a tenth goes to the largest remainders, the earlier part first.
    """
    stated = [weight for weight in weights if weight]
    parts = stated if len(stated) == len(weights) else [1] * len(weights)
    exact = [Fraction(points_tenths * weight, sum(parts)) for weight in parts]
    shares = [int(share) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (shares[i] - exact[i], i))
    for index in by_remainder[: points_tenths - sum(shares)]:
        shares[index] += 1
    return tuple(shares)


def _asked(version: PoolVersion, row: PoolRow) -> list[tuple[PoolVersion, int]]:
    """What a drawn version puts on the paper: itself, or the parts of a case in their order."""
    if not version.parts:
        return [(version, row.points_tenths)]
    shares = share_points(row.points_tenths, [part.points_tenths for part in version.parts])
    return list(zip(version.parts, shares, strict=True))


def option_order(version: PoolVersion, *, seed: int, shuffles: bool = True) -> tuple[int, ...]:
    """The ids of the options as shown; pinned ones stand where the author put them.

    Where the author's order is the key, it is drawn whatever the exam and the author want.
    """
    ids = [option.id for option in version.options]
    if version.is_always_shuffled:
        return tuple(sorted(ids, key=lambda option_id: _order(seed, version.version_id, option_id)))
    if not shuffles:
        return tuple(ids)
    free = [option.id for option in version.options if not option.is_pinned]
    free.sort(key=lambda option_id: _order(seed, version.version_id, option_id))
    shuffled = iter(free)
    return tuple(o.id if o.is_pinned else next(shuffled) for o in version.options)


def _order(seed: int, *ids: int) -> bytes:
    return hashlib.sha256(":".join(map(str, (seed, *ids))).encode()).digest()


def _matched(rows: Sequence[PoolRow], *, seed: int, avoid: frozenset[int]) -> dict[int, PoolRow]:
    """Which row each drawn version belongs to."""
    rows_of: dict[int, list[PoolRow]] = {}
    for row in rows:
        for version_id in {version.version_id for version in row.pool}:
            rows_of.setdefault(version_id, []).append(row)
    taken: dict[int, set[int]] = {row.row_id: set() for row in rows}
    missing = sum(row.count for row in rows)
    for version_id in sorted(rows_of, key=lambda one: (one in avoid, _order(seed, one))):
        if missing == 0:
            break
        missing -= _take(version_id, rows_of, taken)
    if missing:
        raise _shortage(rows, taken)
    return {version_id: row for row in rows for version_id in taken[row.row_id]}


def _take(version_id: int, rows_of: dict[int, list[PoolRow]], taken: dict[int, set[int]]) -> bool:
    """Find a place for one more version, moving others to another row of theirs if need be.

    A breadth-first search for an augmenting path: `came_from` says which version would move into
    the row.
    """
    came_from: dict[int, int] = {}
    waiting = [version_id]
    owner: dict[int, int | None] = {version_id: None}
    for mover in waiting:
        for row in rows_of[mover]:
            if row.row_id in came_from:
                continue
            came_from[row.row_id] = mover
            if len(taken[row.row_id]) < row.count:
                _move_along(row.row_id, came_from, owner, taken)
                return True
            for held in sorted(taken[row.row_id]):
                if held not in owner:
                    owner[held] = row.row_id
                    waiting.append(held)
    return False


def _move_along(
    row_id: int,
    came_from: dict[int, int],
    owner: dict[int, int | None],
    taken: dict[int, set[int]],
) -> None:
    into: int | None = row_id
    while into is not None:
        mover = came_from[into]
        leaves = owner[mover]
        taken[into].add(mover)
        if leaves is not None:
            taken[leaves].discard(mover)
        into = leaves


def _shortage(rows: Sequence[PoolRow], taken: dict[int, set[int]]) -> PoolShortage:
    """Name the rows that cannot be filled together: the proof that no other choice would do.

    Starting from one unfilled row, every row that holds a question of these rows' pools belongs
    to them; together they want more than their pools hold.
    """
    short = [next(row for row in rows if len(taken[row.row_id]) < row.count)]
    held_by = {version_id: row for row in rows for version_id in taken[row.row_id]}
    available: set[int] = set()
    for row in short:
        for version_id in _ids(row.pool) - available:
            available.add(version_id)
            holder = held_by.get(version_id)
            if holder is not None and holder not in short:
                short.append(holder)
    positions = tuple(sorted(row.position for row in short))
    return PoolShortage(positions, sum(row.count for row in short), len(available))


def _ids(pool: Iterable[PoolVersion]) -> set[int]:
    return {version.version_id for version in pool}
