"""Questions, their immutable versions with keys, and what they cite."""

from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime, enum_column
from question_bank.keys import QuestionType as QuestionType


class QuestionState(Enum):
    """Drafts and retired questions are never drawn."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


class Question(Base):
    """A question under its id (`q-7f3k2m`); what is scored stands in its versions.

    Title, difficulty, tags, explanation, feedback and references may change without a new version.
    """

    __tablename__ = "question"
    __table_args__ = (Index(None, "module_key", "type", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True)
    module_key: Mapped[str] = mapped_column(String(80))
    type: Mapped[QuestionType] = mapped_column(enum_column(QuestionType))
    state: Mapped[QuestionState] = mapped_column(enum_column(QuestionState))
    title: Mapped[str] = mapped_column(String(200), default="")
    difficulty: Mapped[int] = mapped_column(default=3)
    explanation_html: Mapped[str] = mapped_column(Text, default="")
    # What an option teaches whoever chose it, by option id as text: {"3": "<p>…</p>"}
    feedback_html: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # Names of posts that the question is for; empty means those of its module.
    positions: Mapped[list[Any]] = mapped_column(JSON, default=list)
    # Ids of the key facts (考点) that it tests.
    facts: Mapped[list[Any]] = mapped_column(JSON, default=list)
    # Stem, options and title without blanks and width, so that any part of a word is found.
    search_text: Mapped[str] = mapped_column(Text, default="")
    current_version_id: Mapped[int | None]
    source_path: Mapped[str] = mapped_column(String(400))
    source_line: Mapped[int]
    metadata_hash: Mapped[str] = mapped_column(String(64))
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Set when the text of a cited clause changed and nobody has looked at the question since.
    review_since: Mapped[datetime | None] = mapped_column(UtcDateTime)


class QuestionVersion(Base):
    """The scored part of a question; immutable, identified by its content hash.

    `options` is a list of {"id", "html", "text", "is_right", "weight_percent", "is_pinned"}, with
    the weight as an exact text such as "100/3" or None; `blanks` a list as `keys.blank_as_data`
    makes them. `scoring_rule` is an identifier of `keys.RuleName`, None when the exam decides.
    """

    __tablename__ = "question_version"
    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        UniqueConstraint("question_id", "content_hash"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), index=True)
    number: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    type: Mapped[QuestionType] = mapped_column(enum_column(QuestionType))
    stem_markdown: Mapped[str] = mapped_column(Text)
    stem_html: Mapped[str] = mapped_column(Text)
    options: Mapped[list[Any]] = mapped_column(JSON)
    # For true_false: the right verdict. None otherwise.
    verdict: Mapped[bool | None]
    blanks: Mapped[list[Any]] = mapped_column(JSON)
    scoring_rule: Mapped[str | None] = mapped_column(String(32))
    # Extra number of the rule: tenths of a point for fixed_if_partial and points_per_option.
    scoring_value_tenths: Mapped[int | None]
    # Points stated by the author (分值), in tenths; the paper may set others.
    points_tenths: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class QuestionTag(Base):
    """One tag of a question."""

    __tablename__ = "question_tag"
    __table_args__ = (UniqueConstraint("question_id", "tag"), Index(None, "tag"))

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    tag: Mapped[str] = mapped_column(String(40))


class QuestionReference(Base):
    """A clause that a question tests (依据): a section of a module, or of a declared source."""

    __tablename__ = "question_reference"
    __table_args__ = (
        UniqueConstraint("question_id", "position"),
        Index(None, "module_key", "anchor"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(200))
    module_key: Mapped[str | None] = mapped_column(String(80))
    anchor: Mapped[str | None] = mapped_column(String(80))
