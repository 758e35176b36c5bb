"""What the marks that people gave an answer come to, computed once more from the chain; pure.

The chain holds for each released answer who gave how much in which round with which scoring points
(采分点), and by which rule two marks are brought together. What follows from these is computed
again; what only a person knows, such as a score of one's own, is taken as recorded and said so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exams.hand_marking import MarkRound, TaskState, ruling, ticked_tenths
from question_bank.keys import ScoringPoint

# Where the chain does not say how two marks are brought together, any two of them are.
ANY_DIFFERENCE = 100


@dataclass(frozen=True)
class MarksAgain:
    """What the marks of one answer come to.

    `tenths` is None where they come to nothing, such as two marks that differ too much without an
    adjudicator's. `own_scores` counts the marks that no scoring points explain.
    """

    tenths: int | None
    own_scores: int
    # Two marks were brought together as their mean because no entry says how far apart they may be.
    is_mean_assumed: bool
    # Whether marks are possible at all: points that exist, a score within the question's points,
    # two markers who are two persons.
    are_possible: bool

    def fits(self, recorded: int | None) -> bool:
        """Whether the outcome that the chain names follows from its marks."""
        return self.are_possible and self.tenths is not None and self.tenths == recorded


def rule_as_data(*, marker_count: int, max_difference_percent: int) -> dict[str, int]:
    """How an exam brings marks together, as the chain tells it."""
    return {"markers": marker_count, "max_difference_percent": max_difference_percent}


def marks_again(
    given: Sequence[Sequence[Any]],
    rubric: Sequence[ScoringPoint],
    *,
    points_tenths: int,
    rule: Mapping[str, int] | None,
) -> MarksAgain:
    """Compute what marks, as `[marker, round, tenths, points]` each, come to.

    Without a rule, which older entries do not name, as many markers are expected as there are, and
    their mean counts however far they are apart.
    """
    rounds = {MarkRound(round_): tenths for _marker, round_, tenths, _points in given}
    markers = [one[0] for one in given if MarkRound(one[1]) is not MarkRound.ADJUDICATOR]
    found = ruling(
        rounds,
        marker_count=rule["markers"] if rule else max(len(markers), 1),
        max_difference_percent=rule["max_difference_percent"] if rule else ANY_DIFFERENCE,
        points_tenths=points_tenths,
    )
    possible = [_is_possible(one, rubric, points_tenths) for one in given]
    own = [
        not rubric or tenths != ticked_tenths(rubric, points, points_tenths=points_tenths)
        for (_marker, _round, tenths, points), is_possible in zip(given, possible, strict=True)
        if is_possible
    ]
    return MarksAgain(
        tenths=found.tenths if found.state is TaskState.MARKED else None,
        own_scores=sum(own),
        is_mean_assumed=rule is None and len(rounds) > 1 and MarkRound.ADJUDICATOR not in rounds,
        are_possible=all(possible)
        and len(set(markers)) == len(markers)
        and len(rounds) == len(given),
    )


def _is_possible(one: Sequence[Any], rubric: Sequence[ScoringPoint], points_tenths: int) -> bool:
    _marker, _round, tenths, points = one
    return 0 <= tenths <= points_tenths and set(points) <= set(range(1, len(rubric) + 1))
