"""Course modules, their versions and clauses, and who opened and read which version."""

from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime, enum_column


class ModuleKind(Enum):
    """What a module teaches (类别)."""

    REGULATION = "regulation"
    OPERATING_PROCEDURE = "operating_procedure"
    ACCIDENT_CASE = "accident_case"


class ModuleSource(Enum):
    """Where a module's file lies; the enterprise's wins over the library's of the same key."""

    LIBRARY = "library"
    ENTERPRISE = "enterprise"


class CourseModule(Base):
    """A module under its key (标识); what is taught stands in its versions."""

    __tablename__ = "course_module"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[ModuleKind] = mapped_column(enum_column(ModuleKind))
    title: Mapped[str] = mapped_column(String(200))
    source: Mapped[ModuleSource] = mapped_column(enum_column(ModuleSource))
    # The newest version; None only inside the transaction that creates the first one.
    current_version_id: Mapped[int | None]
    # Set when the file is gone; the module leaves the catalogue, its history stays.
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ModuleVersion(Base):
    """One published text of a module; immutable."""

    __tablename__ = "module_version"
    __table_args__ = (UniqueConstraint("module_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    module_id: Mapped[int] = mapped_column(ForeignKey("course_module.id"), index=True)
    number: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    # The trainer's own version label (版本), e.g. "2.1".
    label: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    effective_on: Mapped[date]
    expires_on: Mapped[date | None]
    # Study time in tenths of a training hour (学时).
    hours_tenths: Mapped[int] = mapped_column(default=0)
    # Front matter as read: sources, audience, owner.
    front: Mapped[dict[str, Any]] = mapped_column(JSON)
    html: Mapped[str] = mapped_column(Text)
    # Headings for the table of contents: [[level, anchor, title], …]
    contents: Mapped[list[Any]] = mapped_column(JSON)
    source_path: Mapped[str] = mapped_column(String(400))
    # The module file as it was published, questions and all; empty for versions of old.
    source_text: Mapped[str] = mapped_column(Text, default="", server_default="")
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Clause(Base):
    """A section with an anchor in one version of a module, which questions cite."""

    __tablename__ = "clause"
    __table_args__ = (UniqueConstraint("module_version_id", "anchor"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    module_version_id: Mapped[int] = mapped_column(ForeignKey("module_version.id"), index=True)
    anchor: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]
    text_hash: Mapped[str] = mapped_column(String(64))
    # Its own words, up to the next clause, a line for each paragraph; for search.
    text: Mapped[str] = mapped_column(Text, default="", server_default="")
    # Title and text in comparable form.
    search_text: Mapped[str] = mapped_column(Text, default="", server_default="")


class StoredFile(Base):
    """A published file of an enterprise module: the store to which folder and editor are doors.

    `synced_hash` is the hash of the text at which the file in the content folder and the store
    were last the same; None while there is no such file. What differs from it on one side was
    changed there; what differs on both sides is a conflict that a person settles.
    """

    __tablename__ = "stored_file"
    __table_args__ = (UniqueConstraint("path"), Index(None, "module_key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    module_key: Mapped[str] = mapped_column(String(80))
    # Below the content folder, with slashes.
    path: Mapped[str] = mapped_column(String(300))
    is_companion: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(String(64))
    synced_hash: Mapped[str | None] = mapped_column(String(64))
    # For a copy of a module of the library: the library's text when it was taken.
    origin_text: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class StoredImage(Base):
    """Which stored picture a path written in a module of the store means."""

    __tablename__ = "stored_image"
    __table_args__ = (UniqueConstraint("path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # Below the content folder, with slashes, as the file would lie there.
    path: Mapped[str] = mapped_column(String(300))
    # The name in the image store: hash and kind.
    name: Mapped[str] = mapped_column(String(60))
    # The name at which the file in the content folder and the store were last the same.
    synced_name: Mapped[str | None] = mapped_column(String(60))


class ModuleReading(Base):
    """That a person opened, and later read, one version of a module."""

    __tablename__ = "module_reading"
    __table_args__ = (UniqueConstraint("user_id", "module_version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    module_version_id: Mapped[int] = mapped_column(ForeignKey("module_version.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
