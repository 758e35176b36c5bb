"""Score and verdict from a key and a reply; pure and exact.

A question's score is an exact fraction of its points, rounded half up once to a tenth of a point.
The paper's score is the sum of these and is not rounded again; it passes from the pass mark on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from question_bank.answers import accepts_any
from question_bank.keys import (
    AnswerKey,
    BlankKey,
    BlanksKey,
    ChoiceKey,
    RuleName,
    ScoringRule,
    VerdictKey,
)

ALL_OR_NOTHING = ScoringRule(RuleName.ALL_OR_NOTHING)
SHARE_PER_BLANK = ScoringRule(RuleName.SHARE_PER_BLANK)
BLANK_RULES = frozenset({RuleName.ALL_OR_NOTHING, RuleName.SHARE_PER_BLANK})


@dataclass(frozen=True)
class Chosen:
    """The ids of the options that were ticked."""

    option_ids: frozenset[int]


@dataclass(frozen=True)
class Judged:
    """What was said of the statement to be judged."""

    verdict: bool


@dataclass(frozen=True)
class Filled:
    """What was typed into the blanks, in the order of the stem; shorter means left empty."""

    texts: tuple[str, ...]


# None: the question was left open.
Response = Chosen | Judged | Filled | None


class WrongKind(TypeError):
    """A reply of another kind than the question, such as a text for a choice."""


def rule_for(
    key: AnswerKey, *, own: ScoringRule | None, exam: ScoringRule = ALL_OR_NOTHING
) -> ScoringRule:
    """The rule that counts: the question's own, else the exam's, else all or nothing.

    The exam's rule speaks of options; blanks without a rule of their own are marked 每空.
    A weighted rule needs weights; where there are none, the question is all or nothing.
    """
    if isinstance(key, BlanksKey):
        return own if own is not None and own.name in BLANK_RULES else SHARE_PER_BLANK
    rule = own or exam
    if not isinstance(key, ChoiceKey) or rule.name is RuleName.SHARE_PER_BLANK:
        return ALL_OR_NOTHING
    if rule.name is RuleName.WEIGHTED and key.weights_percent is None:
        return ALL_OR_NOTHING
    return rule


def mark(key: AnswerKey, response: Response, *, points_tenths: int, rule: ScoringRule) -> int:
    """The score of one question in tenths of a point, from 0 to its points.

    The rule is taken as `rule_for` gives it. Raises WrongKind if key and reply do not fit.
    """
    if response is None:
        return 0
    points = Fraction(points_tenths)
    if isinstance(key, ChoiceKey) and isinstance(response, Chosen):
        exact = _choice_points(key, response.option_ids, points, rule)
    elif isinstance(key, VerdictKey) and isinstance(response, Judged):
        exact = points if key.verdict is response.verdict else Fraction(0)
    elif isinstance(key, BlanksKey) and isinstance(response, Filled):
        exact = _blank_points(key, response.texts, points, rule)
    else:
        raise WrongKind(f"{type(response).__name__} for {type(key).__name__}")
    return _half_up(min(max(exact, Fraction(0)), points))


def paper_score(scores_tenths: Iterable[int]) -> int:
    """The sum of the questions' scores; nothing is rounded here."""
    return sum(scores_tenths)


def is_passed(score_tenths: int, *, pass_mark_tenths: int) -> bool:
    """Whether a score passes: the pass mark itself does."""
    return score_tenths >= pass_mark_tenths


def _half_up(tenths: Fraction) -> int:
    return int(tenths + Fraction(1, 2))


def _choice_points(
    key: ChoiceKey, chosen: frozenset[int], points: Fraction, rule: ScoringRule
) -> Fraction:
    """Points of a choice; the exact set always earns all of them (questions.md 2.2).

    | rule             | nothing wrong, some missing      | something wrong     |
    |------------------|----------------------------------|---------------------|
    | 全对             | 0                                | 0                   |
    | 少选50%          | half                             | 0                   |
    | 少选n分          | n                                | 0                   |
    | 每项             | its share for each right one     | 0                   |
    | 每项n分          | n for each right one             | 0                   |
    | 对减错           | right − wrong, in shares         | right − wrong       |
    | 按权重           | the sum of the weights           | the sum of the weights |
    """
    if chosen == key.right:
        return points
    right = len(chosen & key.right)
    wrong = len(chosen - key.right)
    share = points / len(key.right)
    if rule.name is RuleName.RIGHT_MINUS_WRONG:
        return (right - wrong) * share
    if rule.name is RuleName.WEIGHTED:
        return _weighted(key, chosen) * points
    if wrong or not right:
        return Fraction(0)
    if rule.name is RuleName.HALF_IF_PARTIAL:
        return points / 2
    if rule.name is RuleName.FIXED_IF_PARTIAL:
        return Fraction(rule.tenths or 0)
    if rule.name is RuleName.SHARE_PER_OPTION:
        return right * share
    if rule.name is RuleName.POINTS_PER_OPTION:
        return Fraction(right * (rule.tenths or 0))
    return Fraction(0)


def _weighted(key: ChoiceKey, chosen: frozenset[int]) -> Fraction:
    weights = zip(key.option_ids, key.weights_percent or (), strict=False)
    return sum((w for option, w in weights if option in chosen), Fraction(0)) / 100


def _blank_points(
    key: BlanksKey, texts: Sequence[str], points: Fraction, rule: ScoringRule
) -> Fraction:
    filled = blanks_right(key, texts)
    if rule.name is RuleName.ALL_OR_NOTHING:
        return points if all(filled) else Fraction(0)
    worth = _worth(key.blanks)
    earned = sum((w for w, is_right in zip(worth, filled, strict=True) if is_right), Fraction(0))
    return points * earned / sum(worth)


def _worth(blanks: Sequence[BlankKey]) -> list[Fraction]:
    """What the blanks weigh against each other: the author's points (2+1+1), else the same."""
    if all(blank.points_tenths for blank in blanks):
        return [Fraction(blank.points_tenths or 0) for blank in blanks]
    return [Fraction(1)] * len(blanks)


def blanks_right(key: BlanksKey, texts: Sequence[str]) -> tuple[bool, ...]:
    """Which blanks are earned, in the order of the stem.

    Blanks of one group may be answered in any order: replies and blanks of the group are paired
    so that the heaviest possible set of blanks is earned, each reply counting once.
    """
    given = [*texts, *[""] * len(key.blanks)][: len(key.blanks)]
    worth = _worth(key.blanks)
    groups: dict[object, list[int]] = {}
    for index, blank in enumerate(key.blanks):
        name = ("alone", index) if blank.group is None else blank.group
        groups.setdefault(name, []).append(index)
    earned: set[int] = set()
    for members in groups.values():
        heaviest_first = sorted(members, key=lambda index: -worth[index])
        fits = {
            blank: [at for at in members if accepts_any(key.blanks[blank].accepted, given[at])]
            for blank in members
        }
        earned |= _paired(heaviest_first, fits)
    return tuple(index in earned for index in range(len(key.blanks)))


def _paired(blanks: Sequence[int], fits: dict[int, list[int]]) -> set[int]:
    """The blanks that get a reply of their own; earlier ones are served first."""
    blank_at: dict[int, int] = {}

    def serve(blank: int, tried: set[int]) -> bool:
        for at in fits[blank]:
            if at in tried:
                continue
            tried.add(at)
            if at not in blank_at or serve(blank_at[at], tried):
                blank_at[at] = blank
                return True
        return False

    return {blank for blank in blanks if serve(blank, set())}
