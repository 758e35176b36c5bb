"""What this package announces."""

from dataclasses import dataclass

from core.events import Event


@dataclass(frozen=True)
class FirstAdministratorMade(Event):
    """The first person of an empty installation exists and needs the administrator's role."""

    user_id: int


@dataclass(frozen=True)
class PersonLeft(Event):
    """A person's leaving is recorded; the sessions have ended."""

    user_id: int
