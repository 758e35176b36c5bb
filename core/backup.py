"""A backup of a running installation in one file, and its restoration into an empty one.

The archive is a tar with the database and, from DATA_DIR, the uploads and the enterprise's
modules. SQLite is copied through its online backup, PostgreSQL through `pg_dump`, so a backup is
one consistent moment even while people sit an exam. The key files are left out unless asked for:
whoever holds archive and keys reads the ID numbers (docs/operating.md says where to keep them).
"""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, inspect

from core.config import Config
from core.migrate import code_revision, database_revision

FORMAT = 1


class BackupError(Exception):
    """The backup or restoration cannot be done; says why and what to do."""


def _postgresql(engine: Engine, program: str, *arguments: str) -> None:
    url = engine.url
    environment = {**os.environ, "PGPASSWORD": url.password or ""}
    command = [program, f"--dbname={url.database}", *arguments]
    for flag, value in (("--host", url.host), ("--port", url.port), ("--username", url.username)):
        if value:
            command.append(f"{flag}={value}")
    try:
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise BackupError(f"找不到 {program}。先装 PostgreSQL 的客户端程序") from None
    except subprocess.CalledProcessError as error:
        raise BackupError(f"{program} 没有做成：{error.stderr.strip()}") from None


def _copy_sqlite(engine: Engine, target: Path) -> None:
    assert engine.url.database is not None
    source = sqlite3.connect(f"file:{engine.url.database}?mode=ro", uri=True)
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
    finally:
        copy.close()
        source.close()


def _folders(config: Config, *, with_keys: bool) -> dict[str, Path]:
    folders = {"uploads": config.uploads_dir, "content": config.content_dir}
    if with_keys:
        folders["keys"] = config.keys_dir
    return folders


def write(config: Config, engine: Engine, target: Path, *, with_keys: bool, now: datetime) -> None:
    """Write a backup; an existing file is refused, and a failed one leaves nothing behind."""
    if target.exists():
        raise BackupError(f"{target} 已经有了。换一个文件名，旧的备份不覆盖")
    kind = engine.dialect.name
    partial = target.with_name(target.name + ".part")
    with tempfile.TemporaryDirectory(dir=config.data_dir) as folder:
        dump = Path(folder) / "database"
        if kind == "sqlite":
            _copy_sqlite(engine, dump)
        else:
            _postgresql(engine, "pg_dump", "--format=custom", f"--file={dump}")
        about = {
            "format": FORMAT,
            "database": kind,
            "revision": database_revision(engine),
            "made_at": now.isoformat(),
            "with_keys": with_keys,
        }
        try:
            handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as tar:
                _add_text(tar, "about.json", json.dumps(about), now)
                tar.add(dump, "database")
                for name, path in _folders(config, with_keys=with_keys).items():
                    if path.is_dir():
                        tar.add(path, name)
            os.replace(partial, target)
        finally:
            partial.unlink(missing_ok=True)


def _add_text(tar: tarfile.TarFile, name: str, text: str, now: datetime) -> None:
    data = text.encode()
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = len(data), int(now.timestamp()), 0o600
    tar.addfile(entry, io.BytesIO(data))


def is_empty(config: Config, engine: Engine) -> bool:
    """Whether nothing would be overwritten: no table, no upload, no module, no key in use."""
    if inspect(engine).get_table_names():
        return False
    folders = _folders(config, with_keys=False).values()
    return not any(path.is_dir() and any(path.iterdir()) for path in folders)


def restore(config: Config, engine: Engine, source: Path) -> dict[str, object]:
    """Bring a backup into an empty installation; returns what the archive says of itself."""
    if not is_empty(config, engine):
        raise BackupError("这里已经有数据。恢复只能进空的 DATA_DIR 和空的数据库，现有的不覆盖")
    with tempfile.TemporaryDirectory(dir=config.data_dir) as folder:
        place = Path(folder)
        try:
            with tarfile.open(source) as tar:
                tar.extractall(place, filter="data")
            about: dict[str, object] = json.loads((place / "about.json").read_text())
        except (OSError, tarfile.TarError, ValueError) as error:
            raise BackupError(f"{source} 不是完整的备份：{error}") from None
        _check(about, engine)
        _restore_database(engine, place / "database")
        for name, path in _folders(config, with_keys=bool(about["with_keys"])).items():
            if (place / name).is_dir():
                shutil.copytree(place / name, path, dirs_exist_ok=True)
                path.chmod(0o700)
        for key in config.keys_dir.glob("*.key"):
            key.chmod(0o600)
    return about


def _check(about: dict[str, object], engine: Engine) -> None:
    if about.get("format") != FORMAT:
        raise BackupError("备份的格式不认识。用写它的那个版本来恢复")
    if about["database"] != engine.dialect.name:
        raise BackupError(
            f"备份来自 {about['database']}，DATABASE_URL 是 {engine.dialect.name}。两边要一样"
        )
    if str(about["revision"]) > code_revision():
        raise BackupError("备份来自更新的版本。换成那个版本的程序再恢复")


def _restore_database(engine: Engine, dump: Path) -> None:
    if engine.dialect.name == "sqlite":
        assert engine.url.database is not None
        engine.dispose()
        shutil.copyfile(dump, engine.url.database)
        os.chmod(engine.url.database, 0o600)
    else:
        _postgresql(engine, "pg_restore", "--no-owner", "--exit-on-error", str(dump))
