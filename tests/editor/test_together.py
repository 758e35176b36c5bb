"""A module and its companion file are one change: reviewed together, published all or nothing."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from editor.models import WorkingCopy
from editor.operations.copies import open_companion, open_copy, save_copy
from editor.queries.together import change_of
from learning.models import StoredFile
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.editor.making import KEY, make_copy, new_text, publish_sample, question_text

Clients = Callable[[str], FlaskClient]
CLAUSE = "\n## 9 新的一条 {#s-9}\n\n新写的一段。\n"


@pytest.fixture
def pair(session: Session, cast: Cast) -> tuple[WorkingCopy, WorkingCopy]:
    """A changed module, and a companion file that cites the clause which is new in it."""
    stored = publish_sample(session, cast, now=MONDAY)
    trainer = cast.actor("trainer")
    main = open_copy(session, stored.path, actor=trainer, now=MONDAY)
    save_copy(session, main.id, new_text() + CLAUSE, revision=1, actor=trainer, now=MONDAY)
    other = open_companion(session, KEY, actor=trainer, now=MONDAY)
    block = question_text("单选").replace("#s-1", "#s-9").replace("###", "\n###", 1)
    save_copy(session, other.id, other.text + block, revision=1, actor=trainer, now=MONDAY)
    session.commit()
    return main, other


def states(session: Session, pair: tuple[WorkingCopy, WorkingCopy]) -> list[str]:
    session.expire_all()
    return [copy.state.value for copy in pair]


def test_the_two_files_go_together_and_a_file_only_opened_does_not(
    session: Session, cast: Cast, pair: tuple[WorkingCopy, WorkingCopy]
) -> None:
    main, other = pair
    trainer = cast.actor("trainer")

    assert change_of(session, main) == change_of(session, other) == [main, other]
    alone = make_copy(session, cast, now=MONDAY)
    open_companion(session, alone.module_key, actor=trainer, now=MONDAY)
    assert change_of(session, alone) == [alone]


def test_the_companion_may_cite_what_is_only_written_in_the_module(
    client_for: Clients, pair: tuple[WorkingCopy, WorkingCopy]
) -> None:
    page = client_for("trainer").get(f"/editor/copies/{pair[1].id}").text

    assert "E302" not in page
    assert "会和这份一起送审" in page


def test_one_review_shows_both_files_and_publishes_both(
    client_for: Clients, session: Session, pair: tuple[WorkingCopy, WorkingCopy]
) -> None:
    main, other = pair
    client_for("trainer").post(f"/editor/copies/{other.id}/submit")
    assert states(session, pair) == ["in_review", "in_review"]

    page = client_for("safety_manager").get(f"/editor/copies/{main.id}/review").text
    client_for("safety_manager").post(f"/editor/copies/{other.id}/publish", data={"note": "好"})

    assert "模块正文的改动" in page
    assert "题库文件的改动" in page
    assert states(session, pair) == ["published", "published"]
    texts = dict(session.execute(select(StoredFile.path, StoredFile.text)).all())
    assert "新的一条" in texts[main.path]
    assert "【单选】" in texts[other.path]


def test_a_question_without_id_does_not_keep_its_author_from_submitting(
    client_for: Clients, pair: tuple[WorkingCopy, WorkingCopy]
) -> None:
    page = client_for("trainer").get(f"/editor/copies/{pair[1].id}/review").text

    assert "E404" not in page
    assert "还有错误" not in page


def test_an_error_in_one_file_keeps_both_with_their_author(
    client_for: Clients, session: Session, cast: Cast, pair: tuple[WorkingCopy, WorkingCopy]
) -> None:
    main, other = pair
    broken = other.text.replace("依据", "依剧")
    save_copy(session, other.id, broken, revision=2, actor=cast.actor("trainer"), now=MONDAY)
    session.commit()

    client_for("trainer").post(f"/editor/copies/{main.id}/submit")
    page = client_for("trainer").get(f"/editor/copies/{main.id}/review").text

    assert states(session, pair) == ["editing", "editing"]
    assert "题库文件：" in page


def test_both_are_sent_back_or_taken_back(
    client_for: Clients, session: Session, pair: tuple[WorkingCopy, WorkingCopy]
) -> None:
    trainer, manager = client_for("trainer"), client_for("safety_manager")
    address = f"/editor/copies/{pair[0].id}"
    trainer.post(f"{address}/submit")
    manager.post(f"{address}/send-back", data={"note": "写清楚"})
    assert states(session, pair) == ["editing", "editing"]

    trainer.post(f"{address}/submit")
    trainer.post(f"{address}/take-back")

    assert states(session, pair) == ["editing", "editing"]


def test_nothing_is_published_that_the_reviewer_has_not_seen(
    client_for: Clients, session: Session, pair: tuple[WorkingCopy, WorkingCopy]
) -> None:
    address = f"/editor/copies/{pair[0].id}"
    client_for("trainer").post(f"{address}/submit")

    answer = client_for("safety_manager").post(
        f"{address}/publish", data={"note": "", "seen": f"{pair[0].id}:2"}
    )

    assert answer.status_code == 409
    assert states(session, pair) == ["in_review", "in_review"]
