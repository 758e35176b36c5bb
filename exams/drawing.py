"""From the rows of a blueprint and a seed to one paper; pure, and the same on any Python.

Everything is ordered by SHA-256 of the seed and the ids, never by `random`, so that a paper can
be drawn again years later from the stored pool, in a dispute or on another machine.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from exams.balance import Balance, BalancedRow, even_out
from exams.matching import PoolShortage as PoolShortage
from exams.matching import Turn, Wanted, match

# How often a paper is drawn anew that could not be evened out.
MOST_DRAWS = 20
FRESH, SEEN, KEPT = range(3)
# Added to the class of what is to be avoided.
AVOIDED = 3


@dataclass(frozen=True)
class PoolOption:
    """An option of a question in the pool; a pinned one keeps the author's place."""

    id: int
    is_pinned: bool = False


@dataclass(frozen=True)
class PoolVersion:
    """A question version that may be drawn; types of a lower `rank` come first in a section."""

    version_id: int
    rank: int = 0
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
    # The section of the paper; questions are shuffled within it.
    section: int = 0
    # Its questions stand on every paper.
    is_fixed: bool = False
    # A wrong answer to one of its questions fails the whole paper.
    is_must_pass: bool = False
    # The share of its points that each version is expected to earn, in ‰.
    expected: Mapping[int, int] = field(default_factory=dict, hash=False)


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


@dataclass(frozen=True)
class Reuse:
    """What of the pool earlier shifts saw, what is kept for later ones, and how much may recur.

    `most` is how many drawn questions of a paper may have been seen, where the pool allows.
    """

    seen: frozenset[int]
    kept: frozenset[int]
    most: int


def draw_paper(
    rows: Sequence[PoolRow],
    *,
    seed: int,
    shuffles_questions: bool = True,
    shuffles_options: bool = True,
    balance: Balance | None = None,
    reuse: Reuse | None = None,
    avoid: frozenset[int] = frozenset(),
) -> tuple[DrawnQuestion, ...]:
    """Draw a paper in which every row has its count and no question stands twice.

    Versions are taken in the order of their hash, each if the paper can still be completed with
    it, so the order of the rows gives no question a better chance. Those to `avoid` come after all
    others, so a paper holds as few of them as its rows allow. Raises PoolShortage only if no choice
    at all fills every row.
    """
    row_of = choose(rows, seed=seed, balance=balance, reuse=reuse, avoid=avoid)
    places = [
        (version, row, index)
        for row in rows
        for index, version in enumerate(row.pool)
        if row_of.get(version.version_id) == row.row_id
    ]
    if shuffles_questions:
        places.sort(key=lambda p: (p[1].section, p[0].rank, _order(seed, p[0].version_id)))
    else:
        places.sort(key=lambda p: (p[1].section, p[0].rank, p[1].position, p[2]))
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


def choose(
    rows: Sequence[PoolRow],
    *,
    seed: int,
    balance: Balance | None = None,
    reuse: Reuse | None = None,
    avoid: frozenset[int] = frozenset(),
) -> dict[int, int]:
    """The versions of a paper with the row of each, not yet in order.

    Those to `avoid` come last. With `reuse`, versions that nobody has seen are taken first. With
    `balance`, questions are replaced until the expected score is close to the mean; where that
    fails, the paper is drawn anew from another seed, made from this one, and the best stands.
    """
    if balance is None:
        return _matched(rows, seed=seed, reuse=reuse, avoid=avoid)[0]
    balanced = [BalancedRow(r.row_id, r.points_tenths, r.expected, r.is_fixed) for r in rows]
    # A replacement is avoided just where the question that it replaces is.
    classes = _classes(reuse)
    classes |= {one: classes.get(one, FRESH) + AVOIDED for one in avoid}
    best, least = dict[int, int](), -1
    for number in range(MOST_DRAWS):
        other = seed if number == 0 else int.from_bytes(_order(seed, -number)[:8])
        row_of, order = _matched(rows, seed=other, reuse=reuse, avoid=avoid)
        off = abs(even_out(row_of, balanced, balance, order, classes=classes))
        if least < 0 or off < least:
            best, least = row_of, off
        if off <= balance.tolerance:
            break
    return best


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


def _matched(
    rows: Sequence[PoolRow], *, seed: int, reuse: Reuse | None, avoid: frozenset[int]
) -> tuple[dict[int, int], list[int]]:
    """The row of each drawn version, and the order in which versions were tried."""
    wanted = [
        Wanted(
            row.row_id,
            row.position,
            row.count,
            tuple(version.version_id for version in row.pool),
            row.is_fixed,
        )
        for row in rows
    ]
    ids = {version_id for row in wanted for version_id in row.ids}
    # The same as `_order(seed, id)`, written out because a pool has thousands of versions.
    order = sorted(ids, key=lambda one: hashlib.sha256(b"%d:%d" % (seed, one)).digest())
    if avoid:
        order.sort(key=avoid.__contains__)
    if reuse is None:
        return match(wanted, [Turn(order)]), order
    classes = _classes(reuse)
    fresh, seen, kept = (
        [one for one in order if classes.get(one, FRESH) == kind] for kind in (FRESH, SEEN, KEPT)
    )
    try:
        return match(wanted, [Turn(fresh), Turn(seen, reuse.most), Turn(kept)]), order
    except PoolShortage:
        # The limit cannot be kept: as few seen ones as possible.
        return match(wanted, [Turn(fresh), Turn(kept), Turn(seen)]), order


def _classes(reuse: Reuse | None) -> dict[int, int]:
    if reuse is None:
        return {}
    return dict.fromkeys(reuse.kept, KEPT) | dict.fromkeys(reuse.seen, SEEN)
