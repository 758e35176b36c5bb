"""What this package announces."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True)
class SittingClosed(Event):
    """No answer can be added to a sitting any more; told before the result is."""

    sitting_id: int


@dataclass(frozen=True)
class SittingMarked(Event):
    """A sitting has its result, whether handed in or closed at its deadline."""

    sitting_id: int
    exam_id: int
    user_id: int
    is_passed: bool


@dataclass(frozen=True)
class SittingRemarked(Event):
    """The result of a sitting is another than the one told before, by a person's decision."""

    sitting_id: int
    exam_id: int
    user_id: int
    was_passed: bool
    # None while an answer waits for a person: the result is told by SittingMarked then.
    is_passed: bool | None
    # Why, in the words of the person who decided.
    reason: str = ""


@dataclass(frozen=True)
class ResitFailed(Event):
    """The last resit of an exam that proposes 待岗 was not passed; told again if marked again."""

    sitting_id: int
    exam_id: int
    user_id: int


@dataclass(frozen=True)
class ExamCopied(Event):
    """A draft was made from another exam; what other packages hang on an exam may follow."""

    from_exam_id: int
    exam_id: int
