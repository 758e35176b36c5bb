"""A regrade: what each kind of correction does to results, and that it can be taken back."""

import pytest
from sqlalchemy.orm import Session

from core.errors import Conflict
from exams.corrections import ChangeKind
from exams.dry_run import dry_run
from exams.links import REGRADED, links_of
from exams.models import Exam, RegradeOutcome, RegradeState, Sitting
from exams.operations.closing import submit_sitting
from exams.operations.regrade import (
    begin_regrade,
    change_rule,
    discard_regrade,
    draft_regrade,
    write_results,
)
from exams.queries.sittings import paper_of
from question_bank.keys import RuleName, ScoringRule
from question_bank.models import QuestionVersion
from tests.cast import Cast
from tests.exams.factories import (
    make_blanks,
    make_exam,
    make_matching,
    make_multiple,
    make_ordering,
    make_single,
    make_verdict,
)
from tests.exams.regrading import (
    HANDED_IN,
    LATER,
    REASON,
    answer,
    draft,
    key,
    put_in_force,
    regrade_by,
    sit,
    start,
)


@pytest.fixture
def single(session: Session, cast: Cast) -> QuestionVersion:
    return make_single(session)


@pytest.fixture
def multiple(session: Session, cast: Cast) -> QuestionVersion:
    return make_multiple(session, rule=None)


@pytest.fixture
def exam(session: Session, cast: Cast, single: QuestionVersion, multiple: QuestionVersion) -> Exam:
    """Two questions of ten points; twelve pass."""
    return make_exam(session, cast, [single, multiple], pass_mark_tenths=120)


@pytest.fixture
def sitting(
    session: Session, cast: Cast, exam: Exam, single: QuestionVersion, multiple: QuestionVersion
) -> Sitting:
    """The single choice wrong (1 instead of 2), the multiple choice right: ten points, failed."""
    return sit(session, cast, exam, "learner", {single.id: [1], multiple.id: [1, 3]})


def marks(sitting: Sitting) -> tuple[int | None, int, int | None, bool | None]:
    return (
        sitting.score_tenths,
        sitting.full_score_tenths,
        sitting.pass_mark_tenths,
        sitting.is_passed,
    )


def test_another_key_makes_a_wrong_answer_right(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, single: QuestionVersion
) -> None:
    assert marks(sitting) == (100, 200, 120, False)

    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([1]))

    assert marks(sitting) == (200, 200, 120, True)


def test_a_key_beside_the_old_one_takes_nothing_from_anybody(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, single: QuestionVersion
) -> None:
    other = sit(session, cast, exam, "team_leader", {single.id: [2]})

    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([1], keeps_old=True))

    assert (sitting.score_tenths, other.score_tenths) == (200, 100)


def test_several_options_of_a_single_choice_are_right_each(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, single: QuestionVersion
) -> None:
    other = sit(session, cast, exam, "team_leader", {single.id: [3]})

    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([1], [3]))

    assert (sitting.score_tenths, other.score_tenths) == (200, 100)


def test_full_marks_are_for_those_who_left_it_open_too(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, single: QuestionVersion
) -> None:
    silent = sit(session, cast, exam, "team_leader", {})

    regrade_by(session, cast, exam, single, ChangeKind.FULL_MARKS)

    assert (sitting.score_tenths, silent.score_tenths) == (200, 100)


def test_a_void_question_counts_for_nobody_and_the_pass_mark_keeps_its_share(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, multiple: QuestionVersion
) -> None:
    regrade_by(session, cast, exam, multiple, ChangeKind.VOID)

    assert marks(sitting) == (0, 100, 60, False)


def test_other_points_move_full_score_and_pass_mark_half_up(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, multiple: QuestionVersion
) -> None:
    regrade_by(session, cast, exam, multiple, ChangeKind.POINTS, 25)

    # 12 of 20 are 7.5 of 12.5.
    assert marks(sitting) == (25, 125, 75, False)


def test_another_rule_gives_part_marks(
    session: Session, cast: Cast, exam: Exam, multiple: QuestionVersion
) -> None:
    partly = sit(session, cast, exam, "team_leader", {multiple.id: [1]})
    assert partly.score_tenths == 0

    regrade_by(session, cast, exam, multiple, ChangeKind.POLICY, ["half_if_partial", None])

    assert partly.score_tenths == 50


def test_another_rule_of_the_exam_touches_every_question_without_its_own(
    session: Session, cast: Cast, exam: Exam, multiple: QuestionVersion
) -> None:
    partly = sit(session, cast, exam, "team_leader", {multiple.id: [1]})
    regrade = draft(session, cast, exam, [])
    rule = ScoringRule(RuleName.FIXED_IF_PARTIAL, 30)
    change_rule(session, regrade, rule, actor=cast.actor("examiner"), now=LATER)

    put_in_force(session, cast, exam, regrade)

    assert partly.score_tenths == 30


def test_every_kind_of_key_can_be_another(session: Session, cast: Cast) -> None:
    cases = {
        make_verdict(session): ([True], True),
        make_blanks(session): ([[["6"], ["倒放"]]], ["6", "倒放"]),
        make_ordering(session): ([[2, 1, 3, 4]], [2, 1, 3, 4]),
        make_matching(session): ([[[1, 4], [2, 2], [3, 3]]], [[1, 4], [2, 2], [3, 3]]),
    }
    exam = make_exam(session, cast, list(cases), pass_mark_tenths=400)
    replies = {version.id: reply for version, (_answers, reply) in cases.items()}
    sitting = sit(session, cast, exam, "learner", replies)
    assert (sitting.score_tenths or 0) < 400
    lines = [
        (version, ChangeKind.KEY, key(*answers)) for version, (answers, _reply) in cases.items()
    ]

    put_in_force(session, cast, exam, draft(session, cast, exam, lines))

    assert (sitting.score_tenths, sitting.is_passed) == (400, True)


def test_void_then_restored_gives_the_same_result_and_paper_rows(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, single: QuestionVersion
) -> None:
    before, paper = marks(sitting), paper_of(session, sitting.id)

    regrade_by(session, cast, exam, single, ChangeKind.VOID)
    assert marks(sitting) != before
    regrade_by(session, cast, exam, single, ChangeKind.RESTORED)

    assert marks(sitting) == before
    assert paper_of(session, sitting.id) == paper


def test_a_later_regrade_wins_over_an_earlier_one(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, single: QuestionVersion
) -> None:
    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([1]))
    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([3]))

    assert sitting.score_tenths == 100
    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([1]))
    assert sitting.score_tenths == 200


def test_a_regrade_without_effect_adds_nothing_to_the_chain(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, single: QuestionVersion
) -> None:
    links = len(links_of(session, sitting.id))

    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([2]))

    assert len(links_of(session, sitting.id)) == links
    outcome = session.query(RegradeOutcome).one()
    assert (outcome.score_before, outcome.score_after) == (100, 100)


def test_the_chain_names_the_regrade_with_before_and_after(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, single: QuestionVersion
) -> None:
    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([1]))

    link = links_of(session, sitting.id)[-1]
    assert link.kind == REGRADED
    assert link.content["before"] == {"score_tenths": 100, "is_passed": False}
    assert (link.content["score_tenths"], link.content["is_passed"]) == (200, True)
    assert link.content["corrections"]["regrades"] == [link.content["regrade"]]


def test_the_old_result_stays_readable(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, single: QuestionVersion
) -> None:
    regrade_by(session, cast, exam, single, ChangeKind.VOID)

    outcome = session.query(RegradeOutcome).one()
    assert (outcome.score_before, outcome.full_before, outcome.was_passed) == (100, 200, False)
    assert (outcome.score_after, outcome.full_after, outcome.is_passed) == (100, 100, True)


def test_an_open_sitting_is_marked_by_the_corrections_when_it_closes(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, single: QuestionVersion
) -> None:
    running = start(session, cast, exam, "team_leader")
    answer(session, cast, running, "team_leader", {single.id: [1]})

    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([1]))
    submit_sitting(session, running, actor=cast.actor("team_leader"), now=HANDED_IN)

    assert running.score_tenths == 100
    assert session.query(RegradeOutcome).count() == 1


def test_a_dry_run_that_is_out_of_date_is_not_applied(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, single: QuestionVersion
) -> None:
    regrade = draft(session, cast, exam, [(single, ChangeKind.KEY, key([1]))])
    seen = dry_run(session, exam, regrade)
    sit(session, cast, exam, "team_leader", {single.id: [1]})

    began = begin_regrade(
        session, regrade, seen, reason=REASON, actor=cast.actor("examiner"), now=LATER
    )

    assert not began
    assert regrade.state is RegradeState.DRAFT
    assert session.query(RegradeOutcome).count() == 0


def test_papers_may_not_be_left_without_a_question(
    session: Session,
    cast: Cast,
    exam: Exam,
    sitting: Sitting,
    single: QuestionVersion,
    multiple: QuestionVersion,
) -> None:
    lines = [(single, ChangeKind.VOID, None), (multiple, ChangeKind.VOID, None)]
    regrade = draft(session, cast, exam, lines)
    seen = dry_run(session, exam, regrade)

    assert [one.sitting_id for one in seen.empty] == [sitting.id]
    with pytest.raises(Conflict, match="一题不剩"):
        begin_regrade(
            session, regrade, seen, reason=REASON, actor=cast.actor("examiner"), now=LATER
        )


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([], "写上正确答案"),
        ([[9]], "至少选一个"),
        ([[1, 2]], "只能是一个选项"),
        ([[]], "至少选一个"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(
    session: Session,
    cast: Cast,
    exam: Exam,
    sitting: Sitting,
    single: QuestionVersion,
    answers: list[list[int]],
    words: str,
) -> None:
    with pytest.raises(Conflict, match=words):
        draft(session, cast, exam, [(single, ChangeKind.KEY, key(*answers))])


def test_a_discarded_draft_never_held(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, single: QuestionVersion
) -> None:
    examiner = cast.actor("examiner")
    regrade = draft(session, cast, exam, [(single, ChangeKind.VOID, None)])

    discard_regrade(session, regrade, actor=examiner, now=LATER)

    assert marks(sitting) == (100, 200, 120, False)
    assert draft_regrade(session, exam, actor=examiner, now=LATER).id != regrade.id


def test_a_second_regrade_waits_until_the_first_is_written(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, single: QuestionVersion
) -> None:
    examiner = cast.actor("examiner")
    regrade = draft(session, cast, exam, [(single, ChangeKind.VOID, None)])
    seen = dry_run(session, exam, regrade)
    begin_regrade(session, regrade, seen, reason=REASON, actor=examiner, now=LATER)

    with pytest.raises(Conflict, match="还在写成绩"):
        draft_regrade(session, exam, actor=examiner, now=LATER)
    write_results(session, regrade.id, actor=examiner, now=LATER)
    assert draft_regrade(session, exam, actor=examiner, now=LATER).id != regrade.id
