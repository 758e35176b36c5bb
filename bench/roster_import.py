"""How long a roster of 50,000 people takes to import, and how much memory; run by hand.

    .venv/bin/python -m bench.roster_import [ROWS]

Makes the file in a process of its own, then previews and imports it in another one, into a new
SQLite database, and imports it a second time. Prints seconds, rows per second, the longest write
transaction and the peak memory of the importing process.
"""

import multiprocessing
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import xlsxwriter
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from accounts.id_numbers import check_character
from accounts.models import User
from accounts.operations import make_first_administrator
from app import create_app
from core import config as settings
from core import migrate
from core.audit import AuditEntry
from core.identity import Actor
from core.services import Services
from teams.models import Membership, RosterImport
from teams.operations import confirm_roster, found_enterprise, upload_roster
from teams.queries import actor_for
from teams.roster import importing

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗单曾仇"
GIVEN = "伟刚勇毅俊峰强军平保东文辉力明永健世广志义兴良海山仁波宁贵福生龙元全国胜学祥才发武新利"
HEADERS = (
    "工号",
    "姓名",
    "部门/车间/班组",
    "岗位",
    "用工形式",
    "派遣单位",
    "身份证号",
    "手机号",
    "入职日期",
    "离职日期",
)
SECONDS_ALLOWED, MEGABYTES_ALLOWED = 60, 500


def id_number(number: int) -> str:
    born = date(1965, 1, 1) + timedelta(days=number % 14_000)
    first = f"320506{born:%Y%m%d}{number // 14_000 * 10 % 1000:03d}"
    return first + check_character(first)


def make_file(path: str, rows: int) -> None:
    """A roster of so many people in 500 teams."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("花名册")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, HEADERS)
    for number in range(rows):
        team = number % 500
        sheet.write_string(number + 1, 0, f"2{number:07d}")
        name = (
            SURNAMES[number % len(SURNAMES)]
            + GIVEN[number % len(GIVEN)]
            + GIVEN[number // 44 % len(GIVEN)]
        )
        sheet.write_string(number + 1, 1, name)
        path_text = f"第{team // 100 + 1}分厂/第{team // 10 % 10 + 1}车间/第{team % 10 + 1}班"
        sheet.write_string(number + 1, 2, path_text)
        sheet.write_string(number + 1, 3, ("冲压工", "电焊工", "叉车司机", "电工")[number % 4])
        sheet.write_string(number + 1, 4, ("正式", "劳务派遣")[number % 5 == 0])
        sheet.write_string(number + 1, 5, "安泰人力资源公司" if number % 5 == 0 else "")
        sheet.write_string(number + 1, 6, id_number(number))
        sheet.write_string(number + 1, 7, f"138{number:08d}")
        sheet.write_datetime(
            number + 1, 8, datetime(2005, 1, 1) + timedelta(days=number % 7000), day
        )
    book.close()


class OtherWriter:
    """Somebody else who writes a little all the time, as the candidates of an exam do."""

    def __init__(self, services: Services) -> None:
        self.waits: list[float] = []
        self._services = services
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)

    def __enter__(self) -> "OtherWriter":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _write(self) -> None:
        while not self._ended.wait(0.05):
            began = time.perf_counter()
            session = self._services.database.session(writes=True)
            session.execute(update(User).where(User.employee_no == "admin").values(language="zh"))
            session.commit()
            session.close()
            self.waits.append(time.perf_counter() - began)


class Stopwatch:
    """How long the longest write transaction held the lock."""

    def __init__(self, services: Services) -> None:
        self.longest = 0.0
        self._writing = services.database.writing
        services.database.writing = self.writing  # type: ignore[method-assign]

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self._writing() as session:
            session.connection()
            began = time.perf_counter()
            yield session
            session.flush()
        self.longest = max(self.longest, time.perf_counter() - began)


def run_import(services: Services, path: Path) -> tuple[float, float, dict[str, int]]:
    """Seconds of preview and of application, and what the rows did."""
    now = services.clock.now()
    file_hash = importing.keep_file(services, path.open("rb"))
    with services.database.writing() as session:
        admin = session.scalars(select(User).where(User.employee_no == "admin")).one()
        row = upload_roster(
            session,
            file_name="roster.xlsx",
            file_hash=file_hash,
            creates_teams=True,
            effective_on=date(2026, 3, 1),
            actor=actor_for(session, admin.id),
            now=now,
        )
    began = time.perf_counter()
    importing.preview(services, roster_import_id=row.id)
    previewed = time.perf_counter()
    with services.database.writing() as session:
        found = session.get_one(RosterImport, row.id)
        actor = actor_for(session, found.uploaded_by_id)
        confirm_roster(session, found, file_hash, actor=actor, now=now)
    confirmed = time.perf_counter()
    importing.apply(services, roster_import_id=row.id)
    ended = time.perf_counter()
    with services.database.reading() as session:
        found = session.get_one(RosterImport, row.id)
        assert found.state.value == "done", found.message
        return previewed - began, ended - confirmed, found.summary["done"]


def measure(path: str, rows: int, folder: str) -> None:
    """Import twice and print what it took."""
    services = make_services(Path(folder))
    watch = Stopwatch(services)
    with OtherWriter(services) as other:
        preview, application, done = run_import(services, Path(path))
    waits = sorted(other.waits)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    total = preview + application
    print(f"rows {rows}: preview {preview:.1f} s, import {application:.1f} s, sum {total:.1f} s")
    print(f"{rows / total:.0f} rows/s, longest write {watch.longest * 1000:.0f} ms, {done}")
    print(
        f"another writer waited {waits[len(waits) // 2] * 1000:.0f} ms (median), "
        f"{waits[-1] * 1000:.0f} ms at most, {len(waits)} writes"
    )
    print(f"peak memory {memory:.0f} MB (start of the program included)")
    preview, application, done = run_import(services, Path(path))
    print(f"second time: preview {preview:.1f} s, import {application:.1f} s, {done}")
    with services.database.reading() as session:
        for table in (User, Membership, AuditEntry):
            count = session.scalar(select(func.count()).select_from(table))
            print(f"{table.__tablename__}: {count}")
    is_good = total < SECONDS_ALLOWED and memory < MEGABYTES_ALLOWED
    print("within the limits" if is_good else "BEYOND THE LIMITS")


def make_services(folder: Path) -> Services:
    """A new installation with its administrator."""
    config = settings.load({"DATA_DIR": str(folder / "data"), "SAMPLE": "0"})
    app = create_app(config)
    services: Services = app.extensions["shanggang"]
    migrate.upgrade(services.database.engine)
    with services.database.writing() as session:
        actor, now = Actor.system("bench"), services.clock.now()
        admin = make_first_administrator(session, actor=actor, now=now, password_hash="none")
        found_enterprise(session, name="示例机械厂", administrator=admin, actor=actor, now=now)
    return services


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "roster.xlsx")
        for work, arguments in ((make_file, (path, rows)), (measure, (path, rows, folder))):
            process = context.Process(target=work, args=arguments)
            process.start()
            process.join()


if __name__ == "__main__":
    main()
