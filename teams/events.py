"""What this package announces to those on the right: who came and who moved.

Who left is announced by `accounts.events.PersonLeft`.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from core.events import Event


class Beginning(Enum):
    """Why a main membership begins; training after a transfer or a return depends on it."""

    HIRED = "hired"
    # Somebody already here without a place, such as the first administrator.
    SEATED = "seated"
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
