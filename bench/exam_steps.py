"""What one candidate costs: CPU-ms of signing in, starting, answering, handing in.

    .venv/bin/python -m bench.exam_steps [CANDIDATES]

One web worker of the product and one bare Flask application behind the same server, in the same
run; each candidate signs in, draws 50 of 500 questions, answers all of them one by one and hands
in, over HTTP. CPU time is the worker's own, user and system, so it hardly depends on how busy the
machine is; the ratio to the bare floor depends on it even less. Every security measure is on.
"""

import http.client
import json
import os
import re
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, jsonify, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.models import EmploymentKind, User
from accounts.passwords import hash_password
from app import create_app
from core import config as settings
from core import migrate
from core.db import Base
from core.serve import open_port, run_web_worker
from core.services import Services
from exams.models import Answer, BlueprintRow, Exam, ExamAudience, ExamState, PoolEntry, Reveal
from question_bank.answers import accepted_form
from question_bank.keys import BlankKey, QuestionType, blank_as_data
from question_bank.models import Question, QuestionState, QuestionVersion
from teams.models import Membership, Team, TeamKind

PASSWORD = "bench-Gongchang-2026"
TICKS = os.sysconf("SC_CLK_TCK")
# Per type: how many in the bank, how many drawn.
SIZES = {
    QuestionType.SINGLE_CHOICE: (300, 30),
    QuestionType.MULTIPLE_CHOICE: (100, 10),
    QuestionType.TRUE_FALSE: (60, 6),
    QuestionType.FILL_BLANK: (40, 4),
}
QUESTIONS = sum(drawn for _, drawn in SIZES.values())
FLOOR_REQUESTS = 2000
# What the steps may cost at most, in CPU-ms.
GOALS = {"sign in": 30.0, "start": 10.0, "answer": 3.0, "hand in": 20.0}


def make_people(session: Session, services: Services, count: int) -> Team:
    now = services.clock.now()
    team = Team(name="测试厂", kind=TeamKind.ENTERPRISE, path="")
    session.add(team)
    session.flush()
    team.path = f"/{team.id}/"
    password_hash = hash_password(PASSWORD)
    for number in range(count):
        user = User(
            employee_no=f"B{number:05d}",
            name=f"考生{number}",
            employment_kind=EmploymentKind.EMPLOYEE,
            password_hash=password_hash,
            created_at=now,
        )
        session.add(user)
        session.flush()
        session.add(
            Membership(
                user_id=user.id,
                team_id=team.id,
                is_main=True,
                from_on=(now - timedelta(days=90)).date(),
            )
        )
    return team


def make_version(session: Session, services: Services, kind: QuestionType, number: int) -> int:
    is_choice = kind in (QuestionType.SINGLE_CHOICE, QuestionType.MULTIPLE_CHOICE)
    right = 2 if kind is QuestionType.MULTIPLE_CHOICE else 1
    question = Question(
        public_id=f"q-{kind.value[:2]}{number:04d}",
        module_key="bench",
        type=kind,
        state=QuestionState.ACTIVE,
        source_path="bench.md",
        source_line=number,
        metadata_hash="0" * 64,
    )
    session.add(question)
    session.flush()
    gap = '<span class="gap" data-blank="1">____</span>'
    blank = BlankKey((accepted_form("8"),), ("8",))
    version = QuestionVersion(
        question_id=question.id,
        number=1,
        content_hash=f"{number:064d}",
        type=kind,
        stem_markdown="",
        stem_html=f"<p>第 {number} 道题：动火作业前要先做的检查是哪一项，最长有效 {gap} 小时？</p>",
        options=[
            {
                "id": option,
                "html": f"选项 {option}：可燃气体检测合格后由监护人签字",
                "text": "",
                "is_right": option <= right,
                "weight_percent": None,
                "is_pinned": False,
            }
            for option in ((1, 2, 3, 4) if is_choice else ())
        ],
        verdict=True if kind is QuestionType.TRUE_FALSE else None,
        blanks=[blank_as_data(blank)] if kind is QuestionType.FILL_BLANK else [],
        created_at=services.clock.now(),
    )
    session.add(version)
    session.flush()
    return version.id


def make_exam(session: Session, services: Services, team: Team) -> int:
    now = services.clock.now()
    exam = Exam(
        title="年度安规考试",
        state=ExamState.PUBLISHED,
        opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(hours=8),
        minutes=90,
        pass_mark_tenths=600,
        tries=1,
        reveal=Reveal.AFTER_WINDOW,
        scoring_rule="half_if_partial",
        created_at=now,
        published_at=now,
    )
    session.add(exam)
    session.flush()
    session.add(ExamAudience(exam_id=exam.id, team_id=team.id))
    for position, (kind, (in_bank, drawn)) in enumerate(SIZES.items(), start=1):
        row = BlueprintRow(
            exam_id=exam.id, position=position, type=kind, count=drawn, points_tenths=20
        )
        session.add(row)
        session.flush()
        for number in range(in_bank):
            version_id = make_version(session, services, kind, number)
            session.add(PoolEntry(blueprint_row_id=row.id, question_version_id=version_id))
    return exam.id


@dataclass
class Worker:
    """A forked server process and its CPU time."""

    pid: int
    port: int

    def cpu_ms(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / TICKS


@contextmanager
def served(app: Flask, config: settings.Config) -> Any:
    listener = open_port(config)
    port = listener.getsockname()[1]
    pid = os.fork()
    if pid == 0:
        run_web_worker(app, listener)
        os._exit(0)
    listener.close()
    time.sleep(0.3)
    try:
        yield Worker(pid, port)
    finally:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)


@dataclass
class Browser:
    """A kept connection with its cookies and the token of the page that it shows."""

    worker: Worker
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.worker.port, timeout=60)

    def ask(self, method: str, path: str, body: str = "", kind: str = "") -> tuple[int, str, str]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if kind:
            headers |= {"Content-Type": kind, "X-CSRFToken": self.token, "Accept": kind}
        self.connection.request(method, path, body or None, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for value in answer.headers.get_all("Set-Cookie") or []:
            name, rest = value.split("=", 1)
            self.cookies[name] = rest.split(";")[0]
        found = re.search(r'name="csrf-token" content="([^"]+)"', text)
        self.token = found[1] if found else self.token
        return answer.status, text, answer.headers.get("Location", "")

    def post(self, path: str, **fields: str) -> tuple[int, str, str]:
        body = urlencode({"csrf_token": self.token, **fields})
        return self.ask("POST", path, body, "application/x-www-form-urlencoded")


class Candidate:
    """One person's way through the exam, in steps that can be measured apart."""

    def __init__(self, worker: Worker, number: int, exam_id: int) -> None:
        self.browser = Browser(worker)
        self.employee_no = f"B{number:05d}"
        self.exam_id = exam_id
        self.page = self.sitting = ""

    def open_sign_in(self) -> None:
        self.browser.ask("GET", "/sign-in")

    def sign_in(self) -> None:
        status, _, _ = self.browser.post(
            "/sign-in", employee_no=self.employee_no, password=PASSWORD
        )
        assert status == 302, status

    def open_start(self) -> None:
        status, _, _ = self.browser.ask("GET", f"/my-exams/{self.exam_id}")
        assert status == 200, status

    def start(self) -> None:
        status, _, self.sitting = self.browser.post(f"/my-exams/{self.exam_id}/start")
        assert status == 302, status

    def open_paper(self) -> None:
        status, self.page, _ = self.browser.ask("GET", self.sitting)
        assert status == 200, status

    def answer_all(self) -> None:
        kinds = re.findall(r'data-slot="(\d+)" data-kind="(\w+)"', self.page)
        assert len(kinds) == QUESTIONS
        replies = {"true_false": True, "fill_blank": ["8"], "multiple_choice": [1, 2]}
        for slot, kind in kinds:
            body = {
                "slot": int(slot),
                "response": replies.get(kind, [1]),
                "key": f"{self.employee_no}-{slot}",
            }
            status, text, _ = self.browser.ask(
                "POST", f"{self.sitting}/answers", json.dumps(body), "application/json"
            )
            assert status == 200, (status, text)
            assert json.loads(text)["outcome"] == "saved", text

    def hand_in(self) -> None:
        status, _, _ = self.browser.post(f"{self.sitting}/submit")
        assert status == 302, status

    def open_result(self) -> None:
        status, text, _ = self.browser.ask("GET", f"{self.sitting}/result")
        assert status == 200, status
        assert '<b class="figure">100</b>' in text


STEPS: dict[str, Callable[[Candidate], None]] = {
    "sign-in page": Candidate.open_sign_in,
    "sign in": Candidate.sign_in,
    "start page": Candidate.open_start,
    "start": Candidate.start,
    "paper page": Candidate.open_paper,
    "answer": Candidate.answer_all,
    "hand in": Candidate.hand_in,
    "result page": Candidate.open_result,
}


def bare_app(services: Services) -> Flask:
    """The floor: the framework and the server, nothing else."""
    app = Flask("bare")
    app.extensions["shanggang"] = services

    @app.post("/")
    def echo() -> Any:
        return jsonify(slot=request.get_json()["slot"])

    return app


def measure_floor(services: Services) -> float:
    with served(bare_app(services), services.config) as worker:
        browser = Browser(worker)
        for count in (200, FLOOR_REQUESTS):
            before = worker.cpu_ms()
            for _ in range(count):
                browser.ask("POST", "/", '{"slot": 1}', "application/json")
        return float((worker.cpu_ms() - before) / FLOOR_REQUESTS)


def measure_steps(worker: Worker, exam_id: int, count: int) -> dict[str, tuple[float, float]]:
    """Of each step the CPU-ms and the median wall-ms, after one candidate has warmed the caches."""
    for number in range(2):
        warm = Candidate(worker, count + number, exam_id)
        for step in STEPS.values():
            step(warm)
    candidates = [Candidate(worker, number, exam_id) for number in range(count)]
    found: dict[str, tuple[float, float]] = {}
    for name, step in STEPS.items():
        parts = QUESTIONS if name == "answer" else 1
        before, walls = worker.cpu_ms(), []
        for candidate in candidates:
            began = time.perf_counter()
            step(candidate)
            walls.append((time.perf_counter() - began) * 1000 / parts)
        found[name] = ((worker.cpu_ms() - before) / count / parts, statistics.median(walls))
    return found


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with tempfile.TemporaryDirectory() as folder:
        env = {"DATA_DIR": folder, "LOG_LEVEL": "WARNING", "SAMPLE": "0", "PORT": "8977"}
        config = settings.load({**env, "DATABASE_URL": os.environ.get("DATABASE_URL", "")})
        app = create_app(config, queue_in_memory=True)
        services: Services = app.extensions["shanggang"]
        migrate.upgrade(services.database.engine)
        Base.metadata.create_all(services.database.engine)
        with services.database.writing() as session:
            team = make_people(session, services, count + 2)
            exam_id = make_exam(session, services, team)
        # A fork must not share connections.
        services.database.engine.dispose()
        floor = measure_floor(services)
        with served(app, config) as worker:
            steps = measure_steps(worker, exam_id, count)
        with services.database.reading() as session:
            stored = session.scalar(select(func.count(Answer.id)))
        services.database.engine.dispose()
    report(floor, steps, count, stored or 0)


def report(floor: float, steps: dict[str, tuple[float, float]], count: int, stored: int) -> None:
    print(f"{count} candidates, {QUESTIONS} of {sum(n for n, _ in SIZES.values())} questions each")
    print(f"bare Flask POST on the same server: {floor:.2f} CPU-ms")
    print(f"{'step':<14}{'CPU-ms':>8}{'× floor':>9}{'wall ms':>9}  goal")
    for name, (cpu, wall) in steps.items():
        goal = f"{GOALS[name]:.0f}" if name in GOALS else ""
        goal += " over" if cpu > GOALS.get(name, cpu) else ""
        print(f"{name:<14}{cpu:>8.2f}{cpu / floor:>9.1f}{wall:>9.1f}  {goal}")
    whole = sum(cpu * (QUESTIONS if name == "answer" else 1) for name, (cpu, _) in steps.items())
    print(f"whole exam of one candidate: {whole / 1000:.3f} CPU-s")
    wanted = (count + 2) * QUESTIONS
    print(f"answers acknowledged {wanted}, found in the database {stored}")
    if stored != wanted:
        sys.exit(f"{wanted - stored} acknowledged answers are missing")


if __name__ == "__main__":
    main()
