"""The shifts of an exam with what they may draw, and what its papers look like side by side."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime


class ExamShift(Base):
    """People who start in the same block of a day; made with the first of them, then never changed.

    Only exams that limit reuse have them.
    """

    __tablename__ = "exam_shift"
    __table_args__ = (UniqueConstraint("exam_id", "began_on", "block"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    began_on: Mapped[date]
    # The day's hours divided by the exam's hours of a shift.
    block: Mapped[int]
    # Counted from 1, in the order in which shifts began.
    number: Mapped[int]
    # Versions that stood on a paper of an earlier shift.
    seen: Mapped[list[Any]] = mapped_column(JSON)
    # Unseen versions that are kept back for later shifts.
    kept: Mapped[list[Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ExamFairness(Base):
    """How alike the papers of an exam are; computed by a job, never by a page.

    `figures` holds what `exams.fairness` and `exams.shifts` make of them.
    """

    __tablename__ = "exam_fairness"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    # Whether the papers were drawn for trial, because nobody had sat yet.
    is_simulated: Mapped[bool]
    papers: Mapped[int]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)
