"""Whatever a candidate, the clock and the sweep do in whatever order: a small model beside it.

`SOAK=1` (make soak) runs many more and longer histories.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db import Database
from core.errors import Conflict
from core.identity import Actor
from exams.marking import Chosen, Filled, Judged, Response, mark, rule_for
from exams.models import Answer, Exam, Sitting, SittingState
from exams.operations.answers import AnswerOutcome, record_answer
from exams.operations.sitting import (
    close_overdue_sittings,
    extend_sitting,
    start_sitting,
    submit_sitting,
)
from exams.queries.sittings import last_answers, paper_of
from exams.rules import NETWORK_GRACE, state_at
from exams.versions import known_versions
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam

SHANGHAI = ZoneInfo("Asia/Shanghai")
SWEEPER = Actor.system("deadline-sweeper")
IS_SOAK = os.environ.get("SOAK") == "1"
HISTORIES, STEPS = (400, 60) if IS_SOAK else (20, 30)
WAITS = st.one_of(
    st.timedeltas(timedelta(), timedelta(minutes=4)),
    st.sampled_from([timedelta(), timedelta(microseconds=1), NETWORK_GRACE, timedelta(hours=1)]),
)
REPLIES: dict[int, st.SearchStrategy[Any]] = {
    1: st.sampled_from([None, [1], [2], [3]]),
    2: st.lists(st.sampled_from([1, 2, 3]), unique=True).map(sorted),
    3: st.sampled_from([None, True, False]),
    4: st.sampled_from([None, ["5", ""], ["５", "倒置"], ["", "倒放"], ["6", "平放"]]),
}
RIGHT = {1: [2], 2: [1, 3], 3: False, 4: ["5", "倒放"]}


def as_response(slot: int, reply: Any) -> Response:
    if reply is None:
        return None
    if slot == 3:
        return Judged(reply)
    return Filled(tuple(reply)) if slot == 4 else Chosen(frozenset(reply))


class SittingMachine(RuleBasedStateMachine):
    """The model: what was accepted last in each slot, and what the closed sittings looked like."""

    session: Session
    exam: Exam
    learner: Actor
    begin: Callable[[], None]

    def __init__(self) -> None:
        super().__init__()
        self.begin()
        self.now = MONDAY
        self.keys = 0
        self.sittings: list[Sitting] = []
        self.accepted: dict[int, dict[int, Any]] = {}
        self.closed: dict[int, tuple[Any, ...]] = {}

    @property
    def running(self) -> Sitting | None:
        return next((s for s in self.sittings if s.state is SittingState.OPEN), None)

    def is_in_time(self, sitting: Sitting) -> bool:
        return self.now <= sitting.deadline + NETWORK_GRACE

    @rule(by=WAITS)
    def wait(self, by: timedelta) -> None:
        self.now += by

    @rule()
    def start(self) -> None:
        before = self.running
        seed = len(self.sittings)
        try:
            sitting = start_sitting(
                self.session,
                self.exam,
                actor=self.learner,
                now=self.now,
                seed=seed,
                zone=SHANGHAI,
            )
        except Conflict:
            assert len(self.sittings) == 2 or self.now > self.exam.closes_at or self.has_passed()
            return
        if before is not None and self.now <= before.deadline:
            assert sitting.id == before.id
        else:
            assert sitting.id not in self.accepted
            assert sitting.deadline <= self.exam.closes_at
            self.sittings.append(sitting)
            self.accepted[sitting.id] = {}

    def has_passed(self) -> bool:
        return any(sitting.is_passed for sitting in self.sittings)

    @precondition(lambda self: self.sittings)
    @rule(data=st.data(), slot=st.sampled_from([1, 2, 3, 4]))
    def answer(self, data: st.DataObject, slot: int) -> None:
        sitting = self.sittings[-1]
        reply = data.draw(REPLIES[slot])
        expected = sitting.state is SittingState.OPEN and self.is_in_time(sitting)
        self.keys += 1
        for _ in range(data.draw(st.sampled_from([1, 1, 2]))):
            receipt = self.send(sitting, slot, reply)
        assert (receipt.outcome in (AnswerOutcome.SAVED, AnswerOutcome.REPEATED)) is expected
        if expected:
            self.accepted[sitting.id][slot] = reply or (reply if reply is False else None)

    @precondition(lambda self: self.sittings)
    @rule()
    def answer_all_right(self) -> None:
        sitting = self.sittings[-1]
        for slot, reply in RIGHT.items():
            self.keys += 1
            if self.send(sitting, slot, reply).outcome is AnswerOutcome.SAVED:
                self.accepted[sitting.id][slot] = reply

    def send(self, sitting: Sitting, slot: int, reply: Any) -> Any:
        return record_answer(
            self.session,
            sitting.id,
            slot,
            response=reply,
            client_key=f"machine-{self.keys}",
            actor=self.learner,
            now=self.now,
        )

    @precondition(lambda self: self.sittings)
    @rule()
    def hand_in(self) -> None:
        submit_sitting(self.session, self.sittings[-1], actor=self.learner, now=self.now)
        assert self.running is None

    @precondition(lambda self: self.running and self.now <= self.running.deadline)
    @rule(minutes=st.integers(min_value=1, max_value=10))
    def extend(self, minutes: int) -> None:
        assert self.running is not None
        before = self.running.deadline
        extend_sitting(
            self.session,
            self.running,
            minutes=minutes,
            reason="停电",
            actor=SWEEPER,
            now=self.now,
        )
        assert self.running.deadline == before + timedelta(minutes=minutes)

    @rule()
    def sweep(self) -> None:
        close_overdue_sittings(self.session, actor=SWEEPER, now=self.now)
        again = close_overdue_sittings(self.session, actor=SWEEPER, now=self.now)
        assert (again.closed, again.failed) == ((), ())
        assert self.running is None or self.is_in_time(self.running)

    @rule()
    def reload(self) -> None:
        self.session.flush()
        self.session.expire_all()

    @invariant()
    def at_most_one_sitting_is_open(self) -> None:
        open_count = self.session.scalar(
            select(func.count(Sitting.id)).where(
                Sitting.exam_id == self.exam.id, Sitting.state == SittingState.OPEN
            )
        )
        assert open_count is not None
        assert open_count <= 1

    @invariant()
    def the_last_accepted_answers_stand(self) -> None:
        for sitting in self.sittings:
            stored = last_answers(self.session, sitting.id)
            assert {slot: a.response for slot, a in stored.items()} == self.accepted[sitting.id]

    @invariant()
    def no_answer_was_received_too_late(self) -> None:
        for sitting in self.sittings:
            last = self.session.scalar(
                select(func.max(Answer.received_at)).where(Answer.sitting_id == sitting.id)
            )
            assert last is None or last <= sitting.deadline + NETWORK_GRACE

    @invariant()
    def a_closed_sitting_is_marked_in_time_and_never_changes(self) -> None:
        for sitting in self.sittings:
            if sitting.state is SittingState.OPEN:
                continue
            assert sitting.submitted_at is not None
            assert sitting.submitted_at <= sitting.deadline
            assert sitting.score_tenths == self.score_of(sitting)
            seen = (sitting.state, sitting.submitted_at, sitting.score_tenths, sitting.is_passed)
            assert self.closed.setdefault(sitting.id, seen) == seen

    @invariant()
    def the_state_shown_is_a_pure_matter_of_time(self) -> None:
        if self.running is not None:
            shown = state_at(self.running.state, deadline=self.running.deadline, now=self.now)
            assert (shown is SittingState.OPEN) is (self.now <= self.running.deadline)

    def score_of(self, sitting: Sitting) -> int:
        """The score as the model has it: from the answers that it saw accepted."""
        total = 0
        for row in paper_of(self.session, sitting.id):
            reply = self.accepted[sitting.id].get(row.slot)
            version = known_versions(self.session, [row.question_version_id])[
                row.question_version_id
            ]
            total += mark(
                version.key,
                as_response(row.slot, reply),
                points_tenths=row.points_tenths,
                rule=rule_for(version.key, own=version.own_rule),
            )
        return total


def test_no_order_of_events_breaks_a_sitting(
    session: Session, cast: Cast, database: Database
) -> None:
    made = make_exam(session, cast, tries=2, minutes=10, pass_mark_tenths=240)
    actor = cast.actor("learner")
    session.flush()
    history: list[Any] = []

    def begin_history() -> None:
        """Each history starts from the same rows: a savepoint is rolled back between them."""
        if history:
            history.pop().rollback()
        session.expire_all()
        history.append(session.begin_nested())

    class Machine(SittingMachine):
        exam = made
        learner = actor
        begin = staticmethod(begin_history)

    Machine.session = session
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
