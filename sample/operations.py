"""The sample company as a whole: loaded once into an empty database, removed without a trace."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from accounts.models import ActivationCode, AuthSession, NoticeAcknowledgement, User
from certificates.models import (
    Certificate,
    CertificateKind,
    CertificateReview,
    CertificateSeries,
    ExamAward,
)
from core.audit import record
from core.clock import local_date
from core.db import Base, Database
from core.errors import N_, Conflict
from core.identity import Actor, Grant
from editor.models import WorkingCopy, WorkingRevision
from exams.models import (
    Answer,
    Appeal,
    BlueprintRow,
    Exam,
    ExamAudience,
    Exemption,
    ManualMark,
    MarkerAppointment,
    MarkingLease,
    MarkingTask,
    PaperForm,
    PoolEntry,
    Regrade,
    RegradeChange,
    RegradeOutcome,
    Sitting,
    SittingEvent,
    SittingPresence,
    SittingQuestion,
    SittingSignature,
)
from learning.models import CourseModule, ModuleReading
from sample import company, history
from sample.exams import Scene, load_exam, sit_exam
from sample.people import Loaded, load_people
from teams.models import Membership, Post, RoleGrant, RosterImport, Team
from teams.queries.identity import actor_for

SEED = 20260701


def load_sample(
    database: Database,
    *,
    password_hash: str,
    zone: ZoneInfo,
    actor: Actor,
    now: datetime,
    people_count: int = company.PEOPLE_COUNT,
) -> int:
    """Load people, exams and a year of sittings; says how many sittings there were.

    Nobody did these things, so they leave one audit entry together, not one each.
    """
    today = local_date(now, zone)
    teams = company.tree()
    people = company.people(teams, seed=SEED, today=today, count=people_count)
    with database.writing() as session:
        loaded = load_people(session, teams, people, password_hash=password_hash, now=now)
        record(
            session,
            actor=actor,
            now=now,
            action="sample.loaded",
            subject=("sample", SEED),
            after={"people": len(people), "teams": len(teams)},
        )
    scene = Scene(teams, people, loaded, zone, today)
    plans = history.planned_exams(today.year)
    exam_ids = _load_exams(database, plans, scene, now=now)
    rng = random.Random(SEED)
    count = 0
    for exam_id, plan in zip(exam_ids, plans, strict=True):
        count += sit_exam(database, exam_id, plan, scene, rng=rng, now=now)
    with database.writing() as session:
        _load_readings(session, loaded, rng=rng, now=now)
    return count


def _load_exams(
    database: Database,
    plans: Sequence[history.PlannedExam],
    scene: Scene,
    *,
    now: datetime,
) -> list[int]:
    with database.writing() as session:
        session.info["unrecorded"] = True
        kinds = {
            code: CertificateKind(code=code, name=name, valid_months=months, is_sample=True)
            for code, (name, months) in history.KINDS.items()
        }
        session.add_all(kinds.values())
        session.flush()
        examiner = next(
            user_id
            for user_id, person in zip(scene.loaded.user_ids, scene.people, strict=True)
            if person.name == "周谷雨" and person.is_demo
        )
        maker = Actor(examiner, "周谷雨", _whole_enterprise(session, examiner))
        return [load_exam(session, p, scene, kinds, actor=maker, now=now).id for p in plans]


def _whole_enterprise(session: Session, user_id: int) -> frozenset[Grant]:
    return actor_for(session, user_id).grants


def _load_readings(session: Session, loaded: Loaded, *, rng: random.Random, now: datetime) -> None:
    """Most people have read some modules in the last months."""
    versions = list(
        session.scalars(
            select(CourseModule.current_version_id).where(CourseModule.withdrawn_at.is_(None))
        )
    )
    rows = []
    for user_id in loaded.user_ids[7:]:
        for version_id in rng.sample(versions, min(len(versions), rng.randint(0, 6))):
            opened_at = now - timedelta(minutes=rng.randint(60, 200_000))
            read_at = opened_at + timedelta(minutes=rng.randint(6, 40))
            rows.append(
                {
                    "user_id": user_id,
                    "module_version_id": version_id,
                    "opened_at": opened_at,
                    "read_at": read_at if rng.random() < 0.8 else None,
                }
            )
    if rows:
        session.execute(insert(ModuleReading), rows)


def remove_sample(session: Session, *, actor: Actor, now: datetime) -> dict[str, int]:
    """Delete every row of the sample company; says how many of which table.

    Audit entries stay: the audit log cannot be cut. Raises Conflict while real people belong to
    its teams or hold roles there, since they would be left without a place.
    """
    _refuse_while_in_use(session, select(Team.id).where(Team.is_sample))
    _forget_names(session)
    removed = {table.__tablename__: _delete(session, table, fits) for table, fits in _steps()}
    removed["team"] = _remove_teams(session)
    removed["post"] = _delete(session, Post, Post.is_sample & ~_is_used(Post.id))
    record(
        session,
        actor=actor,
        now=now,
        action="sample.removed",
        subject=("sample", SEED),
        before=removed,
    )
    session.flush()
    return removed


def _steps() -> tuple[tuple[type[Any], Any], ...]:
    """Which rows of which tables go, those that refer to others first."""
    people = select(User.id).where(User.is_sample)
    teams = select(Team.id).where(Team.is_sample)
    exams = select(Exam.id).where(Exam.is_sample | Exam.created_by_id.in_(people))
    sittings = select(Sitting.id).where(Sitting.exam_id.in_(exams) | Sitting.user_id.in_(people))
    rows = select(BlueprintRow.id).where(BlueprintRow.exam_id.in_(exams))
    kinds = select(CertificateKind.id).where(CertificateKind.is_sample)
    copies = select(WorkingCopy.id).where(WorkingCopy.owner_id.in_(people))
    of_sample = Certificate.user_id.in_(people) | Certificate.kind_id.in_(kinds)
    held = select(Certificate.id).where(of_sample | Certificate.sitting_id.in_(sittings))
    regrades = select(Regrade.id).where(Regrade.exam_id.in_(exams))
    return (
        (CertificateReview, CertificateReview.certificate_id.in_(held)),
        (Appeal, Appeal.sitting_id.in_(sittings)),
        (RegradeOutcome, RegradeOutcome.sitting_id.in_(sittings)),
        (RegradeChange, RegradeChange.regrade_id.in_(regrades)),
        (Regrade, Regrade.exam_id.in_(exams)),
        (Certificate, of_sample | Certificate.sitting_id.in_(sittings)),
        (CertificateSeries, ~_has_numbers(CertificateSeries.series)),
        (ExamAward, ExamAward.exam_id.in_(exams) | ExamAward.kind_id.in_(kinds)),
        (CertificateKind, CertificateKind.is_sample),
        (Answer, Answer.sitting_id.in_(sittings)),
        (ManualMark, _of_papers(ManualMark, sittings) | ManualMark.marker_id.in_(people)),
        (MarkingLease, _of_papers(MarkingLease, sittings) | MarkingLease.marker_id.in_(people)),
        (MarkingTask, MarkingTask.sitting_id.in_(sittings)),
        (
            MarkerAppointment,
            MarkerAppointment.exam_id.in_(exams) | MarkerAppointment.user_id.in_(people),
        ),
        (SittingEvent, SittingEvent.sitting_id.in_(sittings)),
        (SittingSignature, SittingSignature.sitting_id.in_(sittings)),
        (SittingPresence, SittingPresence.sitting_id.in_(sittings)),
        (SittingQuestion, SittingQuestion.sitting_id.in_(sittings)),
        (Sitting, Sitting.exam_id.in_(exams) | Sitting.user_id.in_(people)),
        (PoolEntry, PoolEntry.blueprint_row_id.in_(rows)),
        (BlueprintRow, BlueprintRow.exam_id.in_(exams)),
        (PaperForm, PaperForm.exam_id.in_(exams) | PaperForm.made_by_id.in_(people)),
        (ExamAudience, ExamAudience.exam_id.in_(exams) | ExamAudience.team_id.in_(teams)),
        (Exemption, Exemption.exam_id.in_(exams) | Exemption.user_id.in_(people)),
        (Exam, Exam.is_sample | Exam.created_by_id.in_(people)),
        (ModuleReading, ModuleReading.user_id.in_(people)),
        (WorkingRevision, WorkingRevision.working_copy_id.in_(copies)),
        (WorkingCopy, WorkingCopy.id.in_(copies)),
        (RosterImport, RosterImport.uploaded_by_id.in_(people)),
        (RoleGrant, RoleGrant.user_id.in_(people)),
        (Membership, Membership.user_id.in_(people)),
        (ActivationCode, _of_either(ActivationCode.user_id, ActivationCode.made_by_id, people)),
        (AuthSession, AuthSession.user_id.in_(people)),
        (NoticeAcknowledgement, NoticeAcknowledgement.user_id.in_(people)),
        (User, User.is_sample),
    )


def _forget_names(session: Session) -> None:
    """What sample people did to things that stay, such as modules, stays without their names."""
    people = select(User.id).where(User.is_sample)
    emptied = {table.__tablename__ for table, _ in _steps()}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            names = [key.column.table.name for key in column.foreign_keys]
            if "user" in names and column.nullable and table.name not in emptied:
                session.execute(update(table).where(column.in_(people)).values({column.name: None}))


def _has_numbers(series: Any) -> Any:
    """Whether a certificate of this series is left; one that is must keep its counter."""
    return select(Certificate.id).where(Certificate.number.like(series.concat("-%"))).exists()


def _of_either(one: Any, other: Any, people: Any) -> Any:
    return one.in_(people) | other.in_(people)


def _of_papers(table: Any, sittings: Any) -> Any:
    """Which rows are about a question on the paper of one of these sittings."""
    places = select(SittingQuestion.id).where(SittingQuestion.sitting_id.in_(sittings))
    return table.sitting_question_id.in_(places)


def _delete(session: Session, table: type[Any], fits: Any) -> int:
    result: Any = session.execute(
        delete(table).where(fits).execution_options(synchronize_session=False)
    )
    return int(result.rowcount)


def _remove_teams(session: Session) -> int:
    """Leaves first, since a team refers to its parent."""
    depths = session.execute(select(Team.id, Team.path).where(Team.is_sample)).all()
    for team_id, _path in sorted(depths, key=lambda row: -row.path.count("/")):
        session.execute(delete(Team).where(Team.id == team_id))
    return len(depths)


def _is_used(post_id: Any) -> Any:
    return (
        select(Membership.id).where(Membership.post_id == post_id).exists()
        | select(ExamAudience.id).where(ExamAudience.post_id == post_id).exists()
    )


def _refuse_while_in_use(session: Session, teams: Any) -> None:
    real = session.scalars(
        select(User.name)
        .where(
            ~User.is_sample,
            select(Membership.id)
            .where(Membership.user_id == User.id, Membership.team_id.in_(teams))
            .exists()
            | select(RoleGrant.id)
            .where(RoleGrant.user_id == User.id, RoleGrant.team_id.in_(teams))
            .exists(),
        )
        .limit(5)
    ).all()
    if real:
        raise Conflict(
            N_("%(names)s 等人在示例班组里。先建自己的班组，把人调过去，再移除示例"),
            names="、".join(real),
        )
