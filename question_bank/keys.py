"""The scored part of a question as plain data: its type, its key and its rule for part marks.

Exams mark with these classes and the database stores them as JSON; both go through
`key_as_data` and `key_from_data`, so a key read back equals the key that was written.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from question_bank.answers import AcceptedForm, NumberForm, TextForm


class QuestionType(StrEnum):
    SINGLE_CHOICE = "single_choice"
    MULTIPLE_CHOICE = "multiple_choice"
    TRUE_FALSE = "true_false"
    FILL_BLANK = "fill_blank"
    ORDERING = "ordering"
    MATCHING = "matching"
    SHORT_ANSWER = "short_answer"
    CASE_ANALYSIS = "case_analysis"
    HAZARD_SPOTTING = "hazard_spotting"


class RuleName(StrEnum):
    """How part of a question earns part of its points; the words authors write stand beside."""

    ALL_OR_NOTHING = "all_or_nothing"  # 全对
    HALF_IF_PARTIAL = "half_if_partial"  # 少选50%
    FIXED_IF_PARTIAL = "fixed_if_partial"  # 少选n分
    SHARE_PER_OPTION = "share_per_option"  # 每项
    POINTS_PER_OPTION = "points_per_option"  # 每项n分
    RIGHT_MINUS_WRONG = "right_minus_wrong"  # 对减错
    WEIGHTED = "weighted"  # 按权重
    SHARE_PER_BLANK = "share_per_blank"  # 每空


@dataclass(frozen=True)
class ScoringRule:
    """A rule and, for 少选n分 and 每项n分, its n in tenths of a point."""

    name: RuleName
    tenths: int | None = None


@dataclass(frozen=True)
class ChoiceKey:
    """Which options are right, by their place in the author's order, counted from 0.

    `weights_percent` has one entry per option when the author wrote weights: those of the right
    options sum to 100, a wrong option has 0 or less.
    """

    option_count: int
    right: frozenset[int]
    weights_percent: tuple[Fraction, ...] | None = None


@dataclass(frozen=True)
class VerdictKey:
    """Whether the statement to be judged is true."""

    verdict: bool


@dataclass(frozen=True)
class BlankKey:
    """The alternatives accepted in one blank, and the same as the author wrote them, to show."""

    accepted: tuple[AcceptedForm, ...]
    written: tuple[str, ...]


@dataclass(frozen=True)
class BlanksKey:
    """The blanks in the order of the stem.

    `interchangeable` groups places (from 0) whose answers may stand in any order among
    themselves. `points_tenths` is there when the author gave each blank its own points.
    """

    blanks: tuple[BlankKey, ...]
    interchangeable: tuple[frozenset[int], ...] = ()
    points_tenths: tuple[int, ...] | None = None


AnswerKey = ChoiceKey | VerdictKey | BlanksKey


def key_as_data(key: AnswerKey) -> dict[str, Any]:
    """Turn a key into JSON data; equal keys give equal data."""
    if isinstance(key, ChoiceKey):
        weights = key.weights_percent
        return {
            "kind": "choice",
            "options": key.option_count,
            "right": sorted(key.right),
            "weights": None if weights is None else [str(weight) for weight in weights],
        }
    if isinstance(key, VerdictKey):
        return {"kind": "verdict", "verdict": key.verdict}
    return {
        "kind": "blanks",
        "blanks": [
            {"accepted": [_form_as_data(f) for f in blank.accepted], "written": [*blank.written]}
            for blank in key.blanks
        ],
        "interchangeable": sorted(sorted(group) for group in key.interchangeable),
        "points": None if key.points_tenths is None else [*key.points_tenths],
    }


def key_from_data(data: dict[str, Any]) -> AnswerKey:
    """Read a key back from its JSON data."""
    match data["kind"]:
        case "choice":
            weights = data["weights"]
            return ChoiceKey(
                data["options"],
                frozenset(data["right"]),
                None if weights is None else tuple(Fraction(weight) for weight in weights),
            )
        case "verdict":
            return VerdictKey(data["verdict"])
        case "blanks":
            points = data["points"]
            return BlanksKey(
                tuple(
                    BlankKey(
                        tuple(_form_from_data(form) for form in blank["accepted"]),
                        tuple(blank["written"]),
                    )
                    for blank in data["blanks"]
                ),
                tuple(frozenset(group) for group in data["interchangeable"]),
                None if points is None else tuple(points),
            )
        case unknown:
            raise ValueError(f"unknown kind of key: {unknown!r}")


def rule_as_data(rule: ScoringRule | None) -> dict[str, Any] | None:
    """Turn a rule into JSON data."""
    return None if rule is None else {"name": rule.name.value, "tenths": rule.tenths}


def rule_from_data(data: dict[str, Any] | None) -> ScoringRule | None:
    """Read a rule back from its JSON data."""
    return None if data is None else ScoringRule(RuleName(data["name"]), data["tenths"])


def _form_as_data(form: AcceptedForm) -> dict[str, Any]:
    if isinstance(form, TextForm):
        return {"text": form.text}
    return {
        "low": str(form.low),
        "high": str(form.high),
        "closed": [form.includes_low, form.includes_high],
        "unit": form.unit,
    }


def _form_from_data(data: dict[str, Any]) -> AcceptedForm:
    if "text" in data:
        return TextForm(data["text"])
    includes_low, includes_high = data["closed"]
    return NumberForm(
        Fraction(data["low"]), Fraction(data["high"]), includes_low, includes_high, data["unit"]
    )
