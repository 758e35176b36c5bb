"""Whatever is done in whatever order: one main team a day at most, and no past day changes."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from core.db import Base, make_engine
from core.errors import Conflict
from core.identity import Actor
from teams import operations
from teams.models import Membership, Team
from tests.cast import make_team, make_user
from tests.teams.places import main_place_on

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(40)]
ACTOR = Actor.system("test")
day = st.sampled_from(DAYS)
place = st.integers(min_value=0, max_value=2)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    made = make_engine(f"sqlite:///{tmp_path_factory.mktemp('machine') / 'test.sqlite3'}")
    Base.metadata.create_all(made)
    yield made
    made.dispose()


class Working(RuleBasedStateMachine):
    """A person beside a model: which team on which day."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.session = Session(self.engine)
        root = make_team(self.session, "厂")
        self.teams: list[Team] = [
            make_team(self.session, name, parent=root) for name in ("甲班", "乙班", "丙班")
        ]
        self.user = make_user(
            self.session, "1", "王小满", now=NOW, team=self.teams[0], from_on=FIRST
        )
        self.model = dict.fromkeys(DAYS, self.teams[0].id)
        self.rows = 1

    def _set(self, since: date, team_id: int | None) -> None:
        for each in DAYS:
            if each >= since:
                self.model.pop(each, None)
                if team_id is not None:
                    self.model[each] = team_id

    @rule(on=day, to=place)
    def transfer(self, on: date, to: int) -> None:
        try:
            operations.transfer(
                self.session, self.user, self.teams[to], None, on=on, actor=ACTOR, now=NOW
            )
        except Conflict:
            return
        self._set(on, self.teams[to].id)

    @rule(on=day)
    def leave(self, on: date) -> None:
        try:
            operations.leave(self.session, self.user, on=on, actor=ACTOR, now=NOW)
        except Conflict:
            return
        self._set(on + timedelta(days=1), None)

    @rule(on=day, to=place)
    def come_back(self, on: date, to: int) -> None:
        try:
            operations.return_to_work(
                self.session, self.user, self.teams[to], None, on=on, actor=ACTOR, now=NOW
            )
        except Conflict:
            return
        self._set(on, self.teams[to].id)

    @rule(on=day, to=place)
    def work_elsewhere_too(self, on: date, to: int) -> None:
        try:
            operations.add_side_membership(
                self.session, self.user, self.teams[to], None, on=on, actor=ACTOR, now=NOW
            )
        except Conflict:
            return

    @invariant()
    def one_main_team_a_day_and_the_right_one(self) -> None:
        for each in DAYS:
            found = main_place_on(self.session, self.user.id, each)
            assert (found.team_id if found else None) == self.model.get(each)

    @invariant()
    def nothing_is_ever_deleted(self) -> None:
        rows = self.session.scalar(select(func.count()).select_from(Membership)) or 0
        assert rows >= self.rows
        self.rows = rows

    @invariant()
    def whoever_has_left_works_nowhere(self) -> None:
        if self.user.left_on is not None:
            assert main_place_on(self.session, self.user.id, date(2030, 1, 1)) is None

    def teardown(self) -> None:
        self.session.rollback()
        self.session.close()


def test_no_order_of_changes_makes_two_main_teams_on_a_day(engine: Engine) -> None:
    class WorkingHere(Working):
        pass

    WorkingHere.engine = engine
    run_state_machine_as_test(
        WorkingHere,
        settings=settings(
            max_examples=25,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
