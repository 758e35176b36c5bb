"""Many questions of the bank are changed at once, in the working copies of their files."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.services import Services
from editor.models import WorkingCopy, WorkingState
from editor.operations.bulk import change_files
from editor.operations.copies import save_copy
from editor.queries.bulk import plan_bulk
from learning.images import ImageStore
from question_bank.authoring.note_changes import ChangeKind, NoteChange
from question_bank.models import Question, QuestionState, QuestionTag
from question_bank.publication import FileText, publish_files
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.editor.factories import BLOCK
from tests.editor.making import KEY, make_copy, new_text
from tests.learning.factories import make_module, module_text
from tests.question_bank.factories import make_question

Clients = Callable[[str], FlaskClient]
PATH = f"procedures/{KEY}.md"
IDS = ["q-7f3k2m", "q-7f3k2n"]


@pytest.fixture
def trainer(services: Services, session: Session, cast: Cast, client_for: Clients) -> FlaskClient:
    """A trainer, and two published questions of an enterprise's module."""
    session.commit()
    blocks = [
        f"\n### 【判断】题 {{#{one}}}\n\n对吗 {one}？\n\n> - 答案：对\n> - 依据：[1 范围](#s-1)\n"
        for one in IDS
    ]
    publish_files(
        services.database,
        [FileText(PATH, new_text() + "".join(blocks))],
        images=ImageStore(services.config.uploads_dir),
        confirm_removals=False,
        actor=cast.actor("trainer"),
        now=MONDAY,
    )
    return client_for("trainer")


def copies(session: Session) -> list[WorkingCopy]:
    session.expire_all()
    return list(session.scalars(select(WorkingCopy).order_by(WorkingCopy.id)))


def test_the_bank_offers_the_changes(trainer: FlaskClient, client_for: Clients) -> None:
    assert 'formaction="/editor/bulk"' in trainer.get("/questions").text
    assert "/editor/bulk" not in client_for("safety_manager").get("/questions").text


def test_nothing_is_written_before_it_is_confirmed(trainer: FlaskClient, session: Session) -> None:
    page = trainer.post("/editor/bulk", data={"all": "1", "change": "retire"})

    assert "2 题会改，写进 1 份工作稿" in page.text
    assert copies(session) == []


def test_a_tag_is_added_reviewed_and_found_in_the_bank(
    trainer: FlaskClient, client_for: Clients, session: Session
) -> None:
    form = {"id": IDS, "change": "add_tag", "new_tag": "夜班", "confirm": "1"}

    page = trainer.post("/editor/bulk", data=form)
    again = trainer.post("/editor/bulk", data=form)
    copy = copies(session)[0]
    trainer.post(f"/editor/copies/{copy.id}/submit")
    client_for("safety_manager").post(f"/editor/copies/{copy.id}/publish")

    assert f"/editor/copies/{copy.id}/review" in page.text
    assert "2 题本来就是这样" in again.text
    assert copy.text.count("> - 标签：夜班") == 2
    assert copies(session)[0].state is WorkingState.PUBLISHED
    assert session.scalars(select(QuestionTag.tag)).all() == ["夜班", "夜班"]
    assert {q.state for q in session.scalars(select(Question))} == {QuestionState.ACTIVE}


def test_the_open_working_copy_is_continued(
    trainer: FlaskClient, session: Session, cast: Cast
) -> None:
    trainer.post("/editor/open", data={"path": PATH})
    trainer.post("/editor/bulk", data={"id": IDS[0], "change": "retire", "confirm": "1"})
    form = {"id": IDS[0], "change": "difficulty", "level": "5", "confirm": "1"}
    trainer.post("/editor/bulk", data=form)

    [copy] = copies(session)
    assert copy.revision == 3
    assert copy.text.count("> - 状态：停用\n> - 难度：难\n") == 1


def test_a_text_in_review_is_left_alone(trainer: FlaskClient, session: Session) -> None:
    trainer.post("/editor/open", data={"path": PATH})
    [copy] = copies(session)
    copy.state = WorkingState.IN_REVIEW
    session.commit()

    page = trainer.post("/editor/bulk", data={"all": "1", "change": "retire", "confirm": "1"})

    assert "正在复核" in page.text
    assert "状态：停用" not in copies(session)[0].text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"change": "retire"}, "还没有选题"),
        ({"all": "1", "change": "add_tag", "new_tag": "甲、乙"}, "写上标签"),
        ({"all": "1", "change": "add_tag", "new_tag": ""}, "写上标签"),
    ],
)
def test_what_is_missing_is_told(trainer: FlaskClient, form: dict[str, str], said: str) -> None:
    page = trainer.post("/editor/bulk", data=form, follow_redirects=True)

    assert said in page.text


def test_a_module_of_the_library_becomes_a_copy_and_that_is_said_before(
    client_for: Clients, session: Session, cast: Cast
) -> None:
    text = module_text(body="## 3.2 票的有效期 {#s-3-2}\n\n文字。\n\n") + BLOCK
    version = make_module(session, text, now=MONDAY)
    version.source_text = text
    question = make_question(session, now=MONDAY, public_id="q-9abc12")
    question.source_path = version.source_path
    session.commit()
    form = {"id": "q-9abc12", "change": "enable"}
    trainer = client_for("trainer")

    before = trainer.post("/editor/bulk", data=form)
    trainer.post("/editor/bulk", data={**form, "confirm": "1"})

    [copy] = copies(session)
    assert "会变成本企业的副本" in before.text
    assert copy.origin_text == text
    assert copy.text == text.replace("状态：草稿", "状态：启用")


def test_chosen_or_found_questions_are_led_to_the_export(trainer: FlaskClient) -> None:
    chosen = trainer.post("/questions/bulk", data={"id": IDS[0], "action": "export"})
    found = trainer.post("/questions/bulk", data={"all": "1", "words": "对吗", "action": "export"})

    page = trainer.get(f"{chosen.location}&format=json")
    file = trainer.post("/questions/export", data={"id": IDS[0], "format": "json"})

    assert chosen.location == f"/questions/export?id={IDS[0]}"
    assert "state=in_use" in found.location
    assert f'name="id" value="{IDS[0]}"' in page.text
    assert IDS[0] in file.text
    assert IDS[1] not in file.text
    assert "有 2 题可以导出" in trainer.get(found.location).text


def test_nothing_is_changed_when_one_text_was_saved_meanwhile(
    trainer: FlaskClient, services: Services, session: Session, cast: Cast
) -> None:
    actor = cast.actor("trainer")
    other = make_copy(session, cast, now=MONDAY, text=new_text("sop-z") + BLOCK)
    question = make_question(session, now=MONDAY, public_id="q-9abc12")
    question.source_path = f"CONTENT_DIR/{other.path}"
    session.flush()
    questions = list(session.scalars(select(Question).order_by(Question.source_path.desc())))
    plan = plan_bulk(session, questions, NoteChange(ChangeKind.ADD_TAG, tag="夜班"))
    save_copy(session, other.id, other.text + "\n", revision=1, actor=actor, now=MONDAY)
    session.commit()

    with pytest.raises(Conflict), services.database.writing() as writing:
        change_files(writing, plan, actor=actor, now=MONDAY)

    assert len(plan.written) == 2
    assert [copy.id for copy in copies(session)] == [other.id]
    assert "夜班" not in other.text
