"""How a required person stands in an exam, from the person's sittings; pure."""

from enum import Enum


class Standing(Enum):
    """未开始、进行中、合格、不合格、缺考."""

    NOT_BEGUN = "not_begun"
    SITTING = "sitting"
    PASSED = "passed"
    FAILED = "failed"
    ABSENT = "absent"


def standing(*, tries: int, is_sitting: bool, has_passed: bool, is_over: bool) -> Standing:
    """How a person stands: any passed sitting passes; without a sitting, the window decides.

    A sitting that has run out but is not yet closed still counts as running: its mark comes
    within a minute.
    """
    if has_passed:
        return Standing.PASSED
    if is_sitting:
        return Standing.SITTING
    if tries:
        return Standing.FAILED
    return Standing.ABSENT if is_over else Standing.NOT_BEGUN
