"""Whatever a candidate, the clock and the sweep do in whatever order: a small model beside it.

`SOAK=1` (make soak) runs many more and longer histories.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
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
from exams.chain import broken_links
from exams.links import links_of
from exams.marking import Chosen, Filled, Judged, Response, mark, rule_for
from exams.models import RUNNING, Answer, Exam, LateDecision, Sitting, SittingState
from exams.operations.answers import AnswerOutcome, record_answer
from exams.operations.closing import close_overdue_sittings, submit_sitting
from exams.operations.delivery import decide_late_answers, deliver_late
from exams.operations.presence import SignOfLife, record_presence
from exams.operations.sitting import extend_sitting, reopen_sitting, start_sitting, take_over
from exams.queries.sittings import last_answers, paper_of
from exams.recording import JournalEntry
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
LEASES = ("the-phone", "the-desk-pc")
DELIVERY = timedelta(minutes=10)
RIGHT = {1: [2], 2: [1, 3], 3: False, 4: ["5", "倒放"]}


def as_stored(reply: Any) -> Any:
    """An empty choice is stored as none."""
    return reply or (reply if reply is False else None)


def as_response(slot: int, reply: Any) -> Response:
    if reply is None:
        return None
    if slot == 3:
        return Judged(reply)
    return Filled(tuple(reply)) if slot == 4 else Chosen(frozenset(reply))


@dataclass
class Page:
    """A device with the paper open: what it keeps, and how far the server has its journal."""

    lease: str
    number: int = 0
    last_key: str | None = None
    kept: list[JournalEntry] = field(default_factory=list)


class SittingMachine(RuleBasedStateMachine):
    """The model: what was accepted last in each slot, and what the closed sittings looked like.

    Two pages answer; one holds the sitting. A page that is offline keeps its choices and delivers
    them in time, late or too late. The invariants say what must hold whatever the order.
    """

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
        self.late: dict[int, dict[int, Any]] = {}
        self.seen: dict[int, datetime] = {}
        self.pages: dict[int, dict[str, Page]] = {}
        self.holder: dict[int, str | None] = {}
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
            awaited = any(s.state is SittingState.AWAITING_DELIVERY for s in self.sittings)
            too_many = len(self.sittings) == 2
            assert awaited or too_many or self.now > self.exam.closes_at or self.has_passed()
            return
        if before is not None and self.now <= before.deadline:
            assert sitting.id == before.id
        else:
            assert sitting.id not in self.accepted
            assert sitting.deadline <= self.exam.closes_at
            self.sittings.append(sitting)
            self.accepted[sitting.id], self.late[sitting.id] = {}, {}
            self.pages[sitting.id] = {lease: Page(lease) for lease in LEASES}
            self.holder[sitting.id] = None

    def has_passed(self) -> bool:
        return any(sitting.is_passed for sitting in self.sittings)

    @precondition(lambda self: self.sittings)
    @rule(lease=st.sampled_from(LEASES))
    def hold(self, lease: str) -> None:
        sitting = self.sittings[-1]
        is_open = sitting.state is SittingState.OPEN and self.now <= sitting.deadline
        try:
            take_over(self.session, sitting.id, lease=lease, actor=self.learner, now=self.now)
        except Conflict:
            assert not is_open
            return
        assert is_open or self.holder[sitting.id] == lease
        if self.holder[sitting.id] != lease:
            self.holder[sitting.id] = lease
            page = self.pages[sitting.id][lease]
            page.number, page.last_key = 0, None
            self.renumber(page)

    def renumber(self, page: Page) -> None:
        number, after = page.number, page.last_key
        for place, entry in enumerate(page.kept):
            page.kept[place] = replace(entry, number=number + 1, after=after)
            number, after = number + 1, entry.key

    def choose(self, page: Page, slot: int, reply: Any) -> JournalEntry:
        self.keys += 1
        before = page.kept[-1] if page.kept else None
        number = before.number if before else page.number
        after = before.key if before else page.last_key
        key = f"machine-{self.keys}"
        return JournalEntry(slot, reply, key, (number or 0) + 1, after, self.now)

    @precondition(lambda self: self.sittings)
    @rule(data=st.data(), slot=st.sampled_from([1, 2, 3, 4]), lease=st.sampled_from(LEASES))
    def choose_offline(self, data: st.DataObject, slot: int, lease: str) -> None:
        page = self.pages[self.sittings[-1].id][lease]
        page.kept.append(self.choose(page, slot, data.draw(REPLIES[slot])))

    @precondition(lambda self: self.sittings)
    @rule(lease=st.sampled_from(LEASES), repeats=st.sampled_from([1, 1, 2]))
    def upload(self, lease: str, repeats: int) -> None:
        """Send what is kept, each as often as the network likes; stop where it is refused."""
        sitting = self.sittings[-1]
        page = self.pages[sitting.id][lease]
        while page.kept:
            expected = (
                sitting.state is SittingState.OPEN
                and self.is_in_time(sitting)
                and self.holder[sitting.id] == lease
            )
            entry = page.kept[0]
            outcomes = [self.send(sitting, entry, lease).outcome for _ in range(repeats)]
            assert (outcomes[0] is AnswerOutcome.SAVED) is expected
            if not expected:
                return
            assert set(outcomes[1:]) <= {AnswerOutcome.REPEATED}
            self.stored(sitting, page, entry)

    def stored(self, sitting: Sitting, page: Page, entry: JournalEntry) -> None:
        page.kept.pop(0)
        page.number, page.last_key = entry.number or 0, entry.key
        self.accepted[sitting.id][entry.slot] = as_stored(entry.response)

    @precondition(lambda self: self.sittings)
    @rule(lease=st.sampled_from(LEASES), skipped=st.integers(1, 3))
    def upload_out_of_order(self, lease: str, skipped: int) -> None:
        sitting = self.sittings[-1]
        page = self.pages[sitting.id][lease]
        entry = replace(self.choose(page, 1, [2]), number=page.number + 1 + skipped)
        assert self.send(sitting, entry, lease).outcome is not AnswerOutcome.SAVED

    @precondition(lambda self: self.sittings)
    @rule(lease=st.sampled_from(LEASES))
    def show_life(self, lease: str) -> None:
        sitting = self.sittings[-1]
        sign = SignOfLife(lease, answered=0, slot=1, waiting=0, address="")
        record_presence(self.session, sitting.id, sign, actor=self.learner, now=self.now)
        is_open = sitting.state is SittingState.OPEN and self.now <= sitting.deadline
        if is_open and self.holder[sitting.id] == lease:
            self.seen[sitting.id] = self.now

    @precondition(lambda self: self.sittings)
    @rule(lease=st.sampled_from(LEASES))
    def deliver(self, lease: str) -> None:
        sitting = self.sittings[-1]
        page = self.pages[sitting.id][lease]
        is_running = sitting.state in RUNNING
        try:
            told = deliver_late(
                self.session,
                sitting.id,
                page.kept,
                lease=lease,
                actor=self.learner,
                now=self.now,
            )
        except Conflict:
            assert is_running
            assert self.now <= sitting.deadline
            return
        may = (
            is_running
            and self.holder[sitting.id] == lease
            and self.now <= sitting.deadline + DELIVERY + NETWORK_GRACE
            and sitting.id in self.seen
            and all(entry.claimed_at <= sitting.deadline for entry in page.kept)
        )
        assert (told.refusal is None) is (may or not page.kept)
        assert told.stored == (len(page.kept) if told.refusal is None else 0)
        if told.refusal is None:
            for entry in page.kept:
                self.late[sitting.id][entry.slot] = as_stored(entry.response)
            page.kept.clear()
            assert sitting.state not in RUNNING

    @precondition(lambda self: self.sittings)
    @rule()
    def answer_all_right(self) -> None:
        sitting = self.sittings[-1]
        lease = self.holder[sitting.id]
        if lease is None:
            return
        page = self.pages[sitting.id][lease]
        for slot, reply in RIGHT.items():
            page.kept.append(self.choose(page, slot, reply))
        self.upload(lease, 1)

    def send(self, sitting: Sitting, entry: JournalEntry, lease: str) -> Any:
        return record_answer(
            self.session, sitting.id, entry, lease=lease, actor=self.learner, now=self.now
        )

    @precondition(lambda self: self.sittings)
    @rule(accepts=st.booleans())
    def decide_late(self, accepts: bool) -> None:
        sitting = self.sittings[-1]
        is_pending = sitting.late_decision is LateDecision.PENDING
        may = is_pending and sitting.state not in RUNNING
        try:
            decide_late_answers(
                self.session,
                sitting.id,
                accepts=accepts,
                reason="断网",
                actor=SWEEPER,
                now=self.now,
            )
        except Conflict:
            assert not may
            return
        assert may
        self.closed.pop(sitting.id, None)

    @precondition(lambda self: self.sittings)
    @rule(minutes=st.integers(1, 10))
    def reopen(self, minutes: int) -> None:
        sitting = self.sittings[-1]
        may = sitting.state not in RUNNING and not sitting.is_passed
        try:
            reopen_sitting(
                self.session,
                sitting.id,
                minutes=minutes,
                reason="误点交卷",
                actor=SWEEPER,
                now=self.now,
            )
        except Conflict:
            assert not may
            return
        assert may
        self.closed.pop(sitting.id, None)

    @precondition(lambda self: self.sittings)
    @rule()
    def hand_in(self) -> None:
        submit_sitting(self.session, self.sittings[-1], actor=self.learner, now=self.now)
        assert self.sittings[-1].state not in RUNNING

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
            whole = last_answers(self.session, sitting.id, with_late=True)
            expected = {**self.accepted[sitting.id], **self.late[sitting.id]}
            assert {slot: a.response for slot, a in whole.items()} == expected

    @invariant()
    def no_answer_was_received_too_late(self) -> None:
        for sitting in self.sittings:
            last = self.session.scalar(
                select(func.max(Answer.received_at)).where(
                    Answer.sitting_id == sitting.id, Answer.is_late.is_(False)
                )
            )
            assert last is None or last <= sitting.deadline + NETWORK_GRACE

    @invariant()
    def a_closed_sitting_is_marked_in_time_and_never_changes(self) -> None:
        for sitting in self.sittings:
            if sitting.state in RUNNING:
                assert sitting.score_tenths is None
                assert sitting.is_passed is None
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

    @invariant()
    def the_chain_of_each_sitting_is_whole(self) -> None:
        for sitting in self.sittings:
            # An answer moves the chain beside the object.
            self.session.refresh(sitting)
            links = links_of(self.session, sitting.id)
            assert broken_links(links, last_number=sitting.chain_number, signed=None) == ()
            assert links[-1].hash == sitting.chain_head

    def score_of(self, sitting: Sitting) -> int:
        """The score as the model has it: from the answers that it saw accepted."""
        counts = dict(self.accepted[sitting.id])
        if sitting.late_decision is LateDecision.ACCEPTED:
            counts.update(self.late[sitting.id])
        total = 0
        for row in paper_of(self.session, sitting.id):
            reply = counts.get(row.slot)
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
