"""Who was let in late, and who typed a wrong entry code how often."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime


class EntryPermit(Base):
    """That an invigilator let one person start after the latest entry, and why."""

    __tablename__ = "entry_permit"
    __table_args__ = (UniqueConstraint("exam_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EntryTries(Base):
    """Wrong entry codes that a person typed for an exam since the last wait."""

    __tablename__ = "entry_tries"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    wrong_count: Mapped[int]
    waits_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
