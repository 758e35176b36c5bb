"""The answer area of 找隐患: one picture, then a list of its regions, hazards ticked."""

import re
from collections.abc import Sequence
from fractions import Fraction

from core.comparable import comparable
from question_bank.authoring.choices import (
    Choice,
    check_count,
    check_texts,
    find_answer_area,
)
from question_bank.authoring.lines import Line, text_of
from question_bank.authoring.notes import notes_start
from question_bank.authoring.pictures import Picture, pictures_in
from question_bank.authoring.reading import Content, Reading, check_stem
from question_bank.authoring.report import Report
from question_bank.drafts import OptionDraft
from question_bank.keys import HotspotKey, Region, Shape

SHAPES = {
    "圆": Shape.CIRCLE,
    "圆形": Shape.CIRCLE,
    "矩形": Shape.RECTANGLE,
    "方形": Shape.RECTANGLE,
    "长方形": Shape.RECTANGLE,
    "多边形": Shape.POLYGON,
}
# The parser sees no files: whoever stores the question takes the ratio from the picture.
UNKNOWN_RATIO = Fraction(1)

_SHAPE = re.compile(r"(?P<word>长方形|方形|矩形|圆形|圆|多边形) *(?P<numbers>[-0-9.,、% ]{0,400}):")
_NUMBER = re.compile(r"-?\d{1,4}(?:\.\d{1,4})?")
_FIX = "写成 圆 32%,55%,6%：…、矩形 60%,20%,15%,10%：… 或 多边形 10%,10% 30%,10% 20%,40%：…"


def read_hotspot(reading: Reading) -> Content | None:
    """Read the labels with their regions; None when there is no list of them."""
    report, lines = reading.report, reading.lines
    area = find_answer_area(lines, reading.heading, report)
    if area is None or not area.has_ticks:
        if area is not None:
            fix = "每处写一行：- [x] 圆 32%,55%,6%：灭火器被纸箱挡住"
            report.error(reading.heading, "E201", "没有写隐患的位置", fix)
        reading.take_notes(lines[notes_start(lines) :])
        return None
    reading.take_notes(area.rest)
    check_stem(area.stem, reading)
    regions = [_taken_region(choice, report) for choice in area.choices]
    check_count(len(area.choices), 1, "位置", reading.heading, report)
    check_texts(area.choices, lambda index: f"第 {index + 1} 处", report)
    right = frozenset(n for n, choice in enumerate(area.choices, start=1) if choice.ticked)
    if not right:
        report.error(reading.heading, "E202", "没有打勾的隐患", "把真的隐患改成 - [x]")
    _check_picture(area.stem, area.choices, reading)
    options = tuple(
        OptionDraft(choice.text, bool(choice.ticked), None, choice.feedback, choice.place.number)
        for choice in area.choices
    )
    numbered = tuple((n, region) for n, region in enumerate(regions, start=1) if region)
    return Content(text_of(area.stem), options, HotspotKey(numbered, right, UNKNOWN_RATIO))


def _taken_region(choice: Choice, report: Report) -> Region | None:
    """Take the region off the beginning of a label."""
    first = choice.text_place or choice.place
    if choice.weight_place is not None:
        report.error(choice.weight_place, "E222", "【找隐患】用不到“权重”", "删掉它")
    found = _SHAPE.match(first.folded)
    if found is None:
        report.error(first, "E216", "没有写位置", _FIX)
        return None
    choice.text = choice.text[found.end() :].strip()
    shape = SHAPES[found["word"]]
    numbers = tuple(Fraction(written) for written in _NUMBER.findall(found["numbers"]))
    place = first.piece(found.start("numbers"), found.end("numbers")).stripped()
    problem = _problem(shape, numbers, rest=_NUMBER.sub("", found["numbers"]))
    if problem:
        report.error(place, "E216", problem[0], problem[1])
        return None
    return Region(shape, numbers)


def _problem(shape: Shape, numbers: Sequence[Fraction], *, rest: str) -> tuple[str, str] | None:
    """What is wrong with the numbers of a region, and how to mend it."""
    counts = {Shape.CIRCLE: len(numbers) == 3, Shape.RECTANGLE: len(numbers) == 4}
    is_polygon = len(numbers) >= 6 and len(numbers) % 2 == 0
    if not counts.get(shape, is_polygon) or re.search(r"[-.]", rest):
        return "位置的数看不懂", _FIX
    if shape is Shape.CIRCLE:
        x, y, radius = numbers
        reach, is_flat = [x - radius, x + radius, y], radius <= 0
    elif shape is Shape.RECTANGLE:
        x, y, width, height = numbers
        reach, is_flat = [x, y, x + width, y + height], width <= 0 or height <= 0
    else:
        reach, is_flat = list(numbers), _area(numbers) == 0
    if is_flat:
        return "这个位置没有大小", "半径、宽和高要大于 0"
    if min(reach) < 0 or max(reach) > 100:
        return "位置超出了图片", "按图片的百分比写，0 到 100，左上角是 0,0"
    return None


def _area(numbers: Sequence[Fraction]) -> Fraction:
    """Twice the area of a polygon."""
    corners = list(zip(numbers[::2], numbers[1::2], strict=True))
    turned = [*corners[1:], corners[0]]
    return sum(
        (x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(corners, turned, strict=True)), Fraction(0)
    )


def _check_picture(stem: Sequence[Line], choices: Sequence[Choice], reading: Reading) -> None:
    pictures = list(pictures_in(stem))
    fix = "在位置的列表前面放一张图：![图里有什么](图片/名称.png)"
    if not pictures:
        reading.report.error(reading.heading, "E217", "没有图片", fix)
    elif len(pictures) > 1:
        reading.report.error(pictures[1].place, "E217", "只能有一张图片", "删掉多的图片")
    for picture in pictures[:1]:
        _check_words(picture, choices, reading.report)


def _check_words(picture: Picture, choices: Sequence[Choice], report: Report) -> None:
    """W207 for each label that the description of the picture tells beforehand."""
    alt = comparable(picture.alt)
    for choice in choices:
        label = comparable(choice.text).rstrip("。.")
        if label and label in alt:
            message = f"图片的说明里有“{choice.text}”，等于说出了答案"
            report.warning(picture.place, "W207", message, "说明只写图里有什么，不写隐患")
