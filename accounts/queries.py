"""Reads about people who sign in: who that is, whether a try must wait, what is stored on them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from accounts import rules
from accounts.models import (
    EMPLOYMENT_WORDS,
    END_REASONS,
    Accommodation,
    ActivationCode,
    AuthSession,
    NoticeAcknowledgement,
    PrivacyNotice,
    SignInCounter,
    Terminal,
    User,
)
from accounts.rules import CounterKind, Subjects, Tally
from core.audit import AuditEntry
from core.errors import N_, NotFound
from core.services import Act, Cell, RecordSection, Word

# Built once, as every start of an exam asks it.
_ACCOMMODATION = (
    select(Accommodation)
    .where(
        Accommodation.user_id == bindparam("user_id"),
        Accommodation.ended_at.is_(None),
        Accommodation.from_on <= bindparam("day"),
        or_(Accommodation.to_on.is_(None), Accommodation.to_on >= bindparam("day")),
    )
    .order_by(Accommodation.id.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Credentials:
    """What must be known of a person before a password is checked, outside any write."""

    user_id: int
    employee_no: str
    name: str
    name_sort: str
    phone: str | None
    password_hash: str | None

    @property
    def names(self) -> tuple[str | None, ...]:
        """Words that do not belong into this person's password."""
        return (self.employee_no, self.name, self.name_sort, self.phone)


def has_people(session: Session) -> bool:
    """Whether anybody exists at all."""
    return session.scalar(select(User.id).limit(1)) is not None


def person_by_number(session: Session, employee_no: str) -> User | None:
    """The person with an employee number as typed: any width, with blanks, in either case."""
    number = rules.normalise_employee_no(employee_no)
    found = session.scalars(
        select(User).where(User.employee_no.in_({number, number.lower(), number.upper()}))
    ).all()
    return min(found, key=lambda user: user.employee_no != number, default=None)


def person_for(session: Session, user_id: int) -> User:
    """One person by id; raises NotFound."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound()
    return user


def credentials_of(user: User) -> Credentials:
    return Credentials(
        user_id=user.id,
        employee_no=user.employee_no,
        name=user.name,
        name_sort=user.name_sort,
        phone=user.phone,
        password_hash=user.password_hash,
    )


def credentials_for(session: Session, employee_no: str) -> Credentials | None:
    """The credentials behind a typed employee number, or None for an unknown one."""
    user = person_by_number(session, employee_no)
    return credentials_of(user) if user else None


def tallies(
    session: Session, subjects: Subjects, *, now: datetime
) -> dict[CounterKind, list[Tally]]:
    """The minutes that can still matter, by what they count."""
    wanted = (
        (CounterKind.PAIR, subjects.pair),
        (CounterKind.ACCOUNT, subjects.account),
        (CounterKind.ADDRESS, subjects.address),
    )
    rows = session.execute(
        select(
            SignInCounter.kind,
            SignInCounter.span_started_at,
            SignInCounter.failed_count,
            SignInCounter.succeeded_count,
        ).where(
            or_(
                *(
                    (SignInCounter.kind == kind.value) & (SignInCounter.subject == subject)
                    for kind, subject in wanted
                )
            ),
            SignInCounter.span_started_at > now - rules.SPAN - rules.WAIT,
        )
    )
    found: dict[CounterKind, list[Tally]] = {kind: [] for kind, _ in wanted}
    for kind, at, failed, succeeded in rows:
        found[CounterKind(kind)].append(Tally(at, failed, succeeded))
    return found


def wait_of_try(
    session: Session, subjects: Subjects, *, user_id: int | None, address: str, now: datetime
) -> datetime | None:
    """Until when a try must wait, or None where it may go ahead.

    Where a person has signed in from this address before, only their own five tries count: nobody
    can keep them out by guessing from elsewhere, or at other numbers from the same gate.
    """
    counts = tallies(session, subjects, now=now)
    own = rules.waits_until(counts[CounterKind.PAIR], limit=rules.TRIES, wait=rules.WAIT, now=now)
    if own is not None:
        return own
    others = [
        rules.waits_until(
            counts[CounterKind.ACCOUNT],
            limit=rules.ACCOUNT_CEILING,
            wait=rules.SLOW_WAIT,
            now=now,
        ),
        rules.address_waits_until(counts[CounterKind.ADDRESS], now=now),
    ]
    ends = max((end for end in others if end is not None), default=None)
    if ends is None or (user_id is not None and has_signed_in_from(session, user_id, address)):
        return None
    return ends


def tries_left(session: Session, subjects: Subjects, *, now: datetime) -> int:
    """How many wrong tries this person still has at this address."""
    counts = tallies(session, subjects, now=now)[CounterKind.PAIR]
    return max(0, rules.TRIES - rules.failures_in_span(counts, until=now))


def has_signed_in_from(session: Session, user_id: int, address: str) -> bool:
    """Whether a session of this person began at this address; rows are kept for half a year."""
    return (
        session.scalar(
            select(AuthSession.id)
            .where(AuthSession.user_id == user_id, AuthSession.address == address)
            .limit(1)
        )
        is not None
    )


def open_sessions(session: Session, user_id: int, *, now: datetime) -> list[AuthSession]:
    """Browsers in which a person is signed in, newest first."""
    return list(
        session.scalars(
            select(AuthSession)
            .where(
                AuthSession.user_id == user_id,
                AuthSession.ended_at.is_(None),
                AuthSession.expires_at > now,
            )
            .order_by(AuthSession.created_at.desc(), AuthSession.id.desc())
        )
    )


def open_code(session: Session, user_id: int, *, now: datetime) -> ActivationCode | None:
    """The person's activation code that can still be used."""
    return session.scalar(
        select(ActivationCode)
        .where(
            ActivationCode.user_id == user_id,
            ActivationCode.used_at.is_(None),
            ActivationCode.expires_at > now,
            ActivationCode.failed_count < rules.CODE_TRIES,
        )
        .order_by(ActivationCode.id.desc())
        .limit(1)
    )


def terminal_by_token(session: Session, token: str) -> Terminal | None:
    """The registered terminal whose browser holds this token; None once it was revoked."""
    return session.scalar(
        select(Terminal).where(
            Terminal.token_hash == rules.token_hash(token), Terminal.revoked_at.is_(None)
        )
    )


def terminals(session: Session) -> list[Terminal]:
    """Every terminal in use, by name."""
    in_use = select(Terminal).where(Terminal.revoked_at.is_(None))
    return list(session.scalars(in_use.order_by(Terminal.name, Terminal.id)))


def terminal_for(session: Session, terminal_id: int) -> Terminal:
    """One terminal by id; raises NotFound."""
    found = session.get(Terminal, terminal_id)
    if found is None:
        raise NotFound()
    return found


def accommodation_of(session: Session, user_id: int, on: date) -> Accommodation | None:
    """What a person gets in exams on a day, both ends of the validity included."""
    return session.scalar(_ACCOMMODATION, {"user_id": user_id, "day": on})


def newest_notice(session: Session) -> PrivacyNotice | None:
    """The notice in force."""
    return session.scalar(select(PrivacyNotice).order_by(PrivacyNotice.version.desc()).limit(1))


def acknowledged_at(session: Session, user_id: int, notice_id: int) -> datetime | None:
    """When a person acknowledged a notice."""
    return session.scalar(
        select(NoticeAcknowledgement.acknowledged_at).where(
            NoticeAcknowledgement.user_id == user_id, NoticeAcknowledgement.notice_id == notice_id
        )
    )


def person_record(session: Session, user_id: int) -> RecordSection:
    """What is stored about the person as such; the ID number only masked."""
    user = person_for(session, user_id)
    has_password = N_("已设置，只存不可还原的摘要") if user.password_hash else N_("还没有设置")
    rows: tuple[tuple[Cell, ...], ...] = (
        (Word(N_("工号")), user.employee_no),
        (Word(N_("姓名")), user.name),
        (Word(N_("拼音")), user.name_sort or None),
        (Word(N_("用工形式")), Word(EMPLOYMENT_WORDS[user.employment_kind])),
        (Word(N_("派出单位")), user.employer),
        (Word(N_("电话")), user.phone),
        (Word(N_("身份证号")), user.id_number_masked),
        (Word(N_("入职日期")), user.hired_on),
        (Word(N_("离职日期")), user.left_on),
        (Word(N_("密码")), Word(has_password)),
        (Word(N_("界面语言")), user.language),
        (Word(N_("登记时间")), user.created_at),
    )
    return RecordSection(N_("个人信息"), (N_("项目"), N_("内容")), rows)


def session_record(session: Session, user_id: int) -> RecordSection:
    """Every sign-in that is still kept."""
    rows = session.execute(
        select(AuthSession, Terminal.name)
        .outerjoin(Terminal, Terminal.id == AuthSession.terminal_id)
        .where(AuthSession.user_id == user_id)
        .order_by(AuthSession.id.desc())
    )
    return RecordSection(
        N_("登录记录"),
        (N_("登录时间"), N_("地址"), N_("设备"), N_("考试终端"), N_("到期"), N_("结束")),
        [
            (
                row.created_at,
                row.address,
                rules.browser_name(row.user_agent) or row.user_agent,
                terminal,
                row.expires_at,
                row.ended_at,
            )
            for row, terminal in rows
        ],
    )


def accommodation_record(session: Session, user_id: int) -> RecordSection:
    """What the person gets in exams, with the reason: it is the person's own."""
    granter = aliased(User)
    rows = session.execute(
        select(Accommodation, granter.name)
        .outerjoin(granter, granter.id == Accommodation.granted_by_id)
        .where(Accommodation.user_id == user_id)
        .order_by(Accommodation.id.desc())
    )
    return RecordSection(
        N_("考试便利"),
        (
            N_("从"),
            N_("到"),
            N_("加时（%）"),
            N_("加时（分钟）"),
            N_("大字"),
            N_("高对比"),
            N_("朗读"),
            N_("识字不多"),
            N_("原因"),
            N_("批准人"),
            N_("批准时间"),
            N_("提前结束"),
        ),
        [
            (
                row.from_on,
                row.to_on,
                row.extra_percent,
                row.extra_minutes,
                row.large_type,
                row.high_contrast,
                row.read_aloud,
                row.low_literacy,
                row.reason,
                name,
                row.granted_at,
                row.ended_at,
            )
            for row, name in rows
        ],
    )


def code_record(session: Session, user_id: int) -> RecordSection:
    """Activation codes made for the person."""
    maker = aliased(User)
    rows = session.execute(
        select(ActivationCode, maker.name)
        .outerjoin(maker, maker.id == ActivationCode.made_by_id)
        .where(ActivationCode.user_id == user_id)
        .order_by(ActivationCode.id.desc())
    )
    return RecordSection(
        N_("激活码"),
        (N_("发放时间"), N_("发放人"), N_("到期"), N_("使用时间"), N_("输错次数")),
        [
            (code.created_at, name, code.expires_at, code.used_at, code.failed_count)
            for code, name in rows
        ],
    )


def notice_record(session: Session, user_id: int) -> RecordSection:
    """Which versions of the privacy notice the person acknowledged, and when."""
    rows = session.execute(
        select(PrivacyNotice.version, NoticeAcknowledgement.acknowledged_at)
        .join(PrivacyNotice, PrivacyNotice.id == NoticeAcknowledgement.notice_id)
        .where(NoticeAcknowledgement.user_id == user_id)
        .order_by(PrivacyNotice.version.desc())
    )
    return RecordSection(
        N_("已读的个人信息告知"),
        (N_("版本"), N_("阅读时间")),
        [(version, at) for version, at in rows],
    )


def audit_record(session: Session, user_id: int) -> RecordSection:
    """Every act on the person or by the person, newest first."""
    rows = session.scalars(
        select(AuditEntry)
        .where(or_(AuditEntry.on_user_id == user_id, AuditEntry.actor_id == user_id))
        .order_by(AuditEntry.id.desc())
    )
    return RecordSection(
        N_("操作记录"),
        (N_("时间"), N_("操作人"), N_("操作"), N_("对象"), N_("理由")),
        [
            (
                row.at,
                row.actor_name,
                Act(row.action),
                f"{row.subject_type} {row.subject_id}",
                Word(END_REASONS[row.reason]) if row.reason in END_REASONS else row.reason,
            )
            for row in rows
        ],
    )


RECORDS = (
    person_record,
    session_record,
    code_record,
    accommodation_record,
    notice_record,
    audit_record,
)
