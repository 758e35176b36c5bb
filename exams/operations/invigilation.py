"""What invigilators write down and say: notes, messages, what happened to the room."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.audit import record
from core.errors import N_, Conflict
from core.identity import Actor
from exams.models import (
    Exam,
    ExamMessage,
    MessageReceipt,
    RoomIncident,
    Sitting,
    SittingNote,
    SittingState,
)


def add_note(session: Session, sitting: Sitting, *, text: str, actor: Actor, now: datetime) -> None:
    """Write something down about one sitting; it can be added to, never changed."""
    session.add(
        SittingNote(
            sitting_id=sitting.id,
            text=text,
            author_id=actor.user_id,
            author_name=actor.name,
            at=now,
        )
    )
    record(
        session,
        actor=actor,
        now=now,
        action="exam.sitting.noted",
        subject=("sitting", sitting.id),
        on_user_id=sitting.user_id,
        after={"text": text},
    )
    session.flush()


def send_message(
    session: Session,
    exam: Exam,
    sitting_ids: Sequence[int],
    *,
    text: str,
    is_to_all: bool,
    actor: Actor,
    now: datetime,
) -> int:
    """Say something to those of these sittings that are open; returns to how many.

    Their pages show it with their next sign of life. Raises Conflict where none is open.
    """
    open_ids = list(
        session.scalars(
            select(Sitting.id)
            .where(
                Sitting.id.in_(list(sitting_ids)),
                Sitting.exam_id == exam.id,
                Sitting.state == SittingState.OPEN,
                Sitting.deadline >= now,
            )
            .order_by(Sitting.id)
        )
    )
    if not open_ids:
        raise Conflict(N_("现在没有人在答题，消息没有发"))
    message = ExamMessage(
        exam_id=exam.id,
        text=text,
        is_to_all=is_to_all,
        author_id=actor.user_id,
        author_name=actor.name,
        at=now,
    )
    session.add(message)
    session.flush()
    session.execute(
        insert(MessageReceipt),
        [{"message_id": message.id, "sitting_id": one} for one in open_ids],
    )
    record(
        session,
        actor=actor,
        now=now,
        action="exam.message.sent",
        subject=("exam", exam.id),
        after={"text": text, "sittings": open_ids if not is_to_all else len(open_ids)},
    )
    session.flush()
    return len(open_ids)


def mark_seen(
    session: Session,
    sitting: Sitting,
    message_ids: Sequence[int],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Note that the candidate has read these messages; the first time stands."""
    assert actor.user_id == sitting.user_id, "only the candidate can have read it"
    session.execute(
        update(MessageReceipt)
        .where(
            MessageReceipt.sitting_id == sitting.id,
            MessageReceipt.message_id.in_(list(message_ids)),
            MessageReceipt.seen_at.is_(None),
        )
        .values(seen_at=now)
    )
    session.flush()


def record_room_incident(
    session: Session, exam: Exam, *, happened_at: datetime, text: str, actor: Actor, now: datetime
) -> None:
    """Write down what happened to everybody in the room. Raises Conflict for a time to come."""
    if happened_at > now:
        raise Conflict(N_("发生的时间还没到"))
    session.add(
        RoomIncident(
            exam_id=exam.id,
            happened_at=happened_at,
            text=text,
            author_id=actor.user_id,
            author_name=actor.name,
            at=now,
        )
    )
    record(
        session,
        actor=actor,
        now=now,
        action="exam.room_incident.recorded",
        subject=("exam", exam.id),
        after={"text": text, "happened_at": happened_at.isoformat()},
    )
    session.flush()
