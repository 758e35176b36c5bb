"""What a result page reads of a marked sitting; right answers only where they may be seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from exams.corrections import AS_ASKED, NONE, Correction, shown_key
from exams.models import ManualMark, MarkRound
from exams.queries import sittings
from exams.queries.marking import current_marks, released_tenths
from exams.queries.regrade import marked_by
from exams.replies import response_for_marking
from exams.versions import KnownVersion, known_versions
from question_bank.keys import QuestionType
from question_bank.models import Question, QuestionReference


@dataclass(frozen=True)
class TypeScore:
    """How one type of question went: counts and points, never which questions."""

    type: QuestionType
    count: int
    full_count: int
    score_tenths: int
    points_tenths: int
    # Answers that wait for a person, of which no points are known.
    waiting: int


@dataclass(frozen=True)
class Reference:
    """A clause that a question tests; `module_key` is None for a printed source."""

    label: str
    module_key: str | None
    anchor: str | None


@dataclass(frozen=True)
class RevealedQuestion:
    """One question of a paper with its key, the reply, and what is said about it."""

    slot: int
    version: KnownVersion
    # The story of the case of which it is a part.
    story_html: str
    option_order: list[int]
    response: Any
    # None while it waits for a person.
    score_tenths: int | None
    points_tenths: int
    explanation_html: str
    # What the author says to those who chose an option, by its id as text.
    feedback_html: dict[str, str]
    references: tuple[Reference, ...]
    # What was corrected about it after it was sat.
    correction: Correction
    # The marks of people that decided the score, once released.
    marks: tuple[ManualMark, ...] = ()

    @property
    def lost_tenths(self) -> int:
        return self.points_tenths - (self.score_tenths or 0)


def scores_by_type(session: Session, sitting_id: int) -> list[TypeScore]:
    """Counts and points of each type, in the order of the paper."""
    paper = sittings.paper_of(session, sitting_id)
    versions = known_versions(session, [row.question_version_id for row in paper])
    groups: dict[QuestionType, list[Any]] = {}
    for row in paper:
        kind = versions[row.question_version_id].printed.type
        # The parts of a case are its points, whatever types they have.
        kind = QuestionType.CASE_ANALYSIS if row.case_version_id else kind
        groups.setdefault(kind, []).append(row)
    return [
        TypeScore(
            type=kind,
            count=len(rows),
            full_count=sum(row.score_tenths == _counted(row) for row in rows),
            score_tenths=sum(row.score_tenths or 0 for row in rows),
            points_tenths=sum(_counted(row) for row in rows),
            waiting=sum(row.score_tenths is None for row in rows),
        )
        for kind, rows in groups.items()
    ]


def _counted(row: Any) -> int:
    """What a question of a paper counts, after corrections."""
    points: int = row.points_tenths if row.counted_tenths is None else row.counted_tenths
    return points


def revealed_questions(session: Session, sitting_id: int) -> list[RevealedQuestion]:
    """Every question of a sitting with key and explanation; ask `visibility.visible` first."""
    paper = sittings.paper_of(session, sitting_id)
    answers = sittings.last_answers(session, sitting_id)
    responses = {slot: answer.response for slot, answer in answers.items()}
    deciding = _deciding_marks(session, sitting_id)
    marks = {row.slot: deciding[row.id] for row in paper if row.id in deciding}
    corrections = marked_by(session, sitting_id).by_version
    return revealed_paper(session, paper, responses, marks=marks, corrections=corrections)


def revealed_paper(
    session: Session,
    paper: Sequence[Any],
    responses: Mapping[int, Any],
    *,
    marks: Mapping[int, tuple[ManualMark, ...]] = MappingProxyType({}),
    corrections: Mapping[int, Correction] = NONE,
) -> list[RevealedQuestion]:
    """The same of any paper; replies and marks of people by slot, corrections by version."""
    versions = known_versions(session, [row.question_version_id for row in paper])
    question_ids = [version.question_id for version in versions.values()]
    found = select(Question.id, Question.explanation_html, Question.feedback_html).where(
        Question.id.in_(question_ids)
    )
    said = {row.id: row for row in session.execute(found)}
    references = references_of(session, question_ids)
    cases = known_versions(session, {row.case_version_id for row in paper} - {None})
    stories = {case_id: case.printed.stem_parts[-1] for case_id, case in cases.items()}
    return [
        RevealedQuestion(
            slot=row.slot,
            version=_as_corrected(version, corrections, responses.get(row.slot)),
            story_html=stories.get(row.case_version_id, ""),
            option_order=row.option_order,
            response=responses.get(row.slot),
            score_tenths=row.score_tenths,
            points_tenths=_counted(row),
            explanation_html=said[version.question_id].explanation_html,
            feedback_html=said[version.question_id].feedback_html or {},
            references=references.get(version.question_id, ()),
            correction=corrections.get(version.version_id, AS_ASKED),
            marks=marks.get(row.slot, ()),
        )
        for row in paper
        for version in [versions[row.question_version_id]]
    ]


def _deciding_marks(session: Session, sitting_id: int) -> dict[int, tuple[ManualMark, ...]]:
    """The adjudicator's mark of each answer that people marked, else the markers'."""
    ids = released_tenths(session, sitting_id)
    found = {}
    for question_id, marks in (current_marks(session, ids) if ids else {}).items():
        judged = [mark for mark in marks if mark.round is MarkRound.ADJUDICATOR]
        found[question_id] = tuple(judged or marks)
    return found


def _as_corrected(
    version: KnownVersion, corrections: Mapping[int, Correction], response: Any
) -> KnownVersion:
    """The version with the key by which this reply was marked."""
    correction = corrections.get(version.version_id)
    if correction is None:
        return version
    reply = response_for_marking(version.printed.type, response)
    return replace(version, key=shown_key(version, reply, correction))


def references_of(session: Session, question_ids: list[int]) -> dict[int, tuple[Reference, ...]]:
    found: dict[int, tuple[Reference, ...]] = {}
    rows = session.execute(
        select(
            QuestionReference.question_id,
            QuestionReference.label,
            QuestionReference.module_key,
            QuestionReference.anchor,
        )
        .where(QuestionReference.question_id.in_(question_ids))
        .order_by(QuestionReference.question_id, QuestionReference.position)
    )
    for question_id, label, module_key, anchor in rows:
        reference = Reference(label, module_key, anchor)
        found[question_id] = (*found.get(question_id, ()), reference)
    return found
