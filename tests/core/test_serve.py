"""The server as processes: serves, restarts what dies, bears stalled phones, ends cleanly."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.config import ROOT


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(true: Callable[[], bool], seconds: float = 90) -> bool:
    """Ask again and again until it is true or the time is up."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if true():
            return True
        time.sleep(0.05)
    return False


class Running:
    """A started server and how to ask it."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.port = _free_port()
        kept = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG"}}
        self.process = subprocess.Popen(
            [sys.executable, "start.py"],
            cwd=ROOT,
            env={
                **kept,
                "DATA_DIR": str(folder),
                "PORT": str(self.port),
                "SAMPLE": "0",
                **environment,
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def answers(self) -> bool:
        try:
            address = f"http://127.0.0.1:{self.port}/healthz"
            with urllib.request.urlopen(address, timeout=30) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def children(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path / "var")
    is_up = wait_until(running.answers)
    if is_up:
        yield running
    running.process.kill()
    _out, errors = running.process.communicate()
    assert is_up, errors


def test_server_restarts_what_dies_and_ends_cleanly(server: Running) -> None:
    assert wait_until(lambda: len(server.children()) == 3)
    before = server.children()
    os.kill(before[0], signal.SIGKILL)

    assert wait_until(lambda: len(set(server.children()) - set(before)) == 1)
    assert wait_until(server.answers)
    assert len(server.children()) == 3

    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(timeout=90) == 0


def test_stalled_uploads_do_not_stop_others(server: Running) -> None:
    stalled = []
    for _ in range(60):
        phone = socket.create_connection(("127.0.0.1", server.port))
        phone.sendall(b"POST /language HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nhalf")
        stalled.append(phone)

    assert server.answers()

    for phone in stalled:
        phone.close()


def test_workers_follow_a_killed_parent(server: Running) -> None:
    children = server.children()

    server.process.kill()

    def gone() -> bool:
        return not any(Path(f"/proc/{pid}").exists() for pid in children)

    assert wait_until(gone)


def test_bad_setting_ends_the_start_with_its_name(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "start.py"],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(tmp_path), "PORT": "none"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "PORT" in done.stderr


def test_taken_port_ends_the_start_with_a_clear_line(server: Running, tmp_path: Path) -> None:
    second = subprocess.run(
        [sys.executable, "start.py"],
        cwd=ROOT,
        env={
            **os.environ,
            "DATA_DIR": str(tmp_path / "second"),
            "DATABASE_URL": "",
            "PORT": str(server.port),
            "SAMPLE": "0",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert second.returncode == 1
    assert "端口" in second.stderr
