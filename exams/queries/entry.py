"""Whether one person may start an exam now, and who was let in late."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from accounts.models import User
from core.errors import N_, Conflict
from core.identity import Actor
from exams.admission import lies_in
from exams.models import EntryPermit, EntryTries, Exam
from exams.queries.audience import audience_of, invited_exams
from exams.queries.exams import WATCHERS, is_over_everything
from exams.queries.sittings import TakenTries, exempt_exams
from exams.rules import StartRefusal, entry_end, next_try_from, start_refusal
from teams.models import Team


@dataclass(frozen=True)
class Refused:
    """Why a person may not start, with the values of the sentence; times are the enterprise's."""

    refusal: StartRefusal
    values: dict[str, object] = field(default_factory=dict)

    def conflict(self) -> Conflict:
        return Conflict(self.refusal.value, **self.values)


@dataclass(frozen=True)
class PermitLine:
    """Who was let in late, why, by whom and when."""

    user_id: int
    employee_no: str
    name: str
    reason: str
    granted_by: str | None
    granted_at: datetime


def refusal_for(
    session: Session,
    exam: Exam,
    tries: TakenTries,
    user_id: int,
    *,
    zone: ZoneInfo,
    now: datetime,
) -> Refused | None:
    """Why this person may not start the exam now, or None. A running sitting is not looked at."""
    ends_at = None if tries.count else entry_end_of(exam)
    if ends_at is not None and now > ends_at and permit_of(session, exam.id, user_id) is not None:
        ends_at = None
    last = tries.last
    again_from = next_try_from(
        last_ended_at=last.submitted_at if last is not None else None, wait_hours=exam.wait_hours
    )
    refusal = start_refusal(
        exam_state=exam.state,
        opens_at=exam.opens_at,
        closes_at=exam.closes_at,
        tries=exam.tries,
        tries_used=tries.count,
        has_passed=tries.has_passed,
        is_invited=exam.id in invited_exams(session, user_id, [exam], zone=zone),
        is_exempt=exam.id in exempt_exams(session, user_id, [exam.id]),
        is_awaited=tries.is_awaited,
        is_to_mark=tries.is_to_mark,
        kind=exam.kind,
        is_held=exam.waits_for_start and exam.started_at is None,
        entry_ends_at=ends_at,
        again_from=again_from,
        now=now,
    )
    moments = {StartRefusal.ENTRY_CLOSED: ends_at, StartRefusal.TOO_SOON_AGAIN: again_from}
    at = moments.get(refusal) if refusal is not None else None
    values: dict[str, object] = {"at": f"{at.astimezone(zone):%Y-%m-%d %H:%M}"} if at else {}
    return Refused(refusal, values) if refusal is not None else None


def entry_end_of(exam: Exam) -> datetime | None:
    """The last moment of a first start; None where there is none yet, or none at all.

    The minutes of an exam that waits for the supervisor count from that start.
    """
    begins_at = exam.started_at if exam.waits_for_start else exam.opens_at
    minutes = exam.entry_minutes if begins_at is not None else None
    return entry_end(begins_at=begins_at or exam.opens_at, minutes=minutes, until=exam.entry_until)


def refuse_address(exam: Exam, address: str) -> None:
    """Raise Conflict, with the address, for one outside the exam's networks."""
    if not lies_in(address, exam.address_ranges):
        raise Conflict(
            N_("这场考试只能在指定的网络里打开。你的地址是 %(address)s，换到考场的电脑或网络"),
            address=address or "—",
        )


def permit_of(session: Session, exam_id: int, user_id: int) -> EntryPermit | None:
    """That the person was let in late, if so."""
    return session.scalar(
        select(EntryPermit).where(EntryPermit.exam_id == exam_id, EntryPermit.user_id == user_id)
    )


def permitted_exams(session: Session, user_id: int) -> frozenset[int]:
    """The exams into which a person was let in late."""
    found = select(EntryPermit.exam_id).where(EntryPermit.user_id == user_id)
    return frozenset(session.scalars(found))


def permits_of(session: Session, exam_id: int) -> list[PermitLine]:
    """Everyone who was let in late, the latest first."""
    granter = aliased(User)
    rows = session.execute(
        select(
            User.id,
            User.employee_no,
            User.name,
            EntryPermit.reason,
            granter.name,
            EntryPermit.granted_at,
        )
        .join(User, User.id == EntryPermit.user_id)
        .outerjoin(granter, granter.id == EntryPermit.granted_by_id)
        .where(EntryPermit.exam_id == exam_id)
        .order_by(EntryPermit.granted_at.desc(), EntryPermit.id.desc())
    )
    return [PermitLine(*row) for row in rows]


def entry_tries_of(session: Session, exam_id: int, user_id: int) -> EntryTries | None:
    """The wrong codes that a person typed, locked until the end of the transaction."""
    return session.get(EntryTries, (exam_id, user_id), with_for_update=True)


def may_start_all(session: Session, actor: Actor, exam: Exam) -> bool:
    """Whether everyone of the exam is somebody whom the actor may watch.

    A team leader does not start the exam of the whole enterprise.
    """
    if is_over_everything(actor, *WATCHERS):
        return True
    lines = audience_of(session, exam.id)
    teams = [session.get(Team, line.team_id) if line.team_id else None for line in lines]
    return all(team is not None and actor.may_at(team.path, *WATCHERS) for team in teams)
