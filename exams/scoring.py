"""Marking a sitting from its rows, its question versions and the last replies, and storing it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from core.db import table_of
from exams.chain import digest
from exams.corrections import AS_ASKED, Correction, Corrections
from exams.judging import (
    Worth,
    is_missed,
    needs_person,
    score_paper,
    total_of,
    verdict_of,
    worth_of,
)
from exams.links import append_event
from exams.models import Exam, Sitting, SittingQuestion
from exams.queries import sittings as queries
from exams.queries.marking import current_marks, marks_as_data, released_tenths
from exams.queries.pools import must_pass_rows
from exams.queries.regrade import corrections_of
from exams.rescoring import given_again
from exams.versions import KnownVersion, known_versions

_SCORES = (
    update(table_of(SittingQuestion))
    .where(SittingQuestion.id == bindparam("question_id"))
    .values(score_tenths=bindparam("score"), counted_tenths=bindparam("counted"))
)


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
        manual |= _given_again(session, paper, versions, manual, corrections)
    return score_paper(
        paper,
        versions,
        responses,
        exam_rule=corrections.exam_rule(exam.rule),
        manual=manual,
        corrections=corrections.by_version,
    )


def _given_again(
    session: Session,
    paper: Sequence[Any],
    versions: Mapping[int, KnownVersion],
    manual: Mapping[int, int | None],
    corrections: Corrections,
) -> dict[int, int | None]:
    """What was given for the questions whose scoring points count otherwise now."""
    found = {row.id: corrections.by_version.get(row.question_version_id, AS_ASKED) for row in paper}
    touched = [row for row in paper if found[row.id].rubric_tenths is not None]
    marks = current_marks(session, [row.id for row in touched]) if touched else {}
    return {
        row.slot: given_again(
            manual[row.slot],
            marks_as_data(marks[row.id]),
            versions[row.question_version_id].key,
            found[row.id],
            drawn_tenths=row.points_tenths,
        )
        for row in touched
    }


@dataclass(frozen=True)
class Judged:
    """A paper marked from the answers that count, by the corrections that are in force."""

    paper: Sequence[Any]
    scores: Mapping[int, int | None]
    corrections: Corrections
    worth: Worth
    # The must-pass questions that were missed; None where there are none.
    missed: tuple[int, ...] | None


@dataclass(frozen=True)
class Result:
    """What a sitting comes to; neither score nor verdict while an answer waits for a person."""

    score_tenths: int | None
    # How many must-pass questions were missed; None where there are none.
    missed: int | None
    is_passed: bool | None


def result_of(session: Session, sitting: Sitting, exam: Exam, *, with_late: bool) -> Result:
    """What a sitting would come to if its late answers counted, or did not; nothing is stored."""
    return _result(sitting, _judged(session, sitting, exam, with_late=with_late))


def _result(sitting: Sitting, found: Judged) -> Result:
    score = total_of(found.scores.values())
    missed = None if found.missed is None else len(found.missed)
    verdict = verdict_of(
        score,
        pass_mark_tenths=found.worth.pass_mark_tenths,
        missed=missed or 0,
        is_void=sitting.is_void,
    )
    return Result(score, missed, verdict)


def _judged(session: Session, sitting: Sitting, exam: Exam, *, with_late: bool) -> Judged:
    corrections = corrections_of(session, exam.id)
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
    found = _judged(session, sitting, exam, with_late=queries.counts_late(sitting))
    scores, worth, missed = found.scores, found.worth, found.missed
    result = _result(sitting, found)
    sitting.score_tenths, sitting.is_passed = result.score_tenths, result.is_passed
    sitting.pass_mark_tenths = worth.pass_mark_tenths
    sitting.must_pass_missed = result.missed
    _store_rows(session, sitting, found)
    after: dict[str, Any] = {"score_tenths": sitting.score_tenths, "is_passed": sitting.is_passed}
    if missed is not None:
        after["must_pass_missed"] = list(missed)
    content: dict[str, Any] = {
        **after,
        "ended_at": sitting.submitted_at.isoformat() if sitting.submitted_at else None,
        "pass_mark_tenths": worth.pass_mark_tenths,
        "late": sitting.late_decision.value if sitting.late_decision else None,
        "is_void": sitting.is_void,
        "scores_tenths": [[slot, scores[slot]] for slot in sorted(scores)],
        **(more or {}),
    }
    if found.corrections.regrade_ids:
        versions = (row.question_version_id for row in found.paper)
        content["corrections"] = found.corrections.content(versions)
    append_event(session, sitting, kind, content, now=now)
    return after
