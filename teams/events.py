"""What this package announces to those on the right: who came, who moved, who left."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from core.events import Event


class Beginning(Enum):
    """Why a main membership begins; training after a transfer or a return depends on it."""

    HIRED = "hired"
    TRANSFERRED = "transferred"
    RETURNED = "returned"


@dataclass(frozen=True)
class Begun:
    """One new main membership; `previous_id` is the person's one before it, if any."""

    user_id: int
    membership_id: int
    beginning: Beginning
    on: date
    previous_id: int | None


@dataclass(frozen=True)
class MembershipsBegan(Event):
    """People have a new main membership. A roster brings hundreds at once, a form one."""

    begun: tuple[Begun, ...]


@dataclass(frozen=True)
class Departure:
    """That a person has left; `on` is the last day."""

    user_id: int
    on: date


@dataclass(frozen=True)
class PeopleLeft(Event):
    """People have left; their memberships are closed and their sessions ended."""

    left: tuple[Departure, ...]
