"""Marks that people give: what ticked points earn, what two marks come to, how well they agree.

Pure and exact. Marks are tenths of a point. What a point of the rubric earns is scaled to the
points that the paper gives the question, and rounded once, half up, after adding.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from question_bank.keys import ScoringPoint

LONGEST_REMARK = 500


class MarkRound(Enum):
    """Whose mark it is: of the first marker, of the second, of the adjudicator."""

    FIRST = "first"
    SECOND = "second"
    ADJUDICATOR = "adjudicator"


class TaskState(Enum):
    """How far an answer that needs a person is."""

    OPEN = "open"
    # Two marks differ too much: an adjudicator decides.
    DISPUTED = "disputed"
    MARKED = "marked"
    # Part of a result that was announced; its marks are final.
    RELEASED = "released"
    # The sitting was opened again and the answer taken away.
    DROPPED = "dropped"


@dataclass(frozen=True)
class Given:
    """What a marker decided of one answer: points ticked, counted from 1, score, remark."""

    points: tuple[int, ...]
    tenths: int
    remark: str = ""


@dataclass(frozen=True)
class Ruling:
    """Where an answer stands by the marks that it has; `tenths` once that is decided."""

    state: TaskState
    tenths: int | None = None


class Misgiven(Enum):
    """What is wrong with a mark."""

    UNKNOWN_POINT = "unknown_point"
    OUT_OF_RANGE = "out_of_range"
    NO_REASON = "no_reason"


def ticked_tenths(
    rubric: Sequence[ScoringPoint], ticked: Iterable[int], *, points_tenths: int
) -> int:
    """What the ticked points, counted from 1, earn of a question worth `points_tenths`."""
    total = sum(point.tenths for point in rubric)
    if not total:
        return 0
    earned = sum(rubric[number - 1].tenths for number in set(ticked))
    return _half_up(Fraction(earned * points_tenths, total))


def misgiven(
    given: Given, rubric: Sequence[ScoringPoint], *, points_tenths: int
) -> Misgiven | None:
    """Why a mark cannot stand, or None; a score of one's own beside ticked points needs a reason.

    Where the author wrote no scoring points, the score is the marker's alone.
    """
    if not set(given.points) <= set(range(1, len(rubric) + 1)):
        return Misgiven.UNKNOWN_POINT
    if not 0 <= given.tenths <= points_tenths:
        return Misgiven.OUT_OF_RANGE
    ticked = ticked_tenths(rubric, given.points, points_tenths=points_tenths)
    if rubric and given.tenths != ticked and not given.remark:
        return Misgiven.NO_REASON
    return None


def ruling(
    marks: Mapping[MarkRound, int],
    *,
    marker_count: int,
    max_difference_percent: int,
    points_tenths: int,
) -> Ruling:
    """What the marks of one answer come to.

    An adjudicator's mark decides. Two marks that differ by more than the allowed percentage of
    the question's points are for an adjudicator; else their mean counts, rounded half up.
    """
    if MarkRound.ADJUDICATOR in marks:
        return Ruling(TaskState.MARKED, marks[MarkRound.ADJUDICATOR])
    scores = list(marks.values())
    if len(scores) < marker_count:
        return Ruling(TaskState.OPEN)
    if abs(scores[0] - scores[-1]) * 100 > max_difference_percent * points_tenths:
        return Ruling(TaskState.DISPUTED)
    return Ruling(TaskState.MARKED, _half_up(Fraction(sum(scores), len(scores))))


@dataclass(frozen=True)
class Agreement:
    """How well two markers agree; `kappa` is None where chance leaves nothing to compare with."""

    pairs: int
    exact: int
    kappa: Fraction | None


def agreement(pairs: Sequence[tuple[int, int]]) -> Agreement:
    """Exact agreement, and Cohen's κ with quadratic weights over the scores in tenths.

    κ = 1 − observed / expected, where observed is the mean squared difference within the pairs and
    expected the mean squared difference of every first score with every second one. Nobody's
    scores, or one and the same score from both all along, leave κ undefined.
    """
    count = len(pairs)
    exact = sum(first == second for first, second in pairs)
    if not count:
        return Agreement(0, 0, None)
    observed = Fraction(sum((a - b) ** 2 for a, b in pairs), count)
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    expected = Fraction(
        sum(a * a for a in first) + sum(b * b for b in second), count
    ) - 2 * Fraction(sum(first), count) * Fraction(sum(second), count)
    return Agreement(count, exact, 1 - observed / expected if expected else None)


def _half_up(tenths: Fraction) -> int:
    return int(tenths + Fraction(1, 2))
