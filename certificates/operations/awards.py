"""Defining kinds, saying what an exam awards, awarding."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from accounts.models import User
from certificates import queries, rules
from certificates.models import Certificate, CertificateKind, CertificateSeries, ExamAward
from core.audit import record
from core.clock import local_date
from core.errors import N_, Conflict
from core.identity import Actor
from exams.models import Exam, Sitting

# Both engines can insert or count up in one statement, which locks the row until the commit.
UPSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def add_kind(
    session: Session,
    *,
    code: str,
    name: str,
    valid_months: int | None,
    actor: Actor,
    now: datetime,
) -> CertificateKind:
    """A new kind; raises Conflict where the code is taken."""
    _refuse_taken_code(session, code, kind_id=None)
    kind = CertificateKind(code=code, name=name, valid_months=valid_months)
    session.add(kind)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        action="certificate.kind.added",
        subject=("certificate_kind", kind.id),
        after=_kind_values(kind),
    )
    session.flush()
    return kind


def edit_kind(
    session: Session,
    kind: CertificateKind,
    *,
    code: str,
    name: str,
    valid_months: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Change a kind for what is issued from now on; issued certificates keep their dates."""
    _refuse_taken_code(session, code, kind_id=kind.id)
    before = _kind_values(kind)
    kind.code, kind.name, kind.valid_months = code, name, valid_months
    if _kind_values(kind) == before:
        return
    record(
        session,
        actor=actor,
        now=now,
        action="certificate.kind.changed",
        subject=("certificate_kind", kind.id),
        before=before,
        after=_kind_values(kind),
    )
    session.flush()


def _kind_values(kind: CertificateKind) -> dict[str, object]:
    return {"code": kind.code, "name": kind.name, "valid_months": kind.valid_months}


def _refuse_taken_code(session: Session, code: str, *, kind_id: int | None) -> None:
    holder = session.scalar(select(CertificateKind).where(CertificateKind.code == code))
    if holder is not None and holder.id != kind_id:
        taken = N_("代号 %(code)s 已经给了《%(name)s》。换一个")
        raise Conflict(taken, code=code, name=holder.name)


def set_award(
    session: Session, exam: Exam, kind: CertificateKind | None, *, actor: Actor, now: datetime
) -> None:
    """Say which kind passing an exam awards from now on; None: none."""
    if exam.is_practice and kind is not None:
        raise Conflict(N_("练习不发证。要发证，另建一场正式考试"))
    before = queries.award_of(session, exam.id)
    if (before and before.id) == (kind and kind.id):
        return
    row = session.get(ExamAward, exam.id)
    if row is not None and kind is None:
        session.delete(row)
    elif row is not None and kind is not None:
        row.kind_id = kind.id
    elif kind is not None:
        session.add(ExamAward(exam_id=exam.id, kind_id=kind.id))
    record(
        session,
        actor=actor,
        now=now,
        action="exam.award.changed",
        subject=("exam", exam.id),
        before={"kind": before.code if before else None},
        after={"kind": kind.code if kind else None},
    )
    session.flush()


def award_for_sitting(
    session: Session,
    sitting_id: int,
    *,
    check_code: str,
    zone: ZoneInfo,
    actor: Actor,
    now: datetime,
) -> Certificate | None:
    """Issue the certificate that a passed sitting has earned; None where there is none to issue.

    Practice earns none, and a sitting never has two. It bears the day on which the sitting ended,
    with the team and post of that day, so that an award made up for later neither lasts longer nor
    names another team than one made at once; `issued_at` tells when it truly was issued.
    """
    sitting = session.get_one(Sitting, sitting_id)
    kind = queries.award_of(session, sitting.exam_id)
    known = select(Certificate.id).where(Certificate.sitting_id == sitting_id)
    if kind is None or not sitting.is_passed or session.scalar(known) is not None:
        return None
    if session.get_one(Exam, sitting.exam_id).is_practice:
        return None
    issued_on = local_date(sitting.submitted_at or now, zone)
    place = queries.place_on(session, sitting.user_id, issued_on)
    series = rules.series_of(kind.code, issued_on)
    certificate = Certificate(
        number=rules.number_of(series, _next_serial(session, series)),
        kind_id=kind.id,
        user_id=sitting.user_id,
        sitting_id=sitting.id,
        kind_name=kind.name,
        holder_name=session.get_one(User, sitting.user_id).name,
        team_id=place.team_id,
        team_name=place.team_name,
        post_name=place.post_name,
        issued_on=issued_on,
        valid_to=rules.last_valid_day(issued_on, kind.valid_months),
        check_code=check_code,
        issued_at=now,
    )
    session.add(certificate)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        action="certificate.awarded",
        subject=("certificate", certificate.id),
        on_user_id=sitting.user_id,
        after={"number": certificate.number, "kind": kind.code, "sitting_id": sitting.id},
    )
    session.flush()
    return certificate


def _next_serial(session: Session, series: str) -> int:
    """Count the series up by one. Rolled back with the transaction, so numbers have no gaps."""
    insert = UPSERTS[session.get_bind().dialect.name]
    counted = (
        insert(CertificateSeries)
        .values(series=series, last_serial=1)
        .on_conflict_do_update(
            index_elements=[CertificateSeries.series],
            set_={"last_serial": CertificateSeries.last_serial + 1},
        )
        .returning(CertificateSeries.last_serial)
    )
    serial: int = session.scalars(counted, execution_options={"populate_existing": True}).one()
    return serial
