"""The scores of a whole paper, from its rows, its question versions and the last replies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from core.db import table_of
from exams import marking
from exams.chain import digest
from exams.corrections import (
    AS_ASKED,
    NONE,
    Correction,
    Corrections,
    Treatment,
    in_proportion,
    mark_corrected,
    pass_mark,
)
from exams.links import append_event
from exams.models import Exam, IntegrityDecision, Sitting, SittingQuestion
from exams.queries import sittings as queries
from exams.queries.marking import released_tenths
from exams.queries.pools import must_pass_rows
from exams.queries.regrade import corrections_of
from exams.replies import response_for_marking
from exams.versions import KnownVersion, known_versions
from question_bank.keys import RubricKey, ScoringRule

_SCORES = (
    update(table_of(SittingQuestion))
    .where(SittingQuestion.id == bindparam("question_id"))
    .values(score_tenths=bindparam("score"), counted_tenths=bindparam("counted"))
)


def score_paper(
    paper: Iterable[Any],
    versions: Mapping[int, KnownVersion],
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


def missed_must_pass(
    session: Session,
    exam: Exam,
    paper: Iterable[Any],
    scores: Mapping[int, int | None],
    corrections: Mapping[int, Correction],
) -> tuple[int, ...] | None:
    """The slots of must-pass questions (红线题) that did not earn all that they count.

    None where the paper has no such question. One that waits for a person is not missed yet.
    """
    rows = must_pass_rows(session, exam.id)
    marked = [row for row in paper if row.blueprint_row_id in rows]
    if not marked:
        return None
    return tuple(row.slot for row in marked if is_missed(scores.get(row.slot, 0), row, corrections))


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

    What was corrected about the exam meanwhile counts; what people gave counts once it was
    released, and only for the very text that they marked.
    """
    paper, corrections = queries.paper_of(session, sitting.id), corrections_of(session, exam.id)
    return _marked(session, sitting, exam, paper, corrections, with_late=with_late)


def _marked(
    session: Session,
    sitting: Sitting,
    exam: Exam,
    paper: Sequence[Any],
    corrections: Corrections,
    *,
    with_late: bool,
) -> dict[int, int | None]:
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
    return score_paper(
        paper,
        versions,
        responses,
        exam_rule=corrections.exam_rule(exam.rule),
        manual=manual,
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


@dataclass(frozen=True)
class Judged:
    """A paper marked from the answers that count, by the corrections that are in force."""

    paper: Sequence[Any]
    scores: Mapping[int, int | None]
    corrections: Corrections
    worth: Worth
    # The must-pass questions that were missed; None where there are none.
    missed: tuple[int, ...] | None


def _judged(session: Session, sitting: Sitting, exam: Exam) -> Judged:
    corrections = corrections_of(session, exam.id)
    with_late = queries.counts_late(sitting)
    paper = queries.paper_of(session, sitting.id)
    scores = _marked(session, sitting, exam, paper, corrections, with_late=with_late)
    worth = worth_of(paper, corrections, exam_mark_tenths=exam.pass_mark_tenths)
    missed = missed_must_pass(session, exam, paper, scores, corrections.by_version)
    return Judged(paper, scores, corrections, worth, missed)


def _store_rows(session: Session, sitting: Sitting, found: Judged) -> None:
    """Give each question of a paper its score and what it counts."""
    if not found.paper:
        return
    sitting.full_score_tenths = found.worth.full_tenths
    rows = [
        {
            "question_id": slot.id,
            "score": found.scores[slot.slot],
            "counted": found.worth.counted[slot.slot],
        }
        for slot in found.paper
    ]
    session.execute(_SCORES, rows)


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

    While an answer waits for a person there is neither score nor verdict. `more` is what the chain
    is to say besides. Returns what the audit log is to say.
    """
    found = _judged(session, sitting, exam)
    scores, worth, missed = found.scores, found.worth, found.missed
    is_void = sitting.integrity_decision is IntegrityDecision.VOIDED
    sitting.score_tenths = total_of(scores.values())
    sitting.pass_mark_tenths = worth.pass_mark_tenths
    sitting.must_pass_missed = None if missed is None else len(missed)
    sitting.is_passed = verdict_of(
        sitting.score_tenths,
        pass_mark_tenths=worth.pass_mark_tenths,
        missed=len(missed or ()),
        is_void=is_void,
    )
    _store_rows(session, sitting, found)
    after: dict[str, Any] = {"score_tenths": sitting.score_tenths, "is_passed": sitting.is_passed}
    if missed is not None:
        after["must_pass_missed"] = list(missed)
    content: dict[str, Any] = {
        **after,
        "ended_at": sitting.submitted_at.isoformat() if sitting.submitted_at else None,
        "pass_mark_tenths": worth.pass_mark_tenths,
        "late": sitting.late_decision.value if sitting.late_decision else None,
        "is_void": is_void,
        "scores_tenths": [[slot, scores[slot]] for slot in sorted(scores)],
        **(more or {}),
    }
    if found.corrections.regrade_ids:
        versions = (row.question_version_id for row in found.paper)
        content["corrections"] = found.corrections.content(versions)
    append_event(session, sitting, kind, content, now=now)
    return after
