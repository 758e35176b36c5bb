"""The text of the clauses that questions cite, as it reads now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from core.word_search import words_of
from learning.models import Clause, CourseModule
from question_bank.models import Question, QuestionReference


@dataclass(frozen=True)
class CitedClause:
    """A clause that a question cites, and the words of a search that only the clause holds."""

    module_key: str
    anchor: str
    title: str
    text: str
    words: str


def clauses_with_words(
    session: Session, questions: Collection[Question], search: str
) -> dict[int, CitedClause]:
    """For each question of which a word stands in a cited clause alone: the clause with the most.

    The clauses of a case are those of its sub-questions too.
    """
    missing = {question.id: _missing(question, search) for question in questions}
    wanted = [question_id for question_id, words in missing.items() if words]
    if not wanted:
        return {}
    found: dict[int, tuple[int, CitedClause]] = {}
    for question_id, key, clause in session.execute(_citing(wanted)).all():
        held = [typed for typed, word in missing[question_id].items() if word in clause.search_text]
        if held and len(held) > found.get(question_id, (0, None))[0]:
            cited = CitedClause(key, clause.anchor, clause.title, clause.text, " ".join(held))
            found[question_id] = (len(held), cited)
    return {question_id: cited for question_id, (_count, cited) in found.items()}


def _missing(question: Question, search: str) -> Mapping[str, str]:
    """The words that do not stand in what the question itself says, as typed and comparable."""
    return {
        typed: word
        for typed, word in words_of(search)
        if word not in question.search_text and word != question.public_id
    }


def _citing(wanted: Collection[int]) -> Select[int, str, Clause]:
    asked = func.coalesce(Question.case_id, Question.id)
    return (
        select(asked, CourseModule.key, Clause)
        .join(QuestionReference, QuestionReference.question_id == Question.id)
        .join(CourseModule, CourseModule.key == QuestionReference.module_key)
        .join(
            Clause,
            (Clause.module_version_id == CourseModule.current_version_id)
            & (Clause.anchor == QuestionReference.anchor),
        )
        .where(or_(Question.id.in_(wanted), Question.case_id.in_(wanted)), asked.in_(wanted))
        .order_by(asked, Question.id, QuestionReference.position)
    )
