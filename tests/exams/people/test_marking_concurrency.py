"""Markers at work at the same time: real transactions, real threads, one database of its own."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from core.db import Base, Database, make_engine
from core.events import Bus
from exams.hand_marking import Given
from exams.models import Exam, ManualMark, MarkingLease, MarkingTask, TaskState
from exams.operations.hand_marking import give_mark, take_answers
from teams.queries import actor_for
from tests.cast import make_cast
from tests.conftest import MONDAY
from tests.databases import empty_database
from tests.exams.people.papers import LATER, appoint, candidates, make_marker, sit, written_exam

MARKERS = 4
ANSWERS = 9


def mark_what_comes(database: Database, exam_id: int, version_id: int, marker_id: int) -> int:
    """Take and mark until nothing is left; says how many."""
    count = 0
    while True:
        with database.writing() as session:
            actor, exam = actor_for(session, marker_id), session.get_one(Exam, exam_id)
            tokens = take_answers(session, exam, version_id, actor=actor, now=LATER)
        if not tokens:
            return count
        with database.writing() as session:
            given = Given((1,), 50)
            give_mark(session, tokens[0], given, together=False, actor=actor, now=LATER)
        count += 1


def test_every_answer_is_marked_by_two_and_by_nobody_twice(tmp_path: Path) -> None:
    engine = make_engine(empty_database("marking", tmp_path), pool_size=MARKERS * 2)
    Base.metadata.create_all(engine)
    database = Database(engine, Bus())
    with database.writing() as session:
        cast = make_cast(session, now=MONDAY)
        exam = written_exam(session, cast, marker_count=2)
        markers = [make_marker(session, cast, f"阅卷人{number}") for number in range(MARKERS)]
        for marker in markers:
            appoint(session, cast, exam, marker)
        for who in candidates(session, cast, ANSWERS):
            sit(session, exam, who, f"{who.name}的答案")
        version_id = session.scalars(select(MarkingTask.question_version_id)).first()
        assert version_id is not None
        ids, exam_id = [marker.id for marker in markers], exam.id

    with ThreadPoolExecutor(MARKERS) as threads:
        work = partial(mark_what_comes, database, exam_id, version_id)
        counts = list(threads.map(work, ids))
        # Whoever came too early for a second mark of another's answer comes again.
        counts += list(threads.map(work, ids))

    with database.reading() as session:
        marks = session.execute(
            select(ManualMark.sitting_question_id, ManualMark.marker_id, ManualMark.superseded_at)
        ).all()
        states = set(session.scalars(select(MarkingTask.state)))
        lent = session.scalar(select(func.count(MarkingLease.id)))
    engine.dispose()
    assert sum(counts) == len(marks) == len(set(marks)) == ANSWERS * 2
    assert {mark.superseded_at for mark in marks} == {None}
    assert states == {TaskState.MARKED}
    assert lent == 0
