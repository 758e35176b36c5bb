"""The sample company as a whole: loaded once into an empty database, removed without a trace."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Table, delete, insert, or_, select, true, update
from sqlalchemy.orm import Session

from accounts.models import ActivationCode, Terminal, User
from certificates.models import (
    Certificate,
    CertificateKind,
    CertificateSeries,
)
from core.audit import record
from core.clock import local_date
from core.db import Base, Database
from core.errors import N_, Conflict
from core.identity import Actor
from exams.models import (
    CardCode,
    Exam,
    ExamAudience,
    PaperForm,
)
from learning.models import CourseModule, ModuleReading
from question_bank.reviews import forget_flaws
from sample import company, history
from sample.corrected import load_corrected_exam
from sample.exams import Scene, load_exam, sit_exam
from sample.hall import Secrets, load_hall
from sample.marks import appoint, mark_half
from sample.people import Loaded, load_people
from teams.models import Membership, Post, RoleGrant, RosterImport, Team

SEED = 20260701


def load_sample(
    database: Database,
    *,
    password_hash: str,
    secrets: Secrets,
    zone: ZoneInfo,
    actor: Actor,
    now: datetime,
    people_count: int = company.PEOPLE_COUNT,
) -> int:
    """Load people, exams and a year of sittings; says how many sittings there were.

    Nobody did these things, so they leave one audit entry together, not one each; only what was
    decided about a single sitting is told, because pages read it there.
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
        if plan.is_marked_twice:
            mark_half(database, exam_id, scene, now=now)
    count += load_corrected_exam(database, scene, now=now)
    count += load_hall(database, scene, secrets, now=now)
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
        maker = scene.actor(session, "周谷雨")
        made = []
        for plan in plans:
            exam = load_exam(session, plan, scene, kinds, actor=maker, now=now)
            if plan.is_marked_twice:
                appoint(session, exam, scene, now=exam.created_at)
            made.append(exam.id)
        return made


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
    doomed = _doomed()
    exam_ids = session.scalars(select(Exam.id).where(_roots()["exam"])).all()
    removed = {"review_task": forget_flaws(session, exam_ids)}
    _empty_references(session, doomed)
    for table, fits in reversed(doomed.items()):
        removed[table.name] = _delete(session, table, fits)
    unused = ~_has_numbers(CertificateSeries.series)
    removed["certificate_series"] = _delete(session, CertificateSeries, unused)
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


def _roots() -> dict[str, ColumnElement[bool]]:
    """What goes by itself; whatever cannot be without it goes along, in whichever table."""
    people = select(User.id).where(User.is_sample)
    teams = select(Team.id).where(Team.is_sample)
    kinds = select(CertificateKind.id).where(CertificateKind.is_sample)
    return {
        "user": User.is_sample.is_(True),
        "exam": Exam.is_sample | Exam.created_by_id.in_(people),
        "exam_audience": ExamAudience.team_id.in_(teams),
        "certificate": Certificate.kind_id.in_(kinds),
        "certificate_kind": CertificateKind.is_sample.is_(True),
        "paper_form": PaperForm.made_by_id.in_(people),
        "roster_import": RosterImport.uploaded_by_id.in_(people),
        "activation_code": ActivationCode.made_by_id.in_(people),
        "card_code": CardCode.made_by_id.in_(people),
        "terminal": Terminal.registered_by_id.in_(people),
    }


def _doomed() -> dict[Table, ColumnElement[bool]]:
    """Which rows of which tables go, parents before children: roots and all that rest on them.

    A row rests on another through a foreign key that must be set; where it need not be, the key is
    emptied instead. Teams and posts go by themselves.
    """
    found: dict[Table, ColumnElement[bool]] = {}
    roots = _roots()
    for table in Base.metadata.sorted_tables:
        reasons = [roots[table.name]] if table.name in roots else []
        for column in table.columns:
            for key in column.foreign_keys:
                parent = key.column.table
                if parent in found and not column.nullable:
                    gone = select(key.column).where(found[parent])
                    reasons.append(column.in_(gone))
        if reasons:
            found[table] = or_(*reasons)
    return found


def _empty_references(session: Session, doomed: Mapping[Table, ColumnElement[bool]]) -> None:
    """What stays, such as a module that a sample person published, stays without the names."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            for key in column.foreign_keys:
                parent = key.column.table
                if column.nullable and parent in doomed:
                    gone = select(key.column).where(doomed[parent])
                    stays = ~doomed[table] if table in doomed else true()
                    emptied = update(table).where(column.in_(gone), stays)
                    session.execute(emptied.values({column.name: None}))


def _has_numbers(series: Any) -> Any:
    """Whether a certificate of this series is left; one that is must keep its counter."""
    return select(Certificate.id).where(Certificate.number.like(series.concat("-%"))).exists()


def _delete(session: Session, table: Any, fits: Any) -> int:
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
