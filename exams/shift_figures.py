"""How the shifts of an exam did beside each other, and on questions that earlier ones saw; pure.

Questions that an earlier shift saw are compared with themselves: what they earned before, and what
they earn now. Where they earn much more, answers may have travelled.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

# A shift of fewer marked papers tells nothing, and neither does one before it.
ENOUGH = 30
# How much more known questions must earn to be worth a look, in ‰.
NOTABLE = 100


@dataclass(frozen=True)
class MarkedSitting:
    """A marked first try with the shift in which it began."""

    shift: tuple[date, int]
    score_tenths: int
    is_passed: bool


@dataclass(frozen=True)
class AskedQuestion:
    """One question of one paper; without a score it was seen, but is not marked."""

    shift: tuple[date, int]
    asked_id: int
    points_tenths: int
    score_tenths: int | None


@dataclass
class _Use:
    papers: int = 0
    points: int = 0
    score: int = 0


@dataclass
class _Shift:
    sittings: int = 0
    passed: int = 0
    score: int = 0
    uses: dict[int, _Use] = field(default_factory=dict)


def compare_shifts(
    sittings: Iterable[MarkedSitting], asked: Iterable[AskedQuestion]
) -> list[dict[str, Any]]:
    """Each shift in order, as JSON data; shares are in ‰, None where there is nothing to share."""
    shifts: dict[tuple[date, int], _Shift] = {}
    for one in sittings:
        shift = shifts.setdefault(one.shift, _Shift())
        shift.sittings += 1
        shift.passed += one.is_passed
        shift.score += one.score_tenths
    for question in asked:
        shift = shifts.setdefault(question.shift, _Shift())
        use = shift.uses.setdefault(question.asked_id, _Use())
        if question.score_tenths is not None:
            use.papers += 1
            use.points += question.points_tenths
            use.score += question.score_tenths
    found = []
    earlier: dict[int, _Use] = {}
    before = 0
    for (began_on, block), shift in sorted(shifts.items()):
        found.append(
            {
                "began_on": began_on.isoformat(),
                "block": block,
                "sittings": shift.sittings,
                "passed": shift.passed,
                "mean_tenths": shift.score / shift.sittings if shift.sittings else None,
                **_shares(shift, earlier),
                "is_enough": shift.sittings >= ENOUGH and before >= ENOUGH,
            }
        )
        before += shift.sittings
        for asked_id, use in shift.uses.items():
            known = earlier.setdefault(asked_id, _Use())
            known.papers += use.papers
            known.points += use.points
            known.score += use.score
    return found


def _shares(shift: _Shift, earlier: Mapping[int, _Use]) -> dict[str, Any]:
    reused = {key: use for key, use in shift.uses.items() if key in earlier}
    fresh = [use for key, use in shift.uses.items() if key not in earlier]
    # Of what was marked both times; each question weighs before as much as it weighs now.
    both = [
        (use, earlier[key]) for key, use in reused.items() if use.points and earlier[key].points
    ]
    weight = sum(use.points for use, _ in both)
    then = sum(use.points * known.score * 1000 // known.points for use, known in both)
    return {
        "reused": len(reused),
        "fresh": len(fresh),
        "reused_share": _permille([use for use, _ in both]),
        "fresh_share": _permille(fresh),
        "earlier_share": then // weight if weight else None,
    }


def _permille(uses: Iterable[_Use]) -> int | None:
    listed = list(uses)
    points = sum(use.points for use in listed)
    return sum(use.score for use in listed) * 1000 // points if points else None
