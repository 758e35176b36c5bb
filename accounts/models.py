"""People, their sessions, one-time codes, sign-in counters and acknowledged privacy notices."""

from datetime import date, datetime
from enum import Enum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, UtcDateTime, enum_column
from core.errors import N_


class EmploymentKind(Enum):
    """How a person belongs to the enterprise. Law art. 28: the same training rules hold for all."""

    EMPLOYEE = "employee"
    DISPATCHED_WORKER = "dispatched_worker"
    CONTRACTOR = "contractor"
    INTERN = "intern"


EMPLOYMENT_WORDS = {
    EmploymentKind.EMPLOYEE: N_("正式员工"),
    EmploymentKind.DISPATCHED_WORKER: N_("劳务派遣"),
    EmploymentKind.CONTRACTOR: N_("外包人员"),
    EmploymentKind.INTERN: N_("实习生"),
}


class User(Base):
    """A person. Never deleted: history refers to people who have left."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_no: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    # Pinyin of the name, for sorting and first-letter search.
    name_sort: Mapped[str] = mapped_column(String(160), default="")
    employment_kind: Mapped[EmploymentKind] = mapped_column(enum_column(EmploymentKind))
    # The firm that sent a dispatched worker or contractor.
    employer: Mapped[str | None] = mapped_column(String(120))
    phone: Mapped[str | None] = mapped_column(String(40))
    # Encrypted with the key file; the keyed hash finds duplicates without decrypting.
    id_number_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_number_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    # e.g. 110***********1234, all that pages and exports ever show
    id_number_masked: Mapped[str | None] = mapped_column(String(18))
    hired_on: Mapped[date | None]
    left_on: Mapped[date | None]
    # None until the person has set one with an activation code.
    password_hash: Mapped[str | None] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str | None] = mapped_column(String(8))
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def is_active(self) -> bool:
        """Whether the person may sign in at all."""
        return self.left_on is None


# Why a session ended, as stored in its row and its entry.
END_REASONS = {
    "replaced": N_("同一台设备重新登录"),
    "signed_out": N_("自己退出"),
    "signed_out_everywhere": N_("在所有设备上退出"),
    "password_changed": N_("换了密码"),
    "left": N_("离职"),
    "terminal_revoked": N_("考试终端停用了"),
}


class AuthSession(Base):
    """One signed-in browser. The cookie holds the token, the row only its hash."""

    __tablename__ = "auth_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_reason: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str | None] = mapped_column(String(64))
    user_agent: Mapped[str | None] = mapped_column(String(200))
    # The shared terminal on which a card code was typed; such a session may only sit exams.
    terminal_id: Mapped[int | None] = mapped_column(ForeignKey("terminal.id"))


class Terminal(Base):
    """A computer that many people share. Its browser holds the token, the row only its hash."""

    __tablename__ = "terminal"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    place: Mapped[str] = mapped_column(String(80), default="")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    registered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When somebody last signed in on it.
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Accommodation(Base):
    """What a person with special needs gets in exams, from a day to a day, both included.

    The reason may tell of the person's health: only who may grant, and the person, see it.
    """

    __tablename__ = "accommodation"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    # Both add up: a share of the exam's minutes, rounded up, and a number of minutes.
    extra_percent: Mapped[int] = mapped_column(default=0)
    extra_minutes: Mapped[int] = mapped_column(default=0)
    large_type: Mapped[bool] = mapped_column(default=False)
    high_contrast: Mapped[bool] = mapped_column(default=False)
    read_aloud: Mapped[bool] = mapped_column(default=False)
    # Chosen as "reads with difficulty", which sets the others.
    low_literacy: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(200))
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class ActivationCode(Base):
    """A one-time code with which a person sets a password; made on demand, it expires."""

    __tablename__ = "activation_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), index=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_count: Mapped[int] = mapped_column(default=0)


class SignInCounter(Base):
    """Sign-in results of one minute, counted for throttling; see `rules.CounterKind`."""

    __tablename__ = "sign_in_counter"
    __table_args__ = (UniqueConstraint("kind", "subject", "span_started_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # the subject is a keyed hash, so the table names nobody
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(64))
    span_started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    failed_count: Mapped[int] = mapped_column(default=0)
    succeeded_count: Mapped[int] = mapped_column(default=0)


class PrivacyNotice(Base):
    """One version of the notice (PIPL art. 17); a new text is a new row."""

    __tablename__ = "privacy_notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(unique=True)
    text_markdown: Mapped[str] = mapped_column(Text)
    text_markdown_en: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NoticeAcknowledgement(Base):
    """That a person has acknowledged a version of the notice."""

    __tablename__ = "notice_acknowledgement"
    __table_args__ = (UniqueConstraint("user_id", "notice_id"), Index(None, "notice_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    notice_id: Mapped[int] = mapped_column(ForeignKey("privacy_notice.id"))
    acknowledged_at: Mapped[datetime] = mapped_column(UtcDateTime)
