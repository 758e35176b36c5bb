"""Regrades beside red-line questions, marking by people, and sittings that are void."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.models import User
from core.chance import SystemSeeds
from core.config import Config
from exams.corrections import ChangeKind
from exams.evidence.check import Wrong, check
from exams.models import BlueprintRow, Exam, PoolEntry, Sitting
from exams.operations.answers_to_mark import release_results
from exams.operations.sitting import reopen_sitting
from exams.operations.verdicts import confirm_sitting, void_sitting
from exams.signing import load_signer
from exams.verification import Verification, verify_sitting
from question_bank.models import QuestionVersion
from tests.cast import Cast
from tests.exams.evidence_sittings import evidence
from tests.exams.factories import make_exam, make_single, make_verdict, make_written
from tests.exams.people.papers import LATER, answer_again, appoint, candidates, make_marker, mark
from tests.exams.people.papers import sit as write
from tests.exams.regrading import regrade_by, sit

VOID, FULL, POINTS = ChangeKind.VOID, ChangeKind.FULL_MARKS, ChangeKind.POINTS
RESTORED = ChangeKind.RESTORED


@pytest.fixture(autouse=True)
def signs(app: Flask) -> None:
    """Ends of chains are signed by who listens in the app."""
    assert app.extensions["shanggang"].bus is not None


@pytest.fixture
def red_line(session: Session, cast: Cast) -> QuestionVersion:
    return make_single(session, 9)


@pytest.fixture
def plain(session: Session, cast: Cast) -> QuestionVersion:
    return make_single(session, 1)


@pytest.fixture
def exam(session: Session, cast: Cast, plain: QuestionVersion, red_line: QuestionVersion) -> Exam:
    """Ten points for a single choice, ten for a red-line one; ten pass."""
    exam = make_exam(session, cast, [plain], pass_mark_tenths=100, shuffles_questions=False)
    add_red_line(session, exam, red_line)
    return exam


def add_red_line(session: Session, exam: Exam, version: QuestionVersion) -> None:
    row = BlueprintRow(exam_id=exam.id, position=2, count=1, points_tenths=100, is_must_pass=True)
    session.add(row)
    session.flush()
    session.add(PoolEntry(blueprint_row_id=row.id, question_version_id=version.id))
    session.flush()


def checked(session: Session, sitting: Sitting, config: Config) -> Verification:
    session.flush()
    session.expire_all()
    public_key = load_signer(config.keys_dir, SystemSeeds()).public_key
    return verify_sitting(session, sitting.id, public_key=public_key)


def is_whole(session: Session, sitting: Sitting, config: Config) -> bool:
    """Whether chain, marks and verdict verify, and the file of evidence does too."""
    found = checked(session, sitting, config)
    file = check(evidence(session, sitting, config))
    assert file.problems == []
    return found.is_intact


def verdict(sitting: Sitting) -> tuple[int | None, bool | None, int | None]:
    return sitting.score_tenths, sitting.is_passed, sitting.must_pass_missed


@pytest.mark.parametrize(
    ("kind", "value", "after"),
    [
        (VOID, None, (100, True, 0)),
        (FULL, None, (200, True, 0)),
        (POINTS, 300, (100, False, 1)),
        (ChangeKind.KEY, {"answers": [[1]], "keeps_old": True}, (200, True, 0)),
    ],
)
def test_a_red_line_question_fails_nobody_once_it_no_longer_can(
    session: Session,
    cast: Cast,
    exam: Exam,
    plain: QuestionVersion,
    red_line: QuestionVersion,
    config: Config,
    kind: ChangeKind,
    value: Any,
    after: tuple[int, bool, int],
) -> None:
    sitting = sit(session, cast, exam, "learner", {plain.id: [2], red_line.id: [1]})
    assert verdict(sitting) == (100, False, 1)
    assert is_whole(session, sitting, config)

    seen = regrade_by(session, cast, exam, red_line, kind, value)

    assert verdict(sitting) == after
    told = seen.effects[0].after
    assert (told.score_tenths, told.is_passed) == after[:2]
    assert (told.full_tenths, told.pass_mark_tenths) == (
        sitting.full_score_tenths,
        sitting.pass_mark_tenths,
    )
    assert is_whole(session, sitting, config)

    assert regrade_by(session, cast, exam, red_line, RESTORED).effects[0].after.is_passed is False
    assert verdict(sitting) == (100, False, 1)
    assert is_whole(session, sitting, config)


def test_who_starts_after_the_regrade_is_marked_by_it_at_once(
    session: Session,
    cast: Cast,
    exam: Exam,
    plain: QuestionVersion,
    red_line: QuestionVersion,
    config: Config,
) -> None:
    sit(session, cast, exam, "team_leader", {})
    regrade_by(session, cast, exam, red_line, FULL)

    sitting = sit(session, cast, exam, "learner", {plain.id: [1], red_line.id: [1]})

    assert verdict(sitting) == (100, True, 0)
    assert is_whole(session, sitting, config)


def test_a_void_sitting_stays_void_through_a_regrade_and_counts_again_afterwards(
    session: Session,
    cast: Cast,
    exam: Exam,
    plain: QuestionVersion,
    red_line: QuestionVersion,
    config: Config,
) -> None:
    sitting = sit(session, cast, exam, "learner", {plain.id: [2], red_line.id: [1]})
    actor = cast.actor("examiner")
    void_sitting(session, sitting.id, reason="看手机", actor=actor, now=LATER)
    assert is_whole(session, sitting, config)

    seen = regrade_by(session, cast, exam, red_line, FULL)

    assert (seen.passing, seen.failing) == ([], [])
    assert verdict(sitting) == (200, False, 0)
    assert is_whole(session, sitting, config)
    confirm_sitting(session, sitting.id, reason="查清了", actor=actor, now=LATER)
    assert verdict(sitting) == (200, True, 0)
    assert is_whole(session, sitting, config)


# --- Marked by people


@pytest.fixture
def written(session: Session, cast: Cast) -> QuestionVersion:
    return make_written(session)


@pytest.fixture
def by_people(session: Session, cast: Cast, written: QuestionVersion) -> Exam:
    """A 判断 of ten points and a red-line 简答 of ten; twelve pass."""
    exam = make_exam(
        session,
        cast,
        [make_verdict(session)],
        pass_mark_tenths=120,
        shuffles_questions=False,
        audience="press",
    )
    add_red_line(session, exam, written)
    return exam


@pytest.fixture
def marker(session: Session, cast: Cast, by_people: Exam) -> User:
    user = make_marker(session, cast, "阅卷人")
    appoint(session, cast, by_people, user)
    return user


def written_by(session: Session, cast: Cast, exam: Exam, said: str | None = "报告") -> Sitting:
    return write(session, exam, candidates(session, cast, 1)[0], said)


def release(session: Session, cast: Cast, exam: Exam) -> None:
    release_results(session, exam, limit=100, actor=cast.actor("examiner"), now=LATER)
    session.expire_all()


def test_a_red_line_question_that_people_mark_needs_all_its_points(
    session: Session, cast: Cast, by_people: Exam, marker: User, config: Config
) -> None:
    nearly, fully, left_open = (written_by(session, cast, by_people) for _ in range(3))
    mark(session, marker, nearly, 95)
    mark(session, marker, fully, 100)
    open_one = written_by(session, cast, by_people, None)
    assert verdict(open_one) == (100, False, 1)
    mark(session, marker, left_open, 0)

    release(session, cast, by_people)

    assert verdict(nearly) == (195, False, 1)
    assert verdict(fully) == (200, True, 0)
    assert verdict(left_open) == (100, False, 1)
    assert all(is_whole(session, one, config) for one in (nearly, fully, left_open, open_one))


def test_other_points_scale_what_people_gave_and_restoring_gives_it_back(
    session: Session,
    cast: Cast,
    by_people: Exam,
    marker: User,
    written: QuestionVersion,
    config: Config,
) -> None:
    sitting = written_by(session, cast, by_people)
    mark(session, marker, sitting, 75)
    release(session, cast, by_people)
    steps: list[tuple[ChangeKind, Any, int | None]] = [
        (POINTS, 33, 100 + 25),
        (POINTS, 200, 100 + 150),
        (VOID, None, 100),
        (FULL, None, 100 + 200),
        (RESTORED, None, 100 + 75),
    ]

    for kind, value, score in steps:
        seen = regrade_by(session, cast, by_people, written, kind, value)
        assert sitting.score_tenths == score
        after = seen.effects[0].after
        assert (after.score_tenths, after.full_tenths) == (score, sitting.full_score_tenths)
        assert after.is_passed is sitting.is_passed
        assert is_whole(session, sitting, config)


def test_marks_of_people_altered_by_hand_are_found_after_a_regrade_too(
    session: Session,
    cast: Cast,
    by_people: Exam,
    marker: User,
    written: QuestionVersion,
    config: Config,
) -> None:
    sitting = written_by(session, cast, by_people)
    mark(session, marker, sitting, 60)
    release(session, cast, by_people)
    regrade_by(session, cast, by_people, written, POINTS, 50)
    assert is_whole(session, sitting, config)

    session.execute(text("UPDATE manual_mark SET tenths = 100"))
    session.execute(text("UPDATE marking_task SET tenths = 100"))

    found = checked(session, sitting, config)
    assert found.changed_marks == (2,)
    assert not found.is_intact


def test_evidence_of_a_regraded_paper_shows_an_altered_score(
    session: Session,
    cast: Cast,
    by_people: Exam,
    marker: User,
    written: QuestionVersion,
    config: Config,
) -> None:
    sitting = written_by(session, cast, by_people)
    mark(session, marker, sitting, 60)
    release(session, cast, by_people)
    regrade_by(session, cast, by_people, written, POINTS, 50)

    session.execute(text("UPDATE sitting SET score_tenths = 150, is_passed = true"))
    session.expire_all()

    assert not checked(session, sitting, config).is_intact
    assert Wrong.SCORE in check(evidence(session, sitting, config)).kinds


def test_a_paper_that_waited_during_the_regrade_is_released_by_it(
    session: Session,
    cast: Cast,
    by_people: Exam,
    marker: User,
    written: QuestionVersion,
    config: Config,
) -> None:
    waiting = written_by(session, cast, by_people)

    assert regrade_by(session, cast, by_people, written, POINTS, 50).effects == ()
    mark(session, marker, waiting, 100)
    release(session, cast, by_people)

    assert verdict(waiting) == (150, True, 0)
    assert (waiting.full_score_tenths, waiting.pass_mark_tenths) == (150, 90)
    assert is_whole(session, waiting, config)


def test_an_answer_nobody_had_marked_waits_for_people_when_its_question_is_restored(
    session: Session,
    cast: Cast,
    by_people: Exam,
    marker: User,
    written: QuestionVersion,
    config: Config,
) -> None:
    left_open = written_by(session, cast, by_people, None)
    regrade_by(session, cast, by_people, written, VOID)
    sitting = written_by(session, cast, by_people)
    assert verdict(sitting) == (100, True, 0)
    assert is_whole(session, sitting, config)

    seen = regrade_by(session, cast, by_people, written, RESTORED)

    assert [one.sitting_id for one in seen.waiting] == [sitting.id]
    assert [one.user_id for one in seen.failing] == [left_open.user_id]
    assert sitting.is_passed is None
    assert sitting.score_tenths is None
    assert is_whole(session, sitting, config)
    mark(session, marker, sitting, 100)
    release(session, cast, by_people)
    assert verdict(sitting) == (200, True, 0)
    assert is_whole(session, sitting, config)


def test_a_paper_opened_again_after_release_and_regrade_is_marked_anew(
    session: Session,
    cast: Cast,
    by_people: Exam,
    marker: User,
    written: QuestionVersion,
    config: Config,
) -> None:
    sitting = written_by(session, cast, by_people)
    mark(session, marker, sitting, 50)
    release(session, cast, by_people)
    regrade_by(session, cast, by_people, written, POINTS, 60)
    assert verdict(sitting) == (130, False, 1)

    actor = cast.actor("examiner")
    reopen_sitting(session, sitting.id, minutes=30, reason="停电", actor=actor, now=LATER)
    assert checked(session, sitting, config).is_intact
    answer_again(session, sitting, "报告、关阀", now=LATER)
    assert sitting.is_passed is None
    assert is_whole(session, sitting, config)
    mark(session, marker, sitting, 100)
    release(session, cast, by_people)

    assert verdict(sitting) == (160, True, 0)
    assert is_whole(session, sitting, config)
