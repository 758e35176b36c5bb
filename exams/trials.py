"""Papers drawn for trial: what the candidates of an exam would get; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from exams.balance import Balance
from exams.drawing import PoolRow, Reuse, choose
from exams.shifts import kept_back, most_reused

# Enough to show whether a tolerance can be kept: what fails, fails for the pool, not by bad luck.
CHECKED_PAPERS = 50


@dataclass(frozen=True)
class ToleranceBreach:
    """That some of the papers drawn for trial are further off the mean than the tolerance.

    `worst` is by how much the worst of them is off, in ten-thousandths of a point.
    """

    papers: int
    outside: int
    worst: int


@dataclass(frozen=True)
class ShiftPaper:
    """A paper drawn for trial in a planned shift, counted from 1.

    `reused` is how many of its drawn questions stood on a paper of an earlier shift; fixed ones,
    which are on every paper, do not count.
    """

    shift: int
    versions: Mapping[int, int]
    reused: int


def trial_papers(
    rows: Sequence[PoolRow], *, balance: Balance | None, count: int
) -> Iterator[dict[int, int]]:
    """The versions of papers drawn from the seeds 1 to `count`, with the row of each."""
    for seed in range(1, count + 1):
        yield choose(rows, seed=seed, balance=balance)


def trial_shifts(
    rows: Sequence[PoolRow],
    *,
    exam_id: int,
    limit_percent: int,
    planned: int,
    balance: Balance | None,
    count: int,
) -> Iterator[ShiftPaper]:
    """Papers of the planned shifts, shift by shift, the seeds dealt out among them in turn.

    Each shift draws under the limit as the exam would: what stood on any paper before it was seen,
    and what is kept for those after it is kept. With as many papers a shift as a trial has, that
    is nearly all that it may draw, so no real hall shows more.
    """
    most = most_reused(rows, limit_percent)
    fixed = {row.row_id for row in rows if row.is_fixed}
    seen: frozenset[int] = frozenset()
    for number in range(1, planned + 1):
        kept = kept_back(rows, seen, exam_id=exam_id, number=number, planned=planned)
        shown: set[int] = set()
        for seed in range(number, count + 1, planned):
            drawn = choose(rows, seed=seed, balance=balance, reuse=Reuse(seen, kept, most))
            own = {one for one, row_id in drawn.items() if row_id not in fixed}
            shown |= own
            yield ShiftPaper(number, drawn, len(own & seen))
        seen |= shown


def expected_score(drawn: Mapping[int, int], rows: Mapping[int, PoolRow]) -> int:
    """The expected score of the versions of a paper, in ten-thousandths of a point."""
    return sum(
        rows[row_id].points_tenths * rows[row_id].expected[version_id]
        for version_id, row_id in drawn.items()
    )


def tolerance_breach(rows: Sequence[PoolRow], balance: Balance) -> ToleranceBreach | None:
    """How far papers of this pool miss the tolerance; None if all that were tried keep it."""
    by_id = {row.row_id: row for row in rows}
    offs = [
        abs(expected_score(drawn, by_id) - balance.mean)
        for drawn in trial_papers(rows, balance=balance, count=CHECKED_PAPERS)
    ]
    outside = sum(off > balance.tolerance for off in offs)
    return ToleranceBreach(len(offs), outside, max(offs)) if outside else None
