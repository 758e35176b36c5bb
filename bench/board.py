"""What one refresh of the invigilator's board costs: CPU-ms for 2,000 people in one exam.

    .venv/bin/python -m bench.board [PEOPLE]

The view as the server runs it, without the network: signing in, scope, the statement, the words
and the JSON. The floor is the one SQL statement with its rows fetched as they come, in the same
process and run. CPU time is the process's own, so it hardly depends on how busy the machine is.
Most people are at it with a page that was heard of, some were cut off, some have handed in or not
come. Two of three have incidents, of which the board tells the number and the newest.
"""

import hashlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from accounts.models import AuthSession, User
from app import create_app
from bench.exam_steps import make_exam, make_people
from core import config as settings
from core import migrate
from core.db import Base
from core.identity import Role
from core.services import Services
from exams.models import (
    BlueprintRow,
    Exam,
    IncidentKind,
    PoolEntry,
    Sitting,
    SittingPresence,
    SittingQuestion,
    SittingState,
)
from exams.queries.audience import window_days
from exams.queries.board import seat_rows
from teams.models import RoleGrant, Team
from teams.queries import actor_for

QUESTIONS = 50
ROUNDS = 30
TOKEN = "bench-cookie"
# What a refresh may cost at most, in CPU-ms.
GOAL = 50.0


def make_sittings(session: Session, services: Services, exam_id: int) -> None:
    """Nine of ten people have begun; of these some are silent and some have handed in."""
    now = services.clock.now()
    entry = session.scalars(
        select(PoolEntry)
        .join(BlueprintRow, BlueprintRow.id == PoolEntry.blueprint_row_id)
        .where(BlueprintRow.exam_id == exam_id)
        .limit(1)
    ).one()
    for number, user_id in enumerate(session.scalars(select(User.id).order_by(User.id)).all()):
        if number % 10 == 0:
            continue
        is_closed = number % 10 == 1
        sitting = Sitting(
            exam_id=exam_id,
            user_id=user_id,
            try_number=1,
            state=SittingState.SUBMITTED if is_closed else SittingState.OPEN,
            seed=number,
            started_at=now - timedelta(minutes=20),
            deadline=now + timedelta(minutes=70),
            submitted_at=now if is_closed else None,
            score_tenths=800 if is_closed else None,
            full_score_tenths=1000,
            incident_count=number % 3,
            incident_kind=IncidentKind.LEFT if number % 3 else None,
            incident_at=now if number % 3 else None,
        )
        session.add(sitting)
        session.flush()
        session.execute(
            insert(SittingQuestion),
            [
                {
                    "sitting_id": sitting.id,
                    "slot": slot,
                    "blueprint_row_id": entry.blueprint_row_id,
                    "question_version_id": entry.question_version_id,
                    "option_order": [],
                    "points_tenths": 20,
                }
                for slot in range(1, QUESTIONS + 1)
            ],
        )
        silent = timedelta(seconds=200 if number % 40 == 2 else 10)
        session.add(
            SittingPresence(
                sitting_id=sitting.id, seen_at=now - silent, answered=number % QUESTIONS
            )
        )


def make_watcher(session: Session, services: Services) -> User:
    """The first person becomes a safety manager over everything."""
    user = session.scalars(select(User).order_by(User.id).limit(1)).one()
    team = session.scalars(select(Team).order_by(Team.id).limit(1)).one()
    now = services.clock.now()
    session.add(
        RoleGrant(user_id=user.id, team_id=team.id, role=Role.SAFETY_MANAGER, granted_at=now)
    )
    session.add(
        AuthSession(
            token_hash=hashlib.sha256(TOKEN.encode()).hexdigest(),
            user_id=user.id,
            created_at=now,
            expires_at=now + timedelta(days=1),
        )
    )
    session.flush()
    return user


def cpu_ms(work: Callable[[], object]) -> float:
    """The median of the rounds, after one that warms the caches."""
    work()
    spent = []
    for _ in range(ROUNDS):
        before = time.process_time()
        work()
        spent.append((time.process_time() - before) * 1000)
    return statistics.median(spent)


def fetch(session: Session, statement: Select[Any]) -> list[Any]:
    """The rows of a statement as the driver gives them."""
    cursor: Any = session.connection().execute(statement).cursor
    return list(cursor.fetchall())


def measure(client: FlaskClient, exam_id: int) -> dict[str, tuple[float, int]]:
    """CPU-ms and bytes of a refresh and of the whole page."""
    found = {}
    for name, path in (("refresh", "/board/cells"), ("page", "/board")):
        address = f"/exams/{exam_id}{path}"
        answer = client.get(address)
        assert answer.status_code == 200, answer.status
        found[name] = (cpu_ms(lambda at=address: client.get(at)), len(answer.data))  # type: ignore[misc]
    return found


def report(count: int, floor: float, parts: dict[str, tuple[float, int]]) -> None:
    print(f"{count} people in one exam, median of {ROUNDS}")
    print(f"the SQL statement alone: {floor:.1f} CPU-ms")
    print(f"{'':<10}{'CPU-ms':>8}{'× floor':>9}{'bytes':>10}{'a person':>10}")
    for name, (cpu, size) in parts.items():
        print(f"{name:<10}{cpu:>8.1f}{cpu / floor:>9.1f}{size:>10}{size / count:>10.0f}")
    if parts["refresh"][0] > GOAL:
        print(f"a refresh costs more than the {GOAL:.0f} CPU-ms that it may")


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
            make_sittings(session, services, exam_id)
            user_id = make_watcher(session, services).id
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = TOKEN, True
        with services.database.reading() as session:
            exam, actor = session.get_one(Exam, exam_id), actor_for(session, user_id)
            statement = seat_rows(actor, exam, window_days(exam, config.time_zone))
            floor = cpu_ms(lambda: fetch(session, statement))
        parts = measure(client, exam_id)
        services.database.engine.dispose()
    report(count, floor, parts)


if __name__ == "__main__":
    main()
