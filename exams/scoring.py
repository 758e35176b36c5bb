"""The scores of a whole paper, from its rows, its question versions and the last replies."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from exams import marking
from exams.chain import digest
from exams.links import append_event
from exams.models import Exam, IntegrityDecision, LateDecision, Sitting, SittingQuestion
from exams.queries import sittings as queries
from exams.queries.marking import released_tenths
from exams.queries.pools import must_pass_rows
from exams.replies import response_for_marking
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


def missed_must_pass(
    session: Session, exam: Exam, paper: Iterable[Any], scores: Mapping[int, int | None]
) -> tuple[int, ...] | None:
    """The slots of must-pass questions (红线题) that did not earn all their points.

    None where the paper has no such question. One that waits for a person is not missed yet.
    """
    rows = must_pass_rows(session, exam.id)
    marked = [row for row in paper if row.blueprint_row_id in rows]
    if not marked:
        return None
    earned = ((row, scores.get(row.slot, 0)) for row in marked)
    return tuple(
        row.slot for row, score in earned if score is not None and score < row.points_tenths
    )


def verdict_of(
    sitting: Sitting, exam: Exam, score: int | None, missed: Sequence[int] | None
) -> bool | None:
    """Whether a sitting is passed; None while an answer waits to be marked, void ones never are."""
    if score is None:
        return None
    if sitting.integrity_decision is IntegrityDecision.VOIDED:
        return False
    return marking.is_passed(
        score, pass_mark_tenths=exam.pass_mark_tenths, missed=len(missed or ())
    )


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
    paper = queries.paper_of(session, sitting.id)
    missed = missed_must_pass(session, exam, paper, scores)
    sitting.score_tenths = score
    sitting.must_pass_missed = None if missed is None else len(missed)
    sitting.is_passed = verdict_of(sitting, exam, score, missed)
    if paper:
        rows = [{"id": slot.id, "score_tenths": scores[slot.slot]} for slot in paper]
        session.execute(update(SittingQuestion), rows)
    after: dict[str, Any] = {"score_tenths": score, "is_passed": sitting.is_passed}
    if missed is not None:
        after["must_pass_missed"] = list(missed)
    content: dict[str, Any] = {
        **after,
        "ended_at": sitting.submitted_at.isoformat() if sitting.submitted_at else None,
        "pass_mark_tenths": exam.pass_mark_tenths,
        "late": sitting.late_decision.value if sitting.late_decision else None,
        "is_void": sitting.integrity_decision is IntegrityDecision.VOIDED,
        "scores_tenths": [[slot, scores[slot]] for slot in sorted(scores)],
    }
    if marks is not None:
        content["marks"] = list(marks)
    append_event(session, sitting, kind, content, now=now)
    return after
