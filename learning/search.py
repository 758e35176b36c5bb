"""Full-text search in the text of clauses, as it is taught now."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import CTE, ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from core.comparable import comparable
from core.word_search import WordIndex, words_of
from learning.models import Clause, CourseModule, ModuleVersion

# Clauses shown of one module.
MOST_CLAUSES = 3
_INDEX = WordIndex("clause_search", "clause_id")


@dataclass(frozen=True)
class FoundClause:
    """A clause that a search finds; `count` is how many its module has of them."""

    anchor: str
    title: str
    text: str
    count: int


def clause_has(word: str, number: int, *, is_sqlite: bool) -> ColumnElement[bool]:
    """A condition on Clause: its title or its own text contains a word in comparable form."""
    stands = Clause.search_text.contains(word, autoescape=True)
    holding = _INDEX.holding(word, number, is_sqlite=is_sqlite)
    return stands if holding is None else stands & Clause.id.in_(holding)


def found_places(word: str, number: int, *, is_sqlite: bool) -> CTE:
    """The module's `key` and the `anchor` of each clause taught now that contains a word.

    Found before anything is joined to it: a planner that begins elsewhere reads every clause.
    """
    return (
        select(CourseModule.key.label("key"), Clause.anchor.label("anchor"))
        .select_from(Clause)
        .join(ModuleVersion, ModuleVersion.id == Clause.module_version_id)
        .join(CourseModule, CourseModule.id == ModuleVersion.module_id)
        .where(
            CourseModule.current_version_id == ModuleVersion.id,
            clause_has(word, number, is_sqlite=is_sqlite),
        )
        .cte(f"clauses_{number}")
        .prefix_with("MATERIALIZED")
    )


def found_clauses(
    session: Session, titles: Mapping[str, str], search: str
) -> dict[str, list[FoundClause]]:
    """By module: the first clauses with a word of the search, the others standing there or above.

    `titles` are those of the modules in use by their keys. A module in whose title alone all words
    stand is not among them.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    anywhere, in_clause = [], []
    for number, (_typed, word) in enumerate(words_of(search)):
        named = [key for key, title in titles.items() if word in comparable(f"{title} {key}")]
        in_clause.append(clause_has(word, number, is_sqlite=is_sqlite))
        anywhere.append(or_(in_clause[-1], CourseModule.key.in_(named)) if named else in_clause[-1])
    if not in_clause:
        return {}
    by_module = Clause.module_version_id
    ranked = (
        select(
            CourseModule.key.label("key"),
            Clause.id.label("clause_id"),
            func.row_number().over(partition_by=by_module, order_by=Clause.position).label("rank"),
            func.count().over(partition_by=by_module).label("count"),
        )
        .join(CourseModule, CourseModule.current_version_id == Clause.module_version_id)
        .where(CourseModule.withdrawn_at.is_(None), *anywhere, or_(*in_clause))
        .subquery()
    )
    rows = session.execute(
        select(ranked.c.key, Clause.anchor, Clause.title, Clause.text, ranked.c.count)
        .join(Clause, Clause.id == ranked.c.clause_id)
        .where(ranked.c.rank <= MOST_CLAUSES)
        .order_by(ranked.c.key, ranked.c.rank)
    )
    found: dict[str, list[FoundClause]] = {}
    for key, *clause in rows:
        found.setdefault(key, []).append(FoundClause(*clause))
    return found


def index_clauses(session: Session, version_id: int, before_id: int | None) -> None:
    """Let the clauses of a version be found in place of those of the version before it."""
    if before_id is not None:
        before = session.scalars(select(Clause.id).where(Clause.module_version_id == before_id))
        _INDEX.drop(session, before.all())
    rows = session.execute(
        select(Clause.id, Clause.search_text).where(Clause.module_version_id == version_id)
    )
    _INDEX.put(session, [(id_, said) for id_, said in rows], are_new=before_id != version_id)
