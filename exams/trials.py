"""Papers drawn for trial: what the candidates of an exam would get; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from exams.balance import Balance
from exams.drawing import PoolRow, choose

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


def trial_papers(
    rows: Sequence[PoolRow], *, balance: Balance | None, count: int
) -> Iterator[dict[int, int]]:
    """The versions of papers drawn from the seeds 1 to `count`, with the row of each."""
    for seed in range(1, count + 1):
        yield choose(rows, seed=seed, balance=balance)


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
