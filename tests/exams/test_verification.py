"""Each way of getting at the rows of a closed sitting by SQL is found and named."""

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.chance import SystemSeeds
from core.config import Config
from core.errors import NotFound
from exams.chain import BrokenLink, Fault, link_hash
from exams.links import links_of
from exams.models import Sitting
from exams.operations.answers import record_answer
from exams.operations.closing import submit_sitting
from exams.operations.sitting import extend_sitting, start_sitting
from exams.recording import JournalEntry
from exams.signatures import is_genuine
from exams.signing import Signer, load_signer
from exams.verification import Verification, verify_sitting
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam, option

SINGLE = 1


@pytest.fixture
def signer(config: Config) -> Signer:
    return load_signer(config.keys_dir, SystemSeeds())


@pytest.fixture
def sitting(session: Session, cast: Cast, app: Flask) -> Sitting:
    """Paper, three answers, more time, one answer, handed in: six links, signed."""
    assert app.extensions["shanggang"].bus is session.info["bus"]
    actor = cast.actor("learner")
    exam = make_exam(session, cast)
    zone = ZoneInfo("Asia/Shanghai")
    sitting = start_sitting(session, exam, actor=actor, now=MONDAY, seed=1, zone=zone)
    for number, response in enumerate(([1], [3], [1])):
        _answer(session, sitting, cast, response, number)
    extend_sitting(
        session, sitting, minutes=5, reason="停电", actor=cast.actor("examiner"), now=MONDAY
    )
    _answer(session, sitting, cast, [2], 4)
    submit_sitting(session, sitting, actor=actor, now=MONDAY + timedelta(minutes=9))
    return sitting


def _answer(
    session: Session, sitting: Sitting, cast: Cast, response: list[int], number: int
) -> None:
    record_answer(
        session,
        sitting.id,
        JournalEntry(SINGLE, response, f"choice-{number}"),
        actor=cast.actor("learner"),
        now=MONDAY + timedelta(minutes=number),
    )
    session.expire(sitting)


def checked(session: Session, sitting: Sitting, signer: Signer) -> Verification:
    session.flush()
    session.expire_all()
    return verify_sitting(session, sitting.id, public_key=signer.public_key)


def run(session: Session, statement: str, **values: object) -> None:
    assert session.execute(text(statement), values).rowcount >= 1  # type: ignore[attr-defined]


def test_an_untouched_sitting_is_intact(session: Session, sitting: Sitting, signer: Signer) -> None:
    found = checked(session, sitting, signer)

    assert found.is_intact
    assert (found.link_count, found.is_signed) == (7, True)
    assert found.score_stored == found.score_again == 100


def test_an_open_sitting_is_intact_and_not_yet_signed(
    session: Session, cast: Cast, signer: Signer
) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    exam = make_exam(session, cast)
    actor = cast.actor("learner")
    opened = start_sitting(session, exam, actor=actor, now=MONDAY, seed=1, zone=zone)

    found = checked(session, opened, signer)

    assert found.is_intact
    assert found.is_signed is None


def test_an_altered_answer_is_named(session: Session, sitting: Sitting, signer: Signer) -> None:
    run(session, "UPDATE answer SET response = '[3]' WHERE client_key = 'choice-4'")

    found = checked(session, sitting, signer)

    assert found.broken == (BrokenLink(Fault.ALTERED, 6),)
    assert not found.is_intact


def test_a_removed_answer_leaves_a_gap(session: Session, sitting: Sitting, signer: Signer) -> None:
    run(session, "DELETE FROM answer WHERE client_key = 'choice-1'")

    found = checked(session, sitting, signer)

    assert found.broken == (BrokenLink(Fault.CUT, 3),)


def test_a_cut_end_is_found_though_the_sitting_says_otherwise(
    session: Session, sitting: Sitting, signer: Signer
) -> None:
    run(session, "DELETE FROM sitting_event WHERE number = 7")
    run(session, "UPDATE sitting SET chain_number = 6")

    found = checked(session, sitting, signer)

    assert found.broken == (BrokenLink(Fault.CUT, 7),)


def test_answers_that_changed_places_are_found(
    session: Session, sitting: Sitting, signer: Signer
) -> None:
    run(session, "UPDATE answer SET number = 99 WHERE client_key = 'choice-1'")
    run(session, "UPDATE answer SET number = 3 WHERE client_key = 'choice-2'")
    run(session, "UPDATE answer SET number = 4 WHERE client_key = 'choice-1'")

    found = checked(session, sitting, signer)

    assert found.broken == (BrokenLink(Fault.REORDERED, 3), BrokenLink(Fault.REORDERED, 4))


def test_a_chain_made_anew_is_found_by_its_signature(
    session: Session, sitting: Sitting, signer: Signer
) -> None:
    run(session, "UPDATE answer SET response = '[1]' WHERE client_key = 'choice-4'")
    session.expire_all()
    before = ""
    for link in links_of(session, sitting.id):
        before = link_hash(
            before, number=link.number, kind=link.kind, content=link.content, at=link.at
        )
        table, column = (
            ("answer", "receipt_hash")
            if link.kind == "answer"
            else (
                "sitting_event",
                "hash",
            )
        )
        run(
            session,
            f"UPDATE {table} SET {column} = :hash WHERE number = :number",
            hash=before,
            number=link.number,
        )
    run(session, "UPDATE sitting SET chain_head = :head", head=before)

    found = checked(session, sitting, signer)

    assert found.broken == (BrokenLink(Fault.RECHAINED, 7),)


def test_a_signature_by_another_key_is_none(
    session: Session, sitting: Sitting, signer: Signer
) -> None:
    other = Signer("another key file's text, long enough to be one")
    number, head = sitting.signed_number or 0, sitting.signed_head or ""
    forged = other.sign(sitting.id, number, head)
    run(session, "UPDATE sitting SET signature = :signature", signature=forged)

    assert checked(session, sitting, signer).is_signed is False
    assert is_genuine(forged, other.public_key, sitting_id=sitting.id, number=number, head=head)


def test_a_key_changed_in_the_bank_shows_in_the_paper_and_in_the_score(
    session: Session, sitting: Sitting, signer: Signer
) -> None:
    run(
        session,
        "UPDATE question_version SET options = :options WHERE id IN"
        " (SELECT question_version_id FROM sitting_question WHERE slot = 1)",
        options=json.dumps(
            [option(1, "4 小时", is_right=True), option(2, "8 小时"), option(3, "12 小时")]
        ),
    )

    found = checked(session, sitting, signer)

    assert not found.is_paper_same
    assert found.changed_slots == (SINGLE,)
    assert (found.score_stored, found.score_again) == (100, 0)


def test_a_raised_score_shows(session: Session, sitting: Sitting, signer: Signer) -> None:
    run(session, "UPDATE sitting_question SET score_tenths = 50 WHERE slot = 2")

    assert checked(session, sitting, signer).changed_slots == (2,)


def test_there_is_nothing_to_verify_of_an_unknown_sitting(session: Session, signer: Signer) -> None:
    with pytest.raises(NotFound):
        verify_sitting(session, 404, public_key=signer.public_key)
