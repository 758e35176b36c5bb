"""Before a changed module is published, the page of the decision says what rests on it."""

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.services import Services
from editor.operations.copies import open_copy, save_copy
from exams.models import BlueprintRow, PoolEntry
from learning.images import ImageStore
from question_bank.models import Question
from question_bank.publication import FileText, publish_files
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.editor.making import KEY, make_copy, new_text
from tests.exams.factories import make_exam

CLAUSE = "\n## 9 票的有效期 {#s-9}\n\n一级票不超过 8 小时。\n"
QUESTION = """
### 【判断】有效期 {#q-7f3k2m}

一级票用十小时没有问题。

> - 答案：错
> - 依据：[9](#s-9)
"""


def test_a_changed_clause_brings_its_questions_and_exams_to_the_page(
    services: Services, session: Session, cast: Cast, client_for: Callable[[str], FlaskClient]
) -> None:
    text = new_text() + CLAUSE + QUESTION
    session.commit()
    publish_files(
        services.database,
        [FileText(f"procedures/{KEY}.md", text)],
        images=ImageStore(services.config.uploads_dir),
        confirm_removals=False,
        actor=cast.actor("trainer"),
        now=MONDAY,
    )
    version_id = session.scalars(select(Question.current_version_id)).one()
    exam = make_exam(session, cast, title="冲压工秋季考试")
    row = session.scalars(select(BlueprintRow).where(BlueprintRow.exam_id == exam.id)).first()
    assert row is not None
    session.add(PoolEntry(blueprint_row_id=row.id, question_version_id=version_id))
    path, trainer = f"procedures/{KEY}.md", cast.actor("trainer")
    copy = open_copy(session, path, actor=trainer, now=MONDAY)
    changed = text.replace("8 小时", "6 小时")
    save_copy(session, copy.id, changed, revision=copy.revision, actor=trainer, now=MONDAY)
    session.commit()

    page = client_for("safety_manager").get(f"/editor/copies/{copy.id}/review").text

    assert "1 道题要重新复核" in page
    assert "<del>8</del>" in page
    assert "<ins>6</ins>" in page
    assert "冲压工秋季考试" in page


def test_a_new_module_touches_nothing(
    session: Session, cast: Cast, client_for: Callable[[str], FlaskClient]
) -> None:
    copy = make_copy(session, cast, now=MONDAY)
    session.commit()

    page = client_for("trainer").get(f"/editor/copies/{copy.id}/review").text

    assert "要重新复核" not in page
