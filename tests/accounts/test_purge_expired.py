from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

import accounts.jobs
from accounts import counters, operations
from accounts.models import AuthSession, SignInCounter
from accounts.operations.upkeep import Purged
from accounts.rules import CounterKind
from core.audit import AuditEntry
from core.clock import ManualClock
from core.identity import Actor
from core.services import Services
from tests.accounts.people import visit_from
from tests.cast import Cast
from tests.conftest import MONDAY

SYSTEM = Actor.system("test")
HALF_A_YEAR = timedelta(days=190)


def fill(session: Session, cast: Cast) -> None:
    """One counter, one code and one session of Monday."""
    user = cast.user("learner")
    counters.add(session, CounterKind.PAIR, "a" * 64, now=MONDAY, failed=1)
    operations.make_activation_code(session, user, actor=SYSTEM, now=MONDAY, code="ABCDEFGHJK")
    operations.start_session(session, user, visit_from("10.0.0.7", "t"), actor=SYSTEM, now=MONDAY)
    session.commit()


def test_sign_ins_are_kept_for_half_a_year_and_counters_for_a_day(
    session: Session, cast: Cast
) -> None:
    fill(session, cast)

    purged = operations.purge_expired(session, actor=SYSTEM, now=MONDAY + HALF_A_YEAR)

    assert purged == Purged(counters=1, codes=0, sessions=0)


def test_what_ended_half_a_year_ago_is_cleared_away_and_recorded(
    session: Session, cast: Cast
) -> None:
    fill(session, cast)
    later = MONDAY + HALF_A_YEAR + timedelta(days=4)

    purged = operations.purge_expired(session, actor=SYSTEM, now=later)

    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert purged == Purged(counters=1, codes=1, sessions=1)
    assert entry is not None
    assert entry.action == "sign_in_log.purged"
    assert entry.after == {"counters": 1, "codes": 1, "sessions": 1}


def test_counters_of_today_stay(session: Session, cast: Cast) -> None:
    fill(session, cast)

    operations.purge_expired(session, actor=SYSTEM, now=MONDAY + timedelta(hours=23))

    assert session.scalar(select(SignInCounter.failed_count)) == 1


def test_job_purges_by_the_clock(
    session: Session, cast: Cast, services: Services, clock: ManualClock
) -> None:
    fill(session, cast)
    clock.advance(days=200)

    accounts.jobs.purge(services)

    assert session.scalar(select(AuthSession.id)) is None
