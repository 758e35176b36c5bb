"""Working copies of module files, with what was saved and who reviews them."""

from datetime import datetime
from enum import Enum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime, enum_column


class WorkingState(Enum):
    """Where a working copy stands between the first letter and publication."""

    EDITING = "editing"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class WorkingCopy(Base):
    """The unpublished text of one module file; at most one is open for a path.

    `revision` grows with each save; a save names the revision that it started from, so that two
    people in one text get a merge view and nobody's words are lost.
    """

    __tablename__ = "working_copy"
    __table_args__ = (
        Index(
            "uq_working_copy_open",
            "path",
            unique=True,
            sqlite_where=text("state IN ('editing', 'in_review')"),
            postgresql_where=text("state IN ('editing', 'in_review')"),
        ),
        Index(None, "module_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    module_key: Mapped[str] = mapped_column(String(80))
    # The file's path below the content folder, as in `stored_file`.
    path: Mapped[str] = mapped_column(String(300))
    title: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[WorkingState] = mapped_column(enum_column(WorkingState))
    text: Mapped[str] = mapped_column(Text)
    revision: Mapped[int]
    # The published text from which it was started; None for a new file.
    base_text: Mapped[str | None] = mapped_column(Text)
    # The library's text when a module of the library is taken over; None otherwise.
    origin_text: Mapped[str | None] = mapped_column(Text)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    # What the reviewer wrote when the text was sent back or published.
    review_note: Mapped[str] = mapped_column(Text, default="")


class WorkingRevision(Base):
    """One saved state of a working copy, kept so that nothing typed is ever lost."""

    __tablename__ = "working_revision"
    __table_args__ = (UniqueConstraint("working_copy_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    working_copy_id: Mapped[int] = mapped_column(ForeignKey("working_copy.id"))
    revision: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
