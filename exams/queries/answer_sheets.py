"""One written answer as its marker sees it: question, answer, rubric, clause, and no person."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from exams.models import LateDecision, MarkingTask, Sitting, SittingQuestion
from exams.queries.results import Reference, references_of
from exams.queries.sittings import last_answers
from exams.versions import KnownVersion, known_versions
from learning.clauses import clause_html
from learning.queries import current_version, module_by_key
from question_bank.keys import RubricKey, ScoringPoint
from question_bank.models import Question


@dataclass(frozen=True)
class AnswerSheet:
    """What lies before a marker."""

    version: KnownVersion
    story_html: str
    text: str
    points_tenths: int
    rubric: tuple[ScoringPoint, ...]
    model_answer_html: str
    explanation_html: str
    # Each cited clause with its text as it is taught now; no text for a printed source.
    clauses: tuple[tuple[Reference, str], ...]


def answer_sheet(session: Session, task: MarkingTask) -> AnswerSheet:
    """What a marker needs to mark an answer."""
    place = session.get_one(SittingQuestion, task.sitting_question_id)
    wanted = [place.question_version_id, *filter(None, [place.case_version_id])]
    versions = known_versions(session, wanted)
    version = versions[place.question_version_id]
    case = versions[place.case_version_id] if place.case_version_id else None
    question = session.get_one(Question, version.question_id)
    assert isinstance(version.key, RubricKey)
    return AnswerSheet(
        version=version,
        story_html=case.printed.stem_parts[-1] if case else "",
        text=answer_texts(session, [task])[task.sitting_question_id],
        points_tenths=place.points_tenths,
        rubric=version.key.points,
        model_answer_html=version.model_answer_html,
        explanation_html=question.explanation_html,
        clauses=tuple(
            (reference, _clause_text(session, reference))
            for reference in references_of(session, [question.id]).get(question.id, ())
        ),
    )


def answer_texts(session: Session, tasks: list[MarkingTask]) -> dict[int, str]:
    """The texts of answers by their places in the papers."""
    rows = session.execute(
        select(SittingQuestion.id, SittingQuestion.slot, Sitting.id, Sitting.late_decision)
        .join(Sitting, Sitting.id == SittingQuestion.sitting_id)
        .where(SittingQuestion.id.in_([task.sitting_question_id for task in tasks]))
    )
    found = {}
    for question_id, slot, sitting_id, decision in rows:
        answers = last_answers(session, sitting_id, with_late=decision is LateDecision.ACCEPTED)
        found[question_id] = str(answers[slot].response) if slot in answers else ""
    return found


def _clause_text(session: Session, reference: Reference) -> str:
    if reference.module_key is None or reference.anchor is None:
        return ""
    try:
        version = current_version(session, module_by_key(session, reference.module_key))
    except NotFound:
        return ""
    return clause_html(version.html, reference.anchor)
