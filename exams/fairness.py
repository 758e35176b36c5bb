"""How alike the papers of an exam are: expected score, clauses, how often each is drawn; pure.

Scores are expected ones, in tenths of a point: what a paper would earn if each question earned the
share that is expected of it (`exams.balance`).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

from exams.balance import UNITS, Balance
from exams.drawing import PoolRow
from exams.trials import expected_score

BINS = 12
# Questions named at either end of the exposure.
MOST_NAMED = 5
MOST_CLAUSES_NAMED = 50


@dataclass
class _Seen:
    scores: list[int] = field(default_factory=list)
    papers_of: Counter[int] = field(default_factory=Counter)
    clause_counts: list[int] = field(default_factory=list)
    cited: set[str] = field(default_factory=set)


def fairness(
    papers: Iterable[Mapping[int, int]],
    rows: Sequence[PoolRow],
    clauses: Mapping[int, set[str]],
    *,
    drawable: frozenset[int],
    balance: Balance | None,
) -> tuple[int, dict[str, Any]]:
    """How many papers there were, and the figures as JSON data.

    A paper is its versions with the row of each. `rows` hold every version that stands on one;
    `drawable` are those that may still be drawn.
    """
    by_id = {row.row_id: row for row in rows}
    seen = _Seen()
    for paper in papers:
        seen.scores.append(expected_score(paper, by_id))
        seen.papers_of.update(paper.keys())
        cited = set().union(*(clauses.get(one, set()) for one in paper))
        seen.clause_counts.append(len(cited))
        seen.cited |= cited
    count = len(seen.scores)
    if not count:
        return 0, {}
    return count, {
        "full_tenths": sum(row.count * row.points_tenths for row in rows),
        **_spread(seen.scores),
        **_kept(seen.scores, balance),
        **_coverage(seen, clauses, drawable),
        **_exposure(seen, drawable),
    }


def _spread(scores: Sequence[int]) -> dict[str, Any]:
    mean = sum(scores) / len(scores)
    low, high = min(scores), max(scores)
    width = max(1, -(-(high - low + 1) // BINS))
    bins = Counter((score - low) // width for score in scores)
    return {
        "low": low / UNITS,
        "high": high / UNITS,
        "mean": mean / UNITS,
        "deviation": sqrt(sum((score - mean) ** 2 for score in scores) / len(scores)) / UNITS,
        # The lower edge of each bin in tenths of a point, and how many papers lie in it.
        "bins": [[(low + place * width) / UNITS, bins[place]] for place in range(BINS)],
    }


def _kept(scores: Sequence[int], balance: Balance | None) -> dict[str, Any]:
    if balance is None:
        return {"tolerance": None}
    offs = [abs(score - balance.mean) for score in scores]
    return {
        "tolerance": balance.tolerance / UNITS,
        "wanted_mean": balance.mean / UNITS,
        "outside": sum(off > balance.tolerance for off in offs),
        "worst_off": max(offs) / UNITS,
    }


def _coverage(
    seen: _Seen, clauses: Mapping[int, set[str]], drawable: frozenset[int]
) -> dict[str, Any]:
    in_pool = set().union(*(clauses.get(one, set()) for one in drawable))
    never = sorted(in_pool - seen.cited)
    counts = seen.clause_counts
    return {
        "clauses": len(in_pool),
        "clauses_low": min(counts),
        "clauses_mean": sum(counts) / len(counts),
        "clauses_high": max(counts),
        "clauses_never": len(never),
        "clauses_never_named": never[:MOST_CLAUSES_NAMED],
    }


def _exposure(seen: _Seen, drawable: frozenset[int]) -> dict[str, Any]:
    counted = sorted(
        ((seen.papers_of[one], one) for one in drawable | seen.papers_of.keys()),
        key=lambda pair: (-pair[0], pair[1]),
    )
    return {
        "questions": len(counted),
        "never_drawn": sum(papers == 0 for papers, _ in counted),
        "most": [[one, papers] for papers, one in counted[:MOST_NAMED]],
        "least": [[one, papers] for papers, one in counted[MOST_NAMED:][-MOST_NAMED:][::-1]],
    }
