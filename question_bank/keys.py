"""The scored part of a question as plain data: its type, its key and its rule for part marks.

Exams mark with these classes. They know neither the database nor the text they came from; blanks
go through `blank_as_data` and `blank_from_data` into the JSON of a version and come back equal.
"""

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Any

from question_bank.answers import AcceptedForm, NumberForm, TextForm


class QuestionType(Enum):
    """The kinds of question that an exam can hold."""

    SINGLE_CHOICE = "single_choice"
    MULTIPLE_CHOICE = "multiple_choice"
    TRUE_FALSE = "true_false"
    FILL_BLANK = "fill_blank"
    ORDERING = "ordering"
    MATCHING = "matching"
    SHORT_ANSWER = "short_answer"
    CASE_ANALYSIS = "case_analysis"
    HOTSPOT = "hotspot"


class RuleName(Enum):
    """How part of a question earns part of its points; the author's words stand beside."""

    ALL_OR_NOTHING = "all_or_nothing"  # 全对
    HALF_IF_PARTIAL = "half_if_partial"  # 少选50%
    FIXED_IF_PARTIAL = "fixed_if_partial"  # 少选n分
    SHARE_PER_OPTION = "share_per_option"  # 每项
    POINTS_PER_OPTION = "points_per_option"  # 每项n分
    RIGHT_MINUS_WRONG = "right_minus_wrong"  # 对减错
    WEIGHTED = "weighted"  # 按权重
    SHARE_PER_BLANK = "share_per_blank"  # 每空
    SHARE_PER_POSITION = "share_per_position"  # 按位
    SHARE_PER_NEIGHBOUR = "share_per_neighbour"  # 相邻
    SHARE_PER_PAIR = "share_per_pair"  # 每对
    SHARE_PER_SPOT = "share_per_spot"  # 每处
    MINUS_PER_MISS = "minus_per_miss"  # 错点扣n


@dataclass(frozen=True)
class ScoringRule:
    """A rule and, for 少选n分, 每项n分 and 错点扣n, its n in tenths of a point."""

    name: RuleName
    tenths: int | None = None


@dataclass(frozen=True)
class ChoiceKey:
    """The ids of the options in the author's order, and which of them are right.

    A draft numbers its options from 1; a stored version has the ids that its options keep from
    version to version. `weights_percent` follows `option_ids` when the author wrote weights:
    those of the right options sum to 100, a wrong option has 0 or less (−100 when left out).
    """

    option_ids: tuple[int, ...]
    right: frozenset[int]
    weights_percent: tuple[Fraction, ...] | None = None


@dataclass(frozen=True)
class VerdictKey:
    """Whether the statement to be judged is true."""

    verdict: bool


@dataclass(frozen=True)
class BlankKey:
    """What one blank accepts, and the same as the author wrote it, to be shown.

    Blanks with the same `group` may be answered in any order among themselves (顺序).
    `points_tenths` is there when the author gave each blank its own points (分值：2+1+1).
    """

    accepted: tuple[AcceptedForm, ...]
    written: tuple[str, ...]
    group: int | None = None
    points_tenths: int | None = None


@dataclass(frozen=True)
class BlanksKey:
    """The blanks in the order of the stem."""

    blanks: tuple[BlankKey, ...]


@dataclass(frozen=True)
class OrderKey:
    """The ids of the items in the right order."""

    item_ids: tuple[int, ...]


@dataclass(frozen=True)
class MatchKey:
    """Which option belongs to each premise: (premise id, option id), in the author's order.

    Several premises may share an option; an option of no pair is a distractor.
    """

    pairs: tuple[tuple[int, int], ...]


class Shape(Enum):
    """The form of a region; the author's word and what its numbers mean stand beside."""

    CIRCLE = "circle"  # 圆 x,y,r
    RECTANGLE = "rectangle"  # 矩形 x,y,w,h
    POLYGON = "polygon"  # 多边形 x1,y1 x2,y2 …


@dataclass(frozen=True)
class Region:
    """A part of a picture, in percent of it, origin top left; a radius in percent of its width."""

    shape: Shape
    numbers: tuple[Fraction, ...]


@dataclass(frozen=True)
class HotspotKey:
    """The regions by the ids of their labels (the options), and which of them are hazards.

    `ratio` is the picture's height divided by its width, so that a circle is round.
    """

    regions: tuple[tuple[int, Region], ...]
    right: frozenset[int]
    ratio: Fraction


@dataclass(frozen=True)
class ScoringPoint:
    """What a written answer must say to earn some points (采分点)."""

    text: str
    tenths: int


@dataclass(frozen=True)
class RubricKey:
    """What a person needs to mark a written answer; no machine can."""

    points: tuple[ScoringPoint, ...]
    model_answer: str | None


@dataclass(frozen=True)
class CaseKey:
    """The public ids of the sub-questions of a case, in order; each has a key of its own."""

    part_ids: tuple[str, ...]


AnswerKey = (
    ChoiceKey | VerdictKey | BlanksKey | OrderKey | MatchKey | HotspotKey | RubricKey | CaseKey
)


def blank_as_data(blank: BlankKey) -> dict[str, Any]:
    """Turn a blank into JSON data; equal blanks give equal data."""
    return {
        "accepted": [_form_as_data(form) for form in blank.accepted],
        "written": list(blank.written),
        "group": blank.group,
        "points_tenths": blank.points_tenths,
    }


def blank_from_data(data: dict[str, Any]) -> BlankKey:
    """Read a blank back from its JSON data."""
    return BlankKey(
        accepted=tuple(_form_from_data(form) for form in data["accepted"]),
        written=tuple(data["written"]),
        group=data["group"],
        points_tenths=data["points_tenths"],
    )


def region_as_data(region: Region) -> dict[str, Any]:
    """Turn a region into JSON data, its numbers into exact texts."""
    return {"shape": region.shape.value, "numbers": [str(number) for number in region.numbers]}


def region_from_data(data: dict[str, Any]) -> Region:
    """Read a region back from its JSON data."""
    return Region(Shape(data["shape"]), tuple(Fraction(number) for number in data["numbers"]))


def _form_as_data(form: AcceptedForm) -> dict[str, Any]:
    if isinstance(form, TextForm):
        return {"text": form.text}
    return {
        "low": str(form.low),
        "high": str(form.high),
        "includes_low": form.includes_low,
        "includes_high": form.includes_high,
        "unit": form.unit,
    }


def _form_from_data(data: dict[str, Any]) -> AcceptedForm:
    if "text" in data:
        return TextForm(data["text"])
    return NumberForm(
        low=Fraction(data["low"]),
        high=Fraction(data["high"]),
        includes_low=data["includes_low"],
        includes_high=data["includes_high"],
        unit=data["unit"],
    )
