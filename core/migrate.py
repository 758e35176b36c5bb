"""Brings the database's schema to the code's, and refuses a database newer than the code."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from core.config import ROOT


class NewerDatabase(Exception):
    """The database was used by a newer version of the product."""


def alembic_config(engine: Engine) -> AlembicConfig:
    """Alembic's settings for one engine; there is no ini file."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["engine"] = engine
    return config


def database_revision(engine: Engine) -> str | None:
    """The revision that the database stands at; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def code_revision() -> str:
    """The newest revision that this code knows."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    head = ScriptDirectory.from_config(config).get_current_head()
    assert head is not None, "there is no migration"
    return head


def upgrade(engine: Engine) -> None:
    """Run what is missing; raises NewerDatabase when the database is ahead of the code."""
    config = alembic_config(engine)
    current = database_revision(engine)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise NewerDatabase(
            f"数据库是更新的版本用过的（{current}），这个版本不认识。换回新版本，或从备份恢复"
        )
    command.upgrade(config, "head")


@contextmanager
def start_lock(data_dir: Path) -> Iterator[None]:
    """Let one process at a time prepare the installation."""
    with (data_dir / "start.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
