"""What the statistics of a question mean, in plain words; pure.

Under 30 sittings nothing is said but that. The limits are those in common use: below 30 % hardly
anybody knows it or the key is wrong, above 95 % it tells nobody from anybody.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

FEW = 30
TOO_HARD = 0.30
TOO_EASY = 0.95


class Verdict(Enum):
    """A sentence about a question, the gravest first."""

    NEGATIVE = "negative"
    TOO_HARD = "too_hard"
    TOO_EASY = "too_easy"
    UNCHOSEN = "unchosen"
    FEW = "few"
    SOUND = "sound"


@dataclass(frozen=True)
class Judgement:
    """A verdict, and for UNCHOSEN the letters of the options that nobody chose."""

    verdict: Verdict
    letters: tuple[str, ...] = ()


def judge(
    *,
    sittings: int,
    facility: float | None,
    point_biserial: float | None,
    unchosen: Sequence[str] = (),
) -> list[Judgement]:
    """Everything that is to be said, the gravest first; a sound question has one verdict too."""
    if sittings < FEW:
        return [Judgement(Verdict.FEW)]
    found = []
    if point_biserial is not None and point_biserial < 0:
        found.append(Judgement(Verdict.NEGATIVE))
    if facility is not None and facility < TOO_HARD:
        found.append(Judgement(Verdict.TOO_HARD))
    if facility is not None and facility > TOO_EASY:
        found.append(Judgement(Verdict.TOO_EASY))
    if unchosen:
        found.append(Judgement(Verdict.UNCHOSEN, tuple(unchosen)))
    return found or [Judgement(Verdict.SOUND)]


def unchosen_letters(
    option_ids: Sequence[int], counts: Iterable[dict[str, Any]], letters: str
) -> list[str]:
    """The letters of options without a single choice; nothing where options were not counted."""
    chosen = {count["option_id"] for count in counts if count["all"]}
    if not chosen:
        return []
    return [letters[at] for at, option in enumerate(option_ids) if option not in chosen]
