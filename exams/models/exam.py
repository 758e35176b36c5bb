"""Exams with blueprint, pool, audience and exemptions."""

from datetime import datetime
from enum import Enum

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime, enum_column
from core.identity import Role
from question_bank.keys import QuestionType, RuleName, ScoringRule


class ExamState(Enum):
    """A draft can be edited; publication freezes the pool."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class ExamKind(Enum):
    """A practice exam counts for nothing: no certificate, no pass rate, no figures of questions."""

    FINAL = "final"
    PRACTICE = "practice"


class Reveal(Enum):
    """When the candidate may see one part of the outcome, from the earliest to never."""

    # While the sitting is open, of what has been answered; practice only.
    DURING = "during"
    AFTER_SUBMISSION = "after_submission"
    AFTER_WINDOW = "after_window"
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
    # How papers are drawn: how even they are, and what earlier shifts may have seen of them.
    # How far the expected score of a paper may lie from the mean; None for any distance.
    tolerance_tenths: Mapped[int | None]
    # That mean at publication, in ten-thousandths of a point (tenths of a point times ‰).
    mean_expected: Mapped[int | None] = mapped_column(BigInteger)
    # The share of the drawn questions that an earlier shift may have seen; None for any share.
    reuse_limit_percent: Mapped[int | None]
    # Who starts within the same so many hours of a day is of one shift; 24 for a shift a day.
    shift_hours: Mapped[int] = mapped_column(default=24, server_default="24")
    # For how many shifts fresh questions are kept back.
    planned_shifts: Mapped[int] = mapped_column(default=1, server_default="1")
    # Who may come in and when, what follows from it, and what is shown of it.
    kind: Mapped[ExamKind] = mapped_column(
        enum_column(ExamKind), default=ExamKind.FINAL, server_default="final"
    )
    # The last moment of a first start: so long after the opening (or after the supervisor's
    # start), and a moment; whichever is earlier. None of both: until the window closes.
    entry_minutes: Mapped[int | None]
    entry_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # How long after the own start the paper cannot be handed in.
    least_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    # Nobody starts before the supervisor has pressed the button; when and by whom that was done.
    waits_for_start: Mapped[bool] = mapped_column(default=False, server_default=false())
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    # What a candidate must type to start; shown to those who watch. None: nothing.
    entry_code: Mapped[str | None] = mapped_column(String(20))
    # Networks such as 10.2.0.0/16 from which the paper may be opened; empty: from anywhere.
    address_ranges: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    # How long after one sitting ended the next one may begin.
    wait_hours: Mapped[int] = mapped_column(default=0, server_default="0")
    # Whether failing the last resit proposes 待岗, which a person then confirms or not.
    proposes_standby: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Verdict and total score; points by type; `reveal` is the right answers; explanations.
    result_reveal: Mapped[Reveal] = mapped_column(
        enum_column(Reveal), default=Reveal.AFTER_SUBMISSION, server_default="after_submission"
    )
    marks_reveal: Mapped[Reveal] = mapped_column(
        enum_column(Reveal), default=Reveal.AFTER_SUBMISSION, server_default="after_submission"
    )
    explanations_reveal: Mapped[Reveal] = mapped_column(
        enum_column(Reveal), default=Reveal.AFTER_WINDOW, server_default="after_window"
    )

    # Marking by people: how many markers an answer has, from which difference in percent of its
    # points an adjudicator decides, whether authors and makers may not mark (考教分离), whether
    # results wait until the examiner releases them together.
    marker_count: Mapped[int] = mapped_column(default=1, server_default="1")
    max_difference_percent: Mapped[int] = mapped_column(default=20, server_default="20")
    separates_markers: Mapped[bool] = mapped_column(default=True, server_default=true())
    releases_together: Mapped[bool] = mapped_column(default=True, server_default=true())

    # Appeals: for how many days after a result can be seen it may be questioned; 0 for never.
    appeal_days: Mapped[int] = mapped_column(default=7, server_default="7")

    @property
    def is_practice(self) -> bool:
        return self.kind is ExamKind.PRACTICE

    @property
    def rule(self) -> ScoringRule:
        """The rule for questions that state none."""
        return ScoringRule(RuleName(self.scoring_rule), self.scoring_value_tenths)


class BlueprintRow(Base):
    """One line of the blueprint: how many questions of which kind, for how many points each.

    Every condition may be left open. A row with `question` is that one question, on every paper.
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
    # A cited clause as module#anchor, which may be of another module than the question's own.
    clause: Mapped[str | None] = mapped_column(String(161))
    # The public id of a fixed question.
    question: Mapped[str | None] = mapped_column(String(12))
    # A wrong answer fails the whole paper (红线题).
    is_must_pass: Mapped[bool] = mapped_column(default=False, server_default=false())
    # The heading that stands on the paper above this row; the rows after it belong to it too.
    section_title: Mapped[str | None] = mapped_column(String(60))


class PoolEntry(Base):
    """A question version that a row may draw, by publication or in the place of another.

    Never deleted, only withdrawn.
    """

    __tablename__ = "pool_entry"
    __table_args__ = (UniqueConstraint("blueprint_row_id", "question_version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    blueprint_row_id: Mapped[int] = mapped_column(ForeignKey("blueprint_row.id"), index=True)
    question_version_id: Mapped[int] = mapped_column(ForeignKey("question_version.id"), index=True)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)
    # The share of its points that it was expected to earn at publication, so that a balanced
    # paper can be drawn again.
    expected_permille: Mapped[int | None]
    # The withdrawn entry of the same row in whose place this one came: it is in the pool only of
    # papers that were drawn without that one.
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("pool_entry.id"))


class ExamAudience(Base):
    """Who must sit: members of a team's sub-tree, of a post, holders of a role, or all at once.

    A person is required when any one row of the exam fits on any day of the window. A condition
    that is None is left open, so that a further kind of condition is a further column.
    """

    __tablename__ = "exam_audience"

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    # Held over any team, as granted today; roles have no history.
    role: Mapped[Role | None] = mapped_column(enum_column(Role))


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
