"""What the shares of the options of a foreign 多选 mean in our rules. Pure."""

from fractions import Fraction

from question_bank.keys import RuleName, ScoringRule

# Foreign formats write a third as 33.33333.
_NEAR = Fraction(1, 1000)


def rounded(share: Fraction) -> Fraction:
    """A percentage that a decimal only comes near to: 33.33333 is a third."""
    for denominator in range(1, 13):
        near = Fraction(round(share / 100 * denominator) * 100, denominator)
        if abs(near - share) < _NEAR:
            return near
    return share


def choice_rule(weights: tuple[Fraction, ...]) -> ScoringRule:
    """The rule of ours that marks as these shares do."""
    right = [weight for weight in weights if weight > 0]
    wrong = [weight for weight in weights if weight <= 0]
    is_even = len(set(right)) == 1 and sum(right) == 100
    if is_even and wrong and all(weight == -right[0] for weight in wrong):
        return ScoringRule(RuleName.RIGHT_MINUS_WRONG)
    if is_even and all(weight <= -100 for weight in wrong):
        return ScoringRule(RuleName.SHARE_PER_OPTION)
    return ScoringRule(RuleName.WEIGHTED)
