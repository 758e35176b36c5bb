"""The bank as its keepers see it: list, figures, one question with its versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from core.errors import Forbidden, NotFound
from core.identity import Actor, Role
from learning.models import CourseModule
from question_bank.answers import comparable
from question_bank.models import (
    Question,
    QuestionState,
    QuestionTag,
    QuestionType,
    QuestionVersion,
)
from question_bank.queries.content import Citation, citations_of, has_tag

# Who may see the bank, keys included.
KEEPERS = (Role.TRAINER, Role.EXAMINER, Role.SAFETY_MANAGER, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class QuestionFilter:
    """What the list of the bank shows; empty values do not restrict it."""

    words: str = ""
    module_key: str = ""
    tag: str = ""
    type: QuestionType | None = None
    difficulty: int | None = None
    states: tuple[QuestionState, ...] = (QuestionState.DRAFT, QuestionState.ACTIVE)
    needs_review: bool = False


@dataclass(frozen=True)
class BankRow:
    """One line of the list."""

    question: Question
    version: QuestionVersion
    citation: Citation | None


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
    session: Session, actor: Actor, wanted: QuestionFilter, *, page: int, per_page: int
) -> BankPage:
    """One page of the questions that a filter finds, in the order of the files."""
    check_keeper(actor)
    where = _conditions(wanted)
    total = session.scalar(select(func.count()).select_from(Question).where(*where)) or 0
    statement = (
        select(Question, QuestionVersion)
        .join(QuestionVersion, QuestionVersion.id == Question.current_version_id)
        .where(*where)
        .order_by(Question.module_key, Question.source_path, Question.source_line, Question.id)
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    rows = session.execute(statement).all()
    cited = citations_of(session, [question.id for question, _ in rows])
    return BankPage(
        tuple(
            BankRow(question, version, next(iter(cited.get(question.id, ())), None))
            for question, version in rows
        ),
        total,
    )


def found_versions(session: Session, wanted: QuestionFilter) -> list[int]:
    """The current versions of the questions that a filter finds, in the order of the files.

    Sub-questions are left out: they belong to their case.
    """
    found = session.scalars(
        select(Question.current_version_id)
        .where(*_conditions(wanted), Question.case_id.is_(None))
        .order_by(Question.module_key, Question.source_path, Question.source_line, Question.id)
    )
    return [version_id for version_id in found if version_id is not None]


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


def _conditions(wanted: QuestionFilter) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [Question.current_version_id.is_not(None)]
    for word in wanted.words.split():
        part = comparable(word)
        if part:
            found = Question.search_text.contains(part, autoescape=True)
            where.append(or_(found, Question.public_id == word.strip().lower()))
    if wanted.module_key:
        where.append(Question.module_key == wanted.module_key)
    if wanted.tag:
        where.append(has_tag(wanted.tag))
    if wanted.type:
        where.append(Question.type == wanted.type)
    if wanted.difficulty:
        where.append(Question.difficulty == wanted.difficulty)
    if wanted.needs_review:
        is_open = Question.state == QuestionState.ACTIVE
        where.append(and_(is_open, Question.review_since.is_not(None)))
    else:
        # A case stands for its sub-questions; only what waits for a review is shown by itself.
        where.append(Question.case_id.is_(None))
        if wanted.states:
            where.append(Question.state.in_(wanted.states))
    return where
