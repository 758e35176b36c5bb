"""Appeals (申诉): a candidate questions one question of a result, or all of it."""

from datetime import datetime
from enum import Enum

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime, enum_column

# The slot of an appeal against the whole result.
WHOLE_RESULT = 0


class AppealState(Enum):
    """已提交、处理中、已答复."""

    FILED = "filed"
    IN_HAND = "in_hand"
    DECIDED = "decided"


class AppealOutcome(Enum):
    """How an appeal was answered."""

    GRANTED = "granted"
    REJECTED = "rejected"


class Appeal(Base):
    """What a candidate objects to, and the answer. One open appeal a question and sitting."""

    __tablename__ = "appeal"
    __table_args__ = (
        Index(None, "exam_id", "question_version_id", "state"),
        Index(
            "uq_appeal_open",
            "sitting_id",
            "slot",
            unique=True,
            sqlite_where=text("state <> 'decided'"),
            postgresql_where=text("state <> 'decided'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    slot: Mapped[int]
    # The question in that slot; None for the whole result.
    question_version_id: Mapped[int | None] = mapped_column(ForeignKey("question_version.id"))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[AppealState] = mapped_column(enum_column(AppealState))
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    outcome: Mapped[AppealOutcome | None] = mapped_column(enum_column(AppealOutcome))
    answer: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    # The regrade that it led to.
    regrade_id: Mapped[int | None] = mapped_column(ForeignKey("regrade.id"), index=True)
