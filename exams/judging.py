"""The scores, the worth and the verdict of a whole paper; pure, so that a verifier can stand alone.

Nothing else decides whether a sitting is passed: marking, a regrade's dry run, `flask exams verify`
and the check of an evidence file all judge by these functions.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exams import marking
from exams.corrections import (
    AS_ASKED,
    NONE,
    Correction,
    Corrections,
    Markable,
    Treatment,
    in_proportion,
    mark_corrected,
    pass_mark,
)
from exams.replies import response_for_marking
from question_bank.keys import RubricKey, ScoringRule


def score_paper(
    paper: Iterable[Any],
    versions: Mapping[int, Markable],
    responses: Mapping[int, Any],
    *,
    exam_rule: ScoringRule,
    manual: Mapping[int, int | None],
    corrections: Mapping[int, Correction] = NONE,
) -> dict[int, int | None]:
    """The score of each slot in tenths; a slot without a stored response earns nothing.

    `manual` has what people gave for the answers that need a person; None or nothing there means
    that the answer waits to be marked, and so does its score. `corrections` are by question
    version; what it has none for is marked as it was asked.
    """
    scores: dict[int, int | None] = {}
    for row in paper:
        version, response = versions[row.question_version_id], responses.get(row.slot)
        correction = corrections.get(row.question_version_id, AS_ASKED)
        if correction.treatment is Treatment.MARKED and needs_person(version, response):
            scores[row.slot] = in_proportion(
                manual.get(row.slot),
                drawn_tenths=row.points_tenths,
                points_tenths=correction.points(row.points_tenths),
            )
            continue
        scores[row.slot] = mark_corrected(
            version,
            response_for_marking(version.printed.type, response),
            correction,
            drawn_tenths=row.points_tenths,
            exam_rule=exam_rule,
        )
    return scores


def is_missed(score: int | None, row: Any, corrections: Mapping[int, Correction]) -> bool:
    """Whether a must-pass question did not earn all that it counts."""
    counted = corrections.get(row.question_version_id, AS_ASKED).points(row.points_tenths)
    return score is not None and score < counted


def verdict_of(
    score: int | None, *, pass_mark_tenths: int, missed: int, is_void: bool
) -> bool | None:
    """Whether a sitting is passed; None while an answer waits to be marked, void ones never are."""
    if score is None:
        return None
    enough = marking.is_passed(score, pass_mark_tenths=pass_mark_tenths, missed=missed)
    return enough and not is_void


def needs_person(version: Markable, response: Any) -> bool:
    """Whether only a person can mark this answer; a question left open earns nothing anyway."""
    return isinstance(version.key, RubricKey) and response is not None


def total_of(scores: Iterable[int | None]) -> int | None:
    """The score of a paper; None while an answer of it waits to be marked."""
    known = list(scores)
    given = [score for score in known if score is not None]
    return marking.paper_score(given) if len(given) == len(known) else None


@dataclass(frozen=True)
class Worth:
    """What a paper counts: by slot where it is another than drawn, in all, and to pass."""

    counted: Mapping[int, int | None]
    full_tenths: int
    pass_mark_tenths: int


def worth_of(paper: Sequence[Any], corrections: Corrections, *, exam_mark_tenths: int) -> Worth:
    """What the questions of a paper count after corrections, and how full and pass mark follow."""
    counted: dict[int, int | None] = {}
    drawn = full = 0
    for row in paper:
        points = corrections.by_version.get(row.question_version_id, AS_ASKED).points(
            row.points_tenths
        )
        counted[row.slot] = None if points == row.points_tenths else points
        drawn, full = drawn + row.points_tenths, full + points
    return Worth(counted, full, pass_mark(exam_mark_tenths, drawn_tenths=drawn, full_tenths=full))
