"""Verbs of people as the enterprise keeps them: hire and edit."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import EmploymentKind, User
from accounts.operations import record_id_number
from core.audit import record
from core.errors import N_, Conflict
from core.identity import Actor
from teams import names
from teams.events import Beginning
from teams.models import Post, Team
from teams.operations.memberships import begin


@dataclass(frozen=True)
class PersonDetails:
    """What is kept about a person. `id_number` is normalised and checked; None keeps the old one.

    `sounds` are the pinyin as corrected by hand; None takes those of the name.
    """

    employee_no: str
    name: str
    employment_kind: EmploymentKind = EmploymentKind.EMPLOYEE
    employer: str | None = None
    phone: str | None = None
    id_number: str | None = None
    hired_on: date | None = None
    sounds: tuple[str, ...] | None = None


def hire(
    session: Session,
    details: PersonDetails,
    team: Team,
    post: Post | None,
    *,
    on: date,
    id_number_key: str,
    actor: Actor,
    now: datetime,
) -> User:
    """A new person, working in a team from a day on; an employee number is never given twice."""
    _check_employee_no(session, details.employee_no)
    user = User(
        employee_no=details.employee_no,
        name=details.name,
        name_sort=_name_sort(details),
        employment_kind=details.employment_kind,
        employer=details.employer,
        phone=details.phone,
        hired_on=details.hired_on,
        created_at=now,
    )
    session.add(user)
    session.flush()
    if details.id_number is not None:
        record_id_number(session, user, details.id_number, key=id_number_key, actor=actor, now=now)
    begin(
        session,
        user,
        team,
        post,
        on=on,
        beginning=Beginning.HIRED,
        previous=None,
        actor=actor,
        now=now,
    )
    record(
        session,
        actor=actor,
        now=now,
        action="person.hired",
        subject=("user", user.id),
        on_user_id=user.id,
        after={**_shown(user), "team": team.name, "from_on": on.isoformat()},
    )
    session.flush()
    return user


def edit_person(
    session: Session,
    user: User,
    details: PersonDetails,
    *,
    id_number_key: str,
    actor: Actor,
    now: datetime,
) -> bool:
    """Correct what is kept about a person; tells whether anything changed."""
    if details.employee_no != user.employee_no:
        _check_employee_no(session, details.employee_no)
    before, old_hash = _shown(user), user.id_number_hash
    user.employee_no = details.employee_no
    if details.name != user.name or details.sounds is not None:
        user.name, user.name_sort = details.name, _name_sort(details)
    user.employment_kind = details.employment_kind
    user.employer, user.phone = details.employer, details.phone
    user.hired_on = details.hired_on
    if details.id_number is not None:
        record_id_number(session, user, details.id_number, key=id_number_key, actor=actor, now=now)
    after = _shown(user)
    changed = {key for key in after if after[key] != before[key]}
    if not changed:
        return user.id_number_hash != old_hash
    record(
        session,
        actor=actor,
        now=now,
        action="person.edited",
        subject=("user", user.id),
        on_user_id=user.id,
        before={key: before[key] for key in sorted(changed)},
        after={key: after[key] for key in sorted(changed)},
    )
    session.flush()
    return True


def _name_sort(details: PersonDetails) -> str:
    if details.sounds is None:
        return names.sort_key(details.name)
    return names.key_of_sounds(list(details.sounds))


def _check_employee_no(session: Session, employee_no: str) -> None:
    holder = session.scalar(select(User.name).where(User.employee_no == employee_no))
    if holder is not None:
        raise Conflict(N_("工号 %(number)s 已经是 %(name)s 的"), number=employee_no, name=holder)


def _shown(user: User) -> dict[str, Any]:
    """What an audit entry says about a person; the ID number has an entry of its own."""
    return {
        "employee_no": user.employee_no,
        "name": user.name,
        "name_sort": user.name_sort,
        "employment_kind": user.employment_kind.value,
        "employer": user.employer,
        "phone": user.phone,
        "hired_on": user.hired_on.isoformat() if user.hired_on else None,
    }
