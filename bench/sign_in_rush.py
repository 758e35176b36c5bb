"""What six people who sign in without pause do to somebody else's answers.

    .venv/bin/python -m bench.sign_in_rush [ROUNDS]

Two web workers behind one port, as the product runs. One candidate saves answers one after the
other, alone and beside six people who sign in again and again, turn by turn in the same run. The
difference of the medians is what counts; more than 20 ms fails.
"""

import json
import os
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from app import create_app
from bench.exam_steps import Browser, Candidate, Worker, make_exam, make_people
from core import config as settings
from core import migrate
from core.serve import open_port, run_web_worker
from core.services import Services

PEOPLE = 6
ANSWERS = 150
ALLOWED_MS = 20.0


@contextmanager
def served(services: Services, app: object, workers: int) -> Iterator[Worker]:
    """Forked web workers that share one port."""
    listener = open_port(services.config)
    services.database.engine.dispose()
    pids = []
    for _ in range(workers):
        pid = os.fork()
        if pid == 0:
            run_web_worker(app, listener)  # type: ignore[arg-type]
            os._exit(0)
        pids.append(pid)
    listener.close()
    time.sleep(0.5)
    try:
        yield Worker(pids[0], services.config.port)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGTERM)
        for pid in pids:
            os.waitpid(pid, 0)


@contextmanager
def rush(worker: Worker) -> Iterator[None]:
    """Six people who sign in without pause, in a process of their own."""
    pid = os.fork()
    if pid == 0:
        for number in range(PEOPLE):
            threading.Thread(target=_sign_in_forever, args=(worker, number), daemon=True).start()
        signal.pause()
    time.sleep(1)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _sign_in_forever(worker: Worker, number: int) -> None:
    while True:
        person = Candidate(worker, number + 1, 0)
        person.browser = Browser(worker)
        person.open_sign_in()
        person.sign_in()


def answer_times(candidate: Candidate, round_number: int) -> list[float]:
    """Milliseconds from sending a choice to holding its receipt."""
    walls = []
    for number in range(ANSWERS):
        body = {
            "slot": number % 6 + 41,
            "response": number % 2 == 0,
            "key": f"round-{round_number}-{number:04d}",
        }
        began = time.perf_counter()
        status, text, _ = candidate.browser.ask(
            "POST", f"{candidate.sitting}/answers", json.dumps(body), "application/json"
        )
        walls.append((time.perf_counter() - began) * 1000)
        assert status == 200, (status, text)
    return walls


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as folder:
        env = {"DATA_DIR": folder, "LOG_LEVEL": "WARNING", "SAMPLE": "0", "PORT": "8978"}
        config = settings.load({**env, "DATABASE_URL": os.environ.get("DATABASE_URL", "")})
        app = create_app(config, queue_in_memory=True)
        services: Services = app.extensions["shanggang"]
        migrate.upgrade(services.database.engine)
        with services.database.writing() as session:
            exam_id = make_exam(session, services, make_people(session, services, PEOPLE + 1))
        alone: list[float] = []
        beside: list[float] = []
        with served(services, app, 2) as worker:
            candidate = Candidate(worker, 0, exam_id)
            candidate.open_sign_in()
            candidate.sign_in()
            candidate.open_start()
            candidate.start()
            candidate.open_paper()
            answer_times(candidate, -1)
            for number in range(rounds):
                alone += answer_times(candidate, number * 2)
                with rush(worker):
                    beside += answer_times(candidate, number * 2 + 1)
    report(alone, beside)


def report(alone: list[float], beside: list[float]) -> None:
    for name, walls in (("alone", alone), (f"beside {PEOPLE} sign-ins", beside)):
        ordered = sorted(walls)
        print(
            f"{name:<18} median {statistics.median(walls):6.1f} ms"
            f"   p95 {ordered[len(ordered) * 95 // 100]:6.1f} ms"
        )
    moved = statistics.median(beside) - statistics.median(alone)
    print(f"moved by {moved:.1f} ms, allowed {ALLOWED_MS:.0f} ms")
    if moved > ALLOWED_MS:
        sys.exit(1)


if __name__ == "__main__":
    main()
