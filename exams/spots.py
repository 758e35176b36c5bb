"""Which hazards of a picture were found; pure and exact."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from exams.pairing import paired
from question_bank.keys import HotspotKey, Region, Shape

Point = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Found:
    """The ids of the hazards found, each with the point that found it, and the number of misses.

    A point found by its label has no number. A second point in one hazard is no miss.
    """

    hazards: dict[int, int | None]
    misses: int


def found(key: HotspotKey, points: Sequence[Point], option_ids: frozenset[int]) -> Found:
    """Give each point to at most one hazard, so that as many hazards as possible are found."""
    if option_ids:
        return Found(dict.fromkeys(sorted(option_ids & key.right)), len(option_ids - key.right))
    # More points than hazards would be fishing.
    counted = points[: len(key.right)]
    hazards = [(number, region) for number, region in key.regions if number in key.right]
    fits = {
        number: [i for i, point in enumerate(counted) if lies_in(region, point, ratio=key.ratio)]
        for number, region in hazards
    }
    hits = {index for inside in fits.values() for index in inside}
    hazard_points = paired([number for number, _region in hazards], fits)
    return Found(dict(hazard_points), len(counted) - len(hits))


def lies_in(region: Region, point: Point, *, ratio: Fraction) -> bool:
    """Whether a point lies in a region, its edge included.

    `ratio` is the height of the picture divided by its width: a radius is a share of the width,
    so that a circle is round in every picture.
    """
    x, y = point
    numbers = region.numbers
    if region.shape is Shape.CIRCLE:
        across, down = x - numbers[0], (y - numbers[1]) * ratio
        return across * across + down * down <= numbers[2] * numbers[2]
    if region.shape is Shape.RECTANGLE:
        left, top, width, height = numbers
        return left <= x <= left + width and top <= y <= top + height
    return _lies_in_polygon(list(zip(numbers[::2], numbers[1::2], strict=True)), point)


def _lies_in_polygon(corners: list[Point], point: Point) -> bool:
    """Count the edges that a ray to the right crosses; an odd number means inside."""
    x, y = point
    is_inside = False
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        turn = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
        if turn == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
            return True
        if (y1 > y) != (y2 > y) and (turn > 0) == (y2 > y1):
            is_inside = not is_inside
    return is_inside
