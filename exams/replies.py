"""From the stored form of a reply to the one that is marked; pure (see `exams.responses`)."""

from fractions import Fraction
from typing import Any

from exams.marking import Chosen, Filled, Judged, Matched, Ordered, Response, Spotted, Written
from question_bank.keys import QuestionType


def response_for_marking(question_type: QuestionType, stored: Any) -> Response:
    """The stored form as the marking rules take it."""
    if stored is None:
        return None
    match question_type:
        case QuestionType.TRUE_FALSE:
            return Judged(stored)
        case QuestionType.FILL_BLANK:
            return Filled(tuple(stored))
        case QuestionType.ORDERING:
            return Ordered(tuple(stored))
        case QuestionType.MATCHING:
            return Matched(tuple((premise, option) for premise, option in stored))
        case QuestionType.SHORT_ANSWER:
            return Written(stored)
        case QuestionType.HOTSPOT:
            points = tuple((_exact(x), _exact(y)) for x, y in stored.get("points", ()))
            return Spotted(points, frozenset(stored.get("options", ())))
    return Chosen(frozenset(stored))


def _exact(number: float) -> Fraction:
    return Fraction(str(number))
