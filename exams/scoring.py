"""The scores of a whole paper, from its rows, its question versions and the last replies."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from exams import marking
from exams.chain import digest
from exams.links import append_event
from exams.models import Exam, LateDecision, Sitting, SittingQuestion
from exams.queries import sittings as queries
from exams.queries.marking import released_tenths
from exams.responses import response_for_marking
from exams.versions import KnownVersion, known_versions
from question_bank.keys import RubricKey, ScoringRule


def score_paper(
    paper: Iterable[Any],
    versions: Mapping[int, KnownVersion],
    responses: Mapping[int, Any],
    *,
    exam_rule: ScoringRule,
    manual: Mapping[int, int | None],
) -> dict[int, int | None]:
    """The score of each slot in tenths; a slot without a stored response earns nothing.

    `manual` has what people gave for the answers that need a person; None or nothing there means
    that the answer waits to be marked, and so does its score.
    """
    scores: dict[int, int | None] = {}
    for row in paper:
        version, response = versions[row.question_version_id], responses.get(row.slot)
        if needs_person(version, response):
            scores[row.slot] = manual.get(row.slot)
            continue
        scores[row.slot] = marking.mark(
            version.key,
            response_for_marking(version.printed.type, response),
            points_tenths=row.points_tenths,
            rule=marking.rule_for(version.key, own=version.own_rule, exam=exam_rule),
        )
    return scores


def needs_person(version: KnownVersion, response: Any) -> bool:
    """Whether only a person can mark this answer; a question left open earns nothing anyway."""
    return isinstance(version.key, RubricKey) and response is not None


def total_of(scores: Iterable[int | None]) -> int | None:
    """The score of a paper; None while an answer of it waits to be marked."""
    known = list(scores)
    given = [score for score in known if score is not None]
    return marking.paper_score(given) if len(given) == len(known) else None


def scores_of(
    session: Session, sitting: Sitting, exam: Exam, *, with_late: bool
) -> dict[int, int | None]:
    """Mark a sitting from its stored answers, with or without those delivered late.

    What people gave counts once it was released, and only for the very text that they marked.
    """
    paper = queries.paper_of(session, sitting.id)
    answers = queries.last_answers(session, sitting.id, with_late=with_late)
    versions = known_versions(session, [slot.question_version_id for slot in paper])
    responses = {slot: answer.response for slot, answer in answers.items()}
    manual: dict[int, int | None] = {}
    if any(
        needs_person(versions[row.question_version_id], responses.get(row.slot)) for row in paper
    ):
        released = released_tenths(session, sitting.id)
        for row in paper:
            tenths, of_answer = released.get(row.id, (None, ""))
            is_same = of_answer == digest(responses.get(row.slot))
            manual[row.slot] = tenths if is_same else None
    return score_paper(paper, versions, responses, exam_rule=exam.rule, manual=manual)


def store_scores(
    session: Session,
    sitting: Sitting,
    exam: Exam,
    *,
    kind: str,
    now: datetime,
    marks: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Mark a sitting from the answers that count; scores and verdict go to its rows and chain.

    While an answer waits for a person there is neither score nor verdict. `marks` are what people
    gave, for the chain. Returns what the audit log is to say.
    """
    scores = scores_of(
        session, sitting, exam, with_late=sitting.late_decision is LateDecision.ACCEPTED
    )
    score = total_of(scores.values())
    sitting.score_tenths = score
    sitting.is_passed = (
        marking.is_passed(score, pass_mark_tenths=exam.pass_mark_tenths)
        if score is not None
        else None
    )
    paper = queries.paper_of(session, sitting.id)
    if paper:
        rows = [{"id": slot.id, "score_tenths": scores[slot.slot]} for slot in paper]
        session.execute(update(SittingQuestion), rows)
    after = {"score_tenths": score, "is_passed": sitting.is_passed}
    content: dict[str, Any] = {
        **after,
        "ended_at": sitting.submitted_at.isoformat() if sitting.submitted_at else None,
        "pass_mark_tenths": exam.pass_mark_tenths,
        "late": sitting.late_decision.value if sitting.late_decision else None,
        "scores_tenths": [[slot, scores[slot]] for slot in sorted(scores)],
    }
    if marks is not None:
        content["marks"] = list(marks)
    append_event(session, sitting, kind, content, now=now)
    return after
