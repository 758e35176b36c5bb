"""Questions of the bank for tests of this and of other packages."""

from datetime import datetime

from sqlalchemy.orm import Session

from question_bank.authoring.blocks import parse_block
from question_bank.importing import import_question
from question_bank.models import Question
from question_bank.rendering import prepare
from tests.question_bank.blocks import ANCHORS, SINGLE, Block
from tests.question_bank.files import SYNC


def make_question(
    session: Session,
    *,
    now: datetime,
    public_id: str = "q-7f3k2m",
    type_word: str = "单选",
    text: str = SINGLE,
    module_key: str = "sop-dh",
    title: str = "票的有效期",
) -> Question:
    """A question as its block says; `text` stands under the heading."""
    block = Block(40, type_word, tuple(text.strip("\n").split("\n")), title, public_id, 3, "s-3-2")
    draft, problems = parse_block(
        block, path=f"{module_key}.md", module_key=module_key, anchors=ANCHORS, sources=()
    )
    assert draft is not None, problems
    prepared = prepare(draft, image_url=lambda _path: None, known={})
    return import_question(session, prepared, actor=SYNC, now=now).question
