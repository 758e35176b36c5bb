"""The end of a chain is signed whenever it moves, and no earlier signature is lost."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from core.config import Config
from core.events import publish
from exams.events import SittingRemarked
from exams.evidence.check import check
from exams.links import LATE_DECIDED
from exams.models import LateDecision, Sitting
from exams.operations.closing import submit_sitting
from exams.operations.delivery import decide_late_answers
from exams.operations.sitting import reopen_sitting
from exams.queries.evidence import signatures_of
from exams.receipts import receipt_code
from exams.signatures import fingerprint, is_genuine, is_genuine_over
from exams.verification import verify_sitting
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.evidence_sittings import evidence, sat, signer_of

LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def sitting(session: Session, cast: Cast, app: Flask) -> Sitting:
    return sat(session, cast)


def test_the_closing_is_signed_once(session: Session, sitting: Sitting, config: Config) -> None:
    (only,) = signatures_of(session, sitting.id)

    assert (only.number, only.head) == (sitting.chain_number, sitting.chain_head)
    assert only.signature == sitting.signature
    assert only.public_key == signer_of(config).public_key
    assert only.signed_at == MONDAY + timedelta(minutes=31)


def test_a_new_marking_is_signed_and_the_old_signature_kept(
    session: Session, sitting: Sitting, cast: Cast, config: Config
) -> None:
    first = sitting.signature
    sitting.late_decision = LateDecision.PENDING
    decide_late_answers(
        session, sitting.id, accepts=False, reason="无补交", actor=cast.actor("examiner"), now=LATER
    )

    old, new = signatures_of(session, sitting.id)

    assert old.signature == first
    assert (new.signature, new.number) == (sitting.signature, sitting.chain_number)
    assert new.signed_at == LATER
    for one in (old, new):
        assert is_genuine(
            one.signature,
            one.public_key or "",
            sitting_id=sitting.id,
            number=one.number,
            head=one.head,
        )
    data = evidence(session, sitting, config)
    assert [one["number"] for one in data["signatures"]] == [old.number, new.number]
    assert data["chain"][-1]["kind"] == LATE_DECIDED
    assert check(data).is_intact


def test_news_without_a_new_entry_is_not_signed_again(
    session: Session, sitting: Sitting, cast: Cast
) -> None:
    actor = cast.actor("examiner")
    publish(
        session,
        SittingRemarked(actor, LATER, sitting.id, sitting.exam_id, sitting.user_id, True, True),
    )

    assert len(signatures_of(session, sitting.id)) == 1


def test_a_reopened_sitting_keeps_the_signature_of_its_first_end(
    session: Session, sitting: Sitting, cast: Cast, config: Config
) -> None:
    sitting.is_passed = False
    session.flush()
    reopen_sitting(
        session, sitting.id, minutes=5, reason="断电", actor=cast.actor("examiner"), now=LATER
    )
    assert sitting.signature is None
    submit_sitting(session, sitting, actor=cast.actor("learner"), now=LATER)

    assert [one.number for one in signatures_of(session, sitting.id)] == [12, 14]
    key = signer_of(config).public_key
    assert verify_sitting(session, sitting.id, public_key=key).broken_signatures == ()


def test_what_is_no_signature_is_not_genuine() -> None:
    for signature, key in (("", ""), ("not base 64!", "x"), ("AAAA", "AAAA")):
        assert not is_genuine_over(b"said", signature, key)


def test_a_fingerprint_is_four_groups_of_four() -> None:
    assert [len(group) for group in fingerprint("any key").split()] == [4, 4, 4, 4]
    assert receipt_code("0" * 64) == "2222-22"
