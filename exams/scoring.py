"""The scores of a whole paper, from its rows, its question versions and the last replies."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from exams import marking
from exams.links import append_event
from exams.models import Exam, LateDecision, Sitting, SittingQuestion
from exams.queries import sittings as queries
from exams.replies import response_for_marking
from exams.versions import KnownVersion, known_versions
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


def scores_of(session: Session, sitting: Sitting, exam: Exam, *, with_late: bool) -> dict[int, int]:
    """Mark a sitting from its stored answers, with or without those delivered late."""
    paper = queries.paper_of(session, sitting.id)
    answers = queries.last_answers(session, sitting.id, with_late=with_late)
    versions = known_versions(session, [slot.question_version_id for slot in paper])
    responses = {slot: answer.response for slot, answer in answers.items()}
    return score_paper(paper, versions, responses, exam_rule=exam.rule)


def store_scores(
    session: Session, sitting: Sitting, exam: Exam, *, kind: str, now: datetime
) -> dict[str, Any]:
    """Mark a sitting from the answers that count; scores and verdict go to its rows and chain.

    Returns what the audit log is to say.
    """
    scores = scores_of(
        session, sitting, exam, with_late=sitting.late_decision is LateDecision.ACCEPTED
    )
    score = marking.paper_score(scores.values())
    sitting.score_tenths = score
    sitting.is_passed = marking.is_passed(score, pass_mark_tenths=exam.pass_mark_tenths)
    paper = queries.paper_of(session, sitting.id)
    if paper:
        rows = [{"id": slot.id, "score_tenths": scores[slot.slot]} for slot in paper]
        session.execute(update(SittingQuestion), rows)
    after = {"score_tenths": score, "is_passed": sitting.is_passed}
    content = {
        **after,
        "ended_at": sitting.submitted_at.isoformat() if sitting.submitted_at else None,
        "pass_mark_tenths": exam.pass_mark_tenths,
        "late": sitting.late_decision.value if sitting.late_decision else None,
        "scores_tenths": [[slot, scores[slot]] for slot in sorted(scores)],
    }
    append_event(session, sitting, kind, content, now=now)
    return after
