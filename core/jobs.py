"""Background and periodic work through huey, kept in its own SQLite file beside the database.

Every job is idempotent: it is found from the data who is due, not from ticks that were missed.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from huey import MemoryHuey, SqliteHuey, crontab
from huey.api import Huey

log = logging.getLogger("shanggang.jobs")


class Jobs:
    """The queue: register functions under a name, enqueue them, or run them every so often."""

    def __init__(self, path: Path | None) -> None:
        """With a path the queue lives in that file; without one jobs run at once, as in tests."""
        self._path = path
        self._registrations: list[Callable[[Huey], object]] = []
        self._tasks: dict[str, Callable[..., Any]] = {}

    @cached_property
    def huey(self) -> Huey:
        """The queue; its file is made when it is first needed, not by every command."""
        made: Huey = (
            MemoryHuey("shanggang", immediate=True)
            if self._path is None
            else SqliteHuey("shanggang", filename=str(self._path), fsync=False)
        )
        for register in self._registrations:
            register(made)
        return made

    def on_demand(self, name: str, work: Callable[..., object]) -> None:
        """Register work that `enqueue(name, …)` starts."""

        def register(huey: Huey) -> None:
            self._tasks[name] = huey.task(name=name)(_logged(name, work))

        self._registrations.append(register)

    def every_minutes(self, name: str, minutes: int, work: Callable[[], object]) -> None:
        """Register work that the scheduler starts every so many minutes (a divisor of 60)."""
        every = crontab(minute=f"*/{minutes}")
        self._registrations.append(
            lambda huey: huey.periodic_task(every, name=name)(_logged(name, work))
        )

    def every_night(
        self, name: str, work: Callable[[], object], *, zone: ZoneInfo, hour: int
    ) -> None:
        """Register work that the scheduler starts once a day, at an hour of the enterprise."""

        def is_due(at: datetime) -> bool:
            local = at.replace(tzinfo=timezone.utc).astimezone(zone)
            return (local.hour, local.minute) == (hour, 0)

        self._registrations.append(
            lambda huey: huey.periodic_task(is_due, name=name)(_logged(name, work))
        )

    def enqueue(self, name: str, **arguments: Any) -> None:
        """Start registered work soon, in the scheduler's process; call it after the commit."""
        assert self.huey is not None
        self._tasks[name](**arguments)

    def run_forever(self, workers: int = 2) -> None:
        """Work off the queue until SIGTERM or SIGINT; needs the process's main thread."""
        self.huey.create_consumer(workers=workers, worker_type="thread", initial_delay=0.2).run()


def _logged(name: str, work: Callable[..., object]) -> Callable[..., None]:
    def run(**arguments: Any) -> None:
        began = time.monotonic()
        work(**arguments)
        spent = round((time.monotonic() - began) * 1000)
        log.info("job done", extra={"job": name, "ms": spent})

    run.__name__ = name.replace("-", "_")
    return run
