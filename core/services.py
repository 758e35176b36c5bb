"""What one running application is made of, handed to whoever needs it; no globals."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from core.chance import SeedSource
from core.clock import Clock
from core.config import Config
from core.db import Database
from core.events import Bus
from core.identity import Actor
from core.jobs import Jobs
from core.keys import ID_NUMBER_KEY, SESSION_KEY, load_or_make


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
    # Signed in with a card code on a shared terminal, where only exams may be sat.
    terminal_id: int | None = None


# (session, cookie token, now) -> who that is, or None
SignedInLoader = Callable[[Session, str, datetime], SignedIn | None]
# (session, actor, id of the thing: a number, or a key as text) -> HTML, or None to show nothing
Panel = Callable[[Session, Actor, Any], str | None]


class Word(str):
    """A cell that is a word of the interface, to be shown in the reader's language."""


class Act(str):
    """A cell that is an audited act, to be shown by the word in `Services.acts`."""


Cell = str | int | bool | date | datetime | None


@dataclass(frozen=True)
class RecordSection:
    """One kind of record that is stored about a person; title and columns are msgids.

    A cell is a plain value as stored; an enum's name or the like is a `Word` around its msgid.
    """

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]


# (session, id of the person) -> what one package stores about that person
RecordKeeper = Callable[[Session, int], RecordSection]


@dataclass
class Services:
    """Config, database, clock, chance, bus and queue of one application."""

    config: Config
    database: Database
    clock: Clock
    seeds: SeedSource
    bus: Bus
    jobs: Jobs
    load_signed_in: SignedInLoader
    # name of the enterprise for the frame
    enterprise_name: Callable[[Session], str]
    panels: dict[str, list[Panel]] = field(default_factory=lambda: defaultdict(list))
    # what "my records" shows and downloads, in this order
    records: list[RecordKeeper] = field(default_factory=list)
    # audited act -> msgid of what it is called; an act without one is shown as it is stored
    acts: dict[str, str] = field(default_factory=dict)

    @cached_property
    def id_number_key(self) -> str:
        """The key of ID numbers, made when it is first needed."""
        return load_or_make(self.config.keys_dir, ID_NUMBER_KEY, self.seeds)

    @cached_property
    def session_key(self) -> str:
        """The key under which cookies are signed."""
        return load_or_make(self.config.keys_dir, SESSION_KEY, self.seeds)
