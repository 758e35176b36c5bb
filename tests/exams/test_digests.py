"""A day's signatures in one signed file, each day naming the last; what changed since is told."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.clock import ManualClock
from core.services import Services
from exams.chain import digest
from exams.evidence.digest import Difference, DigestReport, check_digest
from exams.evidence.digest_files import days_of, make_missing, path_of, read
from exams.models import Sitting
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.evidence_sittings import ZONE, one_of_each, sat, signer_of
from tests.exams.factories import make_exam

DAY = date(2026, 3, 2)


@pytest.fixture
def sitting(session: Session, cast: Cast, clock: ManualClock, services: Services) -> Sitting:
    """Handed in on Monday; it is Tuesday now, and the digest of Monday is made."""
    made = sat(session, cast)
    session.commit()
    clock.move_to(MONDAY + timedelta(days=1))
    assert make_missing(services) == [DAY]
    return made


def digest_of_monday(services: Services) -> dict[str, Any]:
    data = read(services.config, DAY)
    assert data is not None
    return data


def checked(session: Session, services: Services, data: dict[str, Any]) -> DigestReport:
    session.flush()
    key = signer_of(services.config).public_key
    return check_digest(session, data, public_key=key, previous=None, zone=ZONE)


def test_a_digest_names_each_sitting_of_the_day(
    session: Session, sitting: Sitting, services: Services
) -> None:
    data = digest_of_monday(services)

    assert (data["date"], data["count"], data["previous_hash"]) == ("2026-03-02", 1, None)
    assert data["entries"] == [
        {
            "sitting": sitting.id,
            "number": sitting.signed_number,
            "head": sitting.signed_head,
            "signature_hash": digest(sitting.signature),
        }
    ]
    assert checked(session, services, data).is_intact


def test_days_are_a_chain_without_gaps(
    session: Session, sitting: Sitting, services: Services, clock: ManualClock
) -> None:
    clock.advance(days=3)

    made = make_missing(services)

    assert made == [date(2026, 3, day) for day in (3, 4, 5)]
    assert make_missing(services) == []
    after = read(services.config, date(2026, 3, 3))
    assert after is not None
    assert (after["previous_date"], after["count"]) == ("2026-03-02", 0)
    assert after["previous_hash"] == digest(digest_of_monday(services))
    assert days_of(services.config)[-1] == DAY


@pytest.mark.parametrize(
    ("statement", "difference"),
    [
        ("UPDATE sitting_event SET hash = '0' WHERE number = 12", Difference.CHAIN),
        ("DELETE FROM sitting_event WHERE number = 12", Difference.CHAIN),
        ("UPDATE sitting_signature SET signature = 'x'", Difference.SIGNATURE),
    ],
)
def test_a_changed_sitting_is_named(
    session: Session,
    sitting: Sitting,
    services: Services,
    statement: str,
    difference: Difference,
) -> None:
    session.execute(text(statement))

    found = checked(session, services, digest_of_monday(services))

    assert found.differences == ((sitting.id, difference),)


def test_a_removed_sitting_is_named(session: Session, sitting: Sitting, services: Services) -> None:
    for table in ("sitting_signature", "sitting_event", "sitting_question", "answer"):
        session.execute(text(f"DELETE FROM {table}"))
    session.execute(text("DELETE FROM sitting"))

    found = checked(session, services, digest_of_monday(services))

    assert found.differences == ((sitting.id, Difference.MISSING),)


def test_a_signature_put_into_that_day_later_is_named(
    session: Session, sitting: Sitting, services: Services, cast: Cast
) -> None:
    data = digest_of_monday(services)
    questions = one_of_each(session)
    other = sat(session, cast, make_exam(session, cast, questions, shuffles_questions=False))

    found = checked(session, services, data)

    assert found.added == (other.id,)


def test_an_altered_digest_is_not_genuine(
    session: Session, sitting: Sitting, services: Services
) -> None:
    data = digest_of_monday(services)
    data["count"] = 2

    assert not checked(session, services, data).is_genuine


def test_a_digest_that_names_another_day_before_is_not_genuine(
    session: Session, sitting: Sitting, services: Services, clock: ManualClock
) -> None:
    clock.advance(days=1)
    make_missing(services)
    second = read(services.config, date(2026, 3, 3))
    assert second is not None
    key = signer_of(services.config).public_key
    forged = {**digest_of_monday(services), "count": 7}

    found = check_digest(session, second, public_key=key, previous=forged, zone=ZONE)

    assert not found.is_genuine


def test_the_commands_make_and_check(
    app: Flask, sitting: Sitting, services: Services, session: Session, tmp_path: Path
) -> None:
    runner = app.test_cli_runner()
    file = str(path_of(services.config, DAY))
    good = runner.invoke(args=["exams", "verify-digest", file])
    assert good.exit_code == 0
    assert "和那一天一样" in good.output
    session.execute(text("UPDATE sitting_signature SET signature = 'x'"))
    session.commit()

    bad = runner.invoke(args=["exams", "verify-digest", file])

    assert bad.exit_code == 1
    assert f"答卷 {sitting.id} 的签名和那一天不一样" in bad.output
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"format": "x"}))
    assert "这不是日摘要文件" in runner.invoke(args=["exams", "verify-digest", str(other)]).output
    today = runner.invoke(args=["exams", "digest", "--date", "2026-03-03"])
    assert "还没过完" in today.output
    late = runner.invoke(args=["exams", "digest", "--date", "2026-03-01"])
    assert "不能再补这一天" in late.output
    assert "生成了 0 天的摘要" in runner.invoke(args=["exams", "digest"]).output


def test_the_page_offers_each_day(
    client_for: Callable[[str], FlaskClient], sitting: Sitting, services: Services
) -> None:
    browser = client_for("inspector")

    assert "digest-2026-03-02.json" in browser.get("/exams/digests").get_data(as_text=True)
    with browser.get("/exams/digests/2026-03-02.json") as answer:
        assert json.loads(answer.data) == digest_of_monday(services)
    for day in ("2026-03-09", "..", "no-day"):
        assert browser.get(f"/exams/digests/{day}.json").status_code == 404
