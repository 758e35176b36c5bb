"""Questions that a correction took from markers while their answers wait: void, or full marks."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User
from core.chance import SystemSeeds
from core.config import Config
from exams.corrections import ChangeKind
from exams.models import Exam, ManualMark, Sitting, TaskState
from exams.operations.answers_to_mark import release_results
from exams.operations.hand_marking import take_answers
from exams.queries.marking_progress import progress_of, release_of, spared_answers, waiting_for
from exams.signing import load_signer
from exams.verification import verify_sitting
from question_bank.models import QuestionVersion
from teams.queries import actor_for
from tests.cast import Cast
from tests.exams.people.conftest import Opener
from tests.exams.people.papers import (
    LATER,
    candidates,
    lay,
    mark,
    sit,
    task_of,
)
from tests.exams.regrading import regrade_by

JSON = {"Accept": "application/json"}


@pytest.fixture
def sitting(session: Session, cast: Cast, exam: Exam) -> Sitting:
    """Waits for a person; the machine gave all of its ten points."""
    return sit(session, exam, candidates(session, cast, 1)[0], "报告")


def written_of(session: Session, sitting: Sitting) -> QuestionVersion:
    return session.get_one(QuestionVersion, task_of(session, sitting).question_version_id)


@pytest.mark.parametrize(
    ("kind", "score", "full"), [(ChangeKind.VOID, 100, 100), (ChangeKind.FULL_MARKS, 200, 200)]
)
def test_nobody_waits_for_a_mark_that_changes_nothing(
    session: Session,
    cast: Cast,
    exam: Exam,
    marker: User,
    sitting: Sitting,
    kind: ChangeKind,
    score: int,
    full: int,
) -> None:
    actor, version = actor_for(session, marker.id), written_of(session, sitting)
    lay(session, marker, sitting)
    assert (waiting_for(session, actor), release_of(session, exam.id).unfinished) == (1, 1)

    regrade_by(session, cast, exam, version, kind)

    assert take_answers(session, exam, version.id, actor=actor, now=LATER) == []
    assert (waiting_for(session, actor), progress_of(session, exam.id)) == (0, [])
    assert spared_answers(session, exam.id) == 1
    assert release_of(session, exam.id).ready == 1
    assert release_results(session, exam, limit=9, actor=cast.actor("examiner"), now=LATER) == 1
    assert (sitting.score_tenths, sitting.full_score_tenths, sitting.is_passed) == (
        score,
        full,
        True,
    )


def test_an_exam_that_releases_each_paper_releases_those_that_wait_for_nothing_else(
    session: Session, cast: Cast, exam: Exam, marker: User, sitting: Sitting
) -> None:
    exam.releases_together = False
    assert sitting.is_passed is None

    regrade_by(session, cast, exam, written_of(session, sitting), ChangeKind.VOID)

    assert (sitting.score_tenths, sitting.is_passed) == (100, True)


def test_an_exam_without_corrections_of_written_questions_waits_as_before(
    session: Session, cast: Cast, exam: Exam, marker: User, sitting: Sitting
) -> None:
    exam.releases_together = False
    written = written_of(session, sitting).id
    others = session.scalars(select(QuestionVersion).where(QuestionVersion.id != written))
    verdict = next(one for one in others if one.type.value == "true_false")

    regrade_by(session, cast, exam, verdict, ChangeKind.VOID)

    assert sitting.is_passed is None
    assert waiting_for(session, actor_for(session, marker.id)) == 1


def test_a_question_restored_goes_on_from_the_marks_that_it_had(
    session: Session,
    cast: Cast,
    exam: Exam,
    marker: User,
    sitting: Sitting,
    app: Flask,
    config: Config,
) -> None:
    assert app.extensions["shanggang"].bus is session.info["bus"]
    key = load_signer(config.keys_dir, SystemSeeds()).public_key
    examiner, version = cast.actor("examiner"), written_of(session, sitting)
    regrade_by(session, cast, exam, version, ChangeKind.VOID)
    release_results(session, exam, limit=9, actor=examiner, now=LATER)
    assert task_of(session, sitting).state is TaskState.OPEN
    assert verify_sitting(session, sitting.id, public_key=key).is_intact

    regrade_by(session, cast, exam, version, ChangeKind.RESTORED)

    assert (sitting.score_tenths, sitting.is_passed) == (None, None)
    assert waiting_for(session, actor_for(session, marker.id)) == 1
    mark(session, marker, sitting, 50)
    release_results(session, exam, limit=9, actor=examiner, now=LATER)
    assert (sitting.score_tenths, sitting.is_passed) == (150, True)
    assert verify_sitting(session, sitting.id, public_key=key).is_intact


def test_an_open_page_says_that_the_question_takes_no_marks_any_more(
    session: Session,
    cast: Cast,
    exam: Exam,
    marker: User,
    sitting: Sitting,
    browser_of: Opener,
) -> None:
    client, address = browser_of(marker), f"/marking/{lay(session, marker, sitting).token}"
    session.commit()
    assert "采分点，答到就勾" in client.get(address).text
    regrade_by(session, cast, exam, written_of(session, sitting), ChangeKind.VOID)
    session.commit()

    by_script = client.post(address, data={"points": ["1"]}, headers=JSON)
    draft = client.post(f"{address}/draft", json={"points": [1], "score": "", "remark": ""})
    by_form = client.post(address, data={"points": ["1"]}, follow_redirects=True)
    opened = client.get(address, follow_redirects=True)

    assert "这道题已经作废" in by_script.json["message"]
    assert (draft.json["is_kept"], "这道题已经作废" in draft.json["message"]) == (False, True)
    for page in (by_form, opened):
        assert "这道题已经作废，不用再阅，也不收分了" in page.text
        assert "1 份答案不用阅了" in page.text
        assert "采分点，答到就勾" not in page.text
    assert session.scalars(select(ManualMark)).all() == []


def test_marks_given_together_are_not_taken_back_once_the_question_is_void(
    session: Session, cast: Cast, exam: Exam, marker: User, sitting: Sitting, browser_of: Opener
) -> None:
    mark(session, marker, sitting, 50)
    regrade_by(session, cast, exam, written_of(session, sitting), ChangeKind.VOID)
    token = task_of(session, sitting).token

    answer = browser_of(marker).post(f"/marking/{token}/taking-back")

    assert answer.status_code == 409
    assert "这道题已经作废" in answer.text
    assert session.scalars(select(ManualMark)).one().superseded_at is None
