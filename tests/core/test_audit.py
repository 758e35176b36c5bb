"""The audit log is append-only, and the database itself guards it."""

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.audit import AuditEntry, record
from core.identity import Actor
from tests.conftest import MONDAY


def _one_entry(session: Session) -> None:
    record(
        session,
        actor=Actor.system("test"),
        now=MONDAY,
        action="thing.made",
        subject=("thing", 1),
        after={"name": "甲"},
    )
    session.flush()


def test_entry_is_stored_with_actor_and_values(session: Session) -> None:
    _one_entry(session)

    entry = session.scalars(select(AuditEntry)).one()

    assert (entry.actor_name, entry.action, entry.after) == (
        "system:test",
        "thing.made",
        {"name": "甲"},
    )


@pytest.mark.parametrize(
    "statement",
    [update(AuditEntry).values(reason="x"), delete(AuditEntry)],
    ids=["update", "delete"],
)
def test_database_refuses_to_change_an_entry(session: Session, statement: object) -> None:
    _one_entry(session)

    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(statement)  # type: ignore[call-overload]
