"""Marks of orderings, matchings and pictures with hazards: by example, and what always holds."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.marking import (
    ALL_OR_NOTHING,
    Chosen,
    Matched,
    Ordered,
    Spotted,
    Written,
    WrongKind,
    mark,
    rule_for,
)
from exams.spots import found, lies_in
from question_bank.keys import (
    HotspotKey,
    MatchKey,
    OrderKey,
    Region,
    RubricKey,
    RuleName,
    ScoringRule,
    Shape,
)

POSITION = ScoringRule(RuleName.SHARE_PER_POSITION)
NEIGHBOUR = ScoringRule(RuleName.SHARE_PER_NEIGHBOUR)
PAIR = ScoringRule(RuleName.SHARE_PER_PAIR)
SPOT = ScoringRule(RuleName.SHARE_PER_SPOT)
MISS = ScoringRule(RuleName.MINUS_PER_MISS, 5)
HALF = ScoringRule(RuleName.HALF_IF_PARTIAL)

FIVE = OrderKey((11, 12, 13, 14, 15))
THREE = MatchKey(((1, 21), (2, 22), (3, 21)))


def circle(*numbers: object) -> Region:
    return Region(Shape.CIRCLE, tuple(Fraction(str(number)) for number in numbers))


def rectangle(*numbers: object) -> Region:
    return Region(Shape.RECTANGLE, tuple(Fraction(str(number)) for number in numbers))


# Hazards 1 and 2 overlap between x 40 and 50; 3 stands alone; 4 is none.
PICTURE = HotspotKey(
    (
        (1, rectangle(10, 10, 40, 40)),
        (2, rectangle(40, 10, 40, 40)),
        (3, circle(20, 80, 10)),
        (4, rectangle(60, 60, 30, 30)),
    ),
    frozenset({1, 2, 3}),
    Fraction(1),
)


def spotted(*points: tuple[object, object]) -> Spotted:
    return Spotted(tuple((Fraction(str(x)), Fraction(str(y))) for x, y in points))


@pytest.mark.parametrize(
    ("given_order", "rule", "expected"),
    [
        ((11, 12, 13, 14, 15), ALL_OR_NOTHING, 40),
        ((11, 12, 13, 15, 14), ALL_OR_NOTHING, 0),
        ((11, 12, 13, 15, 14), POSITION, 24),
        ((11, 12, 13, 15, 14), NEIGHBOUR, 20),
        ((12, 13, 14, 15, 11), POSITION, 0),
        ((12, 13, 14, 15, 11), NEIGHBOUR, 30),
        ((15, 14, 13, 12, 11), POSITION, 8),
        ((15, 14, 13, 12, 11), NEIGHBOUR, 0),
    ],
)
def test_an_order_is_marked_by_place_or_by_neighbours(
    given_order: tuple[int, ...], rule: ScoringRule, expected: int
) -> None:
    assert mark(FIVE, Ordered(given_order), points_tenths=40, rule=rule) == expected


@pytest.mark.parametrize(
    ("pairs", "rule", "expected"),
    [
        (((1, 21), (2, 22), (3, 21)), ALL_OR_NOTHING, 30),
        (((1, 21), (2, 22)), ALL_OR_NOTHING, 0),
        (((1, 21), (2, 22)), PAIR, 20),
        (((1, 22), (2, 21), (3, 21)), PAIR, 10),
        ((), PAIR, 0),
    ],
)
def test_pairs_are_marked_together_or_one_by_one(
    pairs: tuple[tuple[int, int], ...], rule: ScoringRule, expected: int
) -> None:
    assert mark(THREE, Matched(pairs), points_tenths=30, rule=rule) == expected


@pytest.mark.parametrize(
    ("reply", "rule", "expected"),
    [
        (spotted((20, 20), (70, 20), (20, 80)), ALL_OR_NOTHING, 30),
        (spotted((20, 20), (70, 20), (70, 70)), ALL_OR_NOTHING, 0),
        (spotted((20, 20), (70, 20), (70, 70)), SPOT, 20),
        (spotted((20, 20), (70, 20), (70, 70)), MISS, 15),
        (spotted((70, 70), (99, 99), (0, 0)), MISS, 0),
        # The point in both hazards counts for the one that no other point found.
        (spotted((45, 20), (20, 20)), SPOT, 20),
        (spotted((45, 20)), SPOT, 10),
        # Two points in one hazard find it once, and the second is no miss.
        (spotted((20, 80), (21, 80)), MISS, 10),
        (Spotted(option_ids=frozenset({1, 2, 3})), ALL_OR_NOTHING, 30),
        (Spotted(option_ids=frozenset({1, 4})), MISS, 5),
    ],
)
def test_hazards_are_marked_one_by_one(reply: Spotted, rule: ScoringRule, expected: int) -> None:
    assert mark(PICTURE, reply, points_tenths=30, rule=rule) == expected


def test_more_points_than_hazards_do_not_count() -> None:
    reply = spotted((99, 1), (99, 2), (99, 3), (20, 20), (70, 20), (20, 80))

    assert mark(PICTURE, reply, points_tenths=30, rule=SPOT) == 0


def test_a_circle_is_round_in_a_wide_picture() -> None:
    wide = Fraction(1, 2)
    region = circle(50, 50, 10)

    def at(x: object, y: object) -> bool:
        return lies_in(region, (Fraction(str(x)), Fraction(str(y))), ratio=wide)

    assert at(60, 50)
    assert not at("60.1", 50)
    # Ten hundredths of the width are twenty of the height.
    assert at(50, 70)
    assert not at(50, "70.1")
    assert at(56, 66)
    assert not at("56.1", 66)


def test_the_edge_and_the_corners_of_a_polygon_belong_to_it() -> None:
    corners = (10, 10, 50, 10, 50, 50, 30, 30, 10, 50)
    region = Region(Shape.POLYGON, tuple(Fraction(number) for number in corners))

    def at(x: int, y: int) -> bool:
        return lies_in(region, (Fraction(x), Fraction(y)), ratio=Fraction(1))

    assert all(at(x, y) for x, y in ((10, 10), (30, 10), (50, 50), (30, 30), (12, 40), (48, 40)))
    assert not any(at(x, y) for x, y in ((9, 10), (30, 31), (30, 45), (51, 20), (30, 9)))


def test_a_rule_of_another_type_means_all_or_nothing() -> None:
    assert rule_for(FIVE, own=PAIR) == ALL_OR_NOTHING
    assert rule_for(THREE, own=PAIR) == PAIR
    assert rule_for(PICTURE, own=None, exam=HALF) == ALL_OR_NOTHING
    assert rule_for(PICTURE, own=MISS, exam=HALF) == MISS


def test_no_machine_marks_a_written_answer() -> None:
    with pytest.raises(WrongKind):
        mark(RubricKey((), None), Written("报告"), points_tenths=10, rule=ALL_OR_NOTHING)
    with pytest.raises(WrongKind):
        mark(FIVE, Chosen(frozenset({11})), points_tenths=10, rule=ALL_OR_NOTHING)


ORDERS = st.integers(min_value=3, max_value=8).flatmap(
    lambda count: st.permutations(list(range(1, count + 1)))
)
PERCENT = st.decimals(min_value=0, max_value=100, places=1).map(lambda d: Fraction(str(d)))
POINTS = st.lists(st.tuples(PERCENT, PERCENT), max_size=6).map(tuple)
TENTHS = st.integers(min_value=1, max_value=200)


@given(ORDERS, TENTHS, st.sampled_from([ALL_OR_NOTHING, POSITION, NEIGHBOUR]))
def test_only_the_right_order_earns_everything(
    order: list[int], tenths: int, rule: ScoringRule
) -> None:
    key = OrderKey(tuple(sorted(order)))

    score = mark(key, Ordered(tuple(order)), points_tenths=tenths, rule=rule)

    assert 0 <= score <= tenths
    if tuple(order) == key.item_ids:
        assert score == tenths
    elif rule is ALL_OR_NOTHING:
        assert score == 0
    else:
        kept = (
            sum(one == other for one, other in zip(order, key.item_ids, strict=True))
            if rule is POSITION
            else sum(second == first + 1 for first, second in pairwise(order))
        )
        whole = len(order) if rule is POSITION else len(order) - 1
        assert score == int(Fraction(tenths * kept, whole) + Fraction(1, 2))


@given(POINTS, TENTHS, st.sampled_from([ALL_OR_NOTHING, SPOT, MISS]))
def test_a_picture_is_marked_between_nothing_and_everything(
    points: tuple[tuple[Fraction, Fraction], ...], tenths: int, rule: ScoringRule
) -> None:
    result = found(PICTURE, points, frozenset())
    score = mark(PICTURE, Spotted(points), points_tenths=tenths, rule=rule)

    assert 0 <= score <= tenths
    assert len(result.hazards) + result.misses <= min(len(points), 3)
    for hazard, at in result.hazards.items():
        assert at is not None
        region = dict(PICTURE.regions)[hazard]
        assert lies_in(region, points[at], ratio=PICTURE.ratio)
    assert len(set(result.hazards.values())) == len(result.hazards)
    if len(result.hazards) == 3:
        assert score == tenths
    elif rule is ALL_OR_NOTHING:
        assert score == 0


@given(POINTS.filter(lambda points: len(points) < 3), PERCENT, PERCENT)
def test_one_more_point_never_finds_less(
    points: tuple[tuple[Fraction, Fraction], ...], x: Fraction, y: Fraction
) -> None:
    before = mark(PICTURE, Spotted(points), points_tenths=30, rule=SPOT)

    assert mark(PICTURE, Spotted((*points, (x, y))), points_tenths=30, rule=SPOT) >= before


@given(st.dictionaries(st.sampled_from([1, 2, 3]), st.sampled_from([21, 22, 23])), TENTHS)
def test_each_right_pair_earns_its_share(chosen: dict[int, int], tenths: int) -> None:
    right = sum(chosen.get(premise) == option for premise, option in THREE.pairs)

    score = mark(THREE, Matched(tuple(chosen.items())), points_tenths=tenths, rule=PAIR)

    assert score == int(Fraction(tenths * right, 3) + Fraction(1, 2))
