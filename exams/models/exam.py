"""Exams with blueprint, pool, audience and exemptions."""

from datetime import datetime
from enum import Enum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime, enum_column
from question_bank.keys import QuestionType, RuleName, ScoringRule


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
    # Appeals: for how many days after a result can be seen it may be questioned; 0 for never.
    appeal_days: Mapped[int] = mapped_column(default=7, server_default="7")

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
