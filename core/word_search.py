"""Full-text search by an own index of characters and pairs of characters.

Neither database finds a Chinese word of two characters by itself: SQLite's trigrams need three,
and PostgreSQL's give nothing at all in a database whose locale is C. So an index holds the
distinct characters and pairs of each text in comparable form: an FTS5 table on SQLite, a column
of texts under a GIN index on PostgreSQL, which needs no extension. The index narrows down; that
the word really stands there is checked in the text, so both databases find the same.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from core.comparable import comparable

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


@dataclass(frozen=True)
class WordIndex:
    """The index of one kind of text: its table, and on PostgreSQL the column of the row's id."""

    table: str
    key: str

    def put(
        self, session: Session, texts: Sequence[tuple[int, str]], *, are_new: bool = False
    ) -> None:
        """Bring the index to these texts in comparable form, by row id, with few statements."""
        held = [(id_, sorted(grams(said))) for id_, said in texts]
        if not held:
            return
        if session.get_bind().dialect.name == "sqlite":
            if not are_new:
                self.drop(session, [id_ for id_, _ in held])
            session.execute(
                text(f"INSERT INTO {self.table} (rowid, grams) VALUES (:id, :grams)"),
                [{"id": id_, "grams": " ".join(found)} for id_, found in held],
            )
            return
        session.execute(
            text(
                f"INSERT INTO {self.table} ({self.key}, grams) VALUES (:id, :grams)"
                f" ON CONFLICT ({self.key}) DO UPDATE SET grams = excluded.grams"
            ),
            [{"id": id_, "grams": found} for id_, found in held],
        )

    def drop(self, session: Session, ids: Iterable[int]) -> None:
        """Take rows out of the index, so that a search finds them no more."""
        rows = [{"id": id_} for id_ in ids]
        name = "rowid" if session.get_bind().dialect.name == "sqlite" else self.key
        if rows:
            session.execute(text(f"DELETE FROM {self.table} WHERE {name} = :id"), rows)

    def holding(self, word: str, number: int, *, is_sqlite: bool) -> Select[Any] | None:
        """The ids of the rows that may contain a word; None if that cannot be said.

        `number` tells the words of one search apart.
        """
        wanted, name = wanted_grams(word), f"{self.table}_{number}"
        if not wanted:
            return None
        if is_sqlite:
            query = " AND ".join(f'"{gram}"' for gram in wanted)
            matches = text(f"{self.table} MATCH :{name}").bindparams(**{name: query})
            return select(text("rowid")).select_from(text(self.table)).where(matches)
        holds = text(f"grams @> CAST(:{name} AS TEXT[])").bindparams(**{name: wanted})
        return select(text(self.key)).select_from(text(self.table)).where(holds)


def _runs(searched: str) -> list[str]:
    """The stretches between ASCII signs and line ends."""
    kept = "".join(
        " " if found["sign"] else found[0]
        for line in searched.split("\n")
        for found in _RUN.finditer(line + " ")
    )
    return kept.split()
