"""Whoever changes a mark behind the product's back is found by `flask exams verify`."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.services import Services
from exams.models import Exam, Sitting
from exams.operations.answers_to_mark import release_results
from exams.signing import load_signer
from exams.verification import Verification, verify_sitting
from tests.cast import Cast
from tests.exams.people.papers import (
    LATER,
    appoint,
    candidates,
    make_marker,
    mark,
    sit,
    written_exam,
)


@pytest.fixture
def sitting(session: Session, cast: Cast) -> Sitting:
    """Marked with five points and not yet released."""
    exam = written_exam(session, cast)
    marker = make_marker(session, cast, "甲")
    appoint(session, cast, exam, marker)
    made = sit(session, exam, candidates(session, cast, 1)[0], "报告")
    mark(session, marker, made, 50, points=[1])
    return made


def release(session: Session, cast: Cast, sitting: Sitting) -> None:
    exam = session.get_one(Exam, sitting.exam_id)
    release_results(session, exam, limit=9, actor=cast.actor("examiner"), now=LATER)


def verify(session: Session, services: Services, sitting: Sitting) -> Verification:
    session.expire_all()
    key = load_signer(services.config.keys_dir, services.seeds).public_key
    return verify_sitting(session, sitting.id, public_key=key)


def test_a_paper_that_waits_is_intact_without_a_score(
    app: Flask, session: Session, services: Services, sitting: Sitting
) -> None:
    found = verify(session, services, sitting)
    session.commit()

    assert found.is_intact
    assert found.is_waiting
    said = app.test_cli_runner().invoke(args=["exams", "verify", str(sitting.id)]).output
    assert "还有答案等人阅卷，没有成绩" in said


def test_a_released_paper_is_computed_again_from_the_marks_in_the_chain(
    session: Session, cast: Cast, services: Services, sitting: Sitting
) -> None:
    release(session, cast, sitting)

    found = verify(session, services, sitting)

    assert found.is_intact
    assert (found.score_stored, found.score_again) == (150, 150)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE manual_mark SET tenths = 100",
        "UPDATE manual_mark SET points = '[1, 2]'",
        "UPDATE marking_task SET tenths = 100",
        "UPDATE manual_mark SET superseded_at = '2026-03-02 12:00:00'",
    ],
)
def test_altered_marks_are_found(
    app: Flask,
    session: Session,
    cast: Cast,
    services: Services,
    sitting: Sitting,
    statement: str,
) -> None:
    release(session, cast, sitting)
    session.execute(text(statement))

    found = verify(session, services, sitting)
    session.commit()

    assert not found.is_intact
    assert len(found.changed_marks) == 1
    said = app.test_cli_runner().invoke(args=["exams", "verify", str(sitting.id)])
    assert said.exit_code == 1
    assert "阅卷记录和发布时不一样的题：第" in said.output


def test_an_altered_score_is_found(
    session: Session, cast: Cast, services: Services, sitting: Sitting
) -> None:
    release(session, cast, sitting)
    session.execute(text("UPDATE sitting SET score_tenths = 200"))
    session.execute(text("UPDATE sitting_question SET score_tenths = 100"))

    found = verify(session, services, sitting)

    assert (found.score_stored, found.score_again) == (200, 150)
    assert len(found.changed_slots) == 1


def test_marks_altered_in_the_chain_itself_break_it(
    session: Session, cast: Cast, services: Services, sitting: Sitting
) -> None:
    release(session, cast, sitting)
    session.execute(
        text(
            "UPDATE sitting_event SET content ="
            " replace(CAST(content AS TEXT), '\"tenths\": 50', '\"tenths\": 90')"
            " WHERE kind = 'marked_by_person'"
        )
        if session.get_bind().dialect.name == "sqlite"
        else text(
            "UPDATE sitting_event SET content ="
            " replace(CAST(content AS TEXT), '\"tenths\": 50', '\"tenths\": 90')::json"
            " WHERE kind = 'marked_by_person'"
        )
    )

    assert verify(session, services, sitting).broken
