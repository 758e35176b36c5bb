import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.services import Services
from editor.models import WorkingCopy
from learning.models import CourseModule, StoredFile, StoredImage
from tests.browser.test_editor import png
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.editor.making import (
    KEY,
    make_copy,
    new_text,
    publish_sample,
    question_text,
    submitted,
)

Clients = Callable[[str], FlaskClient]
JSON = {"Accept": "application/json"}


@pytest.fixture
def copy(session: Session, cast: Cast) -> WorkingCopy:
    made = make_copy(session, cast, now=MONDAY)
    session.commit()
    return made


def test_saving_writes_the_missing_ids(
    client_for: Clients, session: Session, copy: WorkingCopy
) -> None:
    text = new_text() + question_text("单选")

    answer = client_for("trainer").post(
        f"/editor/copies/{copy.id}/save", data={"text": text, "revision": 1}, headers=JSON
    )

    assert answer.json is not None
    assert "{#q-" in answer.json["text"]
    assert answer.json["revision"] == 2


def test_a_text_with_errors_is_saved_as_typed(client_for: Clients, copy: WorkingCopy) -> None:
    text = "没有说明部分\n\n### 【单选】\n\n- [x] 一\n"

    answer = client_for("trainer").post(
        f"/editor/copies/{copy.id}/save", data={"text": text, "revision": 1}, headers=JSON
    )

    assert answer.json is not None
    assert answer.json["text"] == text


def test_a_second_save_of_an_old_revision_shows_both_texts(
    client_for: Clients, copy: WorkingCopy
) -> None:
    client = client_for("trainer")
    address = f"/editor/copies/{copy.id}/save"
    theirs = new_text().replace("（先停什么，报告谁。）", "按下急停")
    mine = new_text().replace("（先停什么，报告谁。）", "切断电源")
    client.post(address, data={"text": theirs, "revision": 1})

    page = client.post(address, data={"text": mine, "revision": 1})
    refused = client.post(address, data={"text": mine, "revision": 1}, headers=JSON)

    assert "按下急停" in page.text
    assert "切断电源" in page.text
    assert refused.json is not None
    assert refused.json["error"] == "stale"


def test_preview_writes_nothing_and_names_each_line(
    client_for: Clients, session: Session, copy: WorkingCopy
) -> None:
    answer = client_for("trainer").post(
        f"/editor/copies/{copy.id}/preview",
        data={"text": new_text() + question_text("单选").replace("[x]", "[ ]")},
    )

    assert answer.json is not None
    assert "E202" in answer.json["html"]
    session.expire_all()
    assert session.get_one(WorkingCopy, copy.id).revision == 1


@pytest.mark.parametrize(
    "data",
    [b"not a picture", b'<svg xmlns="x"><script>1</script></svg>', b"<svg onload='x()'></svg>"],
)
def test_what_is_no_safe_picture_is_refused(
    client_for: Clients, copy: WorkingCopy, data: bytes
) -> None:
    answer = client_for("trainer").post(
        f"/editor/copies/{copy.id}/pictures",
        data={"picture": (io.BytesIO(data), "a.png")},
        headers=JSON,
    )

    assert answer.status_code == 409


def test_a_picture_is_stored_under_its_content(
    client_for: Clients, session: Session, services: Services, copy: WorkingCopy
) -> None:
    answer = client_for("trainer").post(
        f"/editor/copies/{copy.id}/pictures", data={"picture": (io.BytesIO(png()), "a.txt")}
    )

    assert answer.json is not None
    assert answer.json["markdown"].startswith("![](图片/")
    stored = session.scalars(select(StoredImage)).one()
    assert stored.path.startswith("procedures/图片/")
    folder = services.config.uploads_dir
    assert folder is not None
    assert (folder / "images" / stored.name).read_bytes() == png()


def test_publication_makes_module_and_stored_file(
    client_for: Clients, session: Session, cast: Cast
) -> None:
    copy = submitted(session, cast, now=MONDAY)
    session.commit()

    client_for("safety_manager").post(f"/editor/copies/{copy.id}/publish", data={"note": "好"})

    session.expire_all()
    assert session.scalars(select(CourseModule.key)).all() == [copy.module_key]
    assert session.scalars(select(StoredFile.path)).all() == [copy.path]
    assert copy.state.value == "published"
    assert copy.review_note == "好"


def test_a_text_with_errors_is_not_submitted(
    client_for: Clients, session: Session, cast: Cast
) -> None:
    copy = make_copy(session, cast, now=MONDAY, text="没有说明部分\n")
    session.commit()

    client_for("trainer").post(f"/editor/copies/{copy.id}/submit")

    session.expire_all()
    assert copy.state.value == "editing"


def test_history_marks_the_words_that_changed(
    client_for: Clients, session: Session, cast: Cast
) -> None:
    publish_sample(session, cast, now=MONDAY)
    stored = session.scalars(select(StoredFile)).one()
    session.delete(stored)
    session.flush()
    publish_sample(session, cast, now=MONDAY, text=new_text().replace("报告谁", "报告班组长"))
    session.commit()

    page = client_for("trainer").get(f"/editor/modules/{KEY}/history").text

    assert "<ins>" in page
    assert "班组长" in page
