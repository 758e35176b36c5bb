"""Questions are edited, moved, copied, deleted and revived while exams use them.

Each act meets three exams over the same two questions: one planned, one with an open sitting, one
with a finished sitting. None of them may change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import ManualClock
from core.db import Database
from exams.models import BlueprintRow, Exam, PoolEntry, Sitting, SittingQuestion
from exams.operations.answers import record_answer
from exams.operations.closing import submit_sitting
from exams.operations.sitting import start_sitting
from exams.queries.bank import bank_questions
from exams.recording import JournalEntry
from question_bank.models import Question, QuestionState, QuestionVersion
from question_bank.rules import Change
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam
from tests.question_bank.blocks import SINGLE, VERDICT
from tests.question_bank.files import HOT_WORK, Folder, module, question

SHANGHAI = ZoneInfo("Asia/Shanghai")
LATER = MONDAY + timedelta(minutes=30)
ALONE = module("sop-dh", question("单选", "q-7f3k2m", SINGLE))
RIGHT = {"q-7f3k2m": [2], "q-h5t0pd": False}


@dataclass
class Exams:
    """Three exams over one bank, and what they held before anything happened to it."""

    folder: Folder
    session: Session
    planned: Exam
    running: Sitting
    over: Sitting
    cast: Cast

    def state(self) -> object:
        """Pools, papers and marks, as stored."""
        self.session.expire_all()
        pool = self.session.execute(
            select(PoolEntry.question_version_id, PoolEntry.withdrawn_at)
            .join(BlueprintRow, BlueprintRow.id == PoolEntry.blueprint_row_id)
            .order_by(PoolEntry.id)
        ).all()
        papers = self.session.execute(
            select(
                SittingQuestion.sitting_id,
                SittingQuestion.question_version_id,
                SittingQuestion.option_order,
                SittingQuestion.score_tenths,
            ).order_by(SittingQuestion.id)
        ).all()
        return [tuple(row) for row in pool], [tuple(row) for row in papers]

    def finish(self) -> int | None:
        """Answer the open sitting by the key that it was drawn with, and hand it in."""
        self.answer(self.running)
        actor = self.cast.actor("learner")
        submit_sitting(self.session, self.running, actor=actor, now=LATER)
        return self.running.score_tenths

    def answer(self, sitting: Sitting) -> None:
        rows = self.session.execute(
            select(SittingQuestion.slot, Question.public_id)
            .join(QuestionVersion, QuestionVersion.id == SittingQuestion.question_version_id)
            .join(Question, Question.id == QuestionVersion.question_id)
            .where(SittingQuestion.sitting_id == sitting.id)
        ).all()
        for slot, public_id in rows:
            record_answer(
                self.session,
                sitting.id,
                JournalEntry(slot, RIGHT[public_id], f"key-{sitting.id:06d}-{slot:02d}"),
                actor=self.cast.actor("learner"),
                now=MONDAY,
            )

    def begin(self, exam: Exam) -> Sitting:
        actor = self.cast.actor("learner")
        return start_sitting(self.session, exam, actor=actor, now=MONDAY, seed=7, zone=SHANGHAI)

    def write(self, text: str, *, also: dict[str, str] | None = None) -> object:
        self.session.commit()
        self.folder.write("sop-dh.md", text)
        for name, other in (also or {}).items():
            self.folder.write(name, other)
        return self.folder.sync()

    def question(self, public_id: str) -> Question:
        self.session.expire_all()
        return self.session.scalars(select(Question).where(Question.public_id == public_id)).one()

    def may_be_drawn(self) -> set[int]:
        self.session.expire_all()
        return {found.version_id for found in bank_questions(self.session)}


@pytest.fixture
def exams(
    tmp_path: Path, database: Database, clock: ManualClock, session: Session, cast: Cast
) -> Exams:
    folder = Folder(tmp_path / "content", database, clock)
    folder.write("sop-dh.md", HOT_WORK)
    folder.sync()
    versions = list(session.scalars(select(QuestionVersion).order_by(QuestionVersion.id)))
    tomorrow = MONDAY + timedelta(days=1)
    planned = make_exam(
        session, cast, versions, opens_at=tomorrow, closes_at=tomorrow + timedelta(hours=2)
    )
    made = Exams(folder, session, planned, None, None, cast)  # type: ignore[arg-type]
    made.running = made.begin(make_exam(session, cast, versions))
    made.over = made.begin(make_exam(session, cast, versions))
    made.answer(made.over)
    submit_sitting(session, made.over, actor=cast.actor("learner"), now=MONDAY)
    session.commit()
    assert made.over.score_tenths == 200
    return made


EDITED = HOT_WORK.replace("夜班 22:00", "夜班 21:00").replace("答案：错", "答案：对")
ACTS: dict[str, Callable[[Exams], object]] = {
    "edit": lambda exams: exams.write(EDITED),
    "move": lambda exams: exams.write(
        ALONE, also={"b.md": module("sop-b", question("判断", "q-h5t0pd", VERDICT))}
    ),
    "copy": lambda exams: exams.write(HOT_WORK, also={"c.md": HOT_WORK.replace("sop-dh", "sop-c")}),
    "delete": lambda exams: exams.write(module("sop-dh")),
    "revive": lambda exams: (exams.write(ALONE), exams.write(HOT_WORK)),
    "change the type": lambda exams: exams.write(HOT_WORK.replace("【单选】", "【多选】")),
}


@pytest.mark.parametrize("act", ACTS)
def test_planned_open_and_finished_exams_stay_as_they_are(exams: Exams, act: str) -> None:
    before = exams.state()

    ACTS[act](exams)

    assert exams.state() == before
    assert exams.finish() == 200
    exams.session.expire_all()
    assert exams.over.score_tenths == 200


@pytest.mark.parametrize("act", ACTS)
def test_the_planned_exam_can_still_be_begun(exams: Exams, act: str) -> None:
    ACTS[act](exams)
    exams.planned.opens_at = MONDAY
    exams.session.flush()

    sitting = exams.begin(exams.planned)

    assert sitting.full_score_tenths == 200


def test_a_new_pool_takes_the_edited_version(exams: Exams) -> None:
    before = exams.may_be_drawn()

    exams.write(EDITED)

    assert len(exams.may_be_drawn()) == 2
    assert exams.may_be_drawn().isdisjoint(before)


def test_a_moved_question_is_the_same_question(exams: Exams) -> None:
    before = exams.question("q-h5t0pd")
    identity = (before.id, before.current_version_id)

    ACTS["move"](exams)

    after = exams.question("q-h5t0pd")
    assert (after.id, after.current_version_id) == identity
    assert after.module_key == "sop-b"
    assert after.current_version_id in exams.may_be_drawn()


def test_a_copy_is_refused_naming_both_files_and_lines(exams: Exams) -> None:
    report = exams.write(HOT_WORK, also={"c.md": HOT_WORK.replace("sop-dh", "sop-c")})

    told = {
        (problem.code, problem.path, problem.line, problem.message)
        for problem in report.problems  # type: ignore[attr-defined]
    }
    line = HOT_WORK.split("\n").index("### 【判断】题 {#q-h5t0pd}") + 1
    ours, theirs = "CONTENT_DIR/sop-dh.md", "CONTENT_DIR/c.md"
    assert ("E401", theirs, line, f"编号 q-h5t0pd 也在 {ours}:{line}") in told
    assert ("E401", ours, line, f"编号 q-h5t0pd 也在 {theirs}:{line}") in told
    assert exams.question("q-h5t0pd").module_key == "sop-dh"


def test_a_deleted_question_leaves_new_pools_and_comes_back_with_its_block(exams: Exams) -> None:
    before = exams.question("q-h5t0pd").current_version_id

    exams.write(ALONE)
    assert exams.question("q-h5t0pd").state is QuestionState.RETIRED
    assert before not in exams.may_be_drawn()
    report = exams.write(HOT_WORK)

    assert report.questions[Change.REVIVED] == 1  # type: ignore[attr-defined]
    assert exams.question("q-h5t0pd").current_version_id == before
    assert before in exams.may_be_drawn()


def test_another_type_under_an_id_in_use_is_refused(exams: Exams) -> None:
    report = exams.write(HOT_WORK.replace("【单选】", "【多选】"))

    codes = [problem.code for problem in report.problems]  # type: ignore[attr-defined]
    assert "E402" in codes
    assert report.refused_modules == ["sop-dh"]  # type: ignore[attr-defined]


def test_a_question_whose_clause_changed_enters_no_new_pool_and_leaves_no_old_one(
    exams: Exams,
) -> None:
    before = exams.state()

    exams.write(HOT_WORK.replace("有效期 8 小时", "有效期 6 小时"))

    assert exams.may_be_drawn() == set()
    assert exams.state() == before
