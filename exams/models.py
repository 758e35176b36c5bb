"""Exams with blueprint, pool, audience and exemptions; sittings with paper, answers and marks."""

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
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime, enum_column
from question_bank.keys import QuestionType, RuleName, ScoringRule

BigId = BigInteger().with_variant(Integer, "sqlite")


class ExamState(Enum):
    """A draft can be edited; publication freezes the pool."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Reveal(Enum):
    """When right answers and explanations may be seen."""

    AFTER_WINDOW = "after_window"
    AFTER_SUBMISSION = "after_submission"
    NEVER = "never"


class LateAnswers(Enum):
    """Whether answers that arrived after the deadline count by themselves."""

    # Only after the invigilator has confirmed them.
    CONFIRM = "confirm"
    AUTOMATIC = "automatic"


class Exam(Base):
    """What is examined, when, for how long, by whom and from which mark on it is passed."""

    __tablename__ = "exam"
    __table_args__ = (Index(None, "state", "opens_at", "closes_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    instructions: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[ExamState] = mapped_column(enum_column(ExamState))
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    minutes: Mapped[int]
    pass_mark_tenths: Mapped[int]
    # How many sittings a person may start; the second and later ones are resits (补考).
    tries: Mapped[int] = mapped_column(default=1)
    shuffles_questions: Mapped[bool] = mapped_column(default=True)
    shuffles_options: Mapped[bool] = mapped_column(default=True)
    # Used where a question states no rule of its own; identifiers of questions.md 2.2.
    scoring_rule: Mapped[str] = mapped_column(String(32), default="all_or_nothing")
    scoring_value_tenths: Mapped[int | None]
    reveal: Mapped[Reveal] = mapped_column(enum_column(Reveal), default=Reveal.AFTER_WINDOW)
    # How long after the deadline a page that was cut off may deliver what it kept; 0 for never.
    delivery_minutes: Mapped[int] = mapped_column(default=10, server_default="10")
    late_answers: Mapped[LateAnswers] = mapped_column(
        enum_column(LateAnswers), default=LateAnswers.CONFIRM, server_default="confirm"
    )
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_sample: Mapped[bool] = mapped_column(default=False)

    @property
    def rule(self) -> ScoringRule:
        """The rule for questions that state none."""
        return ScoringRule(RuleName(self.scoring_rule), self.scoring_value_tenths)


class BlueprintRow(Base):
    """One line of the blueprint: how many questions of which kind, for how many points each.

    A module or a tag may be left open, as may the type and the difficulty.
    """

    __tablename__ = "blueprint_row"
    __table_args__ = (UniqueConstraint("exam_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    position: Mapped[int]
    module_key: Mapped[str | None] = mapped_column(String(80))
    tag: Mapped[str | None] = mapped_column(String(40))
    type: Mapped[QuestionType | None] = mapped_column(enum_column(QuestionType))
    difficulty_min: Mapped[int] = mapped_column(default=1)
    difficulty_max: Mapped[int] = mapped_column(default=5)
    count: Mapped[int]
    # Points of each question of this row.
    points_tenths: Mapped[int]


class PoolEntry(Base):
    """A question version that publication allowed a row to draw. Never deleted, only withdrawn."""

    __tablename__ = "pool_entry"
    __table_args__ = (UniqueConstraint("blueprint_row_id", "question_version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    blueprint_row_id: Mapped[int] = mapped_column(ForeignKey("blueprint_row.id"), index=True)
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), index=True)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)


class ExamAudience(Base):
    """Who must sit: members of a team's sub-tree, of a post, or of both at once.

    A person is required when any one row of the exam fits on any day of the window.
    """

    __tablename__ = "exam_audience"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))


class Exemption(Base):
    """That a person need not sit an exam, and why."""

    __tablename__ = "exemption"
    __table_args__ = (UniqueConstraint("exam_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)


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
