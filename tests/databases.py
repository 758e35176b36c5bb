"""Empty databases on the engine that the run is for: SQLite, or the PostgreSQL of DATABASE_URL."""

import os
from pathlib import Path

from sqlalchemy import text

from core.db import make_engine


def empty_database(name: str, folder: Path) -> str:
    """The address of a new empty database, one per name and test worker."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgresql"):
        return f"sqlite:///{folder / name}.sqlite3"
    own = f"shanggang_{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    admin = make_engine(given)
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {own} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {own}"))
    admin.dispose()
    return given.rsplit("/", 1)[0] + f"/{own}"
