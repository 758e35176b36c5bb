"""What one running application is made of, handed to whoever needs it; no globals."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from core.chance import SeedSource
from core.clock import Clock
from core.config import Config
from core.db import Database
from core.events import Bus
from core.identity import Actor
from core.jobs import Jobs


@dataclass(frozen=True)
class SignedIn:
    """The person behind a request, as the pages' frame shows them."""

    actor: Actor
    employee_no: str
    # e.g. "冲压二班，冲压工"
    place: str
    language: str | None
    must_change_password: bool
    needs_notice: bool


# (session, cookie token, now) -> who that is, or None
SignedInLoader = Callable[[Session, str, datetime], SignedIn | None]
# (session, actor, id of the thing) -> HTML, or None to show nothing
Panel = Callable[[Session, Actor, int], str | None]


@dataclass
class Services:
    """Config, database, clock, chance, bus and queue of one application."""

    config: Config
    database: Database
    clock: Clock
    seeds: SeedSource
    bus: Bus
    jobs: Jobs
    id_number_key: str
    load_signed_in: SignedInLoader
    # name of the enterprise for the frame
    enterprise_name: Callable[[Session], str]
    panels: dict[str, list[Panel]] = field(default_factory=lambda: defaultdict(list))
