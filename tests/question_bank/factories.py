"""Questions of the bank for tests of this and of other packages."""

from datetime import datetime, timezone

from sqlalchemy.orm import Session

from question_bank.authoring.blocks import parse_block
from question_bank.importing import import_questions
from question_bank.models import Question, ReviewKind, ReviewTask
from question_bank.rendering import prepare
from tests.question_bank.blocks import ANCHORS, BLANKS, MULTIPLE, SINGLE, VERDICT, Block
from tests.question_bank.files import SYNC


def add_task(
    session: Session,
    question: Question,
    kind: ReviewKind,
    *,
    before: str = "一级票有效期不超过 8 小时。",
    after: str = "一级票有效期不超过 6 小时，超时重新办理。",
    asked_by_id: int | None = None,
    **place: str,
) -> ReviewTask:
    """Something to look at about a question; versions stand for themselves."""
    is_text = kind in (ReviewKind.CLAUSE, ReviewKind.FACT)
    task = ReviewTask(
        question_id=question.id,
        kind=kind,
        before_text=before if is_text else "",
        after_text=after if is_text else "",
        before_version_id=None if is_text else question.current_version_id,
        after_version_id=None if is_text else question.current_version_id,
        asked_at=datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc),
        asked_by_id=asked_by_id,
        **place,
    )
    session.add(task)
    session.flush()
    return task


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
    return import_questions(session, [prepared], actor=SYNC, now=now)[0].question


def make_questions(session: Session, *, now: datetime) -> list[Question]:
    """One question in use of each of the four plain types; the third is of another module."""
    return [
        make_question(session, now=now),
        make_question(session, now=now, public_id="q-2cw9xa", type_word="多选", text=MULTIPLE),
        make_question(
            session,
            now=now,
            public_id="q-h5t0pd",
            type_word="判断",
            text=VERDICT,
            module_key="sop-qp",
        ),
        make_question(
            session, now=now, public_id="q-m4e8vn", type_word="填空", text=BLANKS, title="限速"
        ),
    ]
