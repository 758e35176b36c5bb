"""Corrections of an exam that was sat, and what they made of each result."""

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime, enum_column
from exams.corrections import ChangeKind


class RegradeState(Enum):
    """From a draft on, which changes no result, to applied; or given up."""

    DRAFT = "draft"
    # In force, but not every result is written yet.
    APPLYING = "applying"
    APPLIED = "applied"
    DISCARDED = "discarded"


# Sittings that close from now on are marked by these.
IN_FORCE = (RegradeState.APPLYING, RegradeState.APPLIED)


class Regrade(Base):
    """One correction of an exam: what is changed, why, by whom, when. At most one is under way."""

    __tablename__ = "regrade"
    __table_args__ = (
        Index(
            "uq_regrade_under_way",
            "exam_id",
            unique=True,
            sqlite_where=text("state IN ('draft', 'applying')"),
            postgresql_where=text("state IN ('draft', 'applying')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    state: Mapped[RegradeState] = mapped_column(enum_column(RegradeState))
    # Told to everybody whose result it touches; empty while a draft.
    reason: Mapped[str] = mapped_column(Text, default="")
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When the last result was written.
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RegradeChange(Base):
    """One line of a regrade; without a version it is about the rule of the exam."""

    __tablename__ = "regrade_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    regrade_id: Mapped[int] = mapped_column(ForeignKey("regrade.id"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(enum_column(ChangeKind))
    question_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("question_version.id"), index=True
    )
    # As `exams.corrections.ChangeKind` says.
    value: Mapped[Any] = mapped_column(JSON)


class RegradeOutcome(Base):
    """What a regrade made of one sitting; `done_at` is None until its result is written."""

    __tablename__ = "regrade_outcome"

    regrade_id: Mapped[int] = mapped_column(ForeignKey("regrade.id"), primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), primary_key=True, index=True)
    score_before: Mapped[int]
    full_before: Mapped[int]
    pass_mark_before: Mapped[int]
    was_passed: Mapped[bool]
    score_after: Mapped[int | None]
    full_after: Mapped[int | None]
    pass_mark_after: Mapped[int | None]
    is_passed: Mapped[bool | None]
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
