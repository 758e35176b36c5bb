"""Answers that people mark: who marks, which answers wait, on whose desk they lie, the marks."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime, enum_column
from exams.hand_marking import MarkRound, TaskState
from exams.models.sitting import BigId


class MarkerAppointment(Base):
    """That a person marks, or adjudicates in, an exam, and who appointed that person."""

    __tablename__ = "marker_appointment"
    __table_args__ = (UniqueConstraint("exam_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    is_adjudicator: Mapped[bool] = mapped_column(default=False)
    appointed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    appointed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MarkingTask(Base):
    """One given answer that needs a person. Its token names it to markers and orders the answers.

    The token comes from the sitting's secret seed: stable, and it tells nobody whose answer it is.
    """

    __tablename__ = "marking_task"
    __table_args__ = (
        Index(None, "exam_id", "question_version_id", "state"),
        Index(None, "sitting_id"),
    )

    sitting_question_id: Mapped[int] = mapped_column(
        ForeignKey("sitting_question.id"), primary_key=True, autoincrement=False
    )
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"))
    token: Mapped[str] = mapped_column(String(40), unique=True)
    # Of the answer to the letter: a mark holds for this text alone.
    answer_digest: Mapped[str] = mapped_column(String(64))
    # Of the answer without blanks and case: equal ones may be marked together.
    likeness: Mapped[str] = mapped_column(String(64))
    state: Mapped[TaskState] = mapped_column(enum_column(TaskState))
    # What the marks came to.
    tenths: Mapped[int | None]


class ManualMark(Base):
    """What one person gave one answer; append-only, superseded by a later one, never changed."""

    __tablename__ = "manual_mark"
    __table_args__ = (
        Index(
            "uq_manual_mark_current",
            "sitting_question_id",
            "round",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index(None, "marker_id"),
        Index(None, "batch"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    sitting_question_id: Mapped[int] = mapped_column(ForeignKey("sitting_question.id"))
    marker_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    round: Mapped[MarkRound] = mapped_column(enum_column(MarkRound))
    # The scoring points that were ticked, counted from 1.
    points: Mapped[list[Any]] = mapped_column(JSON)
    tenths: Mapped[int]
    remark: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The token of the answer with which this one was marked together, because they are alike.
    batch: Mapped[str | None] = mapped_column(String(40))


class MarkingLease(Base):
    """That an answer lies on a marker's desk until a moment, with what is not yet decided."""

    __tablename__ = "marking_lease"
    __table_args__ = (UniqueConstraint("sitting_question_id", "round"), Index(None, "marker_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    sitting_question_id: Mapped[int] = mapped_column(ForeignKey("sitting_question.id"))
    round: Mapped[MarkRound] = mapped_column(enum_column(MarkRound))
    marker_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    # {"points": [1, 2], "score": "3.5", "remark": "…"} as typed so far.
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSON)
