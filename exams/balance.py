"""What a question is expected to earn, and evening out papers by it; pure, in whole numbers.

A question with enough answers is expected to earn what it earned so far, another what the table
says of its difficulty:

    difficulty       1     2     3     4     5
    expected share  90 %  80 %  70 %  60 %  50 %

Shares are kept in ‰, expected scores in ten-thousandths of a point: tenths of a point times ‰.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

EXPECTED_BY_DIFFICULTY = {1: 900, 2: 800, 3: 700, 4: 600, 5: 500}
# Expected scores per tenth of a point.
UNITS = 1000
# How many replacements are looked at for each question before all of them are.
FIRST_LOOK = 16


@dataclass(frozen=True)
class Balance:
    """How far the expected score of a paper may lie from the mean."""

    mean: int
    tolerance: int


@dataclass(frozen=True)
class BalancedRow:
    """What evening out needs of a row. The questions of a fixed row stay."""

    row_id: int
    points_tenths: int
    expected: Mapping[int, int] = field(hash=False)
    is_fixed: bool = False


def expected_permille(
    difficulty: int, *, sittings: int, facility: float | None, enough: int
) -> int:
    """The expected share of one question, from its answers if there are enough of them."""
    if facility is None or sittings < enough:
        return EXPECTED_BY_DIFFICULTY[min(max(difficulty, 1), 5)]
    return min(max(round(facility * 1000), 0), 1000)


def expected_of_case(parts: Sequence[tuple[int, int | None]]) -> int:
    """The expected share of a case, from that of its parts and the points they state."""
    stated = [weight for _share, weight in parts if weight]
    weights = stated if len(stated) == len(parts) else [1] * len(parts)
    total = sum(share * weight for (share, _), weight in zip(parts, weights, strict=True))
    return round(total / sum(weights))


def mean_expected(rows: Iterable[tuple[int, int, Sequence[int]]]) -> int:
    """The expected score of the mean paper, of rows of (count, tenths of a point, pool's shares).

    In whole numbers, rounded down row by row.
    """
    return sum(
        count * points * sum(shares) // len(shares) for count, points, shares in rows if shares
    )


def score_of(row_of: Mapping[int, int], rows: Iterable[BalancedRow]) -> int:
    """The expected score of the drawn questions."""
    by_id = {row.row_id: row for row in rows}
    return sum(
        by_id[row_id].points_tenths * by_id[row_id].expected[version_id]
        for version_id, row_id in row_of.items()
    )


def even_out(
    row_of: dict[int, int],
    rows: Sequence[BalancedRow],
    balance: Balance,
    order: Sequence[int],
    *,
    classes: Mapping[int, int],
) -> int:
    """Replace drawn questions by others of the same row until the tolerance is kept.

    Changes `row_of` and returns how far the paper is off at the end, which is more than the
    tolerance only where no single replacement brings it closer. Questions are gone through in
    `order`. A replacement is of the same class, so that the share of questions seen before stays.
    """
    off = score_of(row_of, rows) - balance.mean
    if abs(off) <= balance.tolerance:
        return off
    by_id = {row.row_id: row for row in rows}
    drawn = [one for one in order if one in row_of and not by_id[row_of[one]].is_fixed]
    spare = {
        row.row_id: [one for one in order if one in row.expected and one not in row_of]
        for row in rows
        if not row.is_fixed
    }
    for width in (FIRST_LOOK, None):
        has_moved = True
        while has_moved and abs(off) > balance.tolerance:
            has_moved = False
            for place, out in enumerate(drawn):
                row = by_id[row_of[out]]
                near = [
                    one
                    for one in spare[row.row_id][:width]
                    if one not in row_of and classes.get(one, 0) == classes.get(out, 0)
                ]
                best, closest = _closest(near, row, off, out, balance.tolerance)
                if best is None:
                    continue
                row_of[best] = row_of.pop(out)
                spare[row.row_id].remove(best)
                spare[row.row_id].append(out)
                drawn[place], off, has_moved = best, closest, True
                if abs(off) <= balance.tolerance:
                    break
    return off


def _closest(
    near: Sequence[int], row: BalancedRow, off: int, out: int, tolerance: int
) -> tuple[int | None, int]:
    """The replacement that brings the paper closest, the first that keeps the tolerance."""
    best, closest = None, off
    leaving = row.expected[out]
    for one in near:
        then = off + row.points_tenths * (row.expected[one] - leaving)
        if abs(then) < abs(closest):
            best, closest = one, then
            if abs(then) <= tolerance:
                break
    return best, closest
