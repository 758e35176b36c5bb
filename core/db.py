"""The database: declarative base, column kinds, engine, sessions for reading and for writing.

On SQLite the driver's own transaction handling is off and `BEGIN` is emitted here: plain for
sessions that read, `BEGIN IMMEDIATE` for sessions that write. Without it a full exam hall loses
updates or gets "database is locked" (docs/decisions/0002-sqlite-transactions.md).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from enum import Enum
from typing import Any, cast

from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Table,
    TypeDecorator,
    create_engine,
    event,
    insert,
)
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.orm import DeclarativeBase, Session

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table of the product."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements that need no objects."""
    return cast(Table, model.__table__)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime, to the microsecond; refuses naive values."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone cannot be stored")
        value = value.astimezone(timezone.utc)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=timezone.utc)
        return value.astimezone(timezone.utc)


def enum_column(kind: type[Enum]) -> SqlEnum:
    """A column that stores the enum's value (not its name) as text."""
    return SqlEnum(
        kind,
        native_enum=False,
        create_constraint=False,
        validate_strings=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def insert_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows with one statement, past the mapper, which would cost as much again."""
    if rows:
        session.execute(insert(table_of(model)), rows)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # FULL: an acknowledged answer survives a power cut (docs/operating.md).
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=20000")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def make_engine(url: str, *, pool_size: int = 10) -> Engine:
    """An engine for SQLite or PostgreSQL with this product's transaction rules."""
    if url.startswith("sqlite"):
        engine = create_engine(
            url, pool_size=pool_size, max_overflow=10, connect_args={"check_same_thread": False}
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, pool_size=pool_size, max_overflow=10, pool_pre_ping=True)


class Database:
    """Opens sessions. `reading()` never writes; `writing()` commits when its block ends well."""

    def __init__(self, engine: Engine, bus: object | None = None) -> None:
        self.engine = engine
        self.bus = bus
        # What this process remembers of immutable rows, by the package that reads them.
        self.memory: dict[str, Any] = {}
        self._bind: Connection | None = None

    def bind_to(self, connection: Connection | None) -> None:
        """Run every session inside one open transaction, as tests do, each in a savepoint."""
        self._bind = connection

    def session(self, *, writes: bool) -> Session:
        """A new session; the caller commits and closes it."""
        info = {"bus": self.bus, "memory": self.memory, "writes": writes}
        if self._bind is not None:
            return Session(
                self._bind,
                join_transaction_mode="create_savepoint",
                expire_on_commit=False,
                info=info,
            )
        begin = "BEGIN IMMEDIATE" if writes else "BEGIN"
        bind = self.engine.execution_options(begin=begin)
        return Session(bind, expire_on_commit=False, info=info)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that is rolled back at the end."""
        session = self.session(writes=False)
        try:
            yield session
        finally:
            session.rollback()
            session.close()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that is committed at the end, or rolled back on an exception."""
        session = self.session(writes=True)
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()
