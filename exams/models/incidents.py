"""What happened around a sitting besides answers, and what an exam lets be recorded of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime, enum_column
from exams.models.sitting import BigId, IncidentKind


class ExamIntegrity(Base):
    """What an exam records of its candidates and asks of their browsers; without a row, nothing."""

    __tablename__ = "exam_integrity"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    records_leavings: Mapped[bool] = mapped_column(default=False, server_default=false())
    # How often the page may be left, and for how long at once; None for no limit.
    most_leavings: Mapped[int | None]
    longest_leaving_seconds: Mapped[int | None]
    # After how many seconds without a hand on the page this is recorded; None for never.
    idle_seconds: Mapped[int | None]
    # Whether beyond a limit the paper is handed in by itself, for a person to confirm.
    hands_in: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Copying, cutting and pasting are blocked, and each try is recorded.
    blocks_clipboard: Mapped[bool] = mapped_column(default=False, server_default=false())
    records_addresses: Mapped[bool] = mapped_column(default=False, server_default=false())
    records_times: Mapped[bool] = mapped_column(default=False, server_default=false())
    shows_watermark: Mapped[bool] = mapped_column(default=False, server_default=false())
    requires_safe_browser: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Config keys of Safe Exam Browser, 64 hexadecimal digits each.
    safe_browser_keys: Mapped[list[str]] = mapped_column(JSON, default=list)


class SafeBrowserExemption(Base):
    """That a person may sit an exam in any browser, and why."""

    __tablename__ = "safe_browser_exemption"
    __table_args__ = (UniqueConstraint("exam_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Incident(Base):
    """Something that a person should know of when judging a sitting; append-only, never a verdict.

    What a page tells, it claims: the server knows only when it heard of it. Each is named in an
    "incident" link of the sitting's chain as well.
    """

    __tablename__ = "incident"
    __table_args__ = (UniqueConstraint("sitting_id", "client_key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    kind: Mapped[IncidentKind] = mapped_column(enum_column(IncidentKind))
    # By the clock of the page, for what the page tells.
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seconds: Mapped[int | None]
    # Such as the question looked at, or the addresses before and after.
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Made by the page, so that telling the same thing twice records it once.
    client_key: Mapped[str] = mapped_column(String(40))


class SittingTimes(Base):
    """Seconds that each question was looked at, as its pages tell; put into the chain at the end.

    A page tells sums, so `pages` keeps the highest of each: {lease: {slot: seconds}}.
    """

    __tablename__ = "sitting_times"

    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), primary_key=True)
    pages: Mapped[dict[str, dict[str, int]]] = mapped_column(JSON)


class SittingNote(Base):
    """What an invigilator wrote down about one sitting; append-only."""

    __tablename__ = "sitting_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    author_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ExamMessage(Base):
    """What an invigilator said to one candidate or to all who were at it; append-only."""

    __tablename__ = "exam_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    is_to_all: Mapped[bool]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    author_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class MessageReceipt(Base):
    """A message to one sitting, and when the candidate said to have read it."""

    __tablename__ = "message_receipt"
    __table_args__ = (Index(None, "sitting_id", "seen_at"),)

    message_id: Mapped[int] = mapped_column(ForeignKey("exam_message.id"), primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), primary_key=True)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RoomIncident(Base):
    """Something that happened to the whole room, such as 停电 or 火警演练; append-only."""

    __tablename__ = "room_incident"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    text: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    author_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
