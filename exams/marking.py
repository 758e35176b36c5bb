"""Score and verdict from a key and a reply; pure and exact.

A question's score is an exact fraction of its points, rounded half up once to a tenth of a point.
The paper's score is the sum of these and is not rounded again; it passes from the pass mark on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from exams import spots
from exams.pairing import paired
from question_bank.answers import accepts_any
from question_bank.keys import (
    AnswerKey,
    BlankKey,
    BlanksKey,
    ChoiceKey,
    HotspotKey,
    MatchKey,
    OrderKey,
    RuleName,
    ScoringRule,
    VerdictKey,
)

ALL_OR_NOTHING = ScoringRule(RuleName.ALL_OR_NOTHING)
SHARE_PER_BLANK = ScoringRule(RuleName.SHARE_PER_BLANK)
BLANK_RULES = frozenset({RuleName.ALL_OR_NOTHING, RuleName.SHARE_PER_BLANK})
# Rules for part marks that only one kind of question can have.
_RULES_OF: dict[type, frozenset[RuleName]] = {
    OrderKey: frozenset({RuleName.SHARE_PER_POSITION, RuleName.SHARE_PER_NEIGHBOUR}),
    MatchKey: frozenset({RuleName.SHARE_PER_PAIR}),
    HotspotKey: frozenset({RuleName.SHARE_PER_SPOT, RuleName.MINUS_PER_MISS}),
}


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


@dataclass(frozen=True)
class Ordered:
    """The ids of the items in the order chosen."""

    item_ids: tuple[int, ...]


@dataclass(frozen=True)
class Matched:
    """(premise id, option id) for every premise that was given an option."""

    pairs: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Written:
    """A text that only a person can mark."""

    text: str


@dataclass(frozen=True)
class Spotted:
    """Points set in a picture, in percent of it, or the labels that were ticked instead."""

    points: tuple[tuple[Fraction, Fraction], ...] = ()
    option_ids: frozenset[int] = frozenset()


# None: the question was left open.
Response = Chosen | Judged | Filled | Ordered | Matched | Written | Spotted | None


class WrongKind(TypeError):
    """A reply of another kind than the question, such as a text for a choice."""


def rule_for(
    key: AnswerKey, *, own: ScoringRule | None, exam: ScoringRule = ALL_OR_NOTHING
) -> ScoringRule:
    """The rule that counts: the question's own, else the exam's, else all or nothing.

    The exam's rule speaks of options to tick; blanks without a rule of their own are marked 每空,
    the other types all or nothing. A weighted rule needs weights; where there are none, the
    question is all or nothing.
    """
    if own is not None and own.name in _RULES_OF.get(type(key), ()):
        return own
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
    elif isinstance(key, OrderKey) and isinstance(response, Ordered):
        exact = _order_share(key, response.item_ids, rule) * points
    elif isinstance(key, MatchKey) and isinstance(response, Matched):
        exact = _match_share(key, response.pairs, rule) * points
    elif isinstance(key, HotspotKey) and isinstance(response, Spotted):
        exact = _spot_points(key, response, points, rule)
    else:
        raise WrongKind(f"{type(response).__name__} for {type(key).__name__}")
    return _half_up(min(max(exact, Fraction(0)), points))


def paper_score(scores_tenths: Iterable[int]) -> int:
    """The sum of the questions' scores; nothing is rounded here."""
    return sum(scores_tenths)


def is_passed(score_tenths: int, *, pass_mark_tenths: int, missed: int = 0) -> bool:
    """Whether a score passes: the pass mark itself does, a missed must-pass question never."""
    return score_tenths >= pass_mark_tenths and not missed


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
        earned |= set(paired(heaviest_first, fits))
    return tuple(index in earned for index in range(len(key.blanks)))


def _order_share(key: OrderKey, given: Sequence[int], rule: ScoringRule) -> Fraction:
    """The share of an ordering: 按位 counts items in place, 相邻 right pairs of neighbours."""
    right = key.item_ids
    if tuple(given) == right:
        return Fraction(1)
    if rule.name is RuleName.SHARE_PER_POSITION:
        in_place = sum(one == other for one, other in zip(right, given, strict=False))
        return Fraction(in_place, len(right))
    if rule.name is RuleName.SHARE_PER_NEIGHBOUR:
        neighbours = set(pairwise(right))
        return Fraction(sum(pair in neighbours for pair in pairwise(given)), len(neighbours))
    return Fraction(0)


def _match_share(key: MatchKey, given: Sequence[tuple[int, int]], rule: ScoringRule) -> Fraction:
    """The share of a matching: 每对 counts the premises with their own option."""
    right = len(set(given) & set(key.pairs))
    if right == len(key.pairs):
        return Fraction(1)
    is_shared = rule.name is RuleName.SHARE_PER_PAIR
    return Fraction(right, len(key.pairs)) if is_shared else Fraction(0)


def _spot_points(
    key: HotspotKey, response: Spotted, points: Fraction, rule: ScoringRule
) -> Fraction:
    """Points of a hotspot question; every hazard found and nothing else earns all of them.

    | rule     | each hazard found | each point beside all hazards |
    |----------|-------------------|-------------------------------|
    | 全对     | –                 | –                             |
    | 每处     | its share         | 0                             |
    | 错点扣n  | its share         | −n                            |
    """
    found = spots.found(key, response.points, response.option_ids)
    if len(found.hazards) == len(key.right) and not found.misses:
        return points
    share = points * len(found.hazards) / len(key.right)
    if rule.name is RuleName.SHARE_PER_SPOT:
        return share
    if rule.name is RuleName.MINUS_PER_MISS:
        return share - found.misses * (rule.tenths or 0)
    return Fraction(0)
