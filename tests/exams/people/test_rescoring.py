"""A regrade lets the scoring points of a written question count otherwise, after people marked."""

from collections.abc import Callable, Sequence

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.models import User
from core.errors import Conflict
from core.services import Services
from exams.corrections import ChangeKind, Correction
from exams.models import Exam, MarkRound, Regrade, Sitting
from exams.operations.answers_to_mark import release_results
from exams.operations.regrade import change_question, draft_regrade
from exams.queries.marking import current_marks
from exams.queries.sittings import paper_of
from exams.rescoring import given_again
from exams.signing import load_signer
from exams.verification import verify_sitting
from question_bank.keys import RubricKey, ScoringPoint
from question_bank.models import QuestionType, QuestionVersion
from tests.cast import Cast
from tests.exams.people.papers import (
    LATER,
    appoint,
    candidates,
    make_marker,
    mark,
    sit,
    task_of,
    written_exam,
)
from tests.exams.regrading import draft, put_in_force

BROWSER = Callable[[str], FlaskClient]
KEY = RubricKey((ScoringPoint("报告", 20), ScoringPoint("关阀", 20)), None)
HALF_MORE = Correction(rubric_tenths=(30, 10))


@pytest.fixture
def written(session: Session, exam: Exam) -> QuestionVersion:
    return session.query(QuestionVersion).filter_by(type=QuestionType.SHORT_ANSWER).one()


@pytest.fixture
def sitting(session: Session, cast: Cast, exam: Exam, marker: User) -> Sitting:
    """The first of the two scoring points: five of ten points."""
    made = sit(session, exam, candidates(session, cast, 1)[0], "报告")
    mark(session, marker, made, 50, points=[1])
    release(session, cast, exam)
    return made


def release(session: Session, cast: Cast, exam: Exam) -> None:
    release_results(session, exam, limit=9, actor=cast.actor("examiner"), now=LATER)


def rubric(
    session: Session, cast: Cast, exam: Exam, written: QuestionVersion, tenths: Sequence[int]
) -> Regrade:
    return draft(session, cast, exam, [(written, ChangeKind.RUBRIC, list(tenths))])


def written_score(session: Session, sitting: Sitting) -> int | None:
    session.expire_all()
    task = task_of(session, sitting)
    [row] = [one for one in paper_of(session, sitting.id) if one.id == task.sitting_question_id]
    return row.score_tenths


@pytest.mark.parametrize(
    ("marks", "tenths"),
    [
        ([[1, "first", 50, [1]]], 75),
        ([[1, "first", 50, [2]]], 25),
        ([[1, "first", 100, [1, 2]]], 100),
        ([[1, "first", 0, []]], 0),
        # A score of one's own is a judgement.
        ([[1, "first", 60, [1]]], 60),
        # The mean of two, half up; the adjudicator alone.
        ([[1, "first", 50, [1]], [2, "second", 0, []]], 38),
        ([[1, "first", 50, [1]], [2, "second", 0, []], [3, "adjudicator", 50, [2]]], 25),
    ],
)
def test_what_was_ticked_is_added_up_again(marks: list[list[object]], tenths: int) -> None:
    assert given_again(50, marks, KEY, HALF_MORE, drawn_tenths=100) == tenths


def test_what_nobody_marked_and_what_nobody_corrected_stays() -> None:
    marks = [[1, "first", 50, [1]]]

    assert given_again(None, marks, KEY, HALF_MORE, drawn_tenths=100) is None
    assert given_again(50, marks, KEY, Correction(), drawn_tenths=100) == 50


def test_the_dry_run_says_what_then_stands(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, written: QuestionVersion
) -> None:
    assert (sitting.score_tenths, sitting.is_passed) == (150, True)

    seen = put_in_force(session, cast, exam, rubric(session, cast, exam, written, [10, 30]))

    [effect] = seen.effects
    assert (effect.before.score_tenths, effect.after.score_tenths) == (150, 125)
    assert written_score(session, sitting) == 25
    assert (sitting.score_tenths, sitting.full_score_tenths) == (125, 200)


def test_old_marks_stay_readable_and_come_back_when_restored(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, written: QuestionVersion
) -> None:
    put_in_force(session, cast, exam, rubric(session, cast, exam, written, [40, 0]))
    assert written_score(session, sitting) == 100
    task = task_of(session, sitting)
    [given] = current_marks(session, [task.sitting_question_id])[task.sitting_question_id]
    restored = draft(session, cast, exam, [(written, ChangeKind.RESTORED, None)])
    assert (given.tenths, given.points, task.tenths) == (50, [1], 50)

    put_in_force(session, cast, exam, restored)

    assert written_score(session, sitting) == 50


def test_other_points_for_the_question_scale_what_was_added_up_again(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, written: QuestionVersion
) -> None:
    lines = [(written, ChangeKind.RUBRIC, [30, 10]), (written, ChangeKind.POINTS, 40)]

    put_in_force(session, cast, exam, draft(session, cast, exam, lines))

    assert written_score(session, sitting) == 30
    assert sitting.full_score_tenths == 140


def test_a_paper_marked_after_the_regrade_counts_the_same_way(
    session: Session,
    cast: Cast,
    exam: Exam,
    marker: User,
    sitting: Sitting,
    written: QuestionVersion,
) -> None:
    late = sit(session, exam, candidates(session, cast, 1)[0], "关阀")
    put_in_force(session, cast, exam, rubric(session, cast, exam, written, [30, 10]))

    mark(session, marker, late, 50, points=[2])
    release(session, cast, exam)

    assert written_score(session, late) == 25


def test_a_rescored_paper_is_intact_and_a_changed_tick_is_found(
    session: Session,
    cast: Cast,
    services: Services,
    exam: Exam,
    sitting: Sitting,
    written: QuestionVersion,
) -> None:
    put_in_force(session, cast, exam, rubric(session, cast, exam, written, [30, 10]))
    key = load_signer(services.config.keys_dir, services.seeds).public_key
    assert verify_sitting(session, sitting.id, public_key=key).is_intact

    task = task_of(session, sitting)
    [given] = current_marks(session, [task.sitting_question_id])[task.sitting_question_id]
    given.points = [2]
    session.flush()

    assert not verify_sitting(session, sitting.id, public_key=key).is_intact


@pytest.mark.parametrize("value", [[20], [20, None], [-10, 20], [0, 0]])
def test_points_that_make_no_sense_are_refused(
    session: Session,
    cast: Cast,
    exam: Exam,
    sitting: Sitting,
    written: QuestionVersion,
    value: list[int | None],
) -> None:
    actor = cast.actor("examiner")
    regrade = draft_regrade(session, exam, actor=actor, now=LATER)

    with pytest.raises(Conflict, match="采分点"):
        change_question(
            session, regrade, written.id, ChangeKind.RUBRIC, value, actor=actor, now=LATER
        )


def test_a_question_that_a_machine_marks_has_none(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting
) -> None:
    actor = cast.actor("examiner")
    verdict = session.query(QuestionVersion).filter_by(type=QuestionType.TRUE_FALSE).one()
    regrade = draft_regrade(session, exam, actor=actor, now=LATER)

    with pytest.raises(Conflict, match="没有采分点"):
        change_question(
            session, regrade, verdict.id, ChangeKind.RUBRIC, [10], actor=actor, now=LATER
        )


def test_the_page_takes_points_and_says_them_back(
    session: Session,
    cast: Cast,
    exam: Exam,
    sitting: Sitting,
    written: QuestionVersion,
    client_for: BROWSER,
) -> None:
    regrade = draft_regrade(session, exam, actor=cast.actor("examiner"), now=LATER)
    session.commit()
    browser = client_for("examiner")
    address = f"/exams/{exam.id}/regrades/{regrade.id}/questions/{written.id}"

    page = browser.get(address).get_data(as_text=True)
    wrong = browser.post(address, data={"kind": "rubric", "rubric-1": "三", "rubric-2": "1"})
    done = browser.post(address, data={"kind": "rubric", "rubric-1": "3", "rubric-2": "0.5"})
    said = browser.get(f"/exams/{exam.id}/regrades/{regrade.id}").get_data(as_text=True)

    assert 'name="rubric-1" id="rubric-1" value="2"' in page
    assert wrong.status_code == 422
    assert 'value="三"' in wrong.get_data(as_text=True)
    assert done.status_code == 302
    assert "采分点的分改为：报告 3 分；关阀 0.5 分" in said


def test_two_markers_are_both_added_up_again(session: Session, cast: Cast) -> None:
    exam = written_exam(session, cast, marker_count=2, max_difference_percent=100)
    first, second = make_marker(session, cast, "甲"), make_marker(session, cast, "乙")
    appoint(session, cast, exam, first)
    appoint(session, cast, exam, second)
    sitting = sit(session, exam, candidates(session, cast, 1)[0], "报告")
    mark(session, first, sitting, 50, points=[1])
    mark(session, second, sitting, 100, points=[1, 2], round_=MarkRound.SECOND)
    release(session, cast, exam)
    task = task_of(session, sitting)
    written = session.get_one(QuestionVersion, task.question_version_id)
    assert written_score(session, sitting) == 75

    put_in_force(session, cast, exam, rubric(session, cast, exam, written, [10, 30]))

    assert written_score(session, sitting) == 63
