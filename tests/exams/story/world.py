"""The world of the story: its clock, its people, and the browsers through which they click."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User
from core.clock import ManualClock
from core.identity import Actor
from core.services import Services
from exams.evidence.digest_files import make_missing
from exams.models import Exam, Sitting
from exams.queries.audience import Days, window_days
from exams.signing import load_signer
from question_bank.keys import QuestionType
from question_bank.models import QuestionVersion
from teams.models import Team
from teams.queries import actor_for
from tests.cast import Cast, sign_in_cookie
from tests.conftest import MONDAY

ZONE = ZoneInfo("Asia/Shanghai")
# The exam opens a week after the plant was made: a Monday, 17:00 in Shanghai.
OPENING = MONDAY + timedelta(days=7)
SEED = 20260309


@dataclass
class Story:
    """Everything that the chapters hand on to each other."""

    app: Flask
    session: Session
    cast: Cast
    services: Services
    clock: ManualClock
    chance: Random = field(default_factory=lambda: Random(SEED))
    teams: list[Team] = field(default_factory=list)
    people: list[User] = field(default_factory=list)
    # How much each of them knows, from 0 to 1.
    skill: dict[int, float] = field(default_factory=dict)
    bank: dict[QuestionType, list[QuestionVersion]] = field(default_factory=dict)
    exam_id: int = 0
    # The newest sitting of each person.
    sittings: dict[int, int] = field(default_factory=dict)
    markers: list[User] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def exam(self) -> Exam:
        return self.session.get_one(Exam, self.exam_id)

    @property
    def days(self) -> Days:
        return window_days(self.exam, ZONE)

    @property
    def public_key(self) -> str:
        return load_signer(self.services.config.keys_dir, self.services.seeds).public_key

    def at(self, *, hours: int = 0, minutes: int = 0) -> None:
        """Move the clock to so long after the opening; each night on the way makes its digest."""
        wanted = OPENING + timedelta(hours=hours, minutes=minutes)
        self.session.commit()
        while self.now < wanted:
            self.clock.move_to(min(wanted, self.now + timedelta(days=1)))
            if self.now > OPENING:
                make_missing(self.services)

    def actor(self, who: str | User) -> Actor:
        user = self.cast.user(who) if isinstance(who, str) else who
        return actor_for(self.session, user.id)

    def browser(self, who: str | User) -> FlaskClient:
        """A browser signed in as somebody; what it does is seen by the story at once."""
        user = self.cast.user(who) if isinstance(who, str) else who
        client = self.app.test_client()
        sign_in_cookie(client, self.session, user, now=self.now)
        self.settle()
        return client

    def settle(self) -> None:
        """Let browsers see what was done, and forget what was read."""
        self.session.commit()
        self.session.expire_all()

    def sitting(self, user: User) -> Sitting:
        """The newest sitting of a person, read anew."""
        return self.session.get_one(Sitting, self.sittings[user.id], populate_existing=True)

    def all_sittings(self, *, try_number: int | None = None) -> list[Sitting]:
        self.settle()
        found = select(Sitting).where(Sitting.exam_id == self.exam_id).order_by(Sitting.id)
        if try_number is not None:
            found = found.where(Sitting.try_number == try_number)
        return list(self.session.scalars(found))
