"""The production server: one parent, several web workers, one scheduler; knows which server it is.

The parent prepares the installation, opens the port and forks. It restarts what dies and, on
SIGTERM or SIGINT, lets each worker finish the requests it has. Waitress reads a request whole
before a thread sees it, so that a stalled phone costs no thread (docs/decisions/0003-server.md).
"""

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask
from waitress.server import create_server

from core.config import Config
from core.services import Services

log = logging.getLogger("shanggang.serve")
SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}
# How long a worker may take to finish its requests before it is killed.
END_SECONDS = 20.0


@dataclass
class Child:
    """One forked process and what to run again when it dies."""

    name: str
    work: Callable[[], None]
    started: float


def open_port(config: Config) -> socket.socket:
    """The listening socket that all workers share; raises OSError when it is taken."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((config.host, config.port))
    listener.listen(1024)
    listener.setblocking(False)
    return listener


def _follow_parent() -> None:
    """End this process when its parent is gone, so that no orphan keeps the port."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()


def run_web_worker(app: Flask, listener: socket.socket) -> None:
    """Serve until SIGTERM, then finish what has been received."""
    services: Services = app.extensions["shanggang"]
    server = create_server(
        app,
        sockets=[listener],
        threads=services.config.web_threads,
        connection_limit=4000,
        asyncore_use_poll=True,
        channel_timeout=60,
        max_request_body_size=services.config.upload_limit_mb * 1024 * 1024 + 65536,
        ident="",
        # Forwarded headers are read by ProxyFix, and only where TRUSTED_PROXIES says so.
        clear_untrusted_proxy_headers=False,
    )
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    loop = server.asyncore.loop
    while not ending.is_set():
        loop(timeout=0.5, use_poll=True, map=server._map, count=1)
    server.accepting = False
    give_up = time.monotonic() + END_SECONDS - 2
    while _is_busy(server) and time.monotonic() < give_up:
        loop(timeout=0.1, use_poll=True, map=server._map, count=1)
    server.task_dispatcher.shutdown(timeout=2)


def _is_busy(server: object) -> bool:
    channels = list(server.active_channels.values())  # type: ignore[attr-defined]
    return any(channel.requests or channel.total_outbufs_len for channel in channels)


def run_scheduler(app: Flask) -> None:
    """Work off jobs until SIGTERM."""
    services: Services = app.extensions["shanggang"]
    services.jobs.run_forever()


class Parent:
    """Forks the children, restarts those that die, ends them all on a signal."""

    def __init__(self) -> None:
        self.children: dict[int, Child] = {}

    def fork(self, name: str, work: Callable[[], None]) -> None:
        sys.stdout.flush()
        pid = os.fork()
        if pid:
            self.children[pid] = Child(name, work, time.monotonic())
            return
        status = 1
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            _follow_parent()
            work()
            status = 0
        except BaseException:
            log.exception("process failed", extra={"child": name})
        finally:
            logging.shutdown()
            os._exit(status)

    def watch(self) -> None:
        """Return when the children have ended after SIGTERM or SIGINT."""
        while True:
            number = signal.sigwait(SIGNALS)
            if number != signal.SIGCHLD:
                self._end()
                return
            for pid, child in self._reap():
                log.warning("process died", extra={"child": child.name, "pid": pid})
                # One that dies at once must not spin.
                time.sleep(1 if time.monotonic() - child.started < 2 else 0)
                self.fork(child.name, child.work)

    def _reap(self) -> list[tuple[int, Child]]:
        gone = []
        for pid in list(self.children):
            if os.waitpid(pid, os.WNOHANG)[0]:
                gone.append((pid, self.children.pop(pid)))
        return gone

    def _end(self) -> None:
        for pid in self.children:
            os.kill(pid, signal.SIGTERM)
        give_up = time.monotonic() + END_SECONDS
        while self.children and time.monotonic() < give_up:
            self._reap()
            time.sleep(0.05)
        for pid in self.children:
            os.kill(pid, signal.SIGKILL)


def serve(app: Flask, announce: Callable[[], None]) -> None:
    """Serve a prepared application until told to stop; `announce` runs once the port is open."""
    services: Services = app.extensions["shanggang"]
    config = services.config
    listener = open_port(config)
    # Children open their own connections: one shared over a fork corrupts both sides.
    services.database.engine.dispose()
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    parent = Parent()
    for number in range(1, config.web_workers + 1):
        parent.fork(f"web-{number}", lambda: run_web_worker(app, listener))
    parent.fork("scheduler", lambda: run_scheduler(app))
    announce()
    parent.watch()
