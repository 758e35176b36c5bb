"""Full-text search in the bank by an own index of characters and pairs of characters.

Neither database finds a Chinese word of two characters by itself: SQLite's trigrams need three,
and PostgreSQL's give nothing at all in a database whose locale is C. So `question_search` holds
the distinct characters and pairs of a question's `search_text`: an FTS5 table on SQLite, a column
of texts under a GIN index on PostgreSQL, which needs no extension. The index narrows down; that
the word really stands there is checked in the text, so both databases find the same.
"""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, text
from sqlalchemy.orm import Session

from question_bank.answers import comparable
from question_bank.models import Question

# Words of one search; more say nothing more.
MOST_WORDS = 8
_RUN = re.compile(r"[^\x00-\x7f]+|[a-z0-9]+|(?P<sign>.)")


def grams(searched: str) -> set[str]:
    """The distinct characters and pairs of a text in comparable form.

    ASCII signs and line ends cut: no pair holds one, so that either database takes a pair as it is.
    """
    found: set[str] = set()
    for run in _runs(searched):
        found.update(run)
        found.update(run[at : at + 2] for at in range(len(run) - 1))
    return found


def wanted_grams(word: str) -> list[str]:
    """The grams that a text must hold to contain the word: its pairs, or its one character."""
    found: set[str] = set()
    for run in _runs(word):
        pairs = {run[at : at + 2] for at in range(len(run) - 1)}
        found |= pairs or {run}
    return sorted(found)


def words_of(search: str) -> list[tuple[str, str]]:
    """The words of a search as typed and in comparable form."""
    words = [(word, comparable(word)) for word in search.split()]
    return [pair for pair in words if pair[1]][:MOST_WORDS]


def has_words(search: str, *, is_sqlite: bool) -> list[ColumnElement[bool]]:
    """Conditions on Question: every word stands in its text, or is its id."""
    found = []
    for number, (_typed, word) in enumerate(words_of(search)):
        stands = Question.search_text.contains(word, autoescape=True)
        wanted = wanted_grams(word)
        if wanted:
            stands = stands & Question.id.in_(_holding(wanted, number, is_sqlite=is_sqlite))
        is_id = word.startswith("q-")
        found.append(or_(stands, Question.public_id == word) if is_id else stands)
    return found


def index_questions(session: Session, questions: Sequence[Question]) -> None:
    """Bring the index to the search texts of these questions, with few statements."""
    held = [(question.id, sorted(grams(question.search_text))) for question in questions]
    if not held:
        return
    if session.get_bind().dialect.name == "sqlite":
        session.execute(
            text("DELETE FROM question_search WHERE rowid = :id"), [{"id": id_} for id_, _ in held]
        )
        session.execute(
            text("INSERT INTO question_search (rowid, grams) VALUES (:id, :grams)"),
            [{"id": id_, "grams": " ".join(found)} for id_, found in held],
        )
        return
    session.execute(
        text(
            "INSERT INTO question_search (question_id, grams) VALUES (:id, :grams)"
            " ON CONFLICT (question_id) DO UPDATE SET grams = excluded.grams"
        ),
        [{"id": id_, "grams": found} for id_, found in held],
    )


def hit_ranges(shown: str, search: str) -> list[tuple[int, int]]:
    """Where the words of a search stand in a shown text, whatever their width or case."""
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(shown):
        for one in comparable(character):
            folded.append(one)
            places.append(place)
    whole = "".join(folded)
    marked: set[int] = set()
    for _typed, word in words_of(search):
        start = whole.find(word)
        while start >= 0:
            marked.update(range(places[start], places[start + len(word) - 1] + 1))
            start = whole.find(word, start + 1)
    ranges: list[tuple[int, int]] = []
    for place in sorted(marked):
        if ranges and ranges[-1][1] == place:
            ranges[-1] = (ranges[-1][0], place + 1)
        else:
            ranges.append((place, place + 1))
    return ranges


def _holding(wanted: Sequence[str], number: int, *, is_sqlite: bool) -> Select[Any]:
    name = f"grams_{number}"
    if is_sqlite:
        query = " AND ".join(f'"{gram}"' for gram in wanted)
        return (
            select(text("rowid"))
            .select_from(text("question_search"))
            .where(text(f"question_search MATCH :{name}").bindparams(**{name: query}))
        )
    return (
        select(text("question_id"))
        .select_from(text("question_search"))
        .where(text(f"grams @> CAST(:{name} AS TEXT[])").bindparams(**{name: list(wanted)}))
    )


def _runs(searched: str) -> list[str]:
    """The stretches between ASCII signs and line ends."""
    kept = "".join(
        " " if found["sign"] else found[0]
        for line in searched.split("\n")
        for found in _RUN.finditer(line + " ")
    )
    return kept.split()
