"""The bank as its keepers see it: list, figures, one question with its versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, nulls_last, or_, select
from sqlalchemy.orm import Session

from core.errors import Forbidden, NotFound
from core.identity import Actor, Role
from learning.models import CourseModule
from question_bank.models import (
    ItemStatistics,
    Question,
    QuestionReference,
    QuestionState,
    QuestionTag,
    QuestionType,
    QuestionUse,
    QuestionVersion,
)
from question_bank.queries.cited import CitedClause, clauses_with_words
from question_bank.queries.content import Citation, citations_of, has_tag
from question_bank.search import has_words
from question_bank.verdicts import FEW, TOO_EASY, TOO_HARD

# Who may see the bank, keys included.
KEEPERS = (Role.TRAINER, Role.EXAMINER, Role.SAFETY_MANAGER, Role.ADMINISTRATOR)


class Finding(Enum):
    """What the statistics say of a question, as far as the list can be filtered by it."""

    ODD = "odd"
    TOO_HARD = "too_hard"
    TOO_EASY = "too_easy"
    NEGATIVE = "negative"
    FEW = "few"
    NEVER_DRAWN = "never_drawn"


class Order(Enum):
    """In which order the list stands."""

    PLACE = "place"
    NEWEST = "newest"
    FACILITY = "facility"
    DISCRIMINATION = "discrimination"
    PAPERS = "papers"
    DIFFICULTY = "difficulty"


@dataclass(frozen=True)
class QuestionFilter:
    """What the list of the bank shows; empty values do not restrict it."""

    words: str = ""
    module_key: str = ""
    # An anchor of a module, `sop-dh#s-3-2`.
    clause: str = ""
    tag: str = ""
    type: QuestionType | None = None
    difficulty: int | None = None
    states: tuple[QuestionState, ...] = (QuestionState.DRAFT, QuestionState.ACTIVE)
    needs_review: bool = False
    finding: Finding | None = None
    # These questions and no others.
    public_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class BankRow:
    """One line of the list."""

    question: Question
    version: QuestionVersion
    citation: Citation | None
    statistics: ItemStatistics | None = None
    # On how many papers it stood.
    papers: int = 0
    # The clause by whose text alone a word of the search was found.
    clause: CitedClause | None = None


@dataclass(frozen=True)
class BankPage:
    """A page of the list and how many questions the filter finds in all."""

    rows: tuple[BankRow, ...]
    total: int


@dataclass(frozen=True)
class BankCounts:
    """How many questions stand in each state, and how many wait for a review."""

    by_state: Mapping[QuestionState, int] = field(default_factory=dict)
    in_review: int = 0


def bank_page(
    session: Session,
    actor: Actor,
    wanted: QuestionFilter,
    *,
    page: int,
    per_page: int,
    order: Order = Order.PLACE,
) -> BankPage:
    """One page of the questions that a filter finds."""
    check_keeper(actor)
    where = _conditions(session, wanted)
    total = session.scalar(select(func.count()).select_from(Question).where(*where)) or 0
    statement = (
        select(Question, QuestionVersion, ItemStatistics, QuestionUse.papers)
        .join(QuestionVersion, QuestionVersion.id == Question.current_version_id)
        .outerjoin(ItemStatistics, ItemStatistics.question_version_id == QuestionVersion.id)
        .outerjoin(QuestionUse, QuestionUse.question_id == Question.id)
        .where(*where)
        .order_by(*_ORDERS[order], *_ORDERS[Order.PLACE])
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    rows = session.execute(statement).all()
    cited = citations_of(session, [row[0].id for row in rows])
    clauses = clauses_with_words(session, [row[0] for row in rows], wanted.words)
    return BankPage(
        tuple(
            BankRow(
                question,
                version,
                next(iter(cited.get(question.id, ())), None),
                found,
                papers or 0,
                clauses.get(question.id),
            )
            for question, version, found, papers in rows
        ),
        total,
    )


def found_versions(session: Session, wanted: QuestionFilter) -> list[int]:
    """The current versions of the questions that a filter finds, in the order of the files.

    Sub-questions are left out: they belong to their case.
    """
    found = session.scalars(
        select(Question.current_version_id)
        .where(*_conditions(session, wanted), Question.case_id.is_(None))
        .order_by(Question.module_key, Question.source_path, Question.source_line, Question.id)
    )
    return [version_id for version_id in found if version_id is not None]


def found_questions(
    session: Session, actor: Actor, wanted: QuestionFilter, *, most: int
) -> list[Question]:
    """The questions that a filter finds, in the order of the files, `most` of them at most."""
    check_keeper(actor)
    return list(
        session.scalars(
            select(Question)
            .where(*_conditions(session, wanted))
            .order_by(*_ORDERS[Order.PLACE])
            .limit(most)
        )
    )


def odd_count(session: Session, actor: Actor) -> int:
    """How many enabled questions have statistics that a person should look at."""
    check_keeper(actor)
    wanted = QuestionFilter(states=(QuestionState.ACTIVE,), finding=Finding.ODD)
    where = _conditions(session, wanted)
    return session.scalar(select(func.count()).select_from(Question).where(*where)) or 0


def bank_counts(session: Session, actor: Actor) -> BankCounts:
    """The figures at the head of the list."""
    check_keeper(actor)
    rows = session.execute(
        select(Question.state, func.count())
        .where(Question.case_id.is_(None))
        .group_by(Question.state)
    ).all()
    in_review = session.scalar(
        select(func.count()).where(
            Question.state == QuestionState.ACTIVE, Question.review_since.is_not(None)
        )
    )
    return BankCounts({row[0]: row[1] for row in rows}, in_review or 0)


def bank_modules(session: Session) -> list[tuple[str, str]]:
    """Key and title of each module that has questions, by title."""
    rows = session.execute(
        select(Question.module_key, func.max(CourseModule.title))
        .outerjoin(CourseModule, CourseModule.key == Question.module_key)
        .group_by(Question.module_key)
        .order_by(func.max(CourseModule.title), Question.module_key)
    ).all()
    return [(key, title or key) for key, title in rows]


def bank_tags(session: Session) -> list[str]:
    """Every tag in use."""
    return list(session.scalars(select(QuestionTag.tag).distinct().order_by(QuestionTag.tag)))


def question_for(session: Session, actor: Actor, public_id: str) -> Question:
    """A question of the bank, for those who keep it."""
    check_keeper(actor)
    question = session.scalar(select(Question).where(Question.public_id == public_id))
    if question is None:
        raise NotFound()
    return question


def versions_of(session: Session, question: Question) -> list[QuestionVersion]:
    """All versions of a question, newest first."""
    return list(
        session.scalars(
            select(QuestionVersion)
            .where(QuestionVersion.question_id == question.id)
            .order_by(QuestionVersion.number.desc())
        )
    )


def parts_of(
    session: Session, versions: Sequence[QuestionVersion]
) -> dict[int, tuple[Question, QuestionVersion]]:
    """The sub-questions that versions of a case pin, by the id of their version."""
    wanted = {part_id for version in versions for part_id in version.part_version_ids}
    rows = session.execute(
        select(Question, QuestionVersion)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(QuestionVersion.id.in_(sorted(wanted)))
    )
    return {version.id: (question, version) for question, version in rows}


def case_of(session: Session, question: Question) -> Question | None:
    """The case of which a question is a part."""
    return session.get(Question, question.case_id) if question.case_id is not None else None


def tags_of(session: Session, question: Question) -> list[str]:
    """The tags of one question."""
    return list(
        session.scalars(
            select(QuestionTag.tag)
            .where(QuestionTag.question_id == question.id)
            .order_by(QuestionTag.id)
        )
    )


def check_keeper(actor: Actor) -> None:
    """Refuse whoever does not keep the bank."""
    if not actor.has(*KEEPERS):
        raise Forbidden()


_ORDERS: Mapping[Order, tuple[ColumnElement[Any], ...]] = {
    Order.PLACE: (
        Question.module_key.asc(),
        Question.source_path.asc(),
        Question.source_line.asc(),
        Question.id.asc(),
    ),
    Order.NEWEST: (QuestionVersion.created_at.desc(),),
    Order.FACILITY: (nulls_last(ItemStatistics.facility.asc()),),
    Order.DISCRIMINATION: (nulls_last(ItemStatistics.point_biserial.asc()),),
    Order.PAPERS: (func.coalesce(QuestionUse.papers, 0).desc(),),
    Order.DIFFICULTY: (Question.difficulty.desc(),),
}


def _conditions(session: Session, wanted: QuestionFilter) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [Question.current_version_id.is_not(None)]
    if wanted.public_ids:
        where.append(Question.public_id.in_(wanted.public_ids))
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    where += has_words(wanted.words, is_sqlite=is_sqlite, in_clauses=True)
    if wanted.module_key:
        where.append(Question.module_key == wanted.module_key)
    if wanted.clause:
        where.append(_cites(wanted.clause))
    if wanted.tag:
        where.append(has_tag(wanted.tag))
    if wanted.type:
        where.append(Question.type == wanted.type)
    if wanted.difficulty:
        where.append(Question.difficulty == wanted.difficulty)
    if wanted.finding:
        where.append(_has(wanted.finding))
    if wanted.needs_review:
        is_open = Question.state == QuestionState.ACTIVE
        where.append(and_(is_open, Question.review_since.is_not(None)))
    elif wanted.states:
        where.append(Question.state.in_(wanted.states))
    if not (wanted.needs_review or wanted.finding or wanted.public_ids):
        # A case stands for its sub-questions; only what waits for somebody is shown by itself.
        where.append(Question.case_id.is_(None))
    return where


def _cites(clause: str) -> ColumnElement[bool]:
    module_key, _, anchor = clause.partition("#")
    citing = select(QuestionReference.question_id).where(
        QuestionReference.module_key == module_key, QuestionReference.anchor == anchor
    )
    return Question.id.in_(citing)


def _has(finding: Finding) -> ColumnElement[bool]:
    enough = ItemStatistics.sittings >= FEW
    is_hard, is_easy = ItemStatistics.facility < TOO_HARD, ItemStatistics.facility > TOO_EASY
    is_negative = ItemStatistics.point_biserial < 0
    if finding is Finding.NEVER_DRAWN:
        return Question.id.not_in(select(QuestionUse.question_id))
    if finding is Finding.FEW:
        return Question.current_version_id.not_in(_versions_where(enough))
    found = {
        Finding.ODD: or_(is_hard, is_easy, is_negative),
        Finding.TOO_HARD: is_hard,
        Finding.TOO_EASY: is_easy,
        Finding.NEGATIVE: is_negative,
    }
    return Question.current_version_id.in_(_versions_where(and_(enough, found[finding])))


def _versions_where(condition: ColumnElement[bool]) -> Select[int]:
    return select(ItemStatistics.question_version_id).where(condition)


def bank_clauses(session: Session, module_key: str) -> list[tuple[str, str]]:
    """`module#anchor` and label of each clause that questions of a module cite, by anchor."""
    rows = session.execute(
        select(
            QuestionReference.module_key,
            QuestionReference.anchor,
            func.min(QuestionReference.label),
        )
        .join(Question, Question.id == QuestionReference.question_id)
        .where(Question.module_key == module_key, QuestionReference.anchor.is_not(None))
        .group_by(QuestionReference.module_key, QuestionReference.anchor)
        .order_by(QuestionReference.module_key, QuestionReference.anchor)
    ).all()
    return [(f"{module}#{anchor}", label) for module, anchor, label in rows]
