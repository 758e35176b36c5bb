"""What a start prepares, what it prints once, and what it refuses."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from accounts.models import User
from app import create_app
from core import config as settings
from core import migrate
from core.clock import ManualClock
from core.identity import Actor
from core.services import Services
from learning.models import CourseModule
from question_bank.models import Question
from sample.operations import remove_sample
from start import StartRefused, prepare
from tests.cast import make_user
from tests.conftest import MONDAY
from tests.databases import empty_database


def _services(folder: Path, url: str, **environment: str) -> tuple[object, Services]:
    config = settings.load({"DATABASE_URL": url, "DATA_DIR": str(folder / "var"), **environment})
    app = create_app(config, clock=ManualClock(MONDAY), queue_in_memory=True)
    return app, app.extensions["shanggang"]


def test_empty_enterprise_gets_library_and_first_administrator_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app, services = _services(tmp_path, empty_database("start", tmp_path), SAMPLE="0")

    prepare(app)  # type: ignore[arg-type]
    first = capsys.readouterr().out
    prepare(app)  # type: ignore[arg-type]
    second = capsys.readouterr().out

    with services.database.reading() as session:
        assert session.scalar(select(func.count(User.id))) == 1
        assert session.scalar(select(func.count(CourseModule.id))) == 11
        assert (session.scalar(select(func.count(Question.id))) or 0) >= 120
        assert session.scalars(select(User.must_change_password)).all() == [True]
    assert ("密码" in first, second) == (True, "")
    services.database.engine.dispose()


def test_sample_company_is_not_served_where_others_can_reach_it(tmp_path: Path) -> None:
    url = empty_database("start", tmp_path)
    app, services = _services(tmp_path, url, SAMPLE="0")
    prepare(app)  # type: ignore[arg-type]
    with services.database.writing() as session:
        make_user(session, "10001", "王小满", now=MONDAY).is_sample = True
    services.database.engine.dispose()

    app, services = _services(tmp_path, url, HOST="0.0.0.0")

    with pytest.raises(StartRefused, match="sample remove"):
        prepare(app)  # type: ignore[arg-type]
    services.database.engine.dispose()


def test_sample_that_was_removed_does_not_come_back(tmp_path: Path) -> None:
    app, services = _services(tmp_path, empty_database("start", tmp_path), SAMPLE="1")
    migrate.upgrade(services.database.engine)
    with services.database.writing() as session:
        remove_sample(session, actor=Actor.system("test"), now=MONDAY)

    prepare(app)  # type: ignore[arg-type]

    with services.database.reading() as session:
        assert session.scalars(select(User.employee_no)).all() == ["admin"]
    services.database.engine.dispose()


def test_other_host_never_loads_the_sample(tmp_path: Path) -> None:
    app, services = _services(
        tmp_path, empty_database("start", tmp_path), HOST="0.0.0.0", SAMPLE="1"
    )

    prepare(app)  # type: ignore[arg-type]

    with services.database.reading() as session:
        assert session.scalars(select(User.employee_no)).all() == ["admin"]
    services.database.engine.dispose()
