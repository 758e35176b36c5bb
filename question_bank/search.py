"""Full-text search in the bank: what a question says, and the text of the clauses that it cites."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, aliased

from core.word_search import WordIndex, words_of
from learning.search import found_places
from question_bank.models import Question, QuestionReference

_INDEX = WordIndex("question_search", "question_id")


def has_words(
    search: str, *, is_sqlite: bool, in_clauses: bool = False
) -> list[ColumnElement[bool]]:
    """Conditions on Question: every word stands in its text, or is its id.

    With `in_clauses` a word may also stand in a clause, as it reads now, that the question or one
    of its sub-questions cites.
    """
    found = []
    for number, (_typed, word) in enumerate(words_of(search)):
        stands = _stands(word, number, is_sqlite=is_sqlite)
        if in_clauses:
            cited = _citing(word, number, is_sqlite=is_sqlite)
            stands = Question.id.in_(select(Question.id).where(stands).union(*cited))
        is_id = word.startswith("q-")
        found.append(or_(stands, Question.public_id == word) if is_id else stands)
    return found


def index_questions(
    session: Session, questions: Sequence[Question], *, are_new: bool = False
) -> None:
    """Bring the index to the search texts of these questions, with few statements."""
    texts = [(question.id, question.search_text) for question in questions]
    _INDEX.put(session, texts, are_new=are_new)


def _stands(word: str, number: int, *, is_sqlite: bool) -> ColumnElement[bool]:
    stands = Question.search_text.contains(word, autoescape=True)
    holding = _INDEX.holding(word, number, is_sqlite=is_sqlite)
    return stands if holding is None else stands & Question.id.in_(holding)


def _citing(word: str, number: int, *, is_sqlite: bool) -> tuple[Select[Any], Select[Any]]:
    """The questions that cite a clause with the word, and the cases of which they are parts."""
    part = aliased(Question)
    clauses = found_places(word, number, is_sqlite=is_sqlite)
    citing = (
        select(QuestionReference.question_id)
        .join(
            clauses,
            (clauses.c.key == QuestionReference.module_key)
            & (clauses.c.anchor == QuestionReference.anchor),
        )
        .cte(f"citing_{number}")
        .prefix_with("MATERIALIZED")
    )
    cases = select(part.case_id).join(citing, citing.c.question_id == part.id)
    return select(citing.c.question_id), cases.where(part.case_id.is_not(None))
