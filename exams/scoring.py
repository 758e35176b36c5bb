"""The scores of a whole paper, from its rows, its question versions and the last replies."""

from collections.abc import Iterable, Mapping
from typing import Any

from exams import marking
from exams.responses import response_for_marking
from exams.versions import KnownVersion
from question_bank.keys import ScoringRule


def score_paper(
    paper: Iterable[Any],
    versions: Mapping[int, KnownVersion],
    responses: Mapping[int, Any],
    *,
    exam_rule: ScoringRule,
) -> dict[int, int]:
    """The score of each slot in tenths; a slot without a stored response earns nothing."""
    scores: dict[int, int] = {}
    for row in paper:
        version = versions[row.question_version_id]
        scores[row.slot] = marking.mark(
            version.key,
            response_for_marking(version.printed.type, responses.get(row.slot)),
            points_tenths=row.points_tenths,
            rule=marking.rule_for(version.key, own=version.own_rule, exam=exam_rule),
        )
    return scores
