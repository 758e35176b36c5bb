"""Exams as examiners and those who watch over them read them: scoped loaders, list, blueprint."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from core.errors import N_, Conflict, Forbidden, NotFound
from core.identity import Actor, Role
from exams.blueprint import RowSpec
from exams.definition import Phase
from exams.models import BlueprintRow, Exam, ExamAudience, ExamState, PoolEntry, Sitting
from exams.queries.audience import AudienceChoice
from teams.models import Team

MANAGERS = (Role.EXAMINER,)
READERS = (Role.EXAMINER, Role.SAFETY_MANAGER, Role.INSPECTOR)
# Who watches over people while they sit an exam, each over the own sub-trees.
WATCHERS = (Role.EXAMINER, Role.SAFETY_MANAGER, Role.TEAM_LEADER)


@dataclass(frozen=True)
class ExamFilter:
    """Which exams of the list are wanted; None of a phase means all but the withdrawn."""

    words: str = ""
    phase: Phase | None = None


@dataclass(frozen=True)
class RowCounts:
    """How much a blueprint row may draw of its stored pool, and how much was withdrawn."""

    available: int
    withdrawn: int


def exam_for(session: Session, actor: Actor, exam_id: int) -> Exam:
    """An exam that the actor may read as an official; NotFound for any other."""
    exam = session.scalar(select(Exam).where(Exam.id == exam_id, may_read(actor)))
    if exam is None:
        raise NotFound()
    return exam


def watched_exam(session: Session, actor: Actor, exam_id: int) -> Exam:
    """A published exam whose people, or some of them, the actor may watch; NotFound otherwise."""
    found = select(Exam).where(Exam.id == exam_id, _may_watch(actor))
    exam = session.scalar(found)
    if exam is None:
        raise NotFound()
    return exam


def watched_exams(
    session: Session, actor: Actor, *, since: datetime, until: datetime
) -> list[Exam]:
    """The published exams that are open at some time in between, by opening."""
    return list(
        session.scalars(
            select(Exam)
            .where(_may_watch(actor), Exam.opens_at <= until, Exam.closes_at >= since)
            .order_by(Exam.opens_at, Exam.id)
        )
    )


def managed_exam(session: Session, actor: Actor, exam_id: int) -> Exam:
    """An exam that the actor may change: its whole audience lies within the examiner's scopes.

    An exam still without audience is its creator's, and that of examiners over everything.
    """
    exam = exam_for(session, actor, exam_id)
    if not may_manage(session, actor, exam):
        raise Forbidden()
    return exam


def locked_exam(session: Session, exam: Exam) -> Exam:
    """The exam read afresh and locked until the end of the transaction."""
    return session.scalars(
        select(Exam)
        .where(Exam.id == exam.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def locked_draft(session: Session, exam: Exam) -> Exam:
    """The exam locked, provided that it can still be edited; Conflict otherwise."""
    exam = locked_exam(session, exam)
    if exam.state is not ExamState.DRAFT:
        raise Conflict(N_("考试已经发布，不能再改。要改，复制成新的考试"))
    return exam


def lies_in_scope(session: Session, actor: Actor, rows: Iterable[AudienceChoice]) -> bool:
    """Whether these rows of an audience take in only people whom the examiner may examine."""
    if is_over_everything(actor, *MANAGERS):
        return True
    teams = [session.get(Team, row.team_id) if row.team_id else None for row in rows]
    return all(team is not None and actor.may_at(team.path, *MANAGERS) for team in teams)


def amendable_exam(session: Session, exam: Exam, *, now: datetime) -> Exam:
    """A published exam that is not over, read afresh and locked; Conflict for any other."""
    exam = locked_exam(session, exam)
    if exam.state is not ExamState.PUBLISHED:
        raise Conflict(N_("这场考试没有发布"))
    if now > exam.closes_at:
        raise Conflict(N_("考试窗口已经关闭，不能再改"))
    return exam


def may_manage(session: Session, actor: Actor, exam: Exam) -> bool:
    """Whether the actor may change this exam."""
    found = session.scalar(select(Exam.id).where(Exam.id == exam.id, may_manage_as(actor)))
    return found is not None


def readable_exam_ids(session: Session, actor: Actor, exam_ids: Iterable[int]) -> set[int]:
    """Those of the exams that the actor may read as an official."""
    found = select(Exam.id).where(Exam.id.in_(list(exam_ids)), may_read(actor))
    return set(session.scalars(found))


def is_over_everything(actor: Actor, *roles: Role) -> bool:
    """Whether one of the roles is held over the root of the tree."""
    return any(scope.count("/") == 2 for scope in actor.scopes(*roles))


def count_exams(session: Session, actor: Actor, wanted: ExamFilter, *, now: datetime) -> int:
    """How many exams the list would show."""
    found = select(func.count()).select_from(Exam).where(*_wanted(actor, wanted, now))
    return session.scalar(found) or 0


def exam_list(
    session: Session,
    actor: Actor,
    wanted: ExamFilter,
    *,
    now: datetime,
    limit: int,
    offset: int = 0,
) -> list[Exam]:
    """Exams, the latest window first."""
    found = (
        select(Exam)
        .where(*_wanted(actor, wanted, now))
        .order_by(Exam.opens_at.desc(), Exam.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return list(session.scalars(found))


def sat_counts(session: Session, exam_ids: Iterable[int]) -> dict[int, int]:
    """How many people have begun each of these exams at least once."""
    counts = dict.fromkeys(exam_ids, 0)
    found = session.execute(
        select(Sitting.exam_id, func.count(Sitting.user_id.distinct()))
        .where(Sitting.exam_id.in_(list(counts)))
        .group_by(Sitting.exam_id)
    )
    return counts | {row[0]: row[1] for row in found}


def has_begun(session: Session, exam_id: int) -> bool:
    """Whether anybody has begun this exam."""
    return session.scalar(select(Sitting.id).where(Sitting.exam_id == exam_id).limit(1)) is not None


def blueprint_of(session: Session, exam_id: int) -> list[BlueprintRow]:
    """The rows of an exam's blueprint in order."""
    found = select(BlueprintRow).where(BlueprintRow.exam_id == exam_id)
    return list(session.scalars(found.order_by(BlueprintRow.position)))


def spec_of(row: BlueprintRow) -> RowSpec:
    """A stored row as the examiner wrote it."""
    return RowSpec(
        module_key=row.module_key,
        tag=row.tag,
        type=row.type,
        difficulty_min=row.difficulty_min,
        difficulty_max=row.difficulty_max,
        count=row.count,
        points_tenths=row.points_tenths,
        clause=row.clause,
        question=row.question,
        is_must_pass=row.is_must_pass,
        section_title=row.section_title,
    )


def pool_counts(session: Session, exam_id: int) -> dict[int, RowCounts]:
    """The size of each row's stored pool, by the row's id."""
    withdrawn = func.count(PoolEntry.withdrawn_at)
    rows = session.execute(
        select(BlueprintRow.id, func.count(PoolEntry.id) - withdrawn, withdrawn)
        .outerjoin(PoolEntry, PoolEntry.blueprint_row_id == BlueprintRow.id)
        .where(BlueprintRow.exam_id == exam_id)
        .group_by(BlueprintRow.id)
    )
    return {row[0]: RowCounts(row[1], row[2]) for row in rows}


def _wanted(actor: Actor, wanted: ExamFilter, now: datetime) -> list[ColumnElement[bool]]:
    published = Exam.state == ExamState.PUBLISHED
    phases: dict[Phase | None, ColumnElement[bool]] = {
        None: Exam.state != ExamState.WITHDRAWN,
        Phase.DRAFT: Exam.state == ExamState.DRAFT,
        Phase.WITHDRAWN: Exam.state == ExamState.WITHDRAWN,
        Phase.UPCOMING: and_(published, Exam.opens_at > now),
        Phase.OPEN: and_(published, Exam.opens_at <= now, Exam.closes_at >= now),
        Phase.CLOSED: and_(published, Exam.closes_at < now),
    }
    return [
        may_read(actor),
        phases[wanted.phase],
        Exam.title.contains(wanted.words, autoescape=True),
    ]


def may_read(actor: Actor) -> ColumnElement[bool]:
    """Drafts are for those who may change them; other exams for whose people they touch."""
    if is_over_everything(actor, *READERS):
        return true()
    published = and_(Exam.state != ExamState.DRAFT, _touches(actor.scopes(*READERS)))
    return or_(may_manage_as(actor), published)


def _touches(scopes: Iterable[str]) -> ColumnElement[bool]:
    """Whether the audience of an exam can hold people of one of these sub-trees."""
    scopes = tuple(scopes)
    if not scopes:
        return false()
    touched = or_(
        Team.id.is_(None),
        Team.path.in_({wider for scope in scopes for wider in _and_above(scope)}),
        *(Team.path.startswith(scope) for scope in scopes),
    )
    return _audience_row().where(touched).exists()


def _may_watch(actor: Actor) -> ColumnElement[bool]:
    published = Exam.state == ExamState.PUBLISHED
    if is_over_everything(actor, *WATCHERS):
        return published
    return and_(published, _touches(actor.scopes(*WATCHERS)))


def may_manage_as(actor: Actor, roles: Iterable[Role] = MANAGERS) -> ColumnElement[bool]:
    """Whether the whole audience of an exam lies where the actor holds one of these roles."""
    roles = tuple(roles)
    if is_over_everything(actor, *roles):
        return true()
    scopes = actor.scopes(*roles)
    if not scopes:
        return false()
    outside = or_(
        Team.id.is_(None), ~or_(false(), *(Team.path.startswith(scope) for scope in scopes))
    )
    return and_(
        or_(Exam.created_by_id == actor.user_id, _audience_row().exists()),
        ~_audience_row().where(outside).exists(),
    )


def _audience_row() -> Select[int]:
    return (
        select(ExamAudience.id)
        .outerjoin(Team, Team.id == ExamAudience.team_id)
        .where(ExamAudience.exam_id == Exam.id)
        .correlate(Exam)
    )


def _and_above(path: str) -> list[str]:
    """/1/4/ -> /1/ and /1/4/"""
    ids = path.strip("/").split("/")
    return [f"/{'/'.join(ids[:depth])}/" for depth in range(1, len(ids) + 1)]
