"""Who marks an exam, who could, and why a person may not (考教分离)."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.models import User
from core.errors import N_
from core.identity import Actor, Role
from editor.models import WorkingCopy, WorkingRevision
from exams.blueprint import fits
from exams.models import BlueprintRow, Exam, ExamState, MarkerAppointment, PoolEntry, Sitting
from exams.queries.audience import Days, is_required
from exams.queries.bank import bank_questions
from exams.queries.exams import blueprint_of, spec_of
from exams.rules import is_done_with
from question_bank.keys import QuestionType
from question_bank.models import ProposalState, ProposedQuestion, Question, QuestionVersion
from teams.models import RoleGrant
from teams.queries.people import matches

# Only who examines or trains may be appointed.
MARKERS = (Role.EXAMINER, Role.TRAINER)
MOST_FOUND = 20
WRITTEN = (QuestionType.SHORT_ANSWER, QuestionType.CASE_ANALYSIS)


class MarkerRefusal(Enum):
    """Why a person may not mark an exam; the value is the sentence for the examiner."""

    NO_ROLE = N_("%(name)s 不是考试员，也不是培训师，不能阅卷")
    LEFT = N_("%(name)s 已经离职，不能阅卷")
    MAKER = N_("%(name)s 是这场考试的出卷人。考教分离，出卷的人不阅卷")
    AUTHOR = N_("%(name)s 写过这场考试要人工阅卷的题。考教分离，出题的人不阅卷")
    CANDIDATE = N_("%(name)s 也要考这场考试，还没有考完，不能先看题和参考答案")


@dataclass(frozen=True)
class MarkerLine:
    """A person who marks an exam."""

    user_id: int
    employee_no: str
    name: str
    is_adjudicator: bool
    appointed_by: str | None
    appointed_at: datetime


def markers_of(session: Session, exam_id: int) -> list[MarkerLine]:
    """Who marks an exam: markers, then adjudicators."""
    appointer = select(User.name).where(User.id == MarkerAppointment.appointed_by_id)
    rows = session.execute(
        select(
            User.id,
            User.employee_no,
            User.name,
            MarkerAppointment.is_adjudicator,
            appointer.correlate(MarkerAppointment).scalar_subquery(),
            MarkerAppointment.appointed_at,
        )
        .join(User, User.id == MarkerAppointment.user_id)
        .where(MarkerAppointment.exam_id == exam_id)
        .order_by(MarkerAppointment.is_adjudicator, User.employee_no)
    )
    return [MarkerLine(*row) for row in rows]


def appointed_exams(session: Session, actor: Actor) -> list[tuple[Exam, bool]]:
    """The published exams that the actor marks, the latest first, and whether as adjudicator."""
    rows = session.execute(
        select(Exam, MarkerAppointment.is_adjudicator)
        .join(MarkerAppointment, MarkerAppointment.exam_id == Exam.id)
        .where(MarkerAppointment.user_id == actor.user_id, Exam.state == ExamState.PUBLISHED)
        .order_by(Exam.opens_at.desc(), Exam.id.desc())
    )
    return [(row[0], row[1]) for row in rows]


def people_to_appoint(session: Session, exam_id: int, words: str) -> list[User]:
    """Examiners and trainers who do not mark the exam yet, by a part of name or number."""
    appointed = select(MarkerAppointment.user_id).where(MarkerAppointment.exam_id == exam_id)
    able = select(RoleGrant.user_id).where(RoleGrant.role.in_(MARKERS))
    found = (
        select(User)
        .where(User.id.in_(able), User.id.not_in(appointed), User.left_on.is_(None))
        .order_by(User.employee_no)
        .limit(MOST_FOUND)
    )
    return list(session.scalars(found.where(matches(words)) if words else found))


def marker_refusal(
    session: Session, exam: Exam, user: User, *, days: Days, now: datetime
) -> MarkerRefusal | None:
    """Why a person may not mark an exam, or None."""
    roles = set(session.scalars(select(RoleGrant.role).where(RoleGrant.user_id == user.id)))
    if roles.isdisjoint(MARKERS):
        return MarkerRefusal.NO_ROLE
    if user.left_on is not None:
        return MarkerRefusal.LEFT
    if exam.separates_markers and exam.created_by_id == user.id:
        return MarkerRefusal.MAKER
    if exam.separates_markers and user.id in authors_of(session, exam):
        return MarkerRefusal.AUTHOR
    if is_required(session, exam, user.id, days=days) and not _is_done(session, exam, user, now):
        return MarkerRefusal.CANDIDATE
    return None


def _is_done(session: Session, exam: Exam, user: User, now: datetime) -> bool:
    sittings = session.scalars(
        select(Sitting).where(Sitting.exam_id == exam.id, Sitting.user_id == user.id)
    ).all()
    return is_done_with(
        [sitting.state for sitting in sittings],
        has_passed=any(sitting.is_passed for sitting in sittings),
        tries=exam.tries,
        closes_at=exam.closes_at,
        now=now,
    )


def authors_of(session: Session, exam: Exam) -> set[int]:
    """Who saved the text of a module, or accepted a proposed question for it, from which the exam
    draws what people mark; for a draft, what it would draw today.
    """
    modules = _written_modules(session, exam)
    saved = (
        select(WorkingRevision.saved_by_id)
        .join(WorkingCopy, WorkingCopy.id == WorkingRevision.working_copy_id)
        .where(WorkingCopy.module_key.in_(modules))
    )
    accepted = select(ProposedQuestion.decided_by_id).where(
        ProposedQuestion.module_key.in_(modules),
        ProposedQuestion.state == ProposalState.ACCEPTED,
        ProposedQuestion.decided_by_id.is_not(None),
    )
    found = {*session.scalars(saved), *session.scalars(accepted)}
    return {user_id for user_id in found if user_id is not None}


def _written_modules(session: Session, exam: Exam) -> set[str]:
    if exam.published_at is None:
        rows = [spec_of(row) for row in blueprint_of(session, exam.id)]
        return {
            question.module_key
            for question in bank_questions(session)
            if question.needs_person and any(fits(row, question) for row in rows)
        }
    return set(
        session.scalars(
            select(Question.module_key)
            .join(QuestionVersion, QuestionVersion.question_id == Question.id)
            .join(PoolEntry, PoolEntry.question_version_id == QuestionVersion.id)
            .join(BlueprintRow, BlueprintRow.id == PoolEntry.blueprint_row_id)
            .where(BlueprintRow.exam_id == exam.id, Question.type.in_(WRITTEN))
            .distinct()
        )
    )


def marker_counts(session: Session, exam_id: int) -> tuple[int, int]:
    """How many markers and how many adjudicators an exam has."""
    rows = session.execute(
        select(MarkerAppointment.is_adjudicator, func.count())
        .where(MarkerAppointment.exam_id == exam_id)
        .group_by(MarkerAppointment.is_adjudicator)
    )
    counts = {row[0]: row[1] for row in rows}
    return counts.get(False, 0), counts.get(True, 0)
