"""A backup is one consistent moment and comes back whole, only into an empty place."""

import tarfile
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from accounts.models import User
from core import backup, config, migrate
from core.db import make_engine
from tests.cast import make_cast
from tests.conftest import MONDAY
from tests.databases import empty_database


@pytest.fixture
def installation(tmp_path: Path) -> tuple[config.Config, Engine]:
    url = empty_database("backed_up", tmp_path)
    settings = config.load({"DATA_DIR": str(tmp_path / "old"), "DATABASE_URL": url})
    settings.data_dir.mkdir()
    engine = make_engine(settings.database_url)
    migrate.upgrade(engine)
    with Session(engine.execution_options(begin="BEGIN IMMEDIATE")) as session:
        make_cast(session, now=MONDAY)
        session.commit()
    settings.uploads_dir.mkdir()
    (settings.uploads_dir / "a.png").write_bytes(b"picture")
    settings.keys_dir.mkdir()
    (settings.keys_dir / "session.key").write_text("k" * 40)
    return settings, engine


def _empty(tmp_path: Path) -> tuple[config.Config, Engine]:
    url = empty_database("restored", tmp_path)
    settings = config.load({"DATA_DIR": str(tmp_path / "new"), "DATABASE_URL": url})
    settings.data_dir.mkdir()
    return settings, make_engine(settings.database_url)


def test_backup_comes_back_whole_into_an_empty_place(
    installation: tuple[config.Config, Engine], tmp_path: Path
) -> None:
    settings, engine = installation
    backup.write(settings, engine, tmp_path / "b.tar.gz", with_keys=False, now=MONDAY)
    fresh, fresh_engine = _empty(tmp_path)

    backup.restore(fresh, fresh_engine, tmp_path / "b.tar.gz")

    with Session(fresh_engine) as session:
        assert session.scalar(select(func.count(User.id))) == 8
    assert (fresh.uploads_dir / "a.png").read_bytes() == b"picture"
    assert not fresh.keys_dir.exists()
    engine.dispose()
    fresh_engine.dispose()


def test_backup_is_one_moment_while_someone_writes(
    installation: tuple[config.Config, Engine], tmp_path: Path
) -> None:
    settings, engine = installation
    writer = engine.connect().execution_options(begin="BEGIN IMMEDIATE")
    writer.execute(text("UPDATE \"user\" SET name = '改了一半'"))

    backup.write(settings, engine, tmp_path / "b.tar.gz", with_keys=False, now=MONDAY)

    writer.rollback()
    writer.close()
    fresh, fresh_engine = _empty(tmp_path)
    backup.restore(fresh, fresh_engine, tmp_path / "b.tar.gz")
    with Session(fresh_engine) as session:
        assert session.scalar(select(func.count()).where(User.name == "改了一半")) == 0
    engine.dispose()
    fresh_engine.dispose()


def test_restore_refuses_a_place_that_is_not_empty(
    installation: tuple[config.Config, Engine], tmp_path: Path
) -> None:
    settings, engine = installation
    backup.write(settings, engine, tmp_path / "b.tar.gz", with_keys=True, now=MONDAY)

    with pytest.raises(backup.BackupError, match="已经有数据"):
        backup.restore(settings, engine, tmp_path / "b.tar.gz")
    engine.dispose()


def test_existing_backup_is_not_overwritten(
    installation: tuple[config.Config, Engine], tmp_path: Path
) -> None:
    settings, engine = installation
    (tmp_path / "b.tar.gz").write_text("older")

    with pytest.raises(backup.BackupError, match="不覆盖"):
        backup.write(settings, engine, tmp_path / "b.tar.gz", with_keys=False, now=MONDAY)

    assert (tmp_path / "b.tar.gz").read_text() == "older"
    engine.dispose()


def test_archive_has_keys_only_when_asked_and_nobody_else_reads_it(
    installation: tuple[config.Config, Engine], tmp_path: Path
) -> None:
    settings, engine = installation
    backup.write(settings, engine, tmp_path / "with.tar.gz", with_keys=True, now=MONDAY)
    backup.write(settings, engine, tmp_path / "without.tar.gz", with_keys=False, now=MONDAY)

    with tarfile.open(tmp_path / "with.tar.gz") as tar:
        assert "keys/session.key" in tar.getnames()
    with tarfile.open(tmp_path / "without.tar.gz") as tar:
        assert not any(name.startswith("keys") for name in tar.getnames())
    assert (tmp_path / "with.tar.gz").stat().st_mode & 0o077 == 0
    engine.dispose()


def test_broken_archive_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "b.tar.gz").write_bytes(b"no archive")
    fresh, fresh_engine = _empty(tmp_path)

    with pytest.raises(backup.BackupError, match="不是完整的备份"):
        backup.restore(fresh, fresh_engine, tmp_path / "b.tar.gz")

    assert backup.is_empty(fresh, fresh_engine)
    fresh_engine.dispose()
