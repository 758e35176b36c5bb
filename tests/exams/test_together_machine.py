"""The machine of a sitting with people who decide: void, restored, regraded, not too early.

`SOAK=1` (make soak) runs many more and longer histories.
"""

from typing import Any

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from core.chance import SystemSeeds
from core.config import Config
from core.errors import Conflict
from exams.corrections import ChangeKind
from exams.models import RUNNING, IntegrityDecision, LateDecision, Sitting
from exams.operations.closing import SubmitOutcome, submit_sitting
from exams.operations.sitting import reopen_sitting
from exams.operations.verdicts import confirm_sitting, void_sitting
from exams.queries.sittings import paper_of
from exams.rules import submit_from
from exams.signing import load_signer
from exams.verification import verify_sitting
from question_bank.models import QuestionVersion
from tests.cast import Cast
from tests.exams.factories import make_exam, make_one_of_each
from tests.exams.regrading import regrade_by
from tests.exams.test_sitting_machine import IS_SOAK, SWEEPER, SittingMachine

HISTORIES, STEPS = (150, 60) if IS_SOAK else (10, 30)
LEAST_MINUTES = 2
PASS_MARK = 240


class DecidedMachine(SittingMachine):
    """The model knows besides which question is void or gives full marks."""

    cast: Cast
    version: QuestionVersion
    public_key: str

    def __init__(self) -> None:
        super().__init__()
        self.treatment: ChangeKind = ChangeKind.RESTORED

    @precondition(lambda self: self.sittings)
    @rule()
    def hand_in(self) -> None:
        sitting = self.sittings[-1]
        allowed = submit_from(
            started_at=sitting.started_at, least_minutes=LEAST_MINUTES, deadline=sitting.deadline
        )
        is_early = sitting.state in RUNNING and self.now < allowed
        outcome = submit_sitting(self.session, sitting, actor=self.learner, now=self.now)
        assert (outcome is SubmitOutcome.TOO_EARLY) is is_early
        assert (sitting.state in RUNNING) is is_early

    @precondition(lambda self: self.sittings)
    @rule(minutes=st.integers(1, 10))
    def reopen(self, minutes: int) -> None:
        sitting = self.sittings[-1]
        may = sitting.state not in RUNNING and not sitting.is_passed and not sitting.is_void
        try:
            reopen_sitting(
                self.session, sitting.id, minutes=minutes, reason="误点交卷", actor=SWEEPER,
                now=self.now,
            )  # fmt: skip
        except Conflict:
            assert not may
            return
        assert may
        self.closed.pop(sitting.id, None)

    @precondition(lambda self: self.sittings)
    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        sitting = data.draw(st.sampled_from(self.sittings))
        may = sitting.state not in RUNNING and not sitting.is_void
        self.decide(void_sitting, sitting, may)

    @precondition(lambda self: self.sittings)
    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        sitting = data.draw(st.sampled_from(self.sittings))
        self.decide(confirm_sitting, sitting, sitting.state not in RUNNING and sitting.is_void)

    def decide(self, does: Any, sitting: Sitting, may: bool) -> None:
        score = sitting.score_tenths
        actor = self.cast.actor("examiner")
        try:
            does(self.session, sitting.id, reason="看手机", actor=actor, now=self.now)
        except Conflict:
            assert not may
            return
        assert may
        assert sitting.score_tenths == score
        assert sitting.is_void is (does is void_sitting)
        self.closed.pop(sitting.id, None)

    @precondition(lambda self: self.sittings)
    @rule(kind=st.sampled_from([ChangeKind.VOID, ChangeKind.FULL_MARKS, ChangeKind.RESTORED]))
    def regrade(self, kind: ChangeKind) -> None:
        seen = regrade_by(self.session, self.cast, self.exam, self.version, kind)
        self.treatment = kind
        for sitting in self.sittings:
            self.session.refresh(sitting)
            self.closed.pop(sitting.id, None)
        of_id = {sitting.id: sitting for sitting in self.sittings}
        closed = {one.id for one in self.sittings if one.state not in RUNNING}
        assert {one.sitting_id for one in seen.effects} == closed
        for one in seen.effects:
            sitting, told = of_id[one.sitting_id], one.after
            assert (told.score_tenths, told.is_passed) == (sitting.score_tenths, sitting.is_passed)
            assert told.full_tenths == sitting.full_score_tenths
            assert told.pass_mark_tenths == sitting.pass_mark_tenths

    @invariant()
    def a_closed_sitting_passes_by_its_score_unless_it_is_void(self) -> None:
        for sitting in self.sittings:
            if sitting.state in RUNNING:
                assert not sitting.is_void
                continue
            mark = PASS_MARK * 3 // 4 if self.treatment is ChangeKind.VOID else PASS_MARK
            enough = (sitting.score_tenths or 0) >= mark
            assert sitting.pass_mark_tenths == mark
            assert sitting.is_passed is (enough and not sitting.is_void)
            if sitting.late_decision is LateDecision.PENDING:
                assert sitting.late_score_tenths == self.score_with_late(sitting)

    def score_of(self, sitting: Sitting) -> int:
        (points,) = [
            row.points_tenths
            for row in paper_of(self.session, sitting.id)
            if row.question_version_id == self.version.id
        ]
        slot = self.slot_of(sitting)
        if self.treatment is ChangeKind.RESTORED:
            return super().score_of(sitting)
        kept, late = (
            self.accepted[sitting.id].pop(slot, None),
            self.late[sitting.id].pop(slot, None),
        )
        total = super().score_of(sitting)
        if kept is not None:
            self.accepted[sitting.id][slot] = kept
        if late is not None:
            self.late[sitting.id][slot] = late
        return total + (points if self.treatment is ChangeKind.FULL_MARKS else 0)

    def slot_of(self, sitting: Sitting) -> int:
        rows = paper_of(self.session, sitting.id)
        return next(row.slot for row in rows if row.question_version_id == self.version.id)

    def score_with_late(self, sitting: Sitting) -> int:
        before = dict(self.accepted[sitting.id])
        self.accepted[sitting.id].update(self.late[sitting.id])
        total = self.score_of(sitting)
        self.accepted[sitting.id] = before
        return total

    def teardown(self) -> None:
        """At the end every record is whole, with its signature."""
        for sitting in self.sittings:
            found = verify_sitting(self.session, sitting.id, public_key=self.public_key)
            assert found.is_intact, found
            assert sitting.integrity_decision is not IntegrityDecision.PENDING


def test_no_order_of_decisions_breaks_a_sitting(
    session: Session, cast: Cast, app: Flask, config: Config
) -> None:
    assert app.extensions["shanggang"].bus is session.info["bus"]
    pool = make_one_of_each(session)
    made = make_exam(
        session,
        cast,
        pool,
        tries=2,
        minutes=10,
        pass_mark_tenths=PASS_MARK,
        least_minutes=LEAST_MINUTES,
        shuffles_questions=False,
    )
    session.flush()
    everyone = cast
    history: list[Any] = []

    def begin_history() -> None:
        if history:
            history.pop().rollback()
        session.expire_all()
        history.append(session.begin_nested())

    class Machine(DecidedMachine):
        exam = made
        learner = everyone.actor("learner")
        cast = everyone
        version = pool[0]
        public_key = load_signer(config.keys_dir, SystemSeeds()).public_key
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
