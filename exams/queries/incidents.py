"""What was recorded around sittings, for the page, the invigilator and the record of the room."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from accounts.models import User
from core.audit import AuditEntry
from exams.integrity import RELOADED, Integrity, times_added
from exams.models import (
    ExamIntegrity,
    ExamMessage,
    Incident,
    IncidentKind,
    MessageReceipt,
    RoomIncident,
    SafeBrowserExemption,
    Sitting,
    SittingNote,
    SittingTimes,
)
from exams.queries.audience import Days, audience_people

# What the audit log calls incidents that came when none was taken any more.
REFUSED = "exam.incidents.refused"
# Built once: every sign of life asks these two.
_UNSEEN = (
    select(ExamMessage.id, ExamMessage.text, ExamMessage.author_name, ExamMessage.at)
    .join(MessageReceipt, MessageReceipt.message_id == ExamMessage.id)
    .where(MessageReceipt.sitting_id == bindparam("sitting_id"), MessageReceipt.seen_at.is_(None))
    .order_by(ExamMessage.id)
)
_KEYS = (
    select(Sitting.exam_id, ExamIntegrity.safe_browser_keys)
    .join(Sitting, Sitting.exam_id == ExamIntegrity.exam_id)
    .outerjoin(
        SafeBrowserExemption,
        (SafeBrowserExemption.exam_id == Sitting.exam_id)
        & (SafeBrowserExemption.user_id == Sitting.user_id),
    )
    .where(
        Sitting.id == bindparam("sitting_id"),
        Sitting.user_id == bindparam("user_id"),
        ExamIntegrity.requires_safe_browser.is_(True),
        SafeBrowserExemption.id.is_(None),
    )
)


@dataclass(frozen=True)
class Said:
    """A message, a note or a room incident: who said it and when."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True)
class SentMessage(Said):
    """A message to one sitting or to all, and when this sitting's candidate had read it."""

    is_to_all: bool
    seen_at: datetime | None


@dataclass(frozen=True)
class Exempted:
    """A person who may use any browser."""

    user_id: int
    employee_no: str
    name: str
    reason: str
    granted_at: datetime


def integrity_of(session: Session, exam_id: int) -> Integrity:
    """What an exam has switched on."""
    row = session.get(ExamIntegrity, exam_id)
    if row is None:
        return Integrity()
    return Integrity(
        records_leavings=row.records_leavings,
        most_leavings=row.most_leavings,
        longest_leaving_seconds=row.longest_leaving_seconds,
        idle_seconds=row.idle_seconds,
        hands_in=row.hands_in,
        blocks_clipboard=row.blocks_clipboard,
        records_addresses=row.records_addresses,
        records_times=row.records_times,
        shows_watermark=row.shows_watermark,
        requires_safe_browser=row.requires_safe_browser,
        safe_browser_keys=tuple(row.safe_browser_keys),
    )


def required_keys(
    session: Session, sitting_id: int, user_id: int | None
) -> tuple[int, tuple[str, ...]] | None:
    """The exam and the keys one of which a person's sitting asks of the browser; None for any."""
    place = {"sitting_id": sitting_id, "user_id": user_id}
    row = session.connection().execute(_KEYS, place).first()
    return (row.exam_id, tuple(row.safe_browser_keys)) if row else None


def is_free_of_safe_browser(session: Session, exam_id: int, user_id: int) -> bool:
    """Whether a person may sit the exam in any browser."""
    found = select(SafeBrowserExemption.id).where(
        SafeBrowserExemption.exam_id == exam_id, SafeBrowserExemption.user_id == user_id
    )
    return session.scalar(found) is not None


def audience_member(session: Session, exam_id: int, employee_no: str, *, days: Days) -> int | None:
    """The id of the person of an exam's audience with this number; None where there is none."""
    return session.scalar(
        select(User.id).where(
            User.employee_no == employee_no, User.id.in_(audience_people(exam_id, days))
        )
    )


def exempted(session: Session, exam_id: int) -> list[Exempted]:
    """Who may sit the exam in any browser, by name."""
    rows = session.execute(
        select(
            User.id,
            User.employee_no,
            User.name,
            SafeBrowserExemption.reason,
            SafeBrowserExemption.granted_at,
        )
        .join(User, User.id == SafeBrowserExemption.user_id)
        .where(SafeBrowserExemption.exam_id == exam_id)
        .order_by(User.name, User.id)
    )
    return [Exempted(*row) for row in rows]


def unseen_messages(session: Session, sitting_id: int) -> list[Any]:
    """Messages that the candidate has not said to have read, oldest first, as plain rows."""
    return list(session.connection().execute(_UNSEEN, {"sitting_id": sitting_id}))


def leavings_of(session: Session, sitting: Sitting, *, since: datetime | None) -> int:
    """How often the page was left, loading it anew not counted, since a moment if one is given."""
    found = select(Incident.details).where(
        Incident.sitting_id == sitting.id, Incident.kind == IncidentKind.LEFT
    )
    if since is not None:
        found = found.where(Incident.received_at > since)
    return sum(details.get("how") != RELOADED for details in session.scalars(found))


def known_keys(session: Session, sitting_id: int) -> set[str]:
    """The keys of all that pages told of a sitting, taken or refused."""
    taken = select(Incident.client_key).where(Incident.sitting_id == sitting_id)
    return set(session.scalars(taken)).union(
        *(told["keys"] for _at, told in _refusals(session, sitting_id))
    )


def refused_incidents(session: Session, sitting_id: int) -> list[tuple[datetime, int]]:
    """When incidents came that were not taken any more, and how many, oldest first."""
    return [(at, told["count"]) for at, told in _refusals(session, sitting_id)]


def _refusals(session: Session, sitting_id: int) -> list[tuple[datetime, dict[str, Any]]]:
    rows = session.execute(
        select(AuditEntry.at, AuditEntry.after)
        .where(
            AuditEntry.subject_type == "sitting",
            AuditEntry.subject_id == str(sitting_id),
            AuditEntry.action == REFUSED,
        )
        .order_by(AuditEntry.id)
    )
    return [(at, told or {"count": 0, "keys": []}) for at, told in rows]


def incidents_of(session: Session, sitting_id: int) -> list[Incident]:
    """Everything noted around a sitting, in the order in which the server heard of it."""
    found = select(Incident).where(Incident.sitting_id == sitting_id).order_by(Incident.id)
    return list(session.scalars(found))


def incident_counts(
    session: Session, sitting_ids: Collection[int]
) -> Mapping[int, Mapping[IncidentKind, int]]:
    """How many of each kind, by sitting."""
    counted: dict[int, dict[IncidentKind, int]] = defaultdict(dict)
    rows = session.execute(
        select(Incident.sitting_id, Incident.kind, func.count())
        .where(Incident.sitting_id.in_(list(sitting_ids)))
        .group_by(Incident.sitting_id, Incident.kind)
    )
    for sitting_id, kind, number in rows:
        counted[sitting_id][kind] = number
    return counted


def notes_of(session: Session, sitting_ids: Collection[int]) -> Mapping[int, list[Said]]:
    """What was written down about each sitting, oldest first."""
    found: dict[int, list[Said]] = defaultdict(list)
    rows = session.execute(
        select(SittingNote.sitting_id, SittingNote.text, SittingNote.author_name, SittingNote.at)
        .where(SittingNote.sitting_id.in_(list(sitting_ids)))
        .order_by(SittingNote.id)
    )
    for sitting_id, text, by, at in rows:
        found[sitting_id].append(Said(text, by, at))
    return found


def messages_to(session: Session, sitting_ids: Collection[int]) -> Mapping[int, list[SentMessage]]:
    """What each sitting's candidate was told, oldest first."""
    found: dict[int, list[SentMessage]] = defaultdict(list)
    rows = session.execute(
        select(
            MessageReceipt.sitting_id,
            ExamMessage.text,
            ExamMessage.author_name,
            ExamMessage.at,
            ExamMessage.is_to_all,
            MessageReceipt.seen_at,
        )
        .join(ExamMessage, ExamMessage.id == MessageReceipt.message_id)
        .where(MessageReceipt.sitting_id.in_(list(sitting_ids)))
        .order_by(ExamMessage.id)
    )
    for sitting_id, text, by, at, is_to_all, seen_at in rows:
        found[sitting_id].append(SentMessage(text, by, at, is_to_all, seen_at))
    return found


@dataclass(frozen=True)
class Broadcast(Said):
    """A message to all who were at it: how many that were, and how many have read it."""

    sent: int
    seen: int


def broadcasts_of(session: Session, exam_id: int) -> list[Broadcast]:
    """What was said to all, oldest first."""
    rows = session.execute(
        select(
            ExamMessage.text,
            ExamMessage.author_name,
            ExamMessage.at,
            func.count(),
            func.count(MessageReceipt.seen_at),
        )
        .join(MessageReceipt, MessageReceipt.message_id == ExamMessage.id)
        .where(ExamMessage.exam_id == exam_id, ExamMessage.is_to_all.is_(True))
        .group_by(ExamMessage.id)
        .order_by(ExamMessage.id)
    )
    return [Broadcast(*row) for row in rows]


def room_incidents(session: Session, exam_id: int) -> list[RoomIncident]:
    """What happened to the room, by the time at which it did."""
    found = select(RoomIncident).where(RoomIncident.exam_id == exam_id)
    return list(session.scalars(found.order_by(RoomIncident.happened_at, RoomIncident.id)))


def question_times(session: Session, sitting_id: int) -> dict[int, int]:
    """Seconds that each question was looked at."""
    row = session.get(SittingTimes, sitting_id)
    return times_added(row.pages) if row else {}
