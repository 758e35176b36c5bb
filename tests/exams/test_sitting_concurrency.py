"""A full hall at once: real transactions, real threads, one database of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.db import Base, Database, make_engine
from core.events import Bus
from core.identity import Actor
from exams.events import SittingMarked
from exams.models import Answer, Exam, Sitting, SittingQuestion, SittingState
from exams.operations.answers import AnswerOutcome, AnswerReceipt, record_answer
from exams.operations.closing import close_overdue_sittings, submit_sitting
from exams.operations.sitting import start_sitting
from exams.queries.sittings import last_answers, paper_of
from exams.recording import JournalEntry
from tests.cast import make_cast
from tests.conftest import MONDAY
from tests.databases import empty_database
from tests.exams.factories import make_exam

THREADS = 8
SHANGHAI = ZoneInfo("Asia/Shanghai")
Result = TypeVar("Result")


class Hall:
    """One learner, one published exam, and a database that really commits."""

    def __init__(self, database: Database, exam_id: int, learner: Actor) -> None:
        self.database = database
        self.exam_id = exam_id
        self.learner = learner

    def start(self, seed: int) -> int:
        with self.database.writing() as session:
            return start_sitting(
                session,
                session.get_one(Exam, self.exam_id),
                actor=self.learner,
                now=MONDAY,
                seed=seed,
                zone=SHANGHAI,
            ).id

    def answer(self, sitting_id: int, option: int, key: str) -> AnswerReceipt:
        with self.database.writing() as session:
            return record_answer(
                session,
                sitting_id,
                JournalEntry(1, [option], key),
                actor=self.learner,
                now=MONDAY,
            )

    def read(self, question: Callable[[Session], Result]) -> Result:
        with self.database.reading() as session:
            return question(session)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    engine = make_engine(empty_database("hall", tmp_path), pool_size=THREADS * 2)
    Base.metadata.create_all(engine)
    database = Database(engine, Bus())
    with database.writing() as session:
        cast = make_cast(session, now=MONDAY)
        exam = make_exam(session, cast, tries=3)
        learner = cast.actor("learner")
        exam_id = exam.id
    yield Hall(database, exam_id, learner)
    engine.dispose()


def count_answers(session: Session, sitting_id: int) -> int:
    return session.scalar(select(func.count(Answer.id)).where(Answer.sitting_id == sitting_id)) or 0


def at_once(*acts: Callable[[], Result]) -> list[Result]:
    with ThreadPoolExecutor(len(acts)) as pool:
        return [found.result() for found in [pool.submit(act) for act in acts]]


def test_many_starts_at_once_give_one_sitting_with_one_paper(hall: Hall) -> None:
    ids = at_once(*[partial(hall.start, seed) for seed in range(THREADS)])

    assert len(set(ids)) == 1
    assert hall.read(lambda s: s.scalar(select(func.count(Sitting.id)))) == 1
    assert hall.read(lambda s: s.scalar(select(func.count(SittingQuestion.id)))) == 4


def test_one_choice_sent_many_times_at_once_is_stored_once_with_one_receipt(hall: Hall) -> None:
    sitting_id = hall.start(1)

    receipts = at_once(*[lambda: hall.answer(sitting_id, 2, "the-same-key")] * THREADS)

    assert [r.outcome for r in receipts].count(AnswerOutcome.SAVED) == 1
    assert len({receipt.code for receipt in receipts}) == 1
    assert hall.read(partial(count_answers, sitting_id=sitting_id)) == 1


def test_no_acknowledged_answer_is_missing_from_the_mark(hall: Hall) -> None:
    for round_number in range(3):
        sitting_id = hall.start(round_number)

        def hand_in(sitting_id: int = sitting_id) -> AnswerReceipt | None:
            with hall.database.writing() as session:
                sitting = session.get_one(Sitting, sitting_id)
                submit_sitting(session, sitting, actor=hall.learner, now=MONDAY)
            return None

        acts = [
            partial(hall.answer, sitting_id, 1 + number % 3, f"choice-{number}")
            for number in range(THREADS)
        ]
        receipts = at_once(*acts[:4], hand_in, *acts[4:])

        saved = [r for r in receipts if r is not None and r.outcome is AnswerOutcome.SAVED]
        stored = hall.read(partial(count_answers, sitting_id=sitting_id))
        last = hall.read(partial(last_answers, sitting_id=sitting_id))
        score = hall.read(partial(paper_of, sitting_id=sitting_id))[0].score_tenths
        assert stored == len(saved)
        assert score == (100 if last and last[1].response == [2] else 0)


def test_handing_in_and_sweeping_at_once_mark_once(hall: Hall) -> None:
    sitting_id = hall.start(1)
    heard: list[SittingMarked] = []
    bus = hall.database.bus
    assert isinstance(bus, Bus)
    bus.subscribe(SittingMarked, lambda _session, event: heard.append(event))
    later = MONDAY + timedelta(hours=3)

    def hand_in() -> None:
        with hall.database.writing() as session:
            sitting = session.get_one(Sitting, sitting_id)
            submit_sitting(session, sitting, actor=hall.learner, now=later)

    def sweep() -> None:
        with hall.database.writing() as session:
            close_overdue_sittings(session, actor=Actor.system("deadline-sweeper"), now=later)

    at_once(*[hand_in, sweep] * 3)

    entries = select(func.count(AuditEntry.id)).where(AuditEntry.action == "exam.sitting.expired")
    closed = hall.read(
        lambda s: s.execute(select(Sitting.state, Sitting.submitted_at, Sitting.deadline)).one()
    )
    assert len(heard) == 1
    assert hall.read(lambda s: s.scalar(entries)) == 1
    assert (closed.state, closed.submitted_at) == (SittingState.EXPIRED, closed.deadline)
