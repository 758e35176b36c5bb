"""The questions that rest on a clause, and what stands on the review list."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from accounts.models import User
from core.errors import NotFound
from core.identity import Actor
from question_bank.models import (
    Question,
    QuestionReference,
    QuestionState,
    QuestionVersion,
    ReviewKind,
    ReviewTask,
)
from question_bank.queries.bank import BankRow, check_keeper

HOLDING = (ReviewKind.CLAUSE, ReviewKind.FACT, ReviewKind.FLAW)


@dataclass(frozen=True)
class ReviewItem:
    """A question with all that is open about it."""

    question: Question
    version: QuestionVersion
    tasks: tuple[ReviewTask, ...]


def questions_on_clause(
    session: Session, actor: Actor, module_key: str, anchor: str
) -> list[BankRow]:
    """Every question that rests on a clause, those in use first."""
    check_keeper(actor)
    cited = select(QuestionReference.question_id).where(
        QuestionReference.module_key == module_key, QuestionReference.anchor == anchor
    )
    rows = session.execute(
        select(Question, QuestionVersion)
        .join(QuestionVersion, QuestionVersion.id == Question.current_version_id)
        .where(Question.id.in_(cited))
        .order_by(
            Question.state == QuestionState.RETIRED,
            Question.module_key,
            Question.source_path,
            Question.source_line,
            Question.id,
        )
    ).all()
    return [BankRow(question, version, None) for question, version in rows]


def count_held(session: Session, actor: Actor) -> int:
    """How many questions wait for a person and enter no new pool meanwhile."""
    check_keeper(actor)
    return session.scalar(select(func.count()).select_from(Question).where(*_held())) or 0


def held_items(session: Session, actor: Actor, *, limit: int, offset: int = 0) -> list[ReviewItem]:
    """Questions that wait for a person, by module, with what changed or was found."""
    check_keeper(actor)
    rows = session.execute(
        select(Question, QuestionVersion)
        .join(QuestionVersion, QuestionVersion.id == Question.current_version_id)
        .where(*_held())
        .order_by(Question.module_key, Question.source_path, Question.source_line, Question.id)
        .limit(limit)
        .offset(offset)
    ).all()
    tasks = _open_tasks(session, [question.id for question, _ in rows], HOLDING)
    return [
        ReviewItem(question, version, tuple(tasks.get(question.id, ())))
        for question, version in rows
    ]


def open_tasks_of(session: Session, question: Question) -> list[ReviewTask]:
    """What is open about one question and keeps it out of new pools."""
    return _open_tasks(session, [question.id], HOLDING).get(question.id, [])


def change_items(
    session: Session, actor: Actor, kind: ReviewKind, *, limit: int
) -> list[ReviewItem]:
    """Questions with a correction or a changed key that nobody has settled, oldest first."""
    check_keeper(actor)
    rows = session.execute(
        select(ReviewTask, Question, QuestionVersion)
        .join(Question, Question.id == ReviewTask.question_id)
        .join(QuestionVersion, QuestionVersion.id == ReviewTask.after_version_id)
        .where(ReviewTask.kind == kind, ReviewTask.settled_at.is_(None))
        .order_by(ReviewTask.id)
        .limit(limit)
    ).all()
    return [ReviewItem(question, version, (task,)) for task, question, version in rows]


def review_task(session: Session, actor: Actor, task_id: int) -> ReviewTask:
    """One thing that was asked, for those who keep the bank."""
    check_keeper(actor)
    task = session.get(ReviewTask, task_id)
    if task is None:
        raise NotFound()
    return task


def finder_names(session: Session, tasks: Iterable[ReviewTask]) -> dict[int, str]:
    """The names of the people who asked, by their ids."""
    ids = {task.asked_by_id for task in tasks if task.asked_by_id is not None}
    rows = session.execute(select(User.id, User.name).where(User.id.in_(ids)))
    return {row.id: row.name for row in rows}


def versions_by_id(
    session: Session, version_ids: Iterable[int | None]
) -> dict[int, QuestionVersion]:
    """These versions by their ids."""
    wanted = [version_id for version_id in version_ids if version_id is not None]
    rows = session.scalars(select(QuestionVersion).where(QuestionVersion.id.in_(wanted)))
    return {version.id: version for version in rows}


def _held() -> tuple[ColumnElement[bool], ...]:
    return (Question.state == QuestionState.ACTIVE, Question.review_since.is_not(None))


def _open_tasks(
    session: Session, question_ids: Iterable[int], kinds: Iterable[ReviewKind]
) -> dict[int, list[ReviewTask]]:
    found: dict[int, list[ReviewTask]] = {}
    rows = session.scalars(
        select(ReviewTask)
        .where(
            ReviewTask.question_id.in_(list(question_ids)),
            ReviewTask.kind.in_(list(kinds)),
            ReviewTask.settled_at.is_(None),
        )
        .order_by(ReviewTask.id)
    )
    for task in rows:
        found.setdefault(task.question_id, []).append(task)
    return found
