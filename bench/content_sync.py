"""What it costs to take a library of module files into the bank, and to find nothing changed.

    .venv/bin/python -m bench.content_sync [MODULES] [QUESTIONS EACH]

A generated library of 1,000 modules with 20 questions each is synchronised into an empty database,
synchronised again unchanged, and once more after one file changed; one file is checked as
`flask content check` does it. The floor, in the same run: every file read from the disk, and one
plain INSERT for each row that the first synchronisation wrote, in one transaction per module.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import MetaData, Table, func, insert, select

from app import create_app
from core import config as settings
from core import migrate
from core.db import Base, Database
from core.identity import Actor
from core.services import Services
from learning.images import ImageStore
from learning.models import ModuleSource
from learning.sources import ContentRoot
from question_bank.library import check_links, given_files, known_anchors, read_library
from question_bank.operations import SyncReport, sync_content

GOALS = {"cold": 20.0, "unchanged": 1.0, "check of one file": 0.2}
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
FRONT = """---
标识: sop-{n}
标题: 第 {n} 号设备操作规程
类别: 操作规程
版本: "1.0"
生效日期: 2026-01-01
来源:
  - 名称: 示例厂设备管理规程
    文号: SL-SOP-{n}
    条款: ["3.1", "3.2", "3.3", "3.4", "3.5"]
学时: 1
对象: [操作工]
---

# 第 {n} 号设备操作规程

"""
SECTION = """## 3.{s} 开机前的检查 {{#s-3-{s}}}

第 {n} 号设备开机前，操作工==必须==检查防护罩、急停按钮和接地线，气压不低于 ==0.{s} MPa==。
防护罩损坏的，==不得==开机；已经开机的，立即停机并报告班组长。

- 检查防护罩是否齐全、牢固；
- 按一次急停按钮，看设备能不能停；
- 看压力表，**指针**要在绿区。

"""
SINGLE = """### 【单选】气压下限 {{#{id}}}

第 {n} 号设备开机前，气压最低要到多少才能开机（第 {q} 问）？

- [ ] 0.05 MPa
    - 反馈：这是停机以后的余压。
- [x] 0.{s} MPa
- [ ] 0.9 MPa
- [ ] 没有规定

> - 依据：[3.{s} 开机前的检查](#s-3-{s})
> - 分值：2
> - 难度：易
> - 标签：设备、开机
> - 解析：规程 3.{s} 写明气压不低于 0.{s} MPa。

"""
MULTIPLE = """### 【多选】开机前检查什么 {{#{id}}}

第 {n} 号设备开机前要检查哪些（第 {q} 问）？

- [x] 防护罩是否齐全
- [x] 急停按钮是否有效
- [ ] 车间的温度
- [x] 压力表的**指针**

> - 依据：[3.{s}](#s-3-{s})
> - 分值：3
> - 给分：少选50%

"""
VERDICT = """### 【判断】防护罩 {{#{id}}}

第 {n} 号设备的防护罩裂了一条缝，只要不掉下来就可以开机（第 {q} 问）。

> - 答案：错
> - 依据：[3.{s}](#s-3-{s})
> - 解析：防护罩损坏的，不得开机。

"""
BLANKS = """### 【填空】气压 {{#{id}}}

第 {n} 号设备的气压不低于 ____ MPa，防护罩损坏的不得____（第 {q} 问）。

> - 答案1：0.{s}±0
> - 答案2：开机 | 启动
> - 分值：1+1
> - 依据：[3.{s}](#s-3-{s})

"""
KINDS = (SINGLE, MULTIPLE, VERDICT, BLANKS)


def public_id(number: int) -> str:
    letters = ""
    for _ in range(6):
        number, digit = divmod(number, len(DIGITS))
        letters = DIGITS[digit] + letters
    return f"q-{letters}"


def module_text(n: int, questions: int) -> str:
    parts = [FRONT.format(n=n)]
    for s in range(1, 6):
        parts.append(SECTION.format(n=n, s=s))
        for q in range(s - 1, questions, 5):
            id_ = public_id(n * questions + q)
            parts.append(KINDS[q % len(KINDS)].format(n=n, s=s, q=q, id=id_))
            parts.append("---\n\n")
    return "".join(parts)


def write_library(folder: Path, modules: int, questions: int) -> None:
    for n in range(modules):
        path = folder / f"{n % 50:02d}" / f"sop-{n}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(module_text(n, questions), "utf-8")


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def floor(folder: Path, source: Database, target: Database, modules: int) -> tuple[float, float]:
    """Read every file, and insert again whatever the synchronisation wrote."""
    tables = [table for table in Base.metadata.sorted_tables if table.name != "audit_entry"]
    tables.append(Base.metadata.tables["audit_entry"])
    rows: list[tuple[Table, list[dict[str, object]]]] = []
    with source.engine.connect() as connection:
        for table in tables:
            found = connection.execute(select(table).order_by(*table.primary_key.columns))
            rows.append((table, [dict(row) for row in found.mappings()]))

    def work() -> None:
        for path in folder.rglob("*.md"):
            path.read_bytes()
        for part in range(modules):
            with target.engine.begin() as connection:
                for table, all_rows in rows:
                    share = len(all_rows) / modules
                    mine = all_rows[round(part * share) : round((part + 1) * share)]
                    for row in mine:
                        connection.execute(insert(table), row)

    return timed(work)


def made(folder: Path) -> Services:
    env = {"DATA_DIR": str(folder), "LOG_LEVEL": "WARNING", "SAMPLE": "0"}
    config = settings.load({**env, "DATABASE_URL": os.environ.get("DATABASE_URL", "")})
    services: Services = create_app(config, queue_in_memory=True).extensions["shanggang"]
    migrate.upgrade(services.database.engine)
    return services


def main() -> None:
    modules = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    questions = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "content"
        write_library(folder, modules, questions)
        services = made(Path(name) / "one")
        other = made(Path(name) / "two")
        times, rows = measure(services, folder, Path(name), other.database, modules)
        report(times, modules, modules * questions, rows)


def measure(
    services: Services, folder: Path, scratch: Path, empty: Database, modules: int
) -> tuple[dict[str, tuple[float, float]], int]:
    def sync() -> SyncReport:
        done = sync_content(
            services.database,
            roots=[ContentRoot(folder, ModuleSource.ENTERPRISE)],
            images=ImageStore(scratch / "uploads"),
            confirm_removals=False,
            actor=Actor.system("bench"),
            now=services.clock.now(),
        )
        assert not done.problems, done.problems[:3]
        return done

    one = folder / "07" / "sop-7.md"

    def check() -> None:
        library = read_library(given_files([one]))
        check_links(library, anchors_of=known_anchors(library), is_whole=False)
        assert not library.problems

    times = {"cold": timed(sync)}
    rows = count_rows(services.database)
    times["floor"] = floor(folder, services.database, empty, modules)
    times["unchanged"] = timed(sync)
    one.write_text(one.read_text("utf-8").replace("立即停机", "马上停机"), "utf-8")
    times["one file changed"] = timed(sync)
    times["check of one file"] = timed(check)
    return times, rows


def count_rows(database: Database) -> int:
    metadata: MetaData = Base.metadata
    with database.engine.connect() as connection:
        return sum(
            connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        )


def report(times: dict[str, tuple[float, float]], modules: int, questions: int, rows: int) -> None:
    print(f"{modules} modules, {questions} questions, {rows} rows written")
    print(f"{'step':<20}{'wall s':>8}{'CPU s':>8}{'× floor':>9}  goal")
    bottom = times["floor"][0]
    for name, (wall, cpu) in times.items():
        goal = f"{GOALS[name]:g} s" if name in GOALS else ""
        goal += " over" if wall > GOALS.get(name, wall) else ""
        print(f"{name:<20}{wall:>8.2f}{cpu:>8.2f}{wall / bottom:>9.2f}  {goal}")


if __name__ == "__main__":
    main()
