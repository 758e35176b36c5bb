"""How a required person stands in an exam, from the person's sittings; pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from exams.definition import Phase
from exams.models import SittingState


class Standing(Enum):
    """未开始、进行中、合格、不合格、缺考."""

    NOT_BEGUN = "not_begun"
    SITTING = "sitting"
    PASSED = "passed"
    FAILED = "failed"
    ABSENT = "absent"


@dataclass(frozen=True)
class TrySummary:
    """One sitting as far as a standing needs it."""

    try_number: int
    state: SittingState
    is_passed: bool | None
    score_tenths: int | None
    started_at: datetime


def standing(tries: tuple[TrySummary, ...], *, phase: Phase) -> Standing:
    """How a person stands: any passed sitting passes; without a sitting, the window decides.

    A sitting that has run out but is not yet closed still counts as running: its mark comes
    within a minute.
    """
    if any(done.is_passed for done in tries):
        return Standing.PASSED
    if any(done.state is SittingState.OPEN for done in tries):
        return Standing.SITTING
    if tries:
        return Standing.FAILED
    return Standing.ABSENT if phase is Phase.CLOSED else Standing.NOT_BEGUN
