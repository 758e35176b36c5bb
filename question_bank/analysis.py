"""Item analysis: how well each item told those who know from those who do not. Pure and exact.

A person's total is the share of the maximum that was presented to them, so that papers with
different items can be compared; the rest is the same without the item. An item that was not
presented to a person is left out: each figure is taken over the persons who met the item. On one
paper for all this is the classic analysis, since a common factor changes no figure.

Sums are exact integers and fractions up to the last division or root, so that "no variance" and
the sign of a covariance are never a matter of rounding. `Sums` of the same item in several exams
add up: covariances are taken within each exam, because totals of different exams say nothing
about each other.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from fractions import Fraction
from math import sqrt
from operator import mul

# Upper and lower group take 27 % each (Kelley 1939), rounded half up.
GROUP_PERCENT = 27


class Reason(Enum):
    """Why a figure cannot be computed."""

    NOBODY = "nobody"
    TOO_FEW_PERSONS = "too_few_persons"
    ONLY_ITEM = "only_item"
    ITEM_WITHOUT_VARIANCE = "item_without_variance"
    REST_WITHOUT_VARIANCE = "rest_without_variance"
    TOTAL_WITHOUT_VARIANCE = "total_without_variance"
    NEGATIVE_COVARIANCE = "negative_covariance"
    NO_COVARIANCE = "no_covariance"


@dataclass(frozen=True)
class Figure:
    """A figure, or the reason why there is none."""

    value: float | None
    reason: Reason | None = None


@dataclass(frozen=True)
class Column:
    """One item: its maximum and what each person who met it got, in the same integer unit.

    A person is a number; at equal totals the lower number stands first.
    """

    id: Hashable
    maximum: int
    points: Mapping[int, int]


@dataclass(frozen=True)
class Sums:
    """What the figures of an item are made of; points as shares of the item's maximum."""

    persons: int = 0
    share: float = 0.0
    # Persons in each of the two groups, and the points of each group.
    group: int = 0
    upper: float = 0.0
    lower: float = 0.0
    # Centred sums of squares and products of item (x) and rest (y), and the largest product that
    # the two sorted columns allow, over those who had a rest.
    paired: int = 0
    xx: float = 0.0
    yy: float = 0.0
    xy: float = 0.0
    most: float = 0.0
    # Effective weight times the persons that it is over.
    weighed: int = 0
    weight: float = 0.0
    negative: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        both = ((getattr(self, f.name), getattr(other, f.name)) for f in fields(self))
        return Sums(*(a + b for a, b in both))


@dataclass(frozen=True)
class ItemResult:
    """The sums of one item, and who stands in its upper and lower group."""

    id: Hashable
    sums: Sums
    upper: frozenset[int]
    lower: frozenset[int]


@dataclass(frozen=True)
class Reliability:
    """Cronbach's α and the standard error of measurement in the unit of the points."""

    persons: int
    alpha: Figure
    sem: Figure


@dataclass(frozen=True)
class OptionCount:
    """How many chose an option: of all, of the upper group, of the lower group."""

    everyone: int
    upper: int
    lower: int


def group_size(persons: int) -> int:
    """27 % of the persons, rounded half up: 0.27 · 50 = 13.5 gives 14."""
    return (GROUP_PERCENT * persons + 50) // 100


def analyse(columns: Sequence[Column]) -> list[ItemResult]:
    """The sums of every item of one table of persons and items, in its order.

    The groups are the first and the last of the persons who met the item, sorted ascending by
    total and then by their number. An item whose covariance with the total is negative has no
    effective weight and counts as 0 in the sum over all items.
    """
    totals = _totals(columns)
    rank = {person: place for place, person in enumerate(_sorted(totals))}
    covariances = [_covariance_with_total(column, totals) for column in columns]
    roots = [sqrt(c) if c is not None and c > 0 else 0.0 for c in covariances]
    whole = sum(roots)
    results = []
    for column, covariance, root in zip(columns, covariances, roots, strict=True):
        result = _item(column, totals, rank)
        persons = len(column.points)
        is_weighed = covariance is not None and covariance >= 0 and whole > 0
        weight = Sums(
            weighed=persons if is_weighed else 0,
            weight=root / whole * persons if is_weighed else 0.0,
            negative=int(covariance is not None and covariance < 0),
        )
        results.append(ItemResult(column.id, result.sums + weight, result.upper, result.lower))
    return results


def facility(sums: Sums) -> Figure:
    """The mean in shares of the maximum."""
    if not sums.persons:
        return Figure(None, Reason.NOBODY)
    return Figure(sums.share / sums.persons)


def discrimination_index(sums: Sums) -> Figure:
    """Mean of the upper group minus mean of the lower group, in shares of the maximum."""
    if not sums.group:
        return Figure(None, Reason.TOO_FEW_PERSONS)
    return Figure((sums.upper - sums.lower) / sums.group)


def point_biserial(sums: Sums) -> Figure:
    """Pearson's correlation of the item with the rest."""
    reason = _no_correlation(sums)
    if reason:
        return Figure(None, reason)
    return Figure(max(-1.0, min(1.0, sums.xy / sqrt(sums.xx * sums.yy))))


def discriminative_efficiency(sums: Sums) -> Figure:
    """The covariance of item and rest in parts of the largest possible one; at most 1."""
    reason = _no_correlation(sums)
    if reason:
        return Figure(None, reason)
    return Figure(min(1.0, sums.xy / sums.most))


def effective_weight(sums: Sums) -> Figure:
    """The item's part in the spread of the totals, from 0 to 1."""
    if sums.weighed:
        return Figure(sums.weight / sums.weighed)
    if sums.negative:
        return Figure(None, Reason.NEGATIVE_COVARIANCE)
    return Figure(None, Reason.TOO_FEW_PERSONS if sums.persons < 2 else Reason.NO_COVARIANCE)


FIGURES = {
    "facility": facility,
    "discrimination_index": discrimination_index,
    "point_biserial": point_biserial,
    "discriminative_efficiency": discriminative_efficiency,
    "effective_weight": effective_weight,
}


def figures(sums: Sums) -> dict[str, Figure]:
    """Every figure of an item by its name."""
    return {name: compute(sums) for name, compute in FIGURES.items()}


def reliability(places: Sequence[Sequence[int]]) -> Reliability:
    """α and error of measurement of complete papers: one sequence a place, persons in one order.

    Variances are sample variances (n − 1). α may be negative; the error is then larger than the
    standard deviation.
    """
    persons = len(places[0]) if places else 0
    if len(places) < 2:
        return Reliability(persons, *[Figure(None, Reason.ONLY_ITEM)] * 2)
    if persons < 2:
        return Reliability(persons, *[Figure(None, Reason.TOO_FEW_PERSONS)] * 2)
    totals = [sum(points) for points in zip(*places, strict=True)]
    spread = _variance(totals)
    if spread == 0:
        return Reliability(persons, *[Figure(None, Reason.TOTAL_WITHOUT_VARIANCE)] * 2)
    parts = sum((_variance(points) for points in places), Fraction(0))
    alpha = Fraction(len(places), len(places) - 1) * (1 - parts / spread)
    return Reliability(persons, Figure(float(alpha)), Figure(sqrt(spread * (1 - alpha))))


def table_reliability(columns: Sequence[Column]) -> Reliability:
    """α over the persons who met every item of the table."""
    if not columns:
        return reliability([])
    complete = sorted(set.intersection(*(set(column.points) for column in columns)))
    return reliability([[column.points[person] for person in complete] for column in columns])


def option_counts(
    choices: Iterable[tuple[int, Collection[Hashable]]],
    *,
    upper: Collection[int],
    lower: Collection[int],
) -> dict[Hashable, OptionCount]:
    """How often each option was chosen, from (person, chosen options)."""
    counts: dict[Hashable, list[int]] = {}
    for person, chosen in choices:
        for option in chosen:
            count = counts.setdefault(option, [0, 0, 0])
            count[0] += 1
            count[1] += person in upper
            count[2] += person in lower
    return {option: OptionCount(*count) for option, count in counts.items()}


def shares_by_group(
    column: Column, group_of: Mapping[int, Hashable]
) -> dict[Hashable, tuple[int, float]]:
    """Per group, such as a team: how many met the item, and the sum of their shares."""
    sums: dict[Hashable, list[int]] = {}
    for person, points in column.points.items():
        group = sums.setdefault(group_of.get(person), [0, 0])
        group[0] += 1
        group[1] += points
    return {group: (count, points / column.maximum) for group, (count, points) in sums.items()}


def median_of_counts(counts: Mapping[int, int]) -> float | None:
    """The median of values that are stored as {value: how often}; None of nothing."""
    whole = sum(counts.values())
    if not whole:
        return None
    middle: list[int] = []
    passed = 0
    for value in sorted(counts):
        passed += counts[value]
        if not middle and passed >= (whole + 1) // 2:
            middle.append(value)
        if passed >= whole // 2 + 1:
            middle.append(value)
            break
    return sum(middle) / len(middle)


def _totals(columns: Sequence[Column]) -> dict[int, tuple[int, int]]:
    """Points and maximum of what was presented to each person."""
    totals: dict[int, tuple[int, int]] = {}
    for column in columns:
        for person, points in column.points.items():
            got, most = totals.get(person, (0, 0))
            totals[person] = (got + points, most + column.maximum)
    return totals


def _sorted(totals: Mapping[int, tuple[int, int]]) -> list[int]:
    """Persons ascending by their share of what was presented, then by number."""
    if len({most for _, most in totals.values()}) <= 1:
        return sorted(totals, key=lambda person: (totals[person][0], person))
    return sorted(totals, key=lambda person: (Fraction(*totals[person]), person))


def _no_correlation(sums: Sums) -> Reason | None:
    if sums.persons < 2:
        return Reason.TOO_FEW_PERSONS if sums.persons else Reason.NOBODY
    if sums.paired < 2:
        return Reason.ONLY_ITEM
    if sums.xx == 0:
        return Reason.ITEM_WITHOUT_VARIANCE
    return Reason.REST_WITHOUT_VARIANCE if sums.yy == 0 else None


def _item(
    column: Column, totals: Mapping[int, tuple[int, int]], rank: Mapping[int, int]
) -> ItemResult:
    points, maximum = column.points, column.maximum
    size = group_size(len(points))
    ranked = sorted(points, key=rank.__getitem__)
    lower, upper = ranked[:size], ranked[len(ranked) - size :]
    pairs = [
        (got, totals[person][0] - got, totals[person][1] - maximum)
        for person, got in points.items()
        if totals[person][1] > maximum
    ]
    products = _products(pairs)
    sums = Sums(
        persons=len(points),
        share=sum(points.values()) / maximum,
        group=size,
        upper=sum(points[person] for person in upper) / maximum,
        lower=sum(points[person] for person in lower) / maximum,
        paired=len(pairs),
        xx=float(products.xx / maximum**2),
        yy=float(products.yy),
        xy=float(products.xy / maximum),
        most=float(_largest_product(pairs, products) / maximum),
    )
    return ItemResult(column.id, sums, frozenset(upper), frozenset(lower))


@dataclass(frozen=True)
class _Products:
    """Means and centred sums of squares and products of x and y = numerator / denominator."""

    mean_product: Fraction = Fraction(0)
    xx: Fraction = Fraction(0)
    yy: Fraction = Fraction(0)
    xy: Fraction = Fraction(0)


def _products(pairs: Sequence[tuple[int, int, int]]) -> _Products:
    if not pairs:
        return _Products()
    groups: dict[int, tuple[list[int], list[int]]] = {}
    for x, numerator, denominator in pairs:
        xs, ys = groups.setdefault(denominator, ([], []))
        xs.append(x)
        ys.append(numerator)
    sum_x = sum(x for x, _, _ in pairs)
    sum_xx = sum(x * x for x, _, _ in pairs)
    sum_y = sum_yy = sum_xy = Fraction(0)
    for denominator, (xs, ys) in groups.items():
        sum_y += Fraction(sum(ys), denominator)
        sum_yy += Fraction(sum(map(mul, ys, ys)), denominator * denominator)
        sum_xy += Fraction(sum(map(mul, xs, ys)), denominator)
    mean_product = sum_x * sum_y / len(pairs)
    return _Products(
        mean_product=mean_product,
        xx=sum_xx - Fraction(sum_x * sum_x, len(pairs)),
        yy=sum_yy - sum_y * sum_y / len(pairs),
        xy=sum_xy - mean_product,
    )


def _largest_product(pairs: Sequence[tuple[int, int, int]], products: _Products) -> Fraction:
    """The centred sum of products when the highest points meet the highest rests."""
    xs = sorted(x for x, _, _ in pairs)
    denominators = {denominator for _, _, denominator in pairs}
    if len(denominators) == 1:
        ys = sorted(numerator for _, numerator, _ in pairs)
        return Fraction(sum(map(mul, xs, ys)), denominators.pop()) - products.mean_product
    shares = sorted(Fraction(n, d) for _, n, d in pairs)
    return sum(map(mul, xs, shares), Fraction(0)) - products.mean_product


def _covariance_with_total(
    column: Column, totals: Mapping[int, tuple[int, int]]
) -> Fraction | None:
    """Sample covariance of the item's points with the total; None below two persons."""
    if len(column.points) < 2:
        return None
    pairs = [(got, *totals[person]) for person, got in column.points.items()]
    return _products(pairs).xy / (len(pairs) - 1)


def _variance(values: Sequence[int]) -> Fraction:
    """The sample variance."""
    whole = sum(values)
    squares = sum(map(mul, values, values))
    centred: Fraction = squares - Fraction(whole * whole, len(values))
    return centred / (len(values) - 1)
