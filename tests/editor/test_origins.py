"""A trainer decides once about each change of the library; only a newer one is told again."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.config import LIBRARY_DIR
from core.errors import Conflict, Forbidden
from editor.models import WorkingCopy
from editor.operations.origins import OriginDecision, decide_on_origin
from editor.operations.review import mark_published, submit_copy
from learning.models import StoredFile
from learning.sources import plain_lines, text_hash
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.editor.making import LIBRARY_PATH, make_copy

Clients = Callable[[str], FlaskClient]
MOVED = "课程库里的原文后来变了"


@pytest.fixture
def copy(session: Session, cast: Cast) -> WorkingCopy:
    """A copy of the library's module, whose text changed since."""
    made = make_copy(session, cast, now=MONDAY, is_of_library=True)
    session.commit()
    return made


def newest() -> str:
    return plain_lines((LIBRARY_DIR / LIBRARY_PATH).read_text("utf-8"))


def stored_of(session: Session, copy: WorkingCopy) -> StoredFile:
    """The module as it is published, taken from the same text of the library as the copy."""
    made = StoredFile(
        module_key=copy.module_key,
        path=copy.path,
        text="旧",
        text_hash="0" * 64,
        origin_text=copy.origin_text,
        updated_at=MONDAY,
    )
    session.add(made)
    session.flush()
    return made


@pytest.mark.parametrize("decision", ["merged", "declined"])
def test_the_notice_goes_with_the_decision_and_is_recorded(
    client_for: Clients, session: Session, copy: WorkingCopy, decision: str
) -> None:
    client, address = client_for("trainer"), f"/editor/copies/{copy.id}"
    assert MOVED in client.get(address).text

    client.post(f"{address}/origin", data={"decision": decision, "origin": text_hash(newest())})

    assert MOVED not in client.get(address).text
    actions = session.scalars(select(AuditEntry.action)).all()
    assert f"working_copy.origin_{decision}" in actions


def test_a_newer_text_of_the_library_is_told_again(
    client_for: Clients, session: Session, copy: WorkingCopy
) -> None:
    copy.origin_text = newest() + "后来库里又删掉的一句。\n"
    session.commit()

    assert MOVED in client_for("trainer").get(f"/editor/copies/{copy.id}").text


def test_a_text_that_changed_after_it_was_shown_is_not_decided_on(
    client_for: Clients, copy: WorkingCopy
) -> None:
    answer = client_for("trainer").post(
        f"/editor/copies/{copy.id}/origin", data={"decision": "merged", "origin": "0" * 64}
    )

    assert answer.status_code == 409


def test_declining_counts_at_once(session: Session, cast: Cast, copy: WorkingCopy) -> None:
    trainer, stored = cast.actor("trainer"), stored_of(session, copy)

    decide_on_origin(session, copy, newest(), OriginDecision.DECLINED, actor=trainer, now=MONDAY)

    assert stored.origin_text == newest()


def test_merging_counts_with_publication(session: Session, cast: Cast, copy: WorkingCopy) -> None:
    trainer, stored = cast.actor("trainer"), stored_of(session, copy)
    before, newer = stored.origin_text, newest()

    decide_on_origin(session, copy, newer, OriginDecision.MERGED, actor=trainer, now=MONDAY)
    assert stored.origin_text == before
    submit_copy(session, copy, revision=copy.revision, actor=trainer, now=MONDAY)
    mark_published(session, copy, "", actor=cast.actor("safety_manager"), now=MONDAY)
    assert stored.origin_text == newer


def test_only_trainers_decide_and_each_change_once(
    session: Session, cast: Cast, copy: WorkingCopy
) -> None:
    declined = OriginDecision.DECLINED
    manager, trainer = cast.actor("safety_manager"), cast.actor("trainer")

    with pytest.raises(Forbidden):
        decide_on_origin(session, copy, newest(), declined, actor=manager, now=MONDAY)
    decide_on_origin(session, copy, newest(), declined, actor=trainer, now=MONDAY)
    with pytest.raises(Conflict):
        decide_on_origin(session, copy, newest(), declined, actor=trainer, now=MONDAY)
