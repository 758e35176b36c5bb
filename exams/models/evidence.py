"""Every signature under a sitting, and the forms of a paper that is printed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime
from exams.models.sitting import BigId


class SittingSignature(Base):
    """One signature under the end of a sitting's chain; append-only, the newest one also stands in
    the sitting.
    """

    __tablename__ = "sitting_signature"
    __table_args__ = (UniqueConstraint("sitting_id", "number"), Index(None, "signed_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    # The entry that is covered, and its hash.
    number: Mapped[int]
    head: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(100))
    # The key of that day, so that a later one changes nothing; None for signatures older than
    # this table, which were made with the installation's only key.
    public_key: Mapped[str | None] = mapped_column(String(60))
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PaperForm(Base):
    """One form (A卷, B卷) of an exam that is sat on paper: drawn once, printed for many."""

    __tablename__ = "paper_form"
    __table_args__ = (UniqueConstraint("exam_id", "letter"), UniqueConstraint("code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    letter: Mapped[str] = mapped_column(String(2))
    # What stands on paper and answer sheet, e.g. `A12-7K3`, so that answers find their questions.
    code: Mapped[str] = mapped_column(String(20))
    seed: Mapped[int] = mapped_column(BigInteger)
    # The drawn questions by slot: {"slot", "row_id", "version_id", "case_version_id",
    # "option_order", "points_tenths"}.
    questions: Mapped[list[Any]] = mapped_column(JSON)
    # The entries of the pool that were withdrawn when it was drawn, to draw it again.
    withdrawn_entries: Mapped[list[Any]] = mapped_column(JSON)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
