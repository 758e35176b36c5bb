"""News that travels from a lower package to a higher one, inside the same transaction.

A lower package publishes; `wiring.py` pairs events with handlers. Each handler runs in a savepoint:
if it fails, what was published stands, the failure is recorded, and the other handlers still run.
Handlers are idempotent, so that a command can run them again.
"""

import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.audit import record
from core.identity import Actor

log = logging.getLogger("shanggang.events")


@dataclass(frozen=True)
class Event:
    """What happened, by whom and when. Subclasses add the ids that handlers need."""

    actor: Actor
    at: datetime


class Bus:
    """Who listens to what. One per application, reached through `session.info`."""

    def __init__(self) -> None:
        self._handlers: dict[type[Event], list[Callable[..., None]]] = defaultdict(list)

    def subscribe(self, event: type[Event], handler: Callable[..., None]) -> None:
        self._handlers[event].append(handler)

    def publish(self, session: Session, event: Event) -> None:
        for handler in self._handlers[type(event)]:
            try:
                with session.begin_nested():
                    handler(session, event)
            except Exception as error:
                name = f"{handler.__module__}.{handler.__name__}"
                log.exception("event handler failed", extra={"handler": name})
                record(
                    session,
                    actor=event.actor,
                    now=event.at,
                    action="event.handler.failed",
                    subject=("event", type(event).__name__),
                    after={"handler": name, "error": type(error).__name__},
                )


def publish(session: Session, event: Event) -> None:
    """Tell everyone who listens; a session without a bus tells nobody."""
    bus: Bus | None = session.info.get("bus")
    if bus is not None:
        bus.publish(session, event)
