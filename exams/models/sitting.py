"""Sittings with paper, answers, events and marks."""

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime, enum_column

BigId = BigInteger().with_variant(Integer, "sqlite")


class SittingState(Enum):
    """A sitting is open until it is handed in or its deadline has passed."""

    OPEN = "open"
    # The deadline has passed while its page was cut off; what the page kept may still come.
    AWAITING_DELIVERY = "awaiting_delivery"
    SUBMITTED = "submitted"
    # Closed by the server as of the deadline; marked all the same.
    EXPIRED = "expired"


# No result yet, and no other try may begin.
RUNNING = (SittingState.OPEN, SittingState.AWAITING_DELIVERY)


class LateDecision(Enum):
    """What becomes of answers that arrived after the deadline."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class IncidentKind(Enum):
    """What may be noted around a sitting for a person to judge."""

    # The exam page was hidden, closed or lost the focus.
    LEFT = "left"
    IDLE = "idle"
    COPIED = "copied"
    CUT = "cut"
    PASTED = "pasted"
    SECOND_DEVICE = "second_device"
    ADDRESS = "address"
    # The server moved the deadline up because a limit of the exam was passed.
    LIMIT = "limit"


class IntegrityDecision(Enum):
    """What a person decided about how a sitting was sat."""

    # Handed in by itself beyond a limit: somebody has to look.
    PENDING = "pending"
    CONFIRMED = "confirmed"
    # 违纪作废: the sitting counts as not passed, its score stays readable.
    VOIDED = "voided"


class Sitting(Base):
    """One person's go at one exam, from start to result."""

    __tablename__ = "sitting"
    __table_args__ = (
        UniqueConstraint("exam_id", "user_id", "try_number"),
        Index(None, "user_id"),
        Index(None, "state", "deadline"),
        Index(
            "uq_sitting_open",
            "exam_id",
            "user_id",
            unique=True,
            sqlite_where=text("state IN ('open', 'awaiting_delivery')"),
            postgresql_where=text("state IN ('open', 'awaiting_delivery')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    # The team and post of the day on which it was started, for the pass rates.
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    try_number: Mapped[int]
    state: Mapped[SittingState] = mapped_column(enum_column(SittingState))
    seed: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Minutes beyond the exam's own, granted to this person; part of the deadline.
    extra_minutes: Mapped[int] = mapped_column(default=0)
    deadline: Mapped[datetime] = mapped_column(UtcDateTime)
    # When it was handed in, or the deadline when the server closed it.
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    score_tenths: Mapped[int | None]
    full_score_tenths: Mapped[int]
    is_passed: Mapped[bool | None]
    # Number and hash of the newest entry of its chain; 0 for sittings older than the chains.
    chain_number: Mapped[int] = mapped_column(default=0, server_default="0")
    chain_head: Mapped[str] = mapped_column(String(64), default="", server_default="")
    # The entry that the signature made at the closing covers, and the signature as base64.
    signed_number: Mapped[int | None]
    signed_head: Mapped[str | None] = mapped_column(String(64))
    signature: Mapped[str | None] = mapped_column(String(100))
    # The page that holds the sitting; another one takes it over and this one stops.
    lease: Mapped[str | None] = mapped_column(String(40))
    # Number and key of the newest entry of that page's journal.
    journal_number: Mapped[int] = mapped_column(default=0, server_default="0")
    journal_key: Mapped[str | None] = mapped_column(String(40))
    # Until when a page that was cut off may deliver; set while it is awaited.
    delivery_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Answers that came after the deadline, and the score that the paper would have with them.
    late_decision: Mapped[LateDecision | None] = mapped_column(enum_column(LateDecision))
    late_score_tenths: Mapped[int | None]
    # What drawing the paper again needs besides seed and pool: the shift, and the entries of the
    # pool that were withdrawn by then; None for sittings older than this.
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("exam_shift.id"))
    withdrawn_entries: Mapped[list[Any] | None] = mapped_column(JSON)
    # How many must-pass questions were not answered right; None where the paper has none.
    must_pass_missed: Mapped[int | None]
    # What the draw avoided as far as the pool allowed: the questions of the person's earlier
    # papers. With the seed and the pool the paper redraws from it.
    avoided_version_ids: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    # How many incidents there are, and the newest, so that a board need not count them.
    incident_count: Mapped[int] = mapped_column(default=0, server_default="0")
    incident_kind: Mapped[IncidentKind | None] = mapped_column(enum_column(IncidentKind))
    incident_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When a limit of the exam last moved the deadline up, and which kind of incident did it.
    limit_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    limit_kind: Mapped[IncidentKind | None] = mapped_column(enum_column(IncidentKind))
    integrity_decision: Mapped[IntegrityDecision | None] = mapped_column(
        enum_column(IntegrityDecision)
    )
    # The shared terminal on which it was last begun or gone on with; None for people's own devices.
    terminal_id: Mapped[int | None] = mapped_column(ForeignKey("terminal.id"))
    # The pass mark by which it was judged; another than the exam's once questions were corrected.
    pass_mark_tenths: Mapped[int | None]

    @property
    def is_void(self) -> bool:
        """Whether a person decided that it counts as not passed (违纪作废)."""
        return self.integrity_decision is IntegrityDecision.VOIDED


class SittingQuestion(Base):
    """One question of a drawn paper: slot, version, stored option order, points, mark.

    A case takes one slot for each of its parts, one after the other.
    """

    __tablename__ = "sitting_question"
    __table_args__ = (UniqueConstraint("sitting_id", "slot"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    slot: Mapped[int]
    blueprint_row_id: Mapped[int] = mapped_column(ForeignKey("blueprint_row.id"))
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), index=True)
    # The version of the case whose stem stands above this question and its other parts.
    case_version_id: Mapped[int | None] = mapped_column(ForeignKey("question_version.id"))
    # Option ids in the order shown, e.g. [3, 1, 4, 2]; empty where there are none.
    option_order: Mapped[list[Any]] = mapped_column(JSON)
    points_tenths: Mapped[int]
    score_tenths: Mapped[int | None]
    # What it counts after corrections, 0 when it was made void; None: as it was drawn.
    counted_tenths: Mapped[int | None]


class Answer(Base):
    """One choice as it was saved; append-only, the last one of a slot counts."""

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("sitting_id", "client_key"),
        Index(None, "sitting_id", "slot"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    slot: Mapped[int]
    # What `exams.responses` stores of each type, such as chosen option ids or a verdict.
    response: Mapped[Any] = mapped_column(JSON)
    # Made by the page, so that sending the same choice twice stores it once.
    client_key: Mapped[str] = mapped_column(String(40))
    # When the server truly received it.
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Its place in the sitting's chain; None for answers older than the chains.
    number: Mapped[int | None]
    # Its place in the journal of the page; None without script.
    journal_number: Mapped[int | None]
    # When it was chosen, by the clock of the page, which proves nothing.
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Delivered after the deadline: counts only if the sitting's late answers are accepted.
    is_late: Mapped[bool] = mapped_column(default=False, server_default=false())
    # The hash of that link of the chain; its beginning is the receipt that the candidate sees.
    receipt_hash: Mapped[str] = mapped_column(String(64))


class SittingEvent(Base):
    """What happened to a sitting besides its answers, as links of the same chain; append-only."""

    __tablename__ = "sitting_event"
    __table_args__ = (UniqueConstraint("sitting_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    number: Mapped[int]
    # "paper", "extended", "submitted", "expired", …
    kind: Mapped[str] = mapped_column(String(32))
    content: Mapped[Any] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    hash: Mapped[str] = mapped_column(String(64))


class SittingPresence(Base):
    """The last sign of life of the page of a sitting; not evidence, so not in the chain."""

    __tablename__ = "sitting_presence"

    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # As the page tells: questions answered, the one looked at, choices not yet on the server.
    answered: Mapped[int] = mapped_column(default=0)
    slot: Mapped[int | None]
    waiting: Mapped[int] = mapped_column(default=0)
    address: Mapped[str] = mapped_column(String(64), default="")
