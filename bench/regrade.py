"""What a regrade costs: the dry run over 2,000 sittings, and a batch of results.

    .venv/bin/python -m bench.regrade [SITTINGS]

Every sitting has 50 questions and an answer to each. Times are CPU time, which hardly depends on
how busy the machine is. The dry run is timed for one question and for
the rule of the whole exam, which marks everything again; it holds no lock. A batch of results
holds SQLite's write lock as long as it takes, so its time is what somebody's answer may wait.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from accounts.models import User
from app import create_app
from bench.exam_steps import make_exam, make_people
from core import config as settings
from core import migrate
from core.db import Base
from core.identity import Actor
from core.services import Services
from exams.corrections import ChangeKind
from exams.dry_run import DryRun, dry_run
from exams.models import (
    Answer,
    BlueprintRow,
    Exam,
    PoolEntry,
    Regrade,
    Sitting,
    SittingQuestion,
    SittingState,
)
from exams.operations import regrade as operations
from exams.versions import known_versions
from question_bank.keys import ChoiceKey, QuestionType, RuleName, ScoringRule

QUESTIONS = 50
BENCH = Actor.system("bench")


def make_sittings(session: Session, services: Services, exam_id: int) -> int:
    """Everybody has handed in the same 50 single choices, each answered; the first is returned."""
    now = services.clock.now()
    found = session.execute(
        select(PoolEntry.blueprint_row_id, PoolEntry.question_version_id)
        .join(BlueprintRow, BlueprintRow.id == PoolEntry.blueprint_row_id)
        .where(BlueprintRow.exam_id == exam_id, BlueprintRow.type == QuestionType.SINGLE_CHOICE)
        .limit(QUESTIONS)
    ).all()
    for number, user_id in enumerate(session.scalars(select(User.id).order_by(User.id)).all()):
        sitting = Sitting(
            exam_id=exam_id,
            user_id=user_id,
            try_number=1,
            state=SittingState.SUBMITTED,
            seed=number,
            started_at=now - timedelta(minutes=20),
            deadline=now,
            submitted_at=now,
            score_tenths=20 * sum(_reply(number, slot) == 1 for slot in range(1, len(found) + 1)),
            full_score_tenths=20 * len(found),
            is_passed=False,
        )
        session.add(sitting)
        session.flush()
        session.execute(
            insert(SittingQuestion),
            [
                {
                    "sitting_id": sitting.id,
                    "slot": slot,
                    "blueprint_row_id": row_id,
                    "question_version_id": version_id,
                    "option_order": [1, 2, 3, 4],
                    "points_tenths": 20,
                    "score_tenths": 20 if _reply(number, slot) == 1 else 0,
                }
                for slot, (row_id, version_id) in enumerate(found, start=1)
            ],
        )
        session.execute(
            insert(Answer),
            [
                {
                    "sitting_id": sitting.id,
                    "slot": slot,
                    "response": [_reply(number, slot)],
                    "client_key": f"bench-{slot:06d}",
                    "received_at": now,
                    "receipt_hash": "0" * 64,
                    "is_late": False,
                }
                for slot in range(1, len(found) + 1)
            ],
        )
    return int(found[0].question_version_id)


def _reply(person: int, slot: int) -> int:
    return (person * 7 + slot * 3) % 4 + 1


def seconds(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def measure(services: Services, exam_id: int, version_id: int) -> None:
    now = services.clock.now()
    with services.database.writing() as session:
        exam = session.get_one(Exam, exam_id)
        assert isinstance(known_versions(session, [version_id])[version_id].key, ChoiceKey)
        regrade = operations.draft_regrade(session, exam, actor=BENCH, now=now)
        rule = ScoringRule(RuleName.ALL_OR_NOTHING)
        operations.change_rule(session, regrade, rule, actor=BENCH, now=now)
    print(f"dry run, rule of the exam: {seconds(lambda: _dry(services, regrade.id)):.2f} CPU-s")
    with services.database.writing() as session:
        draft = session.get_one(Regrade, regrade.id)
        (line,) = operations.queries.changes_of(session, draft.id)
        operations.remove_change(session, draft, line.id, actor=BENCH, now=now)
        value = {"answers": [[2]], "keeps_old": False}
        kind = ChangeKind.KEY
        operations.change_question(session, draft, version_id, kind, value, actor=BENCH, now=now)
    print(f"dry run, one question: {seconds(lambda: _dry(services, regrade.id)):.2f} CPU-s")
    seen = _dry(services, regrade.id)
    before = time.process_time()
    with services.database.writing() as session:
        draft = session.get_one(Regrade, regrade.id)
        operations.begin_regrade(session, draft, seen, reason="bench", actor=BENCH, now=now)
    print(f"put in force: {time.process_time() - before:.2f} CPU-s of write lock")
    _batches(services, regrade.id)


def _dry(services: Services, regrade_id: int) -> DryRun:
    with services.database.reading() as session:
        regrade = session.get_one(Regrade, regrade_id)
        return dry_run(session, session.get_one(Exam, regrade.exam_id), regrade)


def _batches(services: Services, regrade_id: int) -> None:
    spent: list[float] = []
    last_id, is_finished = 0, False
    while not is_finished:
        before = time.process_time()
        with services.database.writing() as session:
            now = services.clock.now()
            batch = operations.write_results(
                session, regrade_id, actor=BENCH, now=now, after_id=last_id
            )
        spent.append(time.process_time() - before)
        last_id, is_finished = batch.last_id, batch.is_finished
    spent.sort()
    print(
        f"results: {sum(spent):.1f} CPU-s in {len(spent)} batches, "
        f"median {spent[len(spent) // 2]:.3f} CPU-s of write lock, longest {spent[-1]:.3f} CPU-s"
    )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with tempfile.TemporaryDirectory() as folder:
        env = {"DATA_DIR": folder, "LOG_LEVEL": "WARNING", "SAMPLE": "0"}
        config = settings.load({**env, "DATABASE_URL": os.environ.get("DATABASE_URL", "")})
        app = create_app(config, queue_in_memory=True)
        services: Services = app.extensions["shanggang"]
        migrate.upgrade(services.database.engine)
        Base.metadata.create_all(services.database.engine)
        with services.database.writing() as session:
            team = make_people(session, services, count)
            exam_id = make_exam(session, services, team)
            version_id = make_sittings(session, services, exam_id)
        measure(services, exam_id, version_id)
        services.database.engine.dispose()


if __name__ == "__main__":
    main()
