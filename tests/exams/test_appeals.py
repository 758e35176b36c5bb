"""Appeals: who may file one and until when, who answers, what becomes of it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from core.errors import Conflict, Forbidden, NotFound
from exams.corrections import ChangeKind
from exams.links import APPEAL, links_of
from exams.models import (
    WHOLE_RESULT,
    Appeal,
    AppealOutcome,
    AppealState,
    Exam,
    Reveal,
    Sitting,
)
from exams.operations.appeals import (
    bind_appeals,
    decide_appeals,
    file_appeal,
    set_appeal_days,
    take_appeals,
)
from exams.queries.appeals import appeal_groups, open_counts, visible_since
from question_bank.models import QuestionVersion
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import WINDOW, make_exam, make_multiple, make_single
from tests.exams.regrading import HANDED_IN, LATER, draft, key, regrade_by, sit, start

CLOSED = MONDAY + WINDOW
LAST = CLOSED + timedelta(days=7)
TICK = timedelta(microseconds=1)


@pytest.fixture
def single(session: Session, cast: Cast) -> QuestionVersion:
    return make_single(session)


@pytest.fixture
def exam(session: Session, cast: Cast, single: QuestionVersion) -> Exam:
    """Answers are told when the window closes; appeals for seven days."""
    return make_exam(session, cast, [single, make_multiple(session)])


@pytest.fixture
def sitting(session: Session, cast: Cast, exam: Exam, single: QuestionVersion) -> Sitting:
    return sit(session, cast, exam, "learner", {single.id: [1]})


def filed(
    session: Session,
    cast: Cast,
    sitting: Sitting,
    *,
    slot: int = 1,
    who: str = "learner",
    now: datetime = LATER,
) -> Appeal:
    text = "3.2 条写的是 4 小时"
    actor = cast.actor(who)
    return file_appeal(session, sitting.id, slot=slot, text=text, actor=actor, now=now)


def test_the_last_moment_is_in_time_and_a_microsecond_later_is_not(
    session: Session, cast: Cast, sitting: Sitting
) -> None:
    filed(session, cast, sitting, slot=1, now=LAST)

    with pytest.raises(Conflict) as refused:
        filed(session, cast, sitting, slot=2, now=LAST + TICK)
    assert refused.value.values == {"at": LAST}


def test_before_the_answers_are_told_nobody_appeals(
    session: Session, cast: Cast, sitting: Sitting
) -> None:
    with pytest.raises(Conflict, match="公布以后"):
        filed(session, cast, sitting, now=CLOSED - TICK)
    assert filed(session, cast, sitting, now=CLOSED).state is AppealState.FILED


def test_without_told_answers_the_days_run_from_handing_in(session: Session, cast: Cast) -> None:
    exam = make_exam(session, cast, reveal=Reveal.NEVER)
    sitting = sit(session, cast, exam, "learner", {})

    assert visible_since(session, exam, sitting) == HANDED_IN
    filed(session, cast, sitting, now=HANDED_IN + timedelta(days=7))


def test_a_regrade_lets_a_result_be_questioned_anew(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, single: QuestionVersion
) -> None:
    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([1]))

    assert visible_since(session, exam, sitting) == LATER
    assert filed(session, cast, sitting, now=LATER + timedelta(days=7)).id
    with pytest.raises(Conflict):
        filed(session, cast, sitting, slot=2, now=LATER + timedelta(days=7) + TICK)


def test_no_days_means_no_appeals(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting
) -> None:
    set_appeal_days(session, exam, 0, actor=cast.actor("examiner"), now=LATER)

    with pytest.raises(Conflict, match="不接受申诉"):
        filed(session, cast, sitting)


def test_a_running_sitting_has_no_result_to_question(
    session: Session, cast: Cast, exam: Exam
) -> None:
    running = start(session, cast, exam, "learner")

    with pytest.raises(Conflict, match="公布以后"):
        filed(session, cast, running)


def test_one_open_appeal_a_question_and_one_on_the_whole(
    session: Session, cast: Cast, sitting: Sitting
) -> None:
    filed(session, cast, sitting, slot=1)
    filed(session, cast, sitting, slot=2)
    filed(session, cast, sitting, slot=WHOLE_RESULT)

    with pytest.raises(Conflict, match="还没有答复"):
        filed(session, cast, sitting, slot=1)


def test_another_persons_result_and_a_question_not_on_the_paper_are_not_found(
    session: Session, cast: Cast, sitting: Sitting
) -> None:
    with pytest.raises(NotFound):
        filed(session, cast, sitting, who="team_leader")
    with pytest.raises(NotFound):
        filed(session, cast, sitting, slot=9)


def test_filing_and_answering_stand_in_the_chain(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting
) -> None:
    appeal = filed(session, cast, sitting)
    decide_appeals(
        session,
        exam,
        [appeal.id],
        AppealOutcome.REJECTED,
        answer="3.2 条写的是 8 小时",
        actor=cast.actor("examiner"),
        now=LATER,
    )

    links = [link.content for link in links_of(session, sitting.id) if link.kind == APPEAL]
    assert [link["act"] for link in links] == ["filed", "decided"]
    assert links[1]["outcome"] == "rejected"


def test_an_answered_appeal_keeps_its_answer_and_another_may_be_filed(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting
) -> None:
    appeal, examiner = filed(session, cast, sitting), cast.actor("examiner")
    granted, rejected = AppealOutcome.GRANTED, AppealOutcome.REJECTED
    ids = [appeal.id]
    first = decide_appeals(session, exam, ids, rejected, answer="没有错", actor=examiner, now=LATER)

    again = decide_appeals(session, exam, ids, granted, answer="有错", actor=examiner, now=LATER)

    assert (first, again) == (1, 0)
    assert (appeal.outcome, appeal.answer) == (rejected, "没有错")
    assert filed(session, cast, sitting).id != appeal.id


def test_nobody_answers_the_own_appeal(session: Session, cast: Cast, exam: Exam) -> None:
    own = sit(session, cast, exam, "examiner", {})
    appeal = filed(session, cast, own, who="examiner")

    with pytest.raises(Forbidden, match="另一个人"):
        take_appeals(session, exam, [appeal.id], actor=cast.actor("examiner"), now=LATER)
    taken = take_appeals(session, exam, [appeal.id], actor=cast.actor("safety_manager"), now=LATER)
    assert taken == 1


def test_appeals_on_one_question_are_one_group(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, single: QuestionVersion
) -> None:
    other = sit(session, cast, exam, "team_leader", {})
    slots = {}
    for one in (sitting, other):
        rows = session.execute(
            Appeal.metadata.tables["sitting_question"]
            .select()
            .filter_by(sitting_id=one.id, question_version_id=single.id)
        ).one()
        slots[one.id] = rows.slot
    filed(session, cast, sitting, slot=slots[sitting.id])
    filed(session, cast, other, slot=slots[other.id], who="team_leader")
    filed(session, cast, sitting, slot=WHOLE_RESULT)

    groups = appeal_groups(session, cast.actor("examiner"), exam_id=exam.id)

    assert [(one.version_id, one.open_count) for one in groups] == [(single.id, 2), (None, 1)]
    assert open_counts(session, exam.id) == {single.id: 2, None: 1}
    assert appeal_groups(session, cast.actor("team_leader")) == []


def test_a_regrade_that_comes_of_appeals_is_bound_to_them(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting
) -> None:
    appeal, examiner = filed(session, cast, sitting), cast.actor("examiner")
    regrade = draft(session, cast, exam, [])

    bind_appeals(session, exam, [appeal.id], regrade, actor=examiner, now=LATER)

    assert (appeal.regrade_id, appeal.state) == (regrade.id, AppealState.IN_HAND)


def test_appeals_of_another_exam_are_not_found(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting
) -> None:
    appeal = filed(session, cast, sitting)
    other = make_exam(session, cast)

    with pytest.raises(NotFound):
        take_appeals(session, other, [appeal.id], actor=cast.actor("examiner"), now=LATER)
