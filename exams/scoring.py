"""The scores of a whole paper, from its rows, its question versions and the last replies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from exams import marking
from exams.corrections import AS_ASKED, NONE, Correction, Corrections, mark_corrected, pass_mark
from exams.links import append_event
from exams.models import Exam, Sitting, SittingQuestion
from exams.queries import sittings as queries
from exams.queries.regrade import corrections_of
from exams.responses import response_for_marking
from exams.versions import KnownVersion, known_versions
from question_bank.keys import ScoringRule


def score_paper(
    paper: Iterable[Any],
    versions: Mapping[int, KnownVersion],
    responses: Mapping[int, Any],
    *,
    exam_rule: ScoringRule,
    corrections: Mapping[int, Correction] = NONE,
) -> dict[int, int]:
    """The score of each slot in tenths; a slot without a stored response earns nothing.

    `corrections` are by question version; what it has none for is marked as it was asked.
    """
    scores: dict[int, int] = {}
    for row in paper:
        version = versions[row.question_version_id]
        scores[row.slot] = mark_corrected(
            version,
            response_for_marking(version.printed.type, responses.get(row.slot)),
            corrections.get(row.question_version_id, AS_ASKED),
            drawn_tenths=row.points_tenths,
            exam_rule=exam_rule,
        )
    return scores


def scores_of(session: Session, sitting: Sitting, exam: Exam, *, with_late: bool) -> dict[int, int]:
    """Mark a sitting from its stored answers, with or without those delivered late.

    What was corrected about the exam meanwhile counts.
    """
    return _marked(session, sitting, exam, corrections_of(session, exam.id), with_late=with_late)


def _marked(
    session: Session, sitting: Sitting, exam: Exam, corrections: Corrections, *, with_late: bool
) -> dict[int, int]:
    paper = queries.paper_of(session, sitting.id)
    answers = queries.last_answers(session, sitting.id, with_late=with_late)
    versions = known_versions(session, [slot.question_version_id for slot in paper])
    responses = {slot: answer.response for slot, answer in answers.items()}
    return score_paper(
        paper,
        versions,
        responses,
        exam_rule=corrections.exam_rule(exam.rule),
        corrections=corrections.by_version,
    )


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


def store_scores(
    session: Session,
    sitting: Sitting,
    exam: Exam,
    *,
    kind: str,
    now: datetime,
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Mark a sitting from the answers that count; scores and verdict go to its rows and chain.

    `more` is what the chain is to say besides. Returns what the audit log is to say.
    """
    corrections = corrections_of(session, exam.id)
    with_late = queries.counts_late(sitting)
    scores = _marked(session, sitting, exam, corrections, with_late=with_late)
    score = marking.paper_score(scores.values())
    paper = queries.paper_of(session, sitting.id)
    worth = worth_of(paper, corrections, exam_mark_tenths=exam.pass_mark_tenths)
    sitting.score_tenths = score
    sitting.pass_mark_tenths = worth.pass_mark_tenths
    sitting.is_passed = marking.is_passed(score, pass_mark_tenths=worth.pass_mark_tenths)
    if paper:
        sitting.full_score_tenths = worth.full_tenths
        rows = [
            {
                "id": slot.id,
                "score_tenths": scores[slot.slot],
                "counted_tenths": worth.counted[slot.slot],
            }
            for slot in paper
        ]
        session.execute(update(SittingQuestion), rows)
    after = {"score_tenths": score, "is_passed": sitting.is_passed}
    content = {
        **after,
        "ended_at": sitting.submitted_at.isoformat() if sitting.submitted_at else None,
        "pass_mark_tenths": worth.pass_mark_tenths,
        "late": sitting.late_decision.value if sitting.late_decision else None,
        "scores_tenths": [[slot, scores[slot]] for slot in sorted(scores)],
        **(more or {}),
    }
    if corrections.regrade_ids:
        content["corrections"] = corrections.content(row.question_version_id for row in paper)
    append_event(session, sitting, kind, content, now=now)
    return after
