"""A regraded sitting verifies; corrections and what follows of them altered by SQL do not."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.chance import SystemSeeds
from core.config import Config
from exams.corrections import ChangeKind
from exams.models import Exam, Sitting
from exams.signing import Signer, load_signer
from exams.verification import Verification, verify_sitting
from question_bank.models import QuestionVersion
from tests.cast import Cast
from tests.exams.factories import make_exam, make_multiple, make_single
from tests.exams.regrading import key, regrade_by, sit


@pytest.fixture
def signer(config: Config) -> Signer:
    return load_signer(config.keys_dir, SystemSeeds())


@pytest.fixture
def single(session: Session, cast: Cast) -> QuestionVersion:
    return make_single(session)


@pytest.fixture
def exam(session: Session, cast: Cast, single: QuestionVersion) -> Exam:
    return make_exam(session, cast, [single, make_multiple(session)], pass_mark_tenths=100)


@pytest.fixture
def sitting(
    session: Session, cast: Cast, exam: Exam, single: QuestionVersion, app: Flask
) -> Sitting:
    return sit(session, cast, exam, "learner", {single.id: [1]})


def checked(session: Session, sitting: Sitting, signer: Signer) -> Verification:
    session.flush()
    session.expire_all()
    return verify_sitting(session, sitting.id, public_key=signer.public_key)


def test_it_is_intact_after_each_of_several_regrades(
    session: Session,
    cast: Cast,
    exam: Exam,
    sitting: Sitting,
    single: QuestionVersion,
    signer: Signer,
) -> None:
    steps = [
        (ChangeKind.KEY, key([1]), 100),
        (ChangeKind.POINTS, 55, 55),
        (ChangeKind.VOID, None, 0),
        (ChangeKind.FULL_MARKS, None, 55),
        (ChangeKind.RESTORED, None, 0),
    ]

    for kind, value, score in steps:
        regrade_by(session, cast, exam, single, kind, value)
        found = checked(session, sitting, signer)
        assert found.is_intact
        assert found.score_again == score


def test_a_sitting_that_a_regrade_did_not_change_stays_intact(
    session: Session,
    cast: Cast,
    exam: Exam,
    sitting: Sitting,
    single: QuestionVersion,
    signer: Signer,
) -> None:
    other = sit(session, cast, exam, "team_leader", {single.id: [3]})

    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([1]))

    assert checked(session, other, signer).is_intact


@pytest.mark.parametrize(
    "statement",
    [
        'UPDATE regrade_change SET value = \'{"answers": [[3]], "keeps_old": false}\'',
        "DELETE FROM regrade_change",
        "UPDATE regrade SET state = 'discarded'",
        "UPDATE sitting SET full_score_tenths = 100",
        "UPDATE sitting SET pass_mark_tenths = 50",
        "UPDATE sitting SET is_passed = false",
        "UPDATE sitting_question SET counted_tenths = 50",
    ],
)
def test_altered_corrections_are_found(
    session: Session,
    cast: Cast,
    exam: Exam,
    sitting: Sitting,
    single: QuestionVersion,
    signer: Signer,
    statement: str,
) -> None:
    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([1]))

    session.execute(text(statement))
    found = checked(session, sitting, signer)

    assert not found.are_corrections_same
    assert not found.is_intact


def test_a_regrade_slipped_in_by_sql_changes_no_recomputed_score(
    session: Session,
    cast: Cast,
    exam: Exam,
    sitting: Sitting,
    single: QuestionVersion,
    signer: Signer,
) -> None:
    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([1]))
    session.execute(
        text(
            "INSERT INTO regrade (exam_id, state, reason, created_at) "
            "SELECT exam_id, 'applied', 'x', created_at FROM regrade"
        )
    )
    session.execute(
        text(
            "INSERT INTO regrade_change (regrade_id, kind, question_version_id, value) "
            "SELECT max(r.id), 'void', max(c.question_version_id), 'null' "
            "FROM regrade r, regrade_change c"
        )
    )

    found = checked(session, sitting, signer)

    assert (found.score_stored, found.score_again) == (100, 100)
