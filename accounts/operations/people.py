"""What changes about a person as such: first administrator, ID number, language, leaving."""

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accounts import id_numbers, queries
from accounts.events import FirstAdministratorMade, PersonLeft
from accounts.models import ActivationCode, EmploymentKind, User
from accounts.operations.sessions import end_sessions
from core.audit import record
from core.errors import N_, Conflict
from core.events import publish
from core.identity import Actor

FIRST_NUMBER = "admin"


def make_first_administrator(
    session: Session, *, actor: Actor, now: datetime, password_hash: str
) -> User:
    """The first person of an empty installation, who must change the password at once.

    Whoever listens to `FirstAdministratorMade` grants the role. Refused once anybody exists: from
    then on administrators are appointed, not made.
    """
    if queries.has_people(session):
        raise Conflict(N_("已经有人员，不能再建第一个管理员。忘了密码用 reset-password"))
    user = User(
        employee_no=FIRST_NUMBER,
        name="管理员",
        name_sort="guan li yuan",
        employment_kind=EmploymentKind.EMPLOYEE,
        password_hash=password_hash,
        must_change_password=True,
        created_at=now,
    )
    session.add(user)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        action="person.first_administrator.made",
        subject=("user", user.id),
        on_user_id=user.id,
        after={"employee_no": user.employee_no},
    )
    publish(session, FirstAdministratorMade(actor=actor, at=now, user_id=user.id))
    return user


def record_id_number(
    session: Session, user: User, number: str | None, *, key: str, actor: Actor, now: datetime
) -> None:
    """Store a person's ID number encrypted, or forget it; raises Conflict for a wrong or used one.

    The person must have an id already (flush first): the ciphertext is bound to it. An unchanged
    number changes nothing and leaves no entry.
    """
    before = user.id_number_masked
    if number is None:
        if before is None:
            return
        user.id_number_encrypted = user.id_number_hash = user.id_number_masked = None
    else:
        plain = id_numbers.normalise(number)
        problem = id_numbers.problem_of(plain, today=now.date())
        if problem is not None:
            raise Conflict(problem)
        found = id_numbers.look_up_hash(plain, key=key)
        if user.id_number_hash == found:
            return
        _refuse_taken(session, user, found)
        user.id_number_hash = found
        user.id_number_encrypted = id_numbers.encrypt(plain, user_id=user.id, key=key)
        user.id_number_masked = id_numbers.mask(plain)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        action="id_number.recorded",
        subject=("user", user.id),
        on_user_id=user.id,
        before={"id_number": before},
        after={"id_number": user.id_number_masked},
    )


def _refuse_taken(session: Session, user: User, look_up_hash: str) -> None:
    other = session.scalar(
        select(User).where(User.id_number_hash == look_up_hash, User.id != user.id).limit(1)
    )
    if other is not None:
        raise Conflict(
            N_("这个身份证号已登记在工号 %(number)s 名下。同一个人只留一个工号"),
            number=other.employee_no,
        )


def reveal_id_number(
    session: Session, user: User, *, key: str, reason: str, actor: Actor, now: datetime
) -> str:
    """The whole ID number, for a stated reason; the caller decides who may.

    The entry says who, whose, when and why, and never the number.
    """
    if user.id_number_encrypted is None:
        raise Conflict(N_("%(name)s 没有登记身份证号"), name=user.name)
    why = reason.strip()
    if not why:
        raise Conflict(N_("写上为什么要看全号，会记录在案"))
    number = id_numbers.decrypt(user.id_number_encrypted, user_id=user.id, key=key)
    record(
        session,
        actor=actor,
        now=now,
        action="id_number.revealed",
        subject=("user", user.id),
        on_user_id=user.id,
        reason=why,
    )
    session.flush()
    return number


def choose_language(
    session: Session, user: User, language: str, *, actor: Actor, now: datetime
) -> None:
    """Remember the person's language; the same one again leaves no entry."""
    if user.language == language:
        return
    before, user.language = user.language, language
    record(
        session,
        actor=actor,
        now=now,
        action="person.language.chosen",
        subject=("user", user.id),
        on_user_id=user.id,
        before={"language": before},
        after={"language": language},
    )
    session.flush()


def record_leaving(
    session: Session, user: User, *, left_on: date, actor: Actor, now: datetime
) -> None:
    """Record that a person has left: signed out everywhere at once, no code works any more."""
    if user.left_on is not None:
        raise Conflict(N_("%(name)s 的离职已经登记过"), name=user.name)
    user.left_on = left_on
    session.execute(
        update(ActivationCode)
        .where(
            ActivationCode.user_id == user.id,
            ActivationCode.used_at.is_(None),
            ActivationCode.expires_at > now,
        )
        .values(expires_at=now)
    )
    record(
        session,
        actor=actor,
        now=now,
        action="person.left",
        subject=("user", user.id),
        on_user_id=user.id,
        after={"left_on": left_on.isoformat()},
    )
    end_sessions(session, user.id, reason="left", actor=actor, now=now)
    publish(session, PersonLeft(actor=actor, at=now, user_id=user.id))


def record_return(session: Session, user: User, *, actor: Actor, now: datetime) -> None:
    """Record that a person who had left is back; the old password counts no more."""
    if user.left_on is None:
        raise Conflict(N_("%(name)s 没有离职"), name=user.name)
    before = user.left_on
    user.left_on = None
    user.password_hash = None
    record(
        session,
        actor=actor,
        now=now,
        action="person.returned",
        subject=("user", user.id),
        on_user_id=user.id,
        before={"left_on": before.isoformat()},
        after={"left_on": None},
    )
    session.flush()
