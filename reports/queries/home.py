"""What each role's home is made of; every count within the reader's scope."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, distinct, false, func, or_, select
from sqlalchemy.orm import Session

from accounts.models import User
from core.identity import Actor, Role
from exams.models import BlueprintRow, Exam, ExamState, PoolEntry, Sitting, SittingState
from exams.queries.audience import invited_exams, required_counts, window_days
from exams.queries.sittings import (
    TakenTries,
    exempt_exams,
    listed_exams,
    tries_of,
)
from exams.queries.visibility import hidden_results
from learning.models import CourseModule, ModuleKind, ModuleReading
from question_bank.models import Question, QuestionState, QuestionVersion
from teams.models import Membership, RoleGrant, Team

# How long a closed exam stays on a team leader's home.
SHOWN_AFTER_CLOSE = timedelta(days=14)
# Homes look at so many exams at most, those that close next first.
MOST_EXAMS = 3


@dataclass(frozen=True)
class MyExam:
    """One exam that a person must sit, with what the person has done so far."""

    exam: Exam
    tries: TakenTries
    question_count: int
    # Whether the person may see how the last of them went.
    is_result_shown: bool


@dataclass(frozen=True)
class Contact:
    """Whom to ask."""

    team_name: str
    phone: str | None
    leaders: tuple[str, ...]


@dataclass(frozen=True)
class OpenExam:
    """A published exam that has not closed, with its sittings."""

    exam: Exam
    required: int
    under_way: int
    handed_in: int


def my_exams(session: Session, user_id: int, *, zone: ZoneInfo, now: datetime) -> list[MyExam]:
    """The exams that ask a person, by when they close; those the person is exempt from left out,
    as is practice, which nobody has to do.
    """
    listed = [e for e in listed_exams(session, user_id, now=now) if not e.is_practice]
    hidden = hidden_results(session, user_id, now=now)
    invited = invited_exams(session, user_id, listed, zone=zone)
    ids = invited - exempt_exams(session, user_id, invited)
    tries = tries_of(session, user_id, ids)
    counted = (
        select(BlueprintRow.exam_id, func.sum(BlueprintRow.count))
        .where(BlueprintRow.exam_id.in_(ids))
        .group_by(BlueprintRow.exam_id)
    )
    counts = dict(session.execute(counted).all())
    mine = [
        MyExam(
            exam=exam,
            tries=tries[exam.id],
            question_count=int(counts.get(exam.id, 0)),
            is_result_shown=last is None or last.id not in hidden,
        )
        for exam in listed
        if exam.id in ids
        for last in [tries[exam.id].last]
    ]
    return sorted(mine, key=lambda one: (one.exam.closes_at, one.exam.id))


def unread_modules(session: Session, user_id: int, exam_ids: list[int]) -> list[CourseModule]:
    """Modules whose questions these exams may draw, and that the person has not read as they are.

    A new version of a module is unread until it is read again.
    """
    keys = (
        select(Question.module_key)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .join(PoolEntry, PoolEntry.question_version_id == QuestionVersion.id)
        .join(BlueprintRow, BlueprintRow.id == PoolEntry.blueprint_row_id)
        .where(BlueprintRow.exam_id.in_(exam_ids), PoolEntry.withdrawn_at.is_(None))
    )
    has_read = (
        select(ModuleReading.id)
        .where(
            ModuleReading.user_id == user_id,
            ModuleReading.module_version_id == CourseModule.current_version_id,
            ModuleReading.read_at.is_not(None),
        )
        .exists()
    )
    return list(
        session.scalars(
            select(CourseModule)
            .where(
                CourseModule.key.in_(keys),
                CourseModule.withdrawn_at.is_(None),
                CourseModule.current_version_id.is_not(None),
                ~has_read,
            )
            .order_by(CourseModule.title)
        )
    )


def contact_of(session: Session, user_id: int, *, today: date) -> Contact | None:
    """The person's team today and who leads it, or the next team above that has a leader."""
    home = session.scalar(
        select(Team)
        .join(Membership, Membership.team_id == Team.id)
        .where(Membership.user_id == user_id, Membership.is_main, *_on(today))
    )
    if home is None:
        return None
    above = [int(part) for part in home.path.strip("/").split("/")]
    rows = session.execute(
        select(Team, User.name)
        .join(RoleGrant, RoleGrant.team_id == Team.id)
        .join(User, User.id == RoleGrant.user_id)
        .where(
            Team.id.in_(above),
            RoleGrant.role == Role.TEAM_LEADER,
            RoleGrant.user_id != user_id,
            User.left_on.is_(None),
        )
        .order_by(func.length(Team.path).desc(), User.name_sort, User.name)
    ).all()
    if not rows:
        return None
    nearest = rows[0][0]
    leaders = tuple(name for team, name in rows if team.id == nearest.id)
    return Contact(nearest.name, nearest.phone or home.phone, leaders)


def _on(day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Membership.from_on <= day,
        or_(Membership.to_on.is_(None), Membership.to_on >= day),
    )


def _staff(actor: Actor, roles: tuple[Role, ...], today: date) -> Select[int]:
    """The people who work today in the sub-trees where one of the roles is held."""
    covered = [Team.path.startswith(path) for path in actor.scopes(*roles)]
    return (
        select(User.id)
        .join(Membership, Membership.user_id == User.id)
        .join(Team, Team.id == Membership.team_id)
        .where(
            User.left_on.is_(None),
            Membership.is_main,
            *_on(today),
            or_(*covered) if covered else false(),
        )
    )


def staff_counts(
    session: Session, actor: Actor, *roles: Role, today: date
) -> tuple[int, list[tuple[int, str, str]]]:
    """How many people work under the actor, and who of them has never set a password."""
    staff = _staff(actor, roles, today)
    count = session.scalar(select(func.count()).select_from(staff.subquery())) or 0
    idle = session.execute(
        select(User.id, User.name, User.employee_no)
        .where(User.id.in_(staff), User.password_hash.is_(None))
        .order_by(User.employee_no)
    )
    return count, list(idle)


def module_counts(session: Session) -> dict[ModuleKind, int]:
    """Modules in the catalogue by kind."""
    found = (
        select(CourseModule.kind, func.count())
        .where(CourseModule.withdrawn_at.is_(None))
        .group_by(CourseModule.kind)
    )
    return dict(session.execute(found).all())


def question_counts(session: Session) -> dict[QuestionState, int]:
    """Questions of the bank by state."""
    found = select(Question.state, func.count()).group_by(Question.state)
    return dict(session.execute(found).all())


def modules_without_questions(session: Session) -> list[CourseModule]:
    """Modules that no active question belongs to."""
    asked = select(Question.module_key).where(Question.state == QuestionState.ACTIVE)
    return list(
        session.scalars(
            select(CourseModule)
            .where(CourseModule.withdrawn_at.is_(None), CourseModule.key.not_in(asked))
            .order_by(CourseModule.title)
        )
    )


def draft_exams(session: Session) -> list[Exam]:
    """Exams not yet published, the soonest first."""
    return list(
        session.scalars(
            select(Exam).where(Exam.state == ExamState.DRAFT).order_by(Exam.opens_at, Exam.id)
        )
    )


def open_exams(session: Session, *, zone: ZoneInfo, now: datetime) -> list[OpenExam]:
    """Exams whose window is open, with how many sit right now and how many have handed in."""
    exams = list(
        session.scalars(
            select(Exam)
            .where(Exam.state == ExamState.PUBLISHED, Exam.opens_at <= now, Exam.closes_at >= now)
            .order_by(Exam.closes_at, Exam.id)
        )
    )
    required = required_counts(session, {exam.id: window_days(exam, zone) for exam in exams})
    rows = session.execute(
        select(Sitting.exam_id, Sitting.state, func.count(distinct(Sitting.user_id)))
        .where(Sitting.exam_id.in_([exam.id for exam in exams]))
        .group_by(Sitting.exam_id, Sitting.state)
    )
    counts: dict[int, dict[bool, int]] = {exam.id: {True: 0, False: 0} for exam in exams}
    for exam_id, state, count in rows:
        counts[exam_id][state is SittingState.OPEN] += count
    return [
        OpenExam(exam, required[exam.id], counts[exam.id][True], counts[exam.id][False])
        for exam in exams
    ]


def current_exams(exams: list[Exam], *, now: datetime) -> list[Exam]:
    """The reportable exams that are open or closed not long ago, the next to close first."""
    recent = [exam for exam in exams if exam.closes_at >= now - SHOWN_AFTER_CLOSE]
    return sorted(recent, key=lambda e: (e.closes_at < now, abs(e.closes_at - now)))[:MOST_EXAMS]
