"""The enterprise's tree, posts (岗位), dated memberships, granted roles and roster imports."""

from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime, enum_column
from core.identity import Role


class TeamKind(Enum):
    """What a node of the tree is; the tree may have any depth."""

    ENTERPRISE = "enterprise"
    PLANT = "plant"
    WORKSHOP = "workshop"
    DEPARTMENT = "department"
    TEAM = "team"


class Team(Base):
    """A node of the tree. `path` lists the ids from the root, `/1/4/17/`, and ends in its own."""

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("parent_id", "name"), Index(None, "path"))

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    kind: Mapped[TeamKind] = mapped_column(enum_column(TeamKind))
    name: Mapped[str] = mapped_column(String(120))
    path: Mapped[str] = mapped_column(String(255))
    position: Mapped[int] = mapped_column(default=0)
    phone: Mapped[str | None] = mapped_column(String(40))
    closed_on: Mapped[date | None]
    is_sample: Mapped[bool] = mapped_column(default=False)

    @property
    def depth(self) -> int:
        """0 for the enterprise itself."""
        return self.path.count("/") - 2


class Post(Base):
    """A post (岗位), such as 电焊工; which certificates it needs is told in `certificates`."""

    __tablename__ = "post"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    is_sample: Mapped[bool] = mapped_column(default=False)


class Membership(Base):
    """That a person worked in a team, at a post, from a day to a day, both included.

    Exactly one main membership at a time: the open one is guarded by the index, the closed ones by
    `teams.operations`. `to_on` None means until further notice.
    """

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="dates_in_order"),
        Index(None, "user_id", "from_on"),
        Index(None, "team_id", "from_on"),
        Index(
            "uq_membership_open_main",
            "user_id",
            unique=True,
            sqlite_where=text("is_main AND to_on IS NULL"),
            postgresql_where=text("is_main AND to_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    is_main: Mapped[bool] = mapped_column(default=True)
    from_on: Mapped[date]
    to_on: Mapped[date | None]


class RoleGrant(Base):
    """A role that a person holds over a team and everything below it."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("user_id", "team_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    role: Mapped[Role] = mapped_column(enum_column(Role))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RosterImportState(Enum):
    """Where a roster import stands."""

    UPLOADED = "uploaded"
    PREVIEWED = "previewed"
    QUEUED = "queued"
    DONE = "done"
    FAILED = "failed"
    DISCARDED = "discarded"


class RosterImport(Base):
    """One uploaded roster: previewed first, committed in batches, reported row by row."""

    __tablename__ = "roster_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200))
    file_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[RosterImportState] = mapped_column(enum_column(RosterImportState))
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Counts of new, changed, unchanged, transferred, leaving and bad rows.
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    done_count: Mapped[int] = mapped_column(default=0)
    message: Mapped[str | None] = mapped_column(Text)
    # Whether unknown teams are created, and from which day transfers hold.
    options: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # When a worker last wrote to this row; an old one means that the worker died.
    worked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FindingLevel(Enum):
    """What a line of a preview tells: a row left out, a doubt, or what a row will change."""

    ERROR = "error"
    WARNING = "warning"
    CHANGE = "change"


class RosterFinding(Base):
    """One thing that the preview of a roster says about one cell or row of the file."""

    __tablename__ = "roster_finding"
    __table_args__ = (Index(None, "roster_import_id", "level", "row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    roster_import_id: Mapped[int] = mapped_column(ForeignKey("roster_import.id"))
    level: Mapped[FindingLevel] = mapped_column(enum_column(FindingLevel))
    # As the spreadsheet numbers its rows; 0 for the file as a whole.
    row: Mapped[int]
    # The header as it stands in the file.
    column: Mapped[str] = mapped_column(String(80), default="")
    employee_no: Mapped[str] = mapped_column(String(80), default="")
    name: Mapped[str] = mapped_column(String(80), default="")
    # A sentence to translate, and its values; never holds an ID number.
    msgid: Mapped[str] = mapped_column(Text)
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
