"""Passing an exam that awards a certificate gives exactly one, with a number without gaps."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import operations
from certificates.models import Certificate, CertificateKind
from certificates.views import awards
from core.audit import AuditEntry
from core.db import Base, Database, make_engine
from core.errors import Conflict
from core.events import publish
from core.identity import Actor
from exams.events import SittingMarked, SittingRemarked
from exams.models import Sitting
from teams.models import Membership
from tests.cast import Cast, make_cast
from tests.conftest import MONDAY
from tests.databases import empty_database
from tests.sittings import make_plain_exam, make_sitting

SHANGHAI = ZoneInfo("Asia/Shanghai")
SYSTEM = Actor.system("test")


def make_kind(session: Session, code: str = "AG", months: int | None = 12) -> CertificateKind:
    return operations.add_kind(
        session,
        code=code,
        name="年度安规合格证",
        valid_months=months,
        actor=SYSTEM,
        now=MONDAY,
    )


def make_awarding_sitting(session: Session, cast: Cast, *, is_passed: bool = True) -> Sitting:
    """王小满 has sat an exam that awards AG."""
    exam = make_plain_exam(session, audience=(cast.team("enterprise"),))
    operations.set_award(session, exam, make_kind(session), actor=SYSTEM, now=MONDAY)
    return make_sitting(
        session, exam, cast.user("learner"), team=cast.team("press_one"), is_passed=is_passed
    )


def announce(session: Session, sitting: Sitting, cast: Cast) -> None:
    publish(
        session,
        SittingMarked(
            actor=cast.actor("learner"),
            at=MONDAY + timedelta(minutes=41),
            sitting_id=sitting.id,
            exam_id=sitting.exam_id,
            user_id=sitting.user_id,
            is_passed=bool(sitting.is_passed),
        ),
    )


def certificates(session: Session) -> list[Certificate]:
    return list(session.scalars(select(Certificate).order_by(Certificate.number)))


def test_a_sitting_that_a_decision_made_a_pass_is_awarded_too(session: Session, cast: Cast) -> None:
    sitting = make_awarding_sitting(session, cast)

    for is_passed in (False, True, True):
        publish(
            session,
            SittingRemarked(
                actor=cast.actor("examiner"),
                at=MONDAY + timedelta(hours=2),
                sitting_id=sitting.id,
                exam_id=sitting.exam_id,
                user_id=sitting.user_id,
                was_passed=False,
                is_passed=is_passed,
            ),
        )
        assert len(certificates(session)) == int(is_passed)


def test_pass_awards_what_the_exam_promises(session: Session, cast: Cast) -> None:
    sitting = make_awarding_sitting(session, cast)

    announce(session, sitting, cast)

    (made,) = certificates(session)
    assert made.number == "AG-2026-0001"
    assert made.kind_name == "年度安规合格证"
    assert made.holder_name == "王小满"
    assert made.team_name == "一分厂 / 冲压车间 / 冲压一班"
    assert made.post_name == "冲压工"
    assert made.issued_on == date(2026, 3, 2)
    assert made.valid_to == date(2027, 3, 1)
    assert len(made.check_code) >= 20


def test_the_same_news_twice_gives_one_certificate(session: Session, cast: Cast) -> None:
    sitting = make_awarding_sitting(session, cast)

    announce(session, sitting, cast)
    announce(session, sitting, cast)

    assert [made.number for made in certificates(session)] == ["AG-2026-0001"]
    failures = select(AuditEntry).where(AuditEntry.action == "event.handler.failed")
    assert session.scalars(failures).all() == []


def test_failing_awards_nothing(session: Session, cast: Cast) -> None:
    sitting = make_awarding_sitting(session, cast, is_passed=False)

    announce(session, sitting, cast)

    assert certificates(session) == []


def test_exam_without_an_award_gives_nothing(session: Session, cast: Cast) -> None:
    exam = make_plain_exam(session)
    sitting = make_sitting(session, exam, cast.user("learner"))

    announce(session, sitting, cast)

    assert certificates(session) == []


def test_certificate_bears_the_day_and_team_of_the_pass_even_if_made_up_later(
    app: Flask, session: Session, cast: Cast
) -> None:
    make_awarding_sitting(session, cast)
    user = cast.user("learner")
    session.query(Membership).filter_by(user_id=user.id).update({"to_on": date(2026, 3, 10)})
    session.add(
        Membership(user_id=user.id, team_id=cast.team("weld_one").id, from_on=date(2026, 3, 11))
    )
    session.commit()
    app.extensions["shanggang"].clock.move_to(MONDAY + timedelta(days=60))

    result = app.test_cli_runner().invoke(args=["certificates", "award-missing"])

    (made,) = certificates(session)
    assert result.output == "补发 1 张证书\n"
    assert made.team_name.endswith("冲压一班")
    assert (made.issued_on, made.valid_to) == (date(2026, 3, 2), date(2027, 3, 1))
    assert made.issued_at == MONDAY + timedelta(days=60)


def test_award_missing_twice_awards_once(app: Flask, session: Session, cast: Cast) -> None:
    make_awarding_sitting(session, cast)
    session.commit()
    runner = app.test_cli_runner()

    runner.invoke(args=["certificates", "award-missing"])
    again = runner.invoke(args=["certificates", "award-missing"])

    assert again.output == "补发 0 张证书\n"
    assert len(certificates(session)) == 1


def test_day_of_issue_is_the_enterprises(session: Session, cast: Cast) -> None:
    sitting = make_awarding_sitting(session, cast)
    sitting.submitted_at = datetime(2026, 12, 31, 16, 30, tzinfo=timezone.utc)

    made = operations.award_for_sitting(
        session, sitting.id, check_code="x" * 40, zone=SHANGHAI, actor=SYSTEM, now=MONDAY
    )

    assert made is not None
    assert (made.issued_on, made.number) == (date(2027, 1, 1), "AG-2027-0001")


def test_each_year_and_code_counts_for_itself(session: Session, cast: Cast) -> None:
    exam = make_plain_exam(session)
    operations.set_award(session, exam, make_kind(session), actor=SYSTEM, now=MONDAY)
    numbers = []
    for try_number, year in enumerate((2026, 2026, 2027), start=1):
        sitting = make_sitting(session, exam, cast.user("learner"), try_number=try_number)
        sitting.submitted_at = datetime(year, 5, 4, tzinfo=timezone.utc)
        made = operations.award_for_sitting(
            session,
            sitting.id,
            check_code=f"code-{try_number}",
            zone=SHANGHAI,
            actor=SYSTEM,
            now=MONDAY,
        )
        assert made is not None
        numbers.append(made.number)

    assert numbers == ["AG-2026-0001", "AG-2026-0002", "AG-2027-0001"]


def test_taken_code_is_refused(session: Session, cast: Cast) -> None:
    make_kind(session)

    with pytest.raises(Conflict):
        make_kind(session)


def test_revoked_certificate_is_not_awarded_again(session: Session, cast: Cast) -> None:
    sitting = make_awarding_sitting(session, cast)
    announce(session, sitting, cast)
    (made,) = certificates(session)
    operations.revoke_certificate(
        session, made, reason="代考", actor=cast.actor("administrator"), now=MONDAY
    )

    announce(session, sitting, cast)

    (only,) = certificates(session)
    assert only.revoked_at == MONDAY
    with pytest.raises(Conflict):
        operations.revoke_certificate(
            session, only, reason="再来", actor=cast.actor("administrator"), now=MONDAY
        )


def test_every_act_leaves_one_entry(session: Session, cast: Cast) -> None:
    sitting = make_awarding_sitting(session, cast)
    announce(session, sitting, cast)
    (made,) = certificates(session)
    operations.revoke_certificate(
        session, made, reason="代考", actor=cast.actor("administrator"), now=MONDAY
    )

    entries = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.action.contains("certificate") | AuditEntry.action.contains("award"))
        .order_by(AuditEntry.id)
    ).all()
    assert [entry.action for entry in entries] == [
        "certificate.kind.added",
        "exam.award.changed",
        "certificate.awarded",
        "certificate.revoked",
    ]
    assert entries[-1].reason == "代考"
    assert entries[-1].on_user_id == sitting.user_id


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Database]:
    """A database of its own that really commits: a file, or one on the server of DATABASE_URL."""
    database = Database(make_engine(empty_database("hall", tmp_path)))
    Base.metadata.create_all(database.engine)
    yield database
    database.engine.dispose()


def test_numbers_are_unique_and_without_gaps_under_eight_threads(hall: Database) -> None:
    database = hall
    with database.writing() as session:
        cast = make_cast(session, now=MONDAY)
        exam = make_plain_exam(session)
        operations.set_award(session, exam, make_kind(session), actor=SYSTEM, now=MONDAY)
        sittings = [
            make_sitting(session, exam, cast.user("learner"), try_number=number).id
            for number in range(1, 41)
        ]
    barrier, failures = Barrier(8), []

    def award(share: list[int]) -> None:
        barrier.wait()
        for sitting_id in share:
            try:
                with database.writing() as session:
                    operations.award_for_sitting(
                        session,
                        sitting_id,
                        check_code=f"code-{sitting_id}",
                        zone=SHANGHAI,
                        actor=SYSTEM,
                        now=MONDAY,
                    )
                    if sitting_id % 10 == 0:
                        raise InterruptedError
            except InterruptedError:
                continue
            except Exception as error:
                failures.append(error)

    threads = [Thread(target=award, args=(sittings[part::8],)) for part in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as session:
        numbers = sorted(session.scalars(select(Certificate.number)))
    assert failures == []
    rolled_back = sum(sitting_id % 10 == 0 for sitting_id in sittings)
    assert numbers == [f"AG-2026-{serial:04d}" for serial in range(1, 41 - rolled_back)]


def test_panel_is_registered_for_the_exams_page(app: Flask) -> None:
    assert awards.award_panel in app.extensions["shanggang"].panels["exam"]
