"""Reads about kinds, awards and certificates; lists show only what the reader's scope covers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, false, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from accounts.models import User
from certificates.models import Certificate, CertificateKind, ExamAward
from certificates.rules import DUE_DAYS, CertificateState
from core.errors import NotFound
from core.identity import Actor, Role
from exams.models import Exam, ExamKind, Sitting, SittingQuestion
from exams.queries.clauses import versions_on_clause
from exams.queries.visibility import hidden_results
from teams.models import Membership, Post, Team

# Who may see certificates of others, each within the own scope.
READERS = (Role.TEAM_LEADER, Role.SAFETY_MANAGER, Role.ADMINISTRATOR, Role.INSPECTOR)


@dataclass(frozen=True)
class StateCounts:
    """How many certificates of a scope are in which state on a day."""

    total: int
    valid: int
    expiring: int
    expired: int
    revoked: int


@dataclass(frozen=True)
class Place:
    """Where and as what a person worked on a day."""

    team_id: int | None
    team_name: str
    post_name: str


def kinds(session: Session) -> list[CertificateKind]:
    """Every kind, by code."""
    return list(session.scalars(select(CertificateKind).order_by(CertificateKind.code)))


def kind_counts(session: Session) -> dict[int, int]:
    """How many certificates of each kind were ever issued."""
    found = select(Certificate.kind_id, func.count()).group_by(Certificate.kind_id)
    return dict(session.execute(found).all())


def kind_by_id(session: Session, kind_id: int) -> CertificateKind:
    kind = session.get(CertificateKind, kind_id)
    if kind is None:
        raise NotFound()
    return kind


def exam_by_id(session: Session, exam_id: int) -> Exam:
    exam = session.get(Exam, exam_id)
    if exam is None:
        raise NotFound()
    return exam


def award_of(session: Session, exam_id: int) -> CertificateKind | None:
    """The kind that passing an exam awards."""
    return session.scalar(
        select(CertificateKind)
        .join(ExamAward, ExamAward.kind_id == CertificateKind.id)
        .where(ExamAward.exam_id == exam_id)
    )


def award_counts(session: Session, exam_id: int) -> tuple[int, int]:
    """How many passed sittings of an exam have a certificate, and how many have none."""
    passed, awarded = session.execute(
        select(func.count(Sitting.id), func.count(Certificate.id))
        .select_from(Sitting)
        .outerjoin(Certificate, Certificate.sitting_id == Sitting.id)
        .where(Sitting.exam_id == exam_id, Sitting.is_passed.is_(True))
    ).one()
    return awarded, passed - awarded


def sittings_without_certificate(session: Session, *, exam_id: int | None = None) -> list[int]:
    """Passed sittings of exams that award a kind, and that have no certificate yet."""
    found = (
        select(Sitting.id)
        .join(ExamAward, ExamAward.exam_id == Sitting.exam_id)
        .join(Exam, Exam.id == Sitting.exam_id)
        .outerjoin(Certificate, Certificate.sitting_id == Sitting.id)
        .where(
            Sitting.is_passed.is_(True),
            Certificate.id.is_(None),
            Exam.kind == ExamKind.FINAL,
        )
        .order_by(Sitting.submitted_at, Sitting.id)
    )
    if exam_id is not None:
        found = found.where(Sitting.exam_id == exam_id)
    return list(session.scalars(found))


def place_on(session: Session, user_id: int, day: date) -> Place:
    """The main team, as the path of its names below the enterprise, and the post on a day."""
    row = session.execute(
        select(Team.id, Team.path, Post.name)
        .select_from(Membership)
        .join(Team, Team.id == Membership.team_id)
        .outerjoin(Post, Post.id == Membership.post_id)
        .where(
            Membership.user_id == user_id,
            Membership.is_main,
            Membership.from_on <= day,
            or_(Membership.to_on.is_(None), Membership.to_on >= day),
        )
        .order_by(Membership.from_on.desc())
        .limit(1)
    ).first()
    if row is None:
        return Place(None, "", "")
    team_id, path, post_name = row
    ids = [int(part) for part in path.strip("/").split("/")]
    named = select(Team.id, Team.name).where(Team.id.in_(ids))
    names = dict(session.execute(named).all())
    shown = ids[1:] or ids
    return Place(team_id, " / ".join(names[id_] for id_ in shown)[:255], post_name or "")


def in_state(state: CertificateState, today: date) -> ColumnElement[bool]:
    """The condition that a certificate is in a state on a day; the same cut as `rules.state_on`."""
    if state is CertificateState.REVOKED:
        return Certificate.revoked_at.is_not(None)
    stands = Certificate.revoked_at.is_(None)
    due = today + timedelta(days=DUE_DAYS)
    if state is CertificateState.EXPIRED:
        return and_(stands, Certificate.valid_to < today)
    if state is CertificateState.EXPIRING:
        return and_(stands, Certificate.valid_to.between(today, due))
    return and_(stands, or_(Certificate.valid_to.is_(None), Certificate.valid_to > due))


def is_replaced() -> ColumnElement[bool]:
    """The condition that its holder has a newer one of its kind that lasts at least as long."""
    newer = aliased(Certificate)
    return and_(
        Certificate.revoked_at.is_(None),
        select(newer.id)
        .where(
            newer.user_id == Certificate.user_id,
            newer.kind_id == Certificate.kind_id,
            newer.revoked_at.is_(None),
            newer.id > Certificate.id,
            or_(newer.valid_to.is_(None), newer.valid_to >= Certificate.valid_to),
        )
        .correlate(Certificate)
        .exists(),
    )


def in_scope(actor: Actor, today: date) -> Select[Certificate]:
    """Certificates of people who work in the actor's sub-trees today.

    Who works nowhere today (has left) is found under the team of the day of issue.
    """
    now_in = (
        select(Membership.user_id, Membership.team_id)
        .where(
            Membership.is_main,
            Membership.from_on <= today,
            or_(Membership.to_on.is_(None), Membership.to_on >= today),
        )
        .subquery()
    )
    scopes = actor.scopes(*READERS)
    covered = [Team.path.startswith(path, autoescape=True) for path in scopes]
    return (
        select(Certificate)
        .outerjoin(now_in, now_in.c.user_id == Certificate.user_id)
        .outerjoin(Team, Team.id == func.coalesce(now_in.c.team_id, Certificate.team_id))
        .where(or_(*covered) if covered else false())
    )


@dataclass(frozen=True)
class Filters:
    """What a list of certificates is narrowed to.

    A certificate that a newer one of its kind has replaced asks nothing of anybody and is left
    out, unless `with_replaced`.
    """

    kind_id: int | None = None
    state: CertificateState | None = None
    team_path: str | None = None
    text: str = ""
    with_replaced: bool = False


def _narrowed(found: Select[Certificate], filters: Filters, today: date) -> Select[Certificate]:
    if filters.kind_id is not None:
        found = found.where(Certificate.kind_id == filters.kind_id)
    if filters.team_path is not None:
        found = found.where(Team.path.startswith(filters.team_path, autoescape=True))
    if filters.text:
        found = found.join(User, User.id == Certificate.user_id).where(
            or_(
                Certificate.holder_name.contains(filters.text, autoescape=True),
                Certificate.number.contains(filters.text, autoescape=True),
                User.employee_no == filters.text,
            )
        )
    if not filters.with_replaced:
        found = found.where(not_(is_replaced()))
    if filters.state is not None:
        found = found.where(in_state(filters.state, today))
    return found


def state_counts(session: Session, actor: Actor, filters: Filters, *, today: date) -> StateCounts:
    """Counts of everything the filters let through, whatever state they name."""
    base = _narrowed(in_scope(actor, today), Filters(**{**filters.__dict__, "state": None}), today)
    sums = [
        func.coalesce(func.sum(case((in_state(state, today), 1), else_=0)), 0)
        for state in CertificateState
    ]
    row = session.execute(base.with_only_columns(func.count(Certificate.id), *sums)).one()
    return StateCounts(*row)


def page_of_certificates(
    session: Session, actor: Actor, filters: Filters, *, today: date, offset: int, limit: int
) -> list[tuple[Certificate, str]]:
    """Certificates with the holder's employee number, what ends soonest first."""
    urgency = case(
        (in_state(CertificateState.EXPIRING, today), 0),
        (in_state(CertificateState.EXPIRED, today), 1),
        (in_state(CertificateState.VALID, today), 2),
        else_=3,
    )
    holder = (
        select(User.employee_no)
        .where(User.id == Certificate.user_id)
        .correlate(Certificate)
        .scalar_subquery()
    )
    found = (
        _narrowed(in_scope(actor, today), filters, today)
        .add_columns(holder)
        .order_by(urgency, Certificate.valid_to, Certificate.number)
        .offset(offset)
        .limit(limit)
    )
    return list(session.execute(found))


def certificates_of(session: Session, user_id: int) -> list[Certificate]:
    """A person's certificates, newest first."""
    return list(
        session.scalars(
            select(Certificate)
            .where(Certificate.user_id == user_id)
            .order_by(Certificate.issued_on.desc(), Certificate.id.desc())
        )
    )


def shown_to_holder(session: Session, user_id: int, *, now: datetime) -> list[Certificate]:
    """A person's certificates but for those that would tell a result not yet to be seen."""
    hidden = hidden_results(session, user_id, now=now)
    return [one for one in certificates_of(session, user_id) if one.sitting_id not in hidden]


def replaced_ids(session: Session, user_id: int) -> set[int]:
    """Which of a person's certificates a newer one of their kind has replaced."""
    found = select(Certificate.id).where(Certificate.user_id == user_id, is_replaced())
    return set(session.scalars(found))


def expiring_of(session: Session, user_id: int, *, today: date, now: datetime) -> list[Certificate]:
    """A person's certificates that end soon and have not been replaced, the first to end first;
    as in `shown_to_holder`.
    """
    hidden = hidden_results(session, user_id, now=now)
    found = session.scalars(
        select(Certificate)
        .where(
            Certificate.user_id == user_id,
            in_state(CertificateState.EXPIRING, today),
            not_(is_replaced()),
        )
        .order_by(Certificate.valid_to)
    )
    return [one for one in found if one.sitting_id not in hidden]


def certificate_for(
    session: Session, actor: Actor, certificate_id: int, *, today: date, now: datetime
) -> Certificate:
    """One's own certificate, or one in the reader's scope; NotFound for any other.

    One's own stays hidden as long as the result that it would tell.
    """
    own = select(Certificate).where(
        Certificate.id == certificate_id, Certificate.user_id == actor.user_id
    )
    scoped = in_scope(actor, today).where(Certificate.id == certificate_id)
    found = session.scalars(own).first()
    if found is not None and actor.user_id is not None:
        hidden = hidden_results(session, actor.user_id, now=now)
        found = None if found.sitting_id in hidden else found
    found = found or session.scalars(scoped).first()
    if found is None or actor.user_id is None:
        raise NotFound()
    return found


def certificate_of_sitting(session: Session, actor: Actor, sitting_id: int) -> Certificate | None:
    """What the actor's own sitting earned, unless it was revoked."""
    return session.scalar(
        select(Certificate).where(
            Certificate.sitting_id == sitting_id,
            Certificate.user_id == actor.user_id,
            Certificate.revoked_at.is_(None),
        )
    )


def valid_on_clause(
    session: Session, actor: Actor, module_key: str, anchor: str, *, today: date
) -> tuple[list[tuple[str, int]], int]:
    """Valid certificates whose exam asked about a clause: by kind within the actor's scope, and
    how many there are in all.
    """
    rests = (
        select(SittingQuestion.id)
        .where(
            SittingQuestion.sitting_id == Certificate.sitting_id,
            SittingQuestion.question_version_id.in_(versions_on_clause(module_key, anchor)),
        )
        .correlate(Certificate)
        .exists()
    )
    stands = [
        rests,
        not_(is_replaced()),
        or_(in_state(CertificateState.VALID, today), in_state(CertificateState.EXPIRING, today)),
    ]
    total = session.scalar(select(func.count(Certificate.id)).where(*stands)) or 0
    seen = (
        in_scope(actor, today)
        .where(*stands)
        .with_only_columns(Certificate.kind_name, func.count(Certificate.id.distinct()))
        .group_by(Certificate.kind_name)
        .order_by(Certificate.kind_name)
    )
    return [(name, count) for name, count in session.execute(seen)], total


def certificate_by_code(session: Session, code: str) -> Certificate | None:
    """The certificate behind a check address, or None."""
    return session.scalar(select(Certificate).where(Certificate.check_code == code))


def teams_in_scope(session: Session, actor: Actor) -> list[Team]:
    """The teams that the actor may choose from, in the order of the tree."""
    covered = [Team.path.startswith(path, autoescape=True) for path in actor.scopes(*READERS)]
    found = list(session.scalars(select(Team).where(or_(*covered) if covered else false())))
    return sorted(found, key=lambda team: team.path)
