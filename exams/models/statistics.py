"""What an exam and its questions show when many have sat it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime


class ExamStatistics(Base):
    """How an exam did as a whole in finished first sittings; computed by a job, never by a page."""

    __tablename__ = "exam_statistics"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    sittings: Mapped[int]
    mean_tenths: Mapped[float | None]
    full_score_tenths: Mapped[int]
    alpha: Mapped[float | None]
    sem_tenths: Mapped[float | None]
    reasons: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # What the figures were computed from; the same again means there is nothing to compute.
    basis: Mapped[str] = mapped_column(String(80))
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ExamItemStatistics(Base):
    """How one question version did in one exam.

    `sums` holds `question_bank.analysis.Sums`, which add up over exams; `seconds` how many sittings
    took how many whole seconds; options and teams are as in `ItemStatistics`.
    """

    __tablename__ = "exam_item_statistics"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    question_version_id: Mapped[int] = mapped_column(
        ForeignKey("question_version.id"), primary_key=True, index=True
    )
    sittings: Mapped[int]
    facility: Mapped[float | None]
    discrimination_index: Mapped[float | None]
    point_biserial: Mapped[float | None]
    discriminative_efficiency: Mapped[float | None]
    effective_weight: Mapped[float | None]
    median_seconds: Mapped[float | None]
    options: Mapped[list[Any]] = mapped_column(JSON, default=list)
    # [{"team_id", "papers", "sittings", "share"}], the share being the sum over the sittings.
    teams: Mapped[list[Any]] = mapped_column(JSON, default=list)
    sums: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    seconds: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reasons: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # All papers with this version, resits and open sittings too, and when they were drawn.
    papers: Mapped[int]
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
