"""The required people of one exam with how each stands, and one person's exams."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from accounts.models import User
from core.identity import Actor
from exams.definition import Phase, phase
from exams.models import RUNNING, Exam, Exemption, IntegrityDecision, Sitting, SittingState
from exams.queries.audience import Days, audience_people, required
from exams.queries.exams import READERS, is_over_everything
from exams.standing import Standing
from teams.models import Membership, Post, Team
from teams.queries.people import matches

# Matches of a person search that a page shows.
MOST_FOUND = 20


@dataclass(frozen=True)
class CandidateFilter:
    """Which candidates are wanted: by a part of name or number, by how they stand."""

    words: str = ""
    standing: Standing | None = None


@dataclass(frozen=True)
class Candidate:
    """A required person and how the person stands; place is the latest one in the window."""

    user_id: int
    employee_no: str
    name: str
    team_name: str | None
    post_name: str | None
    tries: int
    best_tenths: int | None
    standing: Standing
    # Whether a must-pass question was missed in any sitting.
    missed_must_pass: bool = False
    # Whether a sitting was made void (违纪作废).
    is_void: bool = False


@dataclass(frozen=True)
class PersonLine:
    """A person of the audience, for choosing."""

    user_id: int
    employee_no: str
    name: str
    team_name: str | None
    post_name: str | None


@dataclass(frozen=True)
class ExemptionLine:
    """Who is exempt, why, by whom and since when."""

    user_id: int
    employee_no: str
    name: str
    reason: str
    granted_by: str | None
    granted_at: datetime


def standing_counts(
    session: Session, actor: Actor, exam: Exam, *, days: Days, now: datetime
) -> dict[Standing, int]:
    """How many required people stand how, among those whom the actor may see."""
    done = _done(exam)
    stands = _stands(done, phase(exam, now=now)).label("stands")
    rows = _candidates(actor, exam, days, done).with_only_columns(stands).subquery()
    found = session.execute(select(rows.c.stands, func.count()).group_by(rows.c.stands))
    counts = {row[0]: row[1] for row in found}
    return {one: counts.get(one.value, 0) for one in Standing}


def count_candidates(
    session: Session,
    actor: Actor,
    exam: Exam,
    wanted: CandidateFilter,
    *,
    days: Days,
    now: datetime,
) -> int:
    """How many candidates the list would show."""
    found = _narrowed(actor, exam, wanted, days, now).with_only_columns(User.id).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def candidates(
    session: Session,
    actor: Actor,
    exam: Exam,
    wanted: CandidateFilter,
    *,
    days: Days,
    now: datetime,
    limit: int,
    offset: int = 0,
) -> list[Candidate]:
    """The required people of an exam, by team and number, among those whom the actor may see."""
    rows = session.execute(
        _narrowed(actor, exam, wanted, days, now)
        .order_by(Team.path, User.employee_no)
        .limit(limit)
        .offset(offset)
    )
    return [
        Candidate(
            user_id=row[0],
            employee_no=row[1],
            name=row[2],
            team_name=row[3],
            post_name=row[4],
            tries=row[5],
            best_tenths=row[6],
            standing=Standing(row[7]),
            missed_must_pass=bool(row[8]),
            is_void=bool(row[9]),
        )
        for row in rows
    ]


def people_to_exempt(session: Session, exam_id: int, words: str, *, days: Days) -> list[PersonLine]:
    """People of the audience whose name or number holds the words, not yet exempt."""
    exempt = select(Exemption.user_id).where(Exemption.exam_id == exam_id)
    found = (
        with_place(days)
        .where(User.id.in_(audience_people(exam_id, days)), User.id.not_in(exempt), matches(words))
        .order_by(User.employee_no)
        .limit(MOST_FOUND)
    )
    return [PersonLine(*row) for row in session.execute(found)]


def exemptions_of(session: Session, exam_id: int) -> list[ExemptionLine]:
    """Who is exempt from an exam, the latest first."""
    granter = aliased(User)
    found = (
        select(
            User.id,
            User.employee_no,
            User.name,
            Exemption.reason,
            granter.name,
            Exemption.granted_at,
        )
        .join(User, User.id == Exemption.user_id)
        .outerjoin(granter, granter.id == Exemption.granted_by_id)
        .where(Exemption.exam_id == exam_id)
        .order_by(Exemption.granted_at.desc(), Exemption.id.desc())
    )
    return [ExemptionLine(*row) for row in session.execute(found)]


def _narrowed(
    actor: Actor, exam: Exam, wanted: CandidateFilter, days: Days, now: datetime
) -> Select[*tuple[Any, ...]]:
    done = _done(exam)
    stands = _stands(done, phase(exam, now=now))
    found = _candidates(actor, exam, days, done).add_columns(
        func.coalesce(done.c.tries, 0),
        done.c.best_tenths,
        stands.label("stands"),
        done.c.missed,
        done.c.voided,
    )
    if wanted.words:
        found = found.where(matches(wanted.words))
    if wanted.standing is not None:
        found = found.where(stands == wanted.standing.value)
    return found


def _candidates(actor: Actor, exam: Exam, days: Days, done: Subquery) -> Select[*tuple[Any, ...]]:
    people = select(required({exam.id: days}).subquery().c.user_id)
    found = with_place(days).outerjoin(done, done.c.user_id == User.id).where(User.id.in_(people))
    if is_over_everything(actor, *READERS):
        return found
    seen = (Team.path.startswith(path) for path in actor.scopes(*READERS))
    return found.where(or_(false(), *seen))


def _done(exam: Exam) -> Subquery:
    """What each person has done at the exam so far."""
    passed = case((Sitting.is_passed.is_(True), 1), else_=0)
    is_open = case((Sitting.state == SittingState.OPEN, 1), else_=0)
    voided = case((Sitting.integrity_decision == IntegrityDecision.VOIDED, 1), else_=0)
    waits = and_(Sitting.state.not_in(RUNNING), Sitting.is_passed.is_(None))
    is_to_mark = case((waits, 1), else_=0)
    return (
        select(
            Sitting.user_id,
            func.count().label("tries"),
            func.max(passed, type_=Integer).label("passed"),
            func.max(is_open, type_=Integer).label("is_open"),
            func.max(is_to_mark, type_=Integer).label("is_to_mark"),
            func.max(Sitting.score_tenths).label("best_tenths"),
            func.max(Sitting.must_pass_missed).label("missed"),
            func.max(voided, type_=Integer).label("voided"),
        )
        .where(Sitting.exam_id == exam.id)
        .group_by(Sitting.user_id)
        .subquery("done")
    )


def _stands(done: Subquery, at: Phase) -> ColumnElement[str]:
    """Any passed sitting passes; without a sitting, the window decides.

    A sitting that has run out but is not yet closed still counts as running: its mark comes
    within a minute.
    """
    nothing = Standing.ABSENT if at is Phase.CLOSED else Standing.NOT_BEGUN
    return case(
        (done.c.passed == 1, literal(Standing.PASSED.value)),
        (done.c.is_open == 1, literal(Standing.SITTING.value)),
        (done.c.is_to_mark == 1, literal(Standing.TO_MARK.value)),
        (done.c.tries > 0, literal(Standing.FAILED.value)),
        else_=literal(nothing.value),
    )


def with_place(days: Days) -> Select[*tuple[Any, ...]]:
    """People with the team and post of their latest main membership in these days."""
    later = aliased(Membership)
    newest = (
        select(later.id)
        .where(later.user_id == User.id, later.is_main, later.from_on <= days.last)
        .order_by(later.from_on.desc(), later.id.desc())
        .limit(1)
        .correlate(User)
        .scalar_subquery()
    )
    return (
        select(User.id, User.employee_no, User.name, Team.name, Post.name)
        .select_from(User)
        .outerjoin(Membership, and_(Membership.user_id == User.id, Membership.id == newest))
        .outerjoin(Team, Team.id == Membership.team_id)
        .outerjoin(Post, Post.id == Membership.post_id)
    )
