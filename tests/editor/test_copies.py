from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, Forbidden
from editor.models import WorkingRevision, WorkingState
from editor.operations.copies import (
    StaleRevision,
    create_copy,
    discard_copy,
    open_copy,
    put_block,
    restore_text,
    save_copy,
)
from editor.operations.review import mark_published, send_back, submit_copy, take_back
from editor.skeletons import proposed_key
from learning.editions import make_edition
from learning.models import ModuleKind, ModuleSource
from learning.operations import publish_module
from learning.parsing import parse_module
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.editor.making import (
    KEY,
    LIBRARY_PATH,
    make_copy,
    new_text,
    publish_sample,
    question_text,
    submitted,
)

LATER = MONDAY + timedelta(minutes=1)
BLOCK = "### 【判断】先看接地 {#q-h5t0pd}\n\n先看接地线。\n\n> - 答案：对\n"


def test_a_published_file_has_one_open_copy_with_its_text(session: Session, cast: Cast) -> None:
    stored = publish_sample(session, cast, now=MONDAY)
    trainer = cast.actor("trainer")

    first = open_copy(session, stored.path, actor=trainer, now=MONDAY)
    second = open_copy(session, stored.path, actor=trainer, now=LATER)

    assert first is second
    assert first.text == first.base_text == stored.text


def test_a_module_of_the_library_becomes_the_enterprises_copy_with_its_origin(
    session: Session, cast: Cast
) -> None:
    text = new_text("sop-hot-work")
    parsed, _ = parse_module(text, f"content/{LIBRARY_PATH}")
    source = ModuleSource.LIBRARY
    edition = make_edition(parsed, source=source, image_url=lambda _path: None, text=text)
    publish_module(session, edition, actor=cast.actor("trainer"), now=MONDAY)

    copy = open_copy(session, LIBRARY_PATH, actor=cast.actor("trainer"), now=LATER)

    assert (copy.path, copy.module_key) == (LIBRARY_PATH, "sop-hot-work")
    assert copy.text == copy.origin_text == text


def test_each_save_is_kept_and_an_old_revision_is_refused(session: Session, cast: Cast) -> None:
    copy = make_copy(session, cast, now=MONDAY)
    trainer = cast.actor("trainer")

    save_copy(session, copy.id, "甲\n", revision=1, actor=trainer, now=LATER)
    save_copy(session, copy.id, "甲\n", revision=2, actor=trainer, now=LATER)
    with pytest.raises(StaleRevision):
        save_copy(session, copy.id, "乙\n", revision=1, actor=trainer, now=LATER)

    assert (copy.text, copy.revision) == ("甲\n", 2)
    assert session.scalar(select(func.count()).select_from(WorkingRevision)) == 2


def test_only_trainers_write(session: Session, cast: Cast) -> None:
    copy = make_copy(session, cast, now=MONDAY)

    with pytest.raises(Forbidden):
        save_copy(session, copy.id, "x", revision=1, actor=cast.actor("safety_manager"), now=LATER)


def test_more_than_two_megabytes_are_refused(session: Session, cast: Cast) -> None:
    copy = make_copy(session, cast, now=MONDAY)

    text = "字" * 800_000
    with pytest.raises(Conflict):
        save_copy(session, copy.id, text, revision=1, actor=cast.actor("trainer"), now=LATER)


def test_a_new_key_may_not_be_one_in_use(session: Session, cast: Cast) -> None:
    publish_sample(session, cast, now=MONDAY)

    with pytest.raises(Conflict):
        create_copy(
            session,
            path="cases/other.md",
            module_key=KEY,
            text=new_text(),
            actor=cast.actor("trainer"),
            now=LATER,
        )


def test_a_block_goes_into_the_companion_file_and_replaces_its_older_self(
    session: Session, cast: Cast
) -> None:
    publish_sample(session, cast, now=MONDAY)
    trainer = cast.actor("trainer")

    first = put_block(
        session, module_key=KEY, block=BLOCK, replaces=None, actor=trainer, now=MONDAY
    )
    better = BLOCK.replace("接地线。", "接地线是否完好。")
    second = put_block(
        session, module_key=KEY, block=better, replaces="q-h5t0pd", actor=trainer, now=LATER
    )

    assert first is second
    assert first.path == "procedures/sop-press.题库.md"
    assert second.text.count("q-h5t0pd") == 1
    assert "是否完好" in second.text


def test_a_second_person_decides(session: Session, cast: Cast) -> None:
    copy = submitted(session, cast, now=MONDAY)

    with pytest.raises(Forbidden):
        mark_published(session, copy, "", actor=cast.actor("trainer"), now=LATER)
    with pytest.raises(Forbidden):
        mark_published(session, copy, "", actor=cast.actor("examiner"), now=LATER)
    send_back(session, copy, "第 2 节写清楚", actor=cast.actor("safety_manager"), now=LATER)

    assert copy.state is WorkingState.EDITING
    assert copy.review_note == "第 2 节写清楚"


def test_what_is_in_review_is_not_written_on_until_it_is_taken_back(
    session: Session, cast: Cast
) -> None:
    copy = submitted(session, cast, now=MONDAY)
    trainer = cast.actor("trainer")

    with pytest.raises(Conflict):
        save_copy(session, copy.id, "x", revision=1, actor=trainer, now=LATER)
    take_back(session, copy, actor=trainer, now=LATER)
    save_copy(session, copy.id, "x", revision=1, actor=trainer, now=LATER)

    assert copy.text == "x"


def test_a_text_that_changed_meanwhile_is_not_submitted(session: Session, cast: Cast) -> None:
    copy = make_copy(session, cast, now=MONDAY)

    with pytest.raises(Conflict):
        submit_copy(session, copy, revision=7, actor=cast.actor("trainer"), now=LATER)


def test_after_giving_up_the_published_text_is_the_start_again(
    session: Session, cast: Cast
) -> None:
    stored = publish_sample(session, cast, now=MONDAY)
    trainer = cast.actor("trainer")
    copy = open_copy(session, stored.path, actor=trainer, now=MONDAY)
    save_copy(session, copy.id, "x", revision=1, actor=trainer, now=MONDAY)

    discard_copy(session, copy, actor=trainer, now=LATER)

    assert open_copy(session, stored.path, actor=trainer, now=LATER).text == stored.text


def test_restoring_keeps_what_was_being_written_as_a_revision(session: Session, cast: Cast) -> None:
    stored = publish_sample(session, cast, now=MONDAY)
    trainer = cast.actor("trainer")
    copy = open_copy(session, stored.path, actor=trainer, now=MONDAY)
    save_copy(session, copy.id, "新写的", revision=1, actor=trainer, now=MONDAY)

    restore_text(session, stored.path, "旧版", label="1", actor=trainer, now=LATER)

    kept = session.scalars(select(WorkingRevision.text).order_by(WorkingRevision.revision))
    assert list(kept) == [stored.text, "新写的", "旧版"]


def test_key_is_proposed_from_pinyin() -> None:
    assert proposed_key(ModuleKind.OPERATING_PROCEDURE, "动火作业") == "sop-dhzy"


def test_question_skeletons_name_their_clause() -> None:
    assert "[1 适用范围](#s-1)" in question_text("排序")
