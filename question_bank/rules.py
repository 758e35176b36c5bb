"""What an import makes of a question, and what that means for those who answered it. Pure."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from question_bank.drafts import Revision
from question_bank.models import QuestionState, QuestionVersion, ReviewKind


class Change(Enum):
    """What became of a question; the first that fits is told."""

    CREATED = "created"
    REVIVED = "revived"
    RETIRED = "retired"
    CHANGED = "changed"
    MOVED = "moved"
    DESCRIBED = "described"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Standing:
    """A question as far as it decides what an import makes of it."""

    state: QuestionState
    content_hash: str | None
    metadata_hash: str
    module_key: str
    path: str
    # The id of the case that it is a part of.
    case: str | None = None


def change_of(before: Standing | None, after: Standing) -> Change:
    """What becomes of a question; for the plan of a publication and the publication alike."""
    if before is None:
        return Change.CREATED
    if before.state is not after.state:
        if before.state is QuestionState.RETIRED:
            return Change.REVIVED
        if after.state is QuestionState.RETIRED:
            return Change.RETIRED
    if before.content_hash != after.content_hash:
        return Change.CHANGED
    was, is_now = ((one.module_key, one.path, one.case) for one in (before, after))
    if was != is_now:
        return Change.MOVED
    is_same = (before.metadata_hash, before.state) == (after.metadata_hash, after.state)
    return Change.UNCHANGED if is_same else Change.DESCRIBED


def review_of_change(
    before: QuestionVersion, after: QuestionVersion, stated: Revision | None
) -> ReviewKind | None:
    """Whether a person must look at a question because its scored part changed.

    | changed                   | author states | review     |
    |---------------------------|---------------|------------|
    | key, tolerance, 给分      | anything      | KEY        |
    | points or pictures too    | anything      | none       |
    | wording only              | 勘误          | CORRECTION |
    | wording only              | anything else | none       |
    """
    if scored_key(before) != scored_key(after):
        return ReviewKind.KEY
    is_wording = (before.points_tenths, before.picture) == (after.points_tenths, after.picture)
    is_wording = is_wording and len(before.options) == len(after.options)
    return ReviewKind.CORRECTION if is_wording and stated is Revision.CORRECTION else None


def scored_key(version: QuestionVersion) -> dict[str, Any]:
    """What decides the mark of a given answer, whatever the words around it."""
    options = version.options or []
    return {
        "verdict": version.verdict,
        "blanks": [_without(blank, "written") for blank in version.blanks or []],
        "right": sorted(option["id"] for option in options if option["is_right"]),
        "weights": sorted((option["id"], option["weight_percent"] or "") for option in options)
        if any(option["weight_percent"] for option in options)
        else [],
        # The items of an ordering question stand in their right order.
        "order": [option["id"] for option in options]
        if version.type is not None and version.type.value == "ordering"
        else [],
        "pairs": [(one["id"], one["right_id"]) for one in version.premises or []],
        "regions": [(one["id"], one["region"]) for one in options if one.get("region")],
        "rubric": [point["tenths"] for point in (version.rubric or {}).get("points", [])],
        "rule": (version.scoring_rule, version.scoring_value_tenths),
    }


def _without(blank: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in blank.items() if key != name}
