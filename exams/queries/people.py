"""Names of people where a page or an entry needs no more of them."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User


def printed_name(session: Session, user_id: int | None) -> str:
    """The name of a person; empty where nobody is meant."""
    found = session.get(User, user_id) if user_id is not None else None
    return found.name if found else ""


def names_of(session: Session, user_ids: Iterable[int | None]) -> dict[int, tuple[str, str]]:
    """Name and employee number of each of these people."""
    ids = {one for one in user_ids if one is not None}
    rows = session.execute(select(User.id, User.name, User.employee_no).where(User.id.in_(ids)))
    return {row.id: (row.name, row.employee_no) for row in rows}
