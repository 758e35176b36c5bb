"""Fixtures: one migrated database a session, one rolled-back transaction a test, a manual clock."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as settings_for_properties
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, event, inspect, text
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from app import create_app
from core import config as settings
from core import keys, migrate
from core.chance import CountedSeeds
from core.clock import ManualClock
from core.db import Database, make_engine
from core.services import Services
from tests.cast import Cast, make_cast, sign_in_cookie
from tests.databases import empty_database

# Speed is measured in bench/, never in a test: a noisy machine would fail at random. The same
# examples each time, so that a change is judged by what it changes; `make soak` looks for new ones.
IS_SOAK = os.environ.get("SOAK") == "1"
settings_for_properties.register_profile("steady", deadline=None, derandomize=not IS_SOAK)
settings_for_properties.load_profile("steady")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
# Every test has an application of its own; its templates are compiled once a session.
COMPILED_TEMPLATES = FileSystemBytecodeCache(tempfile.mkdtemp(prefix="templates-"))
# Werkzeug reads each of 220 rules and writes functions for it, which takes 70 of the 75 ms of
# making an application. It depends on the rule alone, so once a session is enough.
_COMPILED: dict[tuple[str, str], Rule] = {}
_compile_rule = Rule.compile


def _compile_once(rule: Rule) -> None:
    key = (rule.rule, repr(rule.defaults))
    if key not in _COMPILED:
        _compile_rule(rule)
        _COMPILED[key] = rule
    known = vars(_COMPILED[key])
    for name in ("_parts", "_trace", "_converters", "_build", "_build_unknown", "arguments"):
        setattr(rule, name, known[name])


Rule.compile = _compile_once  # type: ignore[method-assign]

# A Monday, 17:00 in Shanghai.
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """SQLite in a new folder, or the PostgreSQL database named by DATABASE_URL (one per worker)."""
    return empty_database("test", tmp_path_factory.mktemp("db"))


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    made = make_engine(database_url)
    migrate.upgrade(made)
    _keep_from_vacuum(made)
    yield made
    made.dispose()


def _keep_from_vacuum(engine: Engine) -> None:
    """Tests roll back, so a vacuum finds empty tables, and PostgreSQL would plan for no rows."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            for table in inspect(engine).get_table_names():
                connection.execute(text(f'ALTER TABLE "{table}" SET (autovacuum_enabled = off)'))


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> settings.Config:
    """Settings of a new folder with its keys, which would otherwise wait for the disk."""
    made = settings.load({"DATABASE_URL": database_url, "DATA_DIR": str(tmp_path / "var")})
    made.keys_dir.mkdir(parents=True, mode=0o700)
    for name in (keys.SESSION_KEY, keys.ID_NUMBER_KEY):
        path = made.keys_dir / name
        path.write_text(f"{name} of the tests, long enough to be one\n")
        path.chmod(0o600)
    return made


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MONDAY)


@pytest.fixture
def app(engine: Engine, config: settings.Config, clock: ManualClock) -> Iterator[Flask]:
    """The whole product inside one transaction that is rolled back at the end."""
    made = create_app(config, clock=clock, seeds=CountedSeeds(), queue_in_memory=True)
    made.testing = True
    made.config["WTF_CSRF_ENABLED"] = False
    made.jinja_env.bytecode_cache = COMPILED_TEMPLATES
    services: Services = made.extensions["shanggang"]
    services.database.engine.dispose()
    services.database.engine = engine
    with engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection:
        transaction = connection.begin()
        services.database.bind_to(connection)
        yield made
        services.database.bind_to(None)
        transaction.rollback()


@pytest.fixture
def services(app: Flask) -> Services:
    found: Services = app.extensions["shanggang"]
    return found


@pytest.fixture
def database(services: Services) -> Database:
    return services.database


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session of the test's transaction; what it flushes and commits is rolled back."""
    opened = database.session(writes=True)
    yield opened
    opened.close()


@pytest.fixture
def cast(session: Session) -> Cast:
    """The people of every test: see tests/cast.py."""
    made = make_cast(session, now=MONDAY)
    session.commit()
    return made


@pytest.fixture
def client_for(app: Flask, cast: Cast, session: Session) -> Callable[[str], FlaskClient]:
    """A browser signed in as one of the cast, or as `nobody`."""

    def open_browser(who: str) -> FlaskClient:
        client = app.test_client()
        if who != "nobody":
            sign_in_cookie(client, session, cast.user(who), now=MONDAY)
            session.commit()
        return client

    return open_browser


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """With REQUIRE_ALL=1 a test that was left out is a failure."""
    if (
        os.environ.get("REQUIRE_ALL") != "1"
        or exitstatus != 0
        or hasattr(session.config, "workerinput")
    ):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in the last lines what this run did not look at."""
    if os.environ.get("REQUIRE_ALL") == "1" and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("REQUIRE_ALL=1: a test was left out, which is a failure")
    if CHROMIUM is None:
        terminalreporter.write_line("left out: every browser test (no Chromium on this machine)")
    if not os.environ.get("DATABASE_URL", "").startswith("postgresql"):
        terminalreporter.write_line(
            "left out: PostgreSQL (run again with DATABASE_URL=postgresql+psycopg://…)"
        )


class QueryCounter:
    """How many statements ran since it was made."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __len__(self) -> int:
        return len(self.statements)


@pytest.fixture
def count_queries(engine: Engine) -> Iterator[QueryCounter]:
    """Counts SELECT, INSERT, UPDATE and DELETE statements; clear `statements` to start anew."""
    counter = QueryCounter()

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip()[:6].upper() in {"SELECT", "INSERT", "UPDATE", "DELETE"}:
            counter.statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield counter
    event.remove(engine, "before_cursor_execute", note)
