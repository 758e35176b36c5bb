"""The migrations lead to the tables that the models describe."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from core import migrate
from core.db import Base, make_engine


def is_a_model(name: str | None, kind: str, _parents: object) -> bool:
    """No model describes the index of the full-text search: each database has a kind of its own."""
    return kind != "table" or not (name or "").startswith(("question_search", "clause_search"))


def test_migrated_schema_equals_the_models(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    migrate.upgrade(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_a_model})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []
    engine.dispose()


def test_database_newer_than_the_code_is_refused(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'newer.sqlite3'}")
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(migrate.NewerDatabase, match="9999"):
        migrate.upgrade(engine)
    engine.dispose()


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'twice.sqlite3'}")
    migrate.upgrade(engine)
    migrate.upgrade(engine)

    assert migrate.database_revision(engine) == migrate.code_revision()
    engine.dispose()
