"""Reading: who opened and who read which version, once each."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.clock import ManualClock
from core.errors import Forbidden
from core.identity import Actor
from learning import queries
from learning.catalogue import ReadingState
from learning.models import ModuleReading
from learning.operations import mark_opened, mark_read
from tests.cast import Cast
from tests.learning.factories import make_module, module_text


def state_of(session: Session, actor: Actor) -> ReadingState:
    return queries.catalogue_for(session, actor)[0].state


def test_the_first_time_counts(session: Session, cast: Cast, clock: ManualClock) -> None:
    version, actor = make_module(session, now=clock.now()), cast.actor("learner")
    later = clock.now() + timedelta(hours=1)

    mark_opened(session, version, actor=actor, now=clock.now())
    mark_read(session, version, actor=actor, now=later)
    mark_opened(session, version, actor=actor, now=later + timedelta(hours=1))
    reading = mark_read(session, version, actor=actor, now=later + timedelta(hours=1))

    assert (reading.opened_at, reading.read_at) == (clock.now(), later)
    assert session.scalar(select(func.count()).select_from(ModuleReading)) == 1


def test_each_step_is_in_the_record_with_the_hash_of_the_text(
    session: Session, cast: Cast, clock: ManualClock
) -> None:
    version, actor = make_module(session, now=clock.now()), cast.actor("learner")

    mark_read(session, version, actor=actor, now=clock.now())

    entries = session.scalars(select(AuditEntry).where(AuditEntry.actor_id == actor.user_id)).all()
    assert [entry.action for entry in entries] == ["module.opened", "module.read"]
    assert entries[1].after == {"hash": version.content_hash}
    assert entries[1].on_user_id == actor.user_id


def test_state_follows_reading_and_a_new_version_asks_for_it_again(
    session: Session, cast: Cast, clock: ManualClock
) -> None:
    version, actor = make_module(session, now=clock.now()), cast.actor("learner")

    seen = [state_of(session, actor)]
    mark_opened(session, version, actor=actor, now=clock.now())
    seen.append(state_of(session, actor))
    mark_read(session, version, actor=actor, now=clock.now())
    seen.append(state_of(session, actor))
    make_module(session, module_text(label="3"), now=clock.now())
    seen.append(state_of(session, actor))

    assert seen == [
        ReadingState.UNREAD,
        ReadingState.OPENED,
        ReadingState.READ,
        ReadingState.OUTDATED,
    ]


def test_one_persons_reading_is_not_anothers(
    session: Session, cast: Cast, clock: ManualClock
) -> None:
    version = make_module(session, now=clock.now())

    mark_read(session, version, actor=cast.actor("learner"), now=clock.now())

    assert state_of(session, cast.actor("team_leader")) is ReadingState.UNREAD


def test_nobody_and_the_system_read_nothing(session: Session, clock: ManualClock) -> None:
    version = make_module(session, now=clock.now())

    with pytest.raises(Forbidden):
        mark_opened(session, version, actor=Actor.system("job"), now=clock.now())
