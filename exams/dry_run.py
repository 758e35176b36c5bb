"""What a regrade would do, computed from stored answers with nothing written.

Only the questions that the regrade touches are marked again; every other one keeps its stored
score. All sittings are read with a fixed number of statements.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from exams.corrections import AS_ASKED, Corrections, pass_mark
from exams.judging import is_missed, score_paper, verdict_of
from exams.models import (
    Answer,
    Exam,
    IntegrityDecision,
    LateDecision,
    MarkingTask,
    Regrade,
    Sitting,
    SittingQuestion,
    TaskState,
)
from exams.queries.marking import current_marks, marks_as_data
from exams.queries.pools import must_pass_rows
from exams.queries.regrade import (
    basis_of,
    changes_of,
    closed_and_marked,
    corrections_of,
    touched_sittings,
)
from exams.rescoring import given_again
from exams.versions import KnownVersion, known_versions


@dataclass(frozen=True)
class Marks:
    """A result: score and full score in tenths, the pass mark by which it was judged, verdict."""

    score_tenths: int
    full_tenths: int
    pass_mark_tenths: int
    # None where an answer would wait for a person; the score is then that of the others.
    is_passed: bool | None


@dataclass(frozen=True)
class Effect:
    """What a regrade makes of one sitting."""

    sitting_id: int
    user_id: int
    before: Marks
    after: Marks

    @property
    def gain_tenths(self) -> int:
        return self.after.score_tenths - self.before.score_tenths

    @property
    def passes_anew(self) -> bool:
        return bool(self.after.is_passed) and not self.before.is_passed

    @property
    def fails_anew(self) -> bool:
        return bool(self.before.is_passed) and self.after.is_passed is False

    @property
    def waits(self) -> bool:
        """Whether people would have to mark an answer that nobody marked while it did not count."""
        return self.after.is_passed is None


@dataclass(frozen=True)
class DryRun:
    """The effects of a regrade on every sitting that it touches, and what they rest on."""

    basis: str
    effects: tuple[Effect, ...]

    @cached_property
    def passing(self) -> list[Effect]:
        return [one for one in self.effects if one.passes_anew]

    @cached_property
    def failing(self) -> list[Effect]:
        return [one for one in self.effects if one.fails_anew]

    @cached_property
    def rising(self) -> list[Effect]:
        return [one for one in self.effects if one.gain_tenths > 0 and not one.waits]

    @cached_property
    def falling(self) -> list[Effect]:
        return [one for one in self.effects if one.gain_tenths < 0 and not one.waits]

    @cached_property
    def waiting(self) -> list[Effect]:
        return [one for one in self.effects if one.waits]

    @cached_property
    def empty(self) -> list[Effect]:
        """Papers on which no question would be left that counts."""
        return [one for one in self.effects if not one.after.full_tenths]

    @property
    def mean_before(self) -> float:
        return _mean(one.before.score_tenths for one in self.effects)

    @property
    def mean_after(self) -> float:
        return _mean(one.after.score_tenths for one in self.effects)


def _mean(values: Iterable[int]) -> float:
    held = list(values)
    return sum(held) / len(held) if held else 0.0


def dry_run(session: Session, exam: Exam, regrade: Regrade) -> DryRun:
    """What applying this regrade now would do."""
    changes = changes_of(session, regrade.id)
    if not changes:
        return DryRun("", ())
    touched = {change.question_version_id for change in changes}
    rows = session.execute(touched_sittings(exam.id, touched)).all()
    force = corrections_of(session, exam.id)
    corrections = corrections_of(session, exam.id, draft_id=regrade.id)
    papers = _papers(session, exam.id, touched)
    replies = _replies(session, exam.id, touched)
    drawn = _drawn(session, exam.id)
    must_pass = must_pass_rows(session, exam.id)
    ids = {slot.question_version_id for slots in papers.values() for slot in slots}
    versions = known_versions(session, ids)
    given = _given(session, exam.id, touched, versions, corrections)
    effects = []
    for row in rows:
        slots = papers.get(row.id, [])
        scores = score_paper(
            slots,
            versions,
            _counting(replies.get(row.id, []), row.late_decision),
            exam_rule=corrections.exam_rule(exam.rule),
            manual=given.get(row.id, {}),
            corrections=corrections.by_version,
        )
        before = Marks(
            row.score_tenths,
            row.full_score_tenths,
            row.pass_mark_tenths or exam.pass_mark_tenths,
            bool(row.is_passed),
        )
        paper = Paper(row, slots, drawn.get(row.id, 0), must_pass)
        after = _after(exam, before, paper, scores, force, corrections)
        effects.append(Effect(row.id, row.user_id, before, after))
    return DryRun(basis_of(rows, changes, force), tuple(effects))


def current_basis(session: Session, exam: Exam, regrade: Regrade) -> tuple[str, list[Any]]:
    """What a dry run made now would rest on, and the sittings that it touches."""
    changes = changes_of(session, regrade.id)
    touched = {change.question_version_id for change in changes}
    rows = list(session.execute(touched_sittings(exam.id, touched)))
    return basis_of(rows, changes, corrections_of(session, exam.id)), rows


@dataclass(frozen=True)
class Paper:
    """A marked sitting, its touched questions, what it was drawn with, and the must-pass rows."""

    sitting: Any
    slots: list[Any]
    drawn_tenths: int
    must_pass: frozenset[int]

    def missed(self, scores: Mapping[int, int | None], corrections: Corrections) -> int:
        """How many of the touched must-pass questions are missed by these scores."""
        return sum(
            is_missed(scores[slot.slot], slot, corrections.by_version)
            for slot in self.slots
            if slot.blueprint_row_id in self.must_pass
        )


def _after(
    exam: Exam,
    before: Marks,
    paper: Paper,
    scores: Mapping[int, int | None],
    force: Corrections,
    corrections: Corrections,
) -> Marks:
    score, full = before.score_tenths, before.full_tenths
    for slot in paper.slots:
        held = slot.points_tenths if slot.counted_tenths is None else slot.counted_tenths
        found = corrections.by_version.get(slot.question_version_id, AS_ASKED)
        full += found.points(slot.points_tenths) - held
        score += (scores[slot.slot] or 0) - (slot.score_tenths or 0)
    mark = pass_mark(exam.pass_mark_tenths, drawn_tenths=paper.drawn_tenths, full_tenths=full)
    held = {slot.slot: slot.score_tenths for slot in paper.slots}
    missed = (paper.sitting.must_pass_missed or 0) - paper.missed(held, force)
    is_passed = verdict_of(
        None if None in scores.values() else score,
        pass_mark_tenths=mark,
        missed=missed + paper.missed(scores, corrections),
        is_void=paper.sitting.integrity_decision is IntegrityDecision.VOIDED,
    )
    return Marks(score, full, mark, is_passed)


def _given(
    session: Session,
    exam_id: int,
    touched: set[int | None],
    versions: Mapping[int, KnownVersion],
    corrections: Corrections,
) -> dict[int, dict[int, int | None]]:
    """What people gave for touched answers as it would count, by sitting and slot."""
    found: dict[int, dict[int, int | None]] = {}
    rows = session.execute(
        select(MarkingTask.sitting_id, SittingQuestion, MarkingTask.tenths)
        .join(SittingQuestion, SittingQuestion.id == MarkingTask.sitting_question_id)
        .where(
            MarkingTask.exam_id == exam_id, MarkingTask.state == TaskState.RELEASED, *_only(touched)
        )
    ).all()
    by_version = corrections.by_version
    renewed = [
        row.id
        for _sitting_id, row, _tenths in rows
        if by_version.get(row.question_version_id, AS_ASKED).rubric_tenths is not None
    ]
    marks = current_marks(session, renewed) if renewed else {}
    for sitting_id, row, tenths in rows:
        found.setdefault(sitting_id, {})[row.slot] = given_again(
            tenths,
            marks_as_data(marks.get(row.id, [])),
            versions[row.question_version_id].key,
            by_version.get(row.question_version_id, AS_ASKED),
            drawn_tenths=row.points_tenths,
        )
    return found


def _papers(session: Session, exam_id: int, touched: set[int | None]) -> dict[int, list[Any]]:
    question = SittingQuestion
    found: dict[int, list[Any]] = {}
    rows = session.execute(
        select(
            question.sitting_id,
            question.slot,
            question.question_version_id,
            question.blueprint_row_id,
            question.points_tenths,
            question.score_tenths,
            question.counted_tenths,
        )
        .join(Sitting, Sitting.id == question.sitting_id)
        .where(*closed_and_marked(exam_id), *_only(touched))
    )
    for row in rows:
        found.setdefault(row.sitting_id, []).append(row)
    return found


def _replies(session: Session, exam_id: int, touched: set[int | None]) -> dict[int, list[Any]]:
    """Every saved choice on these questions, by sitting, in the order in which they came."""
    found: dict[int, list[Any]] = {}
    rows = session.execute(
        select(Answer.sitting_id, Answer.slot, Answer.response, Answer.is_late)
        .join(Sitting, Sitting.id == Answer.sitting_id)
        .join(
            SittingQuestion,
            (SittingQuestion.sitting_id == Answer.sitting_id)
            & (SittingQuestion.slot == Answer.slot),
        )
        .where(*closed_and_marked(exam_id), *_only(touched))
        .order_by(Answer.id)
    )
    for row in rows:
        found.setdefault(row.sitting_id, []).append(row)
    return found


def _counting(replies: Iterable[Any], decision: LateDecision | None) -> dict[int, Any]:
    with_late = decision is LateDecision.ACCEPTED
    return {row.slot: row.response for row in replies if with_late or not row.is_late}


def _drawn(session: Session, exam_id: int) -> dict[int, int]:
    """The full score with which each paper was drawn."""
    rows = session.execute(
        select(SittingQuestion.sitting_id, func.sum(SittingQuestion.points_tenths))
        .join(Sitting, Sitting.id == SittingQuestion.sitting_id)
        .where(*closed_and_marked(exam_id))
        .group_by(SittingQuestion.sitting_id)
    )
    return {row[0]: int(row[1]) for row in rows}


def _only(touched: set[int | None]) -> list[ColumnElement[bool]]:
    if None in touched:
        return []
    return [SittingQuestion.question_version_id.in_(touched)]
