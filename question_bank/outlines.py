"""A picture with the regions of its hazards drawn on it, for those who may see the key.

In units of a hundredth of the picture's width both ways, so that a circle is round.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from question_bank.keys import HotspotKey, Region, Shape

# How far inside its edge the number of a region stands, so that points in its middle hide nothing.
_ROOM = Fraction(7, 2)


@dataclass(frozen=True)
class Outline:
    """One region as SVG takes it: a circle's x, y, r; a rectangle's x, y, w, h; a path's points."""

    shape: str
    numbers: tuple[str, ...]
    number: int
    is_hazard: bool
    # Where its number stands.
    x: str
    y: str


@dataclass(frozen=True)
class OutlinedPicture:
    """The picture, its height, its regions in the author's order, and points set by somebody."""

    url: str
    alt: str
    height: str
    outlines: tuple[Outline, ...]
    points: tuple[tuple[str, str], ...] = ()


def outlined(
    picture: Mapping[str, str], key: HotspotKey, points: Iterable[tuple[Fraction, Fraction]] = ()
) -> OutlinedPicture:
    """Draw the regions of a key on the picture of its version."""
    tall = key.ratio
    return OutlinedPicture(
        url=picture["url"],
        alt=picture["alt"],
        height=_shown(100 * tall),
        outlines=tuple(
            _outline(region, number, option_id in key.right, tall)
            for number, (option_id, region) in enumerate(key.regions, start=1)
        ),
        points=tuple((_shown(x), _shown(y * tall)) for x, y in points),
    )


def _outline(region: Region, number: int, is_hazard: bool, tall: Fraction) -> Outline:
    given = region.numbers
    if region.shape is Shape.CIRCLE:
        x, y, radius = given
        numbers = [x, y * tall, radius]
        place = x, y * tall - radius + min(radius, _ROOM)
    elif region.shape is Shape.RECTANGLE:
        x, y, width, height = given
        numbers = [x, y * tall, width, height * tall]
        place = x + min(width / 2, _ROOM), y * tall + min(height * tall / 2, _ROOM)
    else:
        numbers = [n * tall if i % 2 else n for i, n in enumerate(given)]
        across, down = numbers[::2], numbers[1::2]
        place = sum(across, Fraction(0)) / len(across), sum(down, Fraction(0)) / len(down)
    shown = tuple(_shown(value) for value in numbers)
    return Outline(region.shape.value, shown, number, is_hazard, _shown(place[0]), _shown(place[1]))


def _shown(number: Fraction) -> str:
    return f"{float(number):.6g}"
