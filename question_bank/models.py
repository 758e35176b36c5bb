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
    # The case of which this is a sub-question; such a question is never drawn alone.
    case_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"), index=True)
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

    The items of an ordering question are its options in the right order; the right column of a
    matching one is its options, the left one its premises: {"id", "html", "text", "right_id"}. An
    option of a hotspot question is the label of a region and also has
    "region": {"shape", "numbers"}, the numbers as exact texts.
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
    premises: Mapped[list[Any]] = mapped_column(JSON, default=list, server_default="[]")
    # For short_answer: {"points": [{"text", "tenths"}], "model_answer": …, "model_answer_html": …}
    rubric: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # For hotspot: {"url", "alt", "ratio"}, the ratio height / width as an exact text.
    picture: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # For case_analysis: ids of the versions of its sub-questions, in order.
    part_version_ids: Mapped[list[Any]] = mapped_column(JSON, default=list, server_default="[]")
    scoring_rule: Mapped[str | None] = mapped_column(String(32))
    # Extra number of the rule: tenths of a point for fixed_if_partial and points_per_option.
    scoring_value_tenths: Mapped[int | None]
    # Points stated by the author (分值), in tenths; the paper may set others.
    points_tenths: Mapped[int | None]
    # The version whose statistics go on with this one: a correction (勘误) that a second person
    # confirmed. None for every other version.
    continues_id: Mapped[int | None] = mapped_column(ForeignKey("question_version.id"))
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


class FileRecord(Base):
    """What one file said when the bank last took it in; an unchanged file need not be read again.

    Files of the library and of the enterprise alike; only of units that were published whole.
    """

    __tablename__ = "file_record"

    # As messages name it: `content/…` or `CONTENT_DIR/…`.
    path: Mapped[str] = mapped_column(String(400), primary_key=True)
    module_key: Mapped[str] = mapped_column(String(80), index=True)
    text_hash: Mapped[str] = mapped_column(String(64))
    # The code that read it: another release may understand the same text otherwise.
    reader: Mapped[str] = mapped_column(String(16))
    # Its pictures: [[path below the content folder, name in the image store], …]
    pictures: Mapped[list[Any]] = mapped_column(JSON)
    # How many questions it has, a case counted as one.
    questions: Mapped[int]
    # The ids that stand in it, those of a case's parts too: [[public id, line], …]
    blocks: Mapped[list[Any]] = mapped_column(JSON)
    # What it cites of other modules: [[line, column, module, anchor], …]
    links: Mapped[list[Any]] = mapped_column(JSON)
    # What there was to say about it: [[line, column, code, message, fix], …]
    warnings: Mapped[list[Any]] = mapped_column(JSON)


class ReviewKind(Enum):
    """Why a person must look at a question."""

    # A clause that it rests on reads otherwise; it is not drawn until somebody confirmed it.
    CLAUSE = "clause"
    # A key fact that it tests reads otherwise; not drawn either.
    FACT = "fact"
    # Its author says that only the wording was mended (勘误); a second person confirms that.
    CORRECTION = "correction"
    # Its key, tolerance or part marks changed; what becomes of finished sittings is for a person.
    KEY = "key"
    # An exam found it faulty; not drawn until somebody confirmed, edited or retired it.
    FLAW = "flaw"


class FlawCause(Enum):
    """What an exam did about a question that it found faulty."""

    WITHDRAWN = "withdrawn"
    VOID = "void"
    FULL_MARKS = "full_marks"
    KEY = "key"
    APPEAL = "appeal"


class ReviewTask(Base):
    """One reason to look at a question, with what changed; settled by a person, never deleted."""

    __tablename__ = "review_task"
    __table_args__ = (Index(None, "question_id", "kind"), Index(None, "settled_at", "kind"))

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    kind: Mapped[ReviewKind] = mapped_column(enum_column(ReviewKind))
    # CLAUSE and FACT: where it stands, and what it said before and says now.
    module_key: Mapped[str | None] = mapped_column(String(80))
    anchor: Mapped[str | None] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200), default="")
    before_text: Mapped[str] = mapped_column(Text, default="")
    after_text: Mapped[str] = mapped_column(Text, default="")
    # CORRECTION and KEY: the question's version before and the one that took its place.
    # FLAW: the version that the exam asked, as the one before.
    before_version_id: Mapped[int | None] = mapped_column(ForeignKey("question_version.id"))
    after_version_id: Mapped[int | None] = mapped_column(ForeignKey("question_version.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    # What the person found: `confirmed`, `refused`, or `edited` when the question was changed.
    outcome: Mapped[str | None] = mapped_column(String(16))
    # FLAW: what was done about it, why, and in which exam; a plain number, since exams build on
    # the bank and not the other way round.
    cause: Mapped[FlawCause | None] = mapped_column(enum_column(FlawCause))
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    exam_id: Mapped[int | None]


class ProposalOrigin(Enum):
    """Where a proposed question comes from."""

    KEY_FACT = "key_fact"
    IMPORT = "import"


class ProposalState(Enum):
    """What a person made of a proposed question."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class ProposedQuestion(Base):
    """A question that nobody has approved: made from a key fact or imported from a foreign file.

    It is text in our syntax and no question yet, so that nobody can be examined on it. When it is
    accepted, its block is put into a module's working copy.
    """

    __tablename__ = "proposed_question"
    __table_args__ = (
        Index(None, "state", "module_key"),
        Index(None, "source", "external_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(12), unique=True)
    origin: Mapped[ProposalOrigin] = mapped_column(enum_column(ProposalOrigin))
    state: Mapped[ProposalState] = mapped_column(enum_column(ProposalState))
    # The module and clause that it belongs to, as far as known.
    module_key: Mapped[str | None] = mapped_column(String(80))
    anchor: Mapped[str | None] = mapped_column(String(80))
    type: Mapped[QuestionType] = mapped_column(enum_column(QuestionType))
    # The whole question block in canonical form.
    block: Mapped[str] = mapped_column(Text)
    # The sentence of the module, or the row of the foreign file, that it was made from.
    made_from: Mapped[str] = mapped_column(Text, default="")
    # Key fact: its id, once it has one. Import: the file's name, and the question's id in it.
    fact_id: Mapped[str | None] = mapped_column(String(12))
    source: Mapped[str | None] = mapped_column(String(200))
    external_id: Mapped[str | None] = mapped_column(String(80))
    # The question that accepting it would change instead of making a new one.
    replaces_public_id: Mapped[str | None] = mapped_column(String(12))
    # What to tell the person who decides: [{"code", "message"}]
    warnings: Mapped[list[Any]] = mapped_column(JSON, default=list)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reason: Mapped[str] = mapped_column(Text, default="")


class ItemStatistics(Base):
    """How a question version did in finished sittings; computed anew by a job, never by a page.

    A figure that cannot be computed is None, and `reasons` says why: {"point_biserial": "…"}.
    """

    __tablename__ = "item_statistics"

    question_version_id: Mapped[int] = mapped_column(
        ForeignKey("question_version.id"), primary_key=True
    )
    sittings: Mapped[int]
    facility: Mapped[float | None]
    discrimination_index: Mapped[float | None]
    point_biserial: Mapped[float | None]
    discriminative_efficiency: Mapped[float | None]
    effective_weight: Mapped[float | None]
    median_seconds: Mapped[float | None]
    # Counts of each choice in the upper and lower group: [{"option_id", "all", "upper", "lower"}]
    options: Mapped[list[Any]] = mapped_column(JSON, default=list)
    # Facility per team: [{"team_id", "sittings", "facility"}]
    teams: Mapped[list[Any]] = mapped_column(JSON, default=list)
    reasons: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class QuestionUse(Base):
    """How often a question stood on a paper, counted anew by a job; no row means never."""

    __tablename__ = "question_use"

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), primary_key=True)
    papers: Mapped[int]
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)
