"""How a required person stands in an exam, from the person's sittings; pure."""

from enum import Enum


class Standing(Enum):
    """未开始、进行中、待阅卷、合格、不合格、缺考."""

    NOT_BEGUN = "not_begun"
    SITTING = "sitting"
    # Handed in, but an answer waits for a person: no verdict yet.
    TO_MARK = "to_mark"
    PASSED = "passed"
    FAILED = "failed"
    ABSENT = "absent"


def standing(
    *, tries: int, is_sitting: bool, is_to_mark: bool, has_passed: bool, is_over: bool
) -> Standing:
    """How a person stands: any passed sitting passes; without a sitting, the window decides.

    A sitting that has run out but is not yet closed still counts as running: its mark comes
    within a minute.
    """
    if has_passed:
        return Standing.PASSED
    if is_sitting:
        return Standing.SITTING
    if is_to_mark:
        return Standing.TO_MARK
    if tries:
        return Standing.FAILED
    return Standing.ABSENT if is_over else Standing.NOT_BEGUN


class Attendance(Enum):
    """What an invigilator sees of a person, each person in exactly one; worst first."""

    # Late answers, or a paper handed in beyond a limit, wait for a decision.
    TO_DECIDE = "to_decide"
    OFFLINE = "offline"
    SITTING = "sitting"
    NOT_COME = "not_come"
    HANDED_IN = "handed_in"

    @property
    def rank(self) -> int:
        """The place in the order in which people are shown."""
        return _RANKS[self]

    @property
    def needs_a_look(self) -> bool:
        """Whether a person should look."""
        return self in (Attendance.TO_DECIDE, Attendance.OFFLINE)


_RANKS = {one: rank for rank, one in enumerate(Attendance)}


def attendance(
    *, has_begun: bool, is_open: bool, is_awaited: bool, is_to_decide: bool, is_silent: bool
) -> Attendance:
    """Where a person stands while the exam runs, from the person's latest sitting.

    A sitting whose page is awaited after the deadline was cut off, so it counts as offline.
    """
    if not has_begun:
        return Attendance.NOT_COME
    if is_to_decide:
        return Attendance.TO_DECIDE
    if is_awaited or (is_open and is_silent):
        return Attendance.OFFLINE
    return Attendance.SITTING if is_open else Attendance.HANDED_IN
