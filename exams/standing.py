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
