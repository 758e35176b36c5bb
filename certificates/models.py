"""Kinds of certificate, the exams that award them, and the certificates themselves."""

from datetime import date, datetime
from enum import Enum

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime, enum_column


class CertificateKind(Base):
    """A kind of internal certificate; state certificates are only registered, never issued."""

    __tablename__ = "certificate_kind"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    # None: valid without end.
    valid_months: Mapped[int | None]
    is_sample: Mapped[bool] = mapped_column(default=False)


class CertificateSeries(Base):
    """The last serial given out under a code in a year; its row is locked while one is taken.

    Keyed by the printed series (`DHJH-2026`), so that a code taken over by another kind goes on
    counting and no number is ever printed twice.
    """

    __tablename__ = "certificate_series"

    series: Mapped[str] = mapped_column(String(32), primary_key=True)
    last_serial: Mapped[int]


class ExamAward(Base):
    """Which kind of certificate passing an exam awards."""

    __tablename__ = "exam_award"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    kind_id: Mapped[int] = mapped_column(ForeignKey("certificate_kind.id"), index=True)


class Certificate(Base):
    """One issued certificate. Names of kind, holder, team and post are those of that day."""

    __tablename__ = "certificate"
    __table_args__ = (Index(None, "user_id"), Index(None, "valid_to"))

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    kind_id: Mapped[int] = mapped_column(ForeignKey("certificate_kind.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    # One sitting awards at most one certificate, however often it is announced.
    sitting_id: Mapped[int | None] = mapped_column(ForeignKey("sitting.id"), unique=True)
    kind_name: Mapped[str] = mapped_column(String(80))
    holder_name: Mapped[str] = mapped_column(String(80))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    team_name: Mapped[str] = mapped_column(String(255))
    post_name: Mapped[str] = mapped_column(String(80), default="")
    issued_on: Mapped[date]
    # The last day on which it is valid; None: without end.
    valid_to: Mapped[date | None]
    # Unguessable part of the public check address.
    check_code: Mapped[str] = mapped_column(String(64), unique=True)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_reason: Mapped[str | None] = mapped_column(Text)
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class StandbyFlag(Base):
    """That failing the last resit of an exam proposes 待岗 for a person, and what people decided.

    Nobody is on standby by the machine's word: a flag is a proposal until a person confirms it
    (Personal Information Protection Law art. 24), and another decision lifts it.
    """

    __tablename__ = "standby_flag"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"))
    # The failed last sitting; one proposal each, however often it is announced.
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), unique=True)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_reason: Mapped[str | None] = mapped_column(Text)
    # Lifted after a confirmation, or turned down without one.
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_reason: Mapped[str | None] = mapped_column(Text)


class ReviewOutcome(Enum):
    """What became of a question about a certificate."""

    REVOKED = "revoked"
    KEPT = "kept"
    # Settled by itself: a later decision made the sitting a pass again.
    PASSED_AGAIN = "passed_again"
    # Of one that was revoked, and whose sitting is a pass again: valid again, or left as it is.
    REINSTATED = "reinstated"
    LEFT_REVOKED = "left_revoked"
    # Settled by itself: the sitting failed once more before anybody decided.
    FAILED_AGAIN = "failed_again"


class CertificateReview(Base):
    """That a certificate no longer fits the result of its sitting; a person decides.

    It stands while the sitting became a fail, or was revoked while the sitting is a pass again.
    """

    __tablename__ = "certificate_review"
    __table_args__ = (
        Index(
            "uq_certificate_review_open",
            "certificate_id",
            unique=True,
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    asked_reason: Mapped[str] = mapped_column(Text)
    outcome: Mapped[ReviewOutcome | None] = mapped_column(enum_column(ReviewOutcome))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    settled_reason: Mapped[str] = mapped_column(Text, default="")
