"""The grades that Moodle's choices may have, and ours as such grades. Pure."""

from fractions import Fraction

from question_bank.formats.exported import ExportedQuestion, right_places
from question_bank.keys import ChoiceKey, RuleName

# Moodle's list: whole parts of a hundred with five places after the point.
_PARTS = (
    *(Fraction(n) for n in (100, 90, 80, 75, 70, 60, 50, 40, 30, 25, 20, 10, 5, 0)),
    *(Fraction(100 * n, d) for n, d in ((5, 6), (2, 3), (1, 3), (1, 6), (1, 7), (1, 8), (1, 9))),
)
GRADES = frozenset({*_PARTS, *(-part for part in _PARTS)})
# Wrong options take everything away where one of them spoils the answer.
ALL_LOST = Fraction(-100)


def shares_of(question: ExportedQuestion) -> tuple[list[Fraction], bool]:
    """The percent of each option of a 多选 and whether summing them marks as our rule does."""
    key = question.draft.key
    assert isinstance(key, ChoiceKey)
    right = set(right_places(question))
    rule = question.draft.rule.name if question.draft.rule else None
    places = range(len(key.option_ids))
    if rule is RuleName.WEIGHTED and key.weights_percent is not None:
        return list(key.weights_percent), True
    each = Fraction(100, max(len(right), 1))
    wrong = -each if rule is RuleName.RIGHT_MINUS_WRONG else ALL_LOST
    shares = [each if place in right else wrong for place in places]
    sums_alike = rule in (RuleName.RIGHT_MINUS_WRONG, RuleName.SHARE_PER_OPTION)
    # With one right option nothing can be half right, and a wrong one takes all away.
    return shares, sums_alike or len(right) == 1


def is_grade(share: Fraction) -> bool:
    return share in GRADES


def nearest_grade(share: Fraction) -> Fraction:
    return min(sorted(GRADES), key=lambda grade: abs(grade - share))
