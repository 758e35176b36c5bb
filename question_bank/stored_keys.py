"""From the stored fields of a version to its key; pure, so that a verifier can stand alone."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from question_bank.keys import (
    AnswerKey,
    BlanksKey,
    CaseKey,
    ChoiceKey,
    HotspotKey,
    MatchKey,
    OrderKey,
    QuestionType,
    RubricKey,
    ScoringPoint,
    VerdictKey,
    blank_from_data,
    region_from_data,
)


def key_of(version: Any, part_ids: Iterable[str] = ()) -> AnswerKey:
    """The key of a stored version, or of a row with its columns.

    A version of a case knows its parts only as versions: `part_ids` names their questions.
    """
    match version.type:
        case QuestionType.TRUE_FALSE:
            return VerdictKey(bool(version.verdict))
        case QuestionType.FILL_BLANK:
            return BlanksKey(tuple(blank_from_data(blank) for blank in version.blanks))
        case QuestionType.ORDERING:
            return OrderKey(tuple(option["id"] for option in version.options))
        case QuestionType.MATCHING:
            return MatchKey(tuple((left["id"], left["right_id"]) for left in version.premises))
        case QuestionType.HOTSPOT:
            return _hotspot_key(version)
        case QuestionType.SHORT_ANSWER:
            return _rubric_key(version.rubric or {"points": []})
        case QuestionType.CASE_ANALYSIS:
            return CaseKey(tuple(part_ids))
    weights = [option["weight_percent"] for option in version.options]
    return ChoiceKey(
        option_ids=tuple(option["id"] for option in version.options),
        right=_right_of(version),
        weights_percent=None if None in weights else tuple(Fraction(w) for w in weights),
    )


def _right_of(version: Any) -> frozenset[int]:
    return frozenset(option["id"] for option in version.options if option["is_right"])


def _hotspot_key(version: Any) -> HotspotKey:
    regions = ((option["id"], region_from_data(option["region"])) for option in version.options)
    ratio = Fraction(version.picture["ratio"]) if version.picture else Fraction(1)
    return HotspotKey(tuple(regions), _right_of(version), ratio)


def _rubric_key(rubric: dict[str, Any]) -> RubricKey:
    points = (ScoringPoint(point["text"], point["tenths"]) for point in rubric["points"])
    return RubricKey(tuple(points), rubric.get("model_answer"))
