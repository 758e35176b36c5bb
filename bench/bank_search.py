"""What a search in a bank of 20,000 questions costs, beside a LIKE scan of the same texts.

    .venv/bin/python -m bench.bank_search [QUESTIONS]

Counts and reads the first page of 30, as the list of the bank does, for words of one, two and
four characters and for two words at once, in the questions and in the 5,000 clauses that they
cite; then searches the clauses as the catalogue of modules does. Each is the median of 15 runs in
the same process.
Uses DATABASE_URL where it is set, else a new SQLite file.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from core import migrate
from core.db import Database, insert_rows, make_engine
from core.identity import Actor, Grant, Role
from core.word_search import comparable
from learning.models import Clause, CourseModule, ModuleKind, ModuleSource, ModuleVersion
from learning.search import found_clauses, index_clauses
from question_bank.keys import QuestionType
from question_bank.models import Question, QuestionReference, QuestionState, QuestionVersion
from question_bank.queries.bank import QuestionFilter, bank_page
from question_bank.search import index_questions

GOAL_MS = 50.0
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
SYLLABLES = "动火作业票有效期监护人气体检测合格签发条件灭火器材配备上锁挂牌能量隔离受限空间通风"
SYLLABLES += "高处安全带悬挂点吊装临时用电配电箱接地电阻叉车限速厂内道路行人让行危险化学品标签"
CLAUSES_EACH = 5
SEARCHES = ("氩弧", "通风", "焊", "气体检测", "动火 通风", "22:00")


def make_modules(session: Session, count: int) -> None:
    """Modules of five clauses each; one in a hundred clauses holds what is searched for."""
    rng = random.Random(8)
    for number in range(count):
        key, title = f"sop-{number}", f"第 {number} 号规程"
        kind, source = ModuleKind.OPERATING_PROCEDURE, ModuleSource.LIBRARY
        module = CourseModule(key=key, kind=kind, title=title, source=source)
        session.add(module)
        session.flush()
        version = ModuleVersion(
            module_id=module.id,
            number=1,
            content_hash="0" * 64,
            label="1.0",
            title=title,
            effective_on=NOW.date(),
            front={},
            html="",
            contents=[],
            source_path=f"{key}.md",
            published_at=NOW,
        )
        session.add(version)
        session.flush()
        module.current_version_id = version.id
        clauses = []
        for place in range(CLAUSES_EACH):
            said = "".join(rng.choice(SYLLABLES) for _ in range(150))
            said += "氩弧焊的规定" if (number * CLAUSES_EACH + place) % 100 == 0 else ""
            clause = {"anchor": f"s-{place}", "title": f"{place} 条", "position": place}
            words = {"text": said, "search_text": comparable(said), "text_hash": "0" * 64}
            clauses.append({"module_version_id": version.id, **clause, **words})
        insert_rows(session, Clause, clauses)
        index_clauses(session, version.id, None)


def make_bank(session: Session, count: int) -> None:
    rng = random.Random(7)
    modules = max(count // 20, 1)
    make_modules(session, modules)
    for number in range(count):
        said = "".join(rng.choice(SYLLABLES) for _ in range(220))
        if number % 200 == 0:
            said += "氩弧焊接时22:00后通风，气体检测"
        question = Question(
            public_id=f"q-{number:06d}",
            module_key=f"sop-{number % modules}",
            type=QuestionType.TRUE_FALSE,
            state=QuestionState.ACTIVE,
            search_text=comparable(said),
            source_path="bench.md",
            source_line=number,
            metadata_hash="0" * 64,
        )
        session.add(question)
        session.flush()
        version = QuestionVersion(
            question_id=question.id,
            number=1,
            content_hash="0" * 64,
            type=QuestionType.TRUE_FALSE,
            stem_markdown=said,
            stem_html=f"<p>{said}</p>",
            options=[],
            verdict=True,
            blanks=[],
            created_at=NOW,
        )
        session.add(version)
        session.flush()
        question.current_version_id = version.id
        place = {"module_key": question.module_key, "anchor": f"s-{number // modules % 5}"}
        cited = {"question_id": question.id, "position": 0, "label": "条款", **place}
        insert_rows(session, QuestionReference, [cited])
        index_questions(session, [question])
        if number % 500 == 0:
            session.flush()
            session.expunge_all()


def citing(word: str) -> Select[int]:
    return (
        select(QuestionReference.question_id)
        .join(CourseModule, CourseModule.key == QuestionReference.module_key)
        .join(
            Clause,
            (Clause.module_version_id == CourseModule.current_version_id)
            & (Clause.anchor == QuestionReference.anchor),
        )
        .where(Clause.search_text.contains(word))
    )


def scan(session: Session, search: str) -> int:
    where = [
        Question.search_text.contains(comparable(word)) | Question.id.in_(citing(comparable(word)))
        for word in search.split()
    ]
    found = session.scalar(select(func.count()).select_from(Question).where(*where))
    session.execute(
        select(Question, QuestionVersion)
        .join(QuestionVersion, QuestionVersion.id == Question.current_version_id)
        .where(*where)
        .order_by(Question.module_key, Question.source_path, Question.source_line, Question.id)
        .limit(30)
    ).all()
    return found or 0


def median_ms(work: Callable[[], object]) -> float:
    spent = []
    for _ in range(15):
        began = time.perf_counter()
        work()
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("DATABASE_URL") or f"sqlite:///{Path(folder) / 'bank.sqlite3'}"
        engine = make_engine(url)
        migrate.upgrade(engine)
        database = Database(engine)
        with database.writing() as session:
            make_bank(session, count)
        actor = Actor(1, "bench", frozenset({Grant(Role.TRAINER, 1, "/1/")}))
        titles = {f"sop-{number}": f"第 {number} 号规程" for number in range(count // 20)}
        worst = 0.0
        print(f"{count} questions on {engine.dialect.name}")
        for search in SEARCHES:
            wanted = QuestionFilter(words=search)
            with database.reading() as session:

                def indexed(one: Session = session, asked: QuestionFilter = wanted) -> int:
                    one.expunge_all()
                    return bank_page(one, actor, asked, page=1, per_page=30).total

                def scanned(one: Session = session, asked: str = search) -> int:
                    one.expunge_all()
                    return scan(one, asked)

                def in_modules(one: Session = session, asked: str = search) -> int:
                    return len(found_clauses(one, titles, asked))

                found = indexed()
                assert found == scanned()
                with_index, without = median_ms(indexed), median_ms(scanned)
                modules, of_modules = in_modules(), median_ms(in_modules)
            worst = max(worst, with_index, of_modules)
            ratio = with_index / without
            print(
                f"{search}: {found} found, {with_index:.1f} ms, LIKE {without:.1f} ms, {ratio:.2f};"
                f" {modules} modules, {of_modules:.1f} ms"
            )
        verdict = "met" if worst <= GOAL_MS else "missed"
        print(f"worst {worst:.1f} ms, goal {GOAL_MS:.0f} ms: {verdict}")
        engine.dispose()


if __name__ == "__main__":
    main()
