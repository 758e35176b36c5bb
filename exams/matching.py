"""Which row of a blueprint each drawn question belongs to, no question in two rows; pure.

Candidates are taken in a given order, each if the paper can still be completed with it: earlier
ones move to another row of theirs where that makes room.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Wanted:
    """A row: how many of which questions it wants. A fixed one has first right to its own."""

    row_id: int
    position: int
    count: int
    ids: tuple[int, ...]
    is_fixed: bool = False


@dataclass(frozen=True)
class Turn:
    """Candidates in the order in which they are tried, and how many of them at most."""

    ids: Sequence[int]
    most: int | None = None


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


def match(rows: Sequence[Wanted], turns: Sequence[Turn]) -> dict[int, int]:
    """The row of each question taken; fixed questions first, whatever the turns say.

    Raises PoolShortage if the turns do not fill every row. Where they name all candidates without
    a limit, that means that no choice at all would.
    """
    matching = _Matching(rows)
    fixed = [version_id for row in rows if row.is_fixed for version_id in row.ids]
    for turn in (Turn(fixed), *turns):
        matching.take_turn(turn)
    if matching.missing:
        raise _shortage(rows, matching.taken)
    return {version_id: row_id for row_id, ids in matching.taken.items() for version_id in ids}


@dataclass
class _Matching:
    rows: Sequence[Wanted]
    rows_of: dict[int, list[Wanted]] = field(default_factory=dict)
    taken: dict[int, set[int]] = field(default_factory=dict)
    held: set[int] = field(default_factory=set)
    # Full rows whose questions fit only rows that are full as well: nothing ever moves there.
    closed: set[int] = field(default_factory=set)
    missing: int = 0

    def __post_init__(self) -> None:
        fixed = {version_id for row in self.rows if row.is_fixed for version_id in row.ids}
        for row in self.rows:
            self.taken[row.row_id] = set()
            self.missing += row.count
            for version_id in set(row.ids):
                if row.is_fixed or version_id not in fixed:
                    self.rows_of.setdefault(version_id, []).append(row)

    def take_turn(self, turn: Turn) -> None:
        """Take candidates until nothing is missing, or as many as the turn allows."""
        count = 0
        for version_id in turn.ids:
            if self.missing == 0 or count == turn.most:
                return
            if version_id not in self.held and self._take(version_id):
                self.held.add(version_id)
                self.missing -= 1
                count += 1

    def _take(self, version_id: int) -> bool:
        """Find a place for one more, moving others to another row of theirs if need be.

        A breadth-first search for an augmenting path: `came_from` says which one would move into
        the row.
        """
        came_from: dict[int, int] = {}
        waiting = [version_id]
        owner: dict[int, int | None] = {version_id: None}
        for mover in waiting:
            for row in self.rows_of[mover]:
                if row.row_id in came_from or row.row_id in self.closed:
                    continue
                came_from[row.row_id] = mover
                if len(self.taken[row.row_id]) < row.count:
                    self._move_along(row.row_id, came_from, owner)
                    return True
                for one in sorted(self.taken[row.row_id]):
                    if one not in owner:
                        owner[one] = row.row_id
                        waiting.append(one)
        self.closed |= came_from.keys()
        return False

    def _move_along(
        self, row_id: int, came_from: dict[int, int], owner: dict[int, int | None]
    ) -> None:
        into: int | None = row_id
        while into is not None:
            mover = came_from[into]
            leaves = owner[mover]
            self.taken[into].add(mover)
            if leaves is not None:
                self.taken[leaves].discard(mover)
            into = leaves


def _shortage(rows: Sequence[Wanted], taken: dict[int, set[int]]) -> PoolShortage:
    """Name the rows that cannot be filled together: the proof that no other choice would do.

    Starting from one unfilled row, every row that holds a question of these rows' pools belongs
    to them; together they want more than their pools hold.
    """
    short = [next(row for row in rows if len(taken[row.row_id]) < row.count)]
    held_by = {version_id: row for row in rows for version_id in taken[row.row_id]}
    available: set[int] = set()
    for row in short:
        for version_id in set(row.ids) - available:
            available.add(version_id)
            holder = held_by.get(version_id)
            if holder is not None and holder not in short:
                short.append(holder)
    positions = tuple(sorted(row.position for row in short))
    return PoolShortage(positions, sum(row.count for row in short), len(available))
