"""Asking a person to look at questions, and settling it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit
from core.errors import N_, Conflict, Forbidden
from core.identity import Actor
from question_bank.drafts import Revision
from question_bank.facts import FactChange
from question_bank.importing import ImportedQuestion
from question_bank.models import (
    FlawCause,
    Question,
    QuestionReference,
    QuestionState,
    QuestionVersion,
    ReviewKind,
    ReviewTask,
)
from question_bank.queries import sync
from question_bank.rules import review_of_change

# Kinds that keep a question out of new pools until they are settled.
HOLDING = (ReviewKind.CLAUSE, ReviewKind.FACT, ReviewKind.FLAW)
CONFIRMED, REFUSED, EDITED, REVERTED = "confirmed", "refused", "edited", "reverted"


@dataclass(frozen=True)
class ChangedClause:
    """A clause whose text changed, with all that it said and says."""

    anchor: str
    title: str
    before: str
    after: str


def ask_about_clauses(
    session: Session,
    module_key: str,
    clauses: Sequence[ChangedClause],
    *,
    rewritten: Collection[str],
    actor: Actor,
    now: datetime,
) -> None:
    """Put the enabled questions that rest on changed clauses on the review list.

    Those `rewritten` in the same publication are left out: their author has just seen the clause.
    A clause that changes again before anybody looked keeps the text from which it started; one
    that came back to it asks for nothing any more.
    """
    changed = {clause.anchor: clause for clause in clauses}
    wanted = [
        (question, anchor)
        for question, anchor in _resting_on(session, module_key, list(changed))
        if question.public_id not in rewritten
    ]
    open_tasks = {
        (task.question_id, task.anchor): task
        for task in _open_tasks(session, {question.id for question, _ in wanted}, HOLDING)
        if task.module_key == module_key
    }
    asked: dict[Question, list[str]] = {}
    for question, anchor in wanted:
        asked.setdefault(question, []).append(anchor)
        clause, task = changed[anchor], open_tasks.get((question.id, anchor))
        if task is None:
            session.add(_clause_task(question, module_key, clause, actor=actor, now=now))
            continue
        task.after_text = clause.after
        if task.before_text == clause.after and clause.after:
            _settle(task, REVERTED, actor=actor, now=now)
    session.flush()
    for question, anchors in asked.items():
        _hold(session, question, {"module": module_key, "anchors": anchors}, actor=actor, now=now)
    session.flush()


def _resting_on(
    session: Session, module_key: str, anchors: Sequence[str]
) -> list[tuple[Question, str]]:
    """The enabled questions that cite these clauses, with the clause, once each."""
    rows = session.execute(
        select(Question, QuestionReference.anchor)
        .join(QuestionReference, QuestionReference.question_id == Question.id)
        .where(
            QuestionReference.module_key == module_key,
            QuestionReference.anchor.in_(anchors),
            Question.state == QuestionState.ACTIVE,
        )
        .order_by(Question.id, QuestionReference.position)
    )
    return list(dict.fromkeys((question, anchor) for question, anchor in rows if anchor))


def _clause_task(
    question: Question, module_key: str, clause: ChangedClause, *, actor: Actor, now: datetime
) -> ReviewTask:
    return ReviewTask(
        question_id=question.id,
        kind=ReviewKind.CLAUSE,
        module_key=module_key,
        anchor=clause.anchor,
        title=clause.title,
        before_text=clause.before,
        after_text=clause.after,
        asked_at=now,
        asked_by_id=actor.user_id,
    )


def ask_about_facts(
    session: Session,
    module_key: str,
    facts: Iterable[FactChange],
    *,
    rewritten: Collection[str],
    actor: Actor,
    now: datetime,
) -> None:
    """Put the enabled questions that test a changed key fact on the review list."""
    for fact in facts:
        asking = set(sync.questions_on_facts(session, [fact.fact_id])) - set(rewritten)
        questions = select(Question).where(Question.public_id.in_(sorted(asking)))
        for question in session.scalars(questions.order_by(Question.id)).all():
            session.add(
                ReviewTask(
                    question_id=question.id,
                    kind=ReviewKind.FACT,
                    module_key=module_key,
                    title=fact.fact_id,
                    before_text=fact.before,
                    after_text=fact.after or "",
                    asked_at=now,
                    asked_by_id=actor.user_id,
                )
            )
            session.flush()
            _hold(session, question, {"fact": fact.fact_id}, actor=actor, now=now)
    session.flush()


def ask_about_versions(
    session: Session,
    imported: Iterable[ImportedQuestion],
    stated: Mapping[str, Revision | None],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Ask about questions whose key changed, or whose author says that only words were mended."""
    for each in imported:
        if each.before is None or each.version is None:
            continue
        kind = review_of_change(each.before, each.version, stated.get(each.question.public_id))
        if kind is None:
            continue
        session.add(
            ReviewTask(
                question_id=each.question.id,
                kind=kind,
                module_key=each.question.module_key,
                title=each.question.title,
                before_version_id=each.before.id,
                after_version_id=each.version.id,
                asked_at=now,
                asked_by_id=actor.user_id,
            )
        )
        audit.record(
            session,
            actor=actor,
            now=now,
            action="question.review.asked",
            subject=("question", each.question.public_id),
            after={"kind": kind.value, "version_id": each.version.id},
        )
    session.flush()


def ask_about_flaw(
    session: Session,
    version_ids: Collection[int],
    cause: FlawCause,
    *,
    exam_id: int,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Put enabled questions that an exam found faulty on the review list.

    `version_ids` are the versions that the exam asked, whether they still are the current ones or
    not. The same said of the same version twice is one thing to look at.
    """
    rows = session.execute(
        select(Question, QuestionVersion.id)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(QuestionVersion.id.in_(sorted(version_ids)), Question.state == QuestionState.ACTIVE)
        .order_by(Question.id)
    ).all()
    said = (cause, exam_id, reason)
    known = {
        task.before_version_id
        for task in _open_tasks(session, {question.id for question, _ in rows}, HOLDING)
        if (task.cause, task.exam_id, task.reason) == said
    }
    for question, version_id in rows:
        if version_id in known:
            continue
        task = ReviewTask(
            question_id=question.id,
            kind=ReviewKind.FLAW,
            before_version_id=version_id,
            cause=cause,
            reason=reason,
            exam_id=exam_id,
            asked_at=now,
            asked_by_id=actor.user_id,
        )
        session.add(task)
        question.review_since = question.review_since or now
        _record_flaw(session, question, task, actor=actor, now=now)
    session.flush()


def _record_flaw(
    session: Session, question: Question, task: ReviewTask, *, actor: Actor, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        now=now,
        action="question.review.asked",
        subject=("question", question.public_id),
        after={
            "kind": task.kind.value,
            "cause": task.cause.value if task.cause else None,
            "exam_id": task.exam_id,
            "version_id": task.before_version_id,
        },
        reason=task.reason,
    )


def forget_flaws(session: Session, exam_ids: Collection[int]) -> int:
    """Take back what these exams said of questions, as if they had never been; says how often."""
    told = session.scalars(select(ReviewTask).where(ReviewTask.exam_id.in_(sorted(exam_ids)))).all()
    question_ids = {task.question_id for task in told if task.settled_at is None}
    for task in told:
        session.delete(task)
    session.flush()
    still_held = {task.question_id for task in _open_tasks(session, question_ids, HOLDING)}
    for question_id in question_ids - still_held:
        session.get_one(Question, question_id).review_since = None
    session.flush()
    return len(told)


def settle_edited(
    session: Session, questions: Iterable[Question], *, actor: Actor, now: datetime
) -> None:
    """Whoever edited a question has looked at it: all that kept it out of pools is settled."""
    edited = {question.id: question for question in questions}
    if not edited:
        return
    for task in _open_tasks(session, edited, HOLDING):
        _settle(task, EDITED, actor=actor, now=now)
    for question in edited.values():
        question.review_since = None
    session.flush()


def confirm_question(session: Session, question: Question, *, actor: Actor, now: datetime) -> None:
    """Record that a person found a question right, whatever had put it on the review list."""
    if question.review_since is None:
        return
    audit.record(
        session,
        actor=actor,
        now=now,
        action="question.confirmed",
        subject=("question", question.public_id),
        before={"review_since": question.review_since.isoformat()},
    )
    for task in _open_tasks(session, [question.id], HOLDING):
        _settle(task, CONFIRMED, actor=actor, now=now)
    question.review_since = None
    session.flush()


def settle_task(
    session: Session, task: ReviewTask, *, is_confirmed: bool, actor: Actor, now: datetime
) -> None:
    """Settle what was asked about a changed key or a correction; the same person twice may not.

    A confirmed correction lets the statistics of the version before go on with the new one.
    """
    if task.settled_at is not None:
        raise Conflict(N_("已经有人处理过了"))
    if task.kind is ReviewKind.CORRECTION and is_confirmed:
        if actor.user_id is None or actor.user_id == task.asked_by_id:
            raise Forbidden(N_("勘误要由另一个人确认"))
        version = session.get(QuestionVersion, task.after_version_id)
        if version is not None:
            version.continues_id = task.before_version_id
    _settle(task, CONFIRMED if is_confirmed else REFUSED, actor=actor, now=now)
    question = session.get(Question, task.question_id)
    audit.record(
        session,
        actor=actor,
        now=now,
        action="question.review.settled",
        subject=("question", question.public_id if question else task.question_id),
        after={"kind": task.kind.value, "outcome": task.outcome},
    )
    session.flush()


def _hold(
    session: Session,
    question: Question,
    why: dict[str, object],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep a question out of new pools as long as something about it is open."""
    if not _open_tasks(session, [question.id], HOLDING):
        question.review_since = None
        return
    if question.review_since is None:
        question.review_since = now
        audit.record(
            session,
            actor=actor,
            now=now,
            action="question.review.asked",
            subject=("question", question.public_id),
            after=why,
        )


def _settle(task: ReviewTask, outcome: str, *, actor: Actor, now: datetime) -> None:
    task.settled_at, task.settled_by_id, task.outcome = now, actor.user_id, outcome


def _open_tasks(
    session: Session, question_ids: Collection[int], kinds: Sequence[ReviewKind]
) -> list[ReviewTask]:
    found = select(ReviewTask).where(
        ReviewTask.question_id.in_(list(question_ids)),
        ReviewTask.kind.in_(kinds),
        ReviewTask.settled_at.is_(None),
    )
    return list(session.scalars(found.order_by(ReviewTask.id)))
