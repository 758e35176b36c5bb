"""Proposed questions: found once, decided on once, and asked of nobody until they are published."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.chance import CountedSeeds, new_id
from core.clock import ManualClock
from core.db import Database
from core.errors import Conflict
from editor.models import WorkingCopy
from editor.operations.proposals import (
    accept_proposal,
    edit_proposal,
    propose_facts,
    reject_proposal,
)
from editor.proposal_rules import questions_from_facts, settled
from editor.queries.proposals import known_facts, module_places, published_text
from exams.queries.bank import bank_questions
from learning.models import StoredFile
from question_bank.drafts import AuthorState
from question_bank.keys import QuestionType
from question_bank.models import ProposalOrigin, ProposalState, ProposedQuestion, Question
from question_bank.queries.sync import taken_ids
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.editor.factories import BLOCK, make_proposal
from tests.learning.factories import make_module, module_text
from tests.question_bank.files import Folder

BODY = "## 3.2 票的有效期 {#s-3-2}\n\n一级票不超过 ==8 小时==，二级票不超过 ==24 小时==。\n"
TEXT = module_text(body=BODY)


def publish(session: Session, text: str = TEXT, *, in_store: bool = True) -> None:
    make_module(session, text, now=MONDAY).source_text = text
    if in_store:
        stored = StoredFile(
            module_key="sop-dh", path="sop-dh.md", text=text, text_hash="", updated_at=MONDAY
        )
        session.add(stored)
    session.flush()


def propose(session: Session, cast: Cast) -> int:
    """What the button does."""
    seeds = CountedSeeds()
    known = [(fact.key, fact.fact_id) for fact in known_facts(session, "sop-dh")]
    found = questions_from_facts(
        published_text(session, "sop-dh"),
        module_key="sop-dh",
        known=known,
        taken=taken_ids(session),
        new_id=lambda prefix, length: new_id(seeds, prefix, length),
    )
    trainer = cast.actor("trainer")
    return propose_facts(session, "sop-dh", found=found, actor=trainer, now=MONDAY)


def accept(session: Session, cast: Cast, row: ProposedQuestion, state: AuthorState) -> None:
    place = module_places(session)["sop-dh"]
    made, problems = settled(row.block, place=place, anchor=row.anchor, state=state)
    assert made is not None, problems
    known = known_facts(session, "sop-dh")
    ids = {fact.key.partition(":")[2]: fact.fact_id for fact in known if fact.fact_id}
    trainer = cast.actor("trainer")
    accept_proposal(session, row, settled=made, fact_ids=ids, actor=trainer, now=MONDAY)


def all_rows(session: Session) -> list[ProposedQuestion]:
    return list(session.scalars(select(ProposedQuestion).order_by(ProposedQuestion.id)))


def copy_at(session: Session, path: str) -> str:
    return session.scalars(select(WorkingCopy.text).where(WorkingCopy.path == path)).one()


def test_each_fact_and_kind_is_proposed_once(session: Session, cast: Cast) -> None:
    publish(session)

    assert propose(session, cast) == 5
    assert propose(session, cast) == 0
    rows = all_rows(session)
    assert len({row.public_id for row in rows}) == 5
    assert {row.state for row in rows} == {ProposalState.OPEN}
    # Three questions ask for the first fact, and one of them for both.
    assert len({row.fact_id for row in rows}) == 2


def test_what_was_rejected_stays_rejected(session: Session, cast: Cast) -> None:
    publish(session)
    propose(session, cast)
    for row in all_rows(session):
        reject_proposal(session, row, reason="太碎", actor=cast.actor("trainer"), now=MONDAY)

    assert propose(session, cast) == 0
    assert {row.reason for row in all_rows(session)} == {"太碎"}


def test_a_fact_with_an_id_is_not_proposed_again_when_its_sentence_is_reworded(
    session: Session, cast: Cast
) -> None:
    publish(session)
    propose(session, cast)
    accept(session, cast, all_rows(session)[0], AuthorState.ENABLED)
    marked, seeds = copy_at(session, "sop-dh.md"), CountedSeeds()
    text = marked.replace("一级票不超过", "一级动火票最长")

    found = questions_from_facts(
        text,
        module_key="sop-dh",
        known=[(fact.key, fact.fact_id) for fact in known_facts(session, "sop-dh")],
        taken=(),
        new_id=lambda prefix, length: new_id(seeds, prefix, length),
    )

    assert "==8 小时=={#f-" in marked
    assert {one.made_from.count("{#f-") for one in found} <= {1}
    assert all(
        "24" in one.block.split("答案", 1)[-1] or one.type is QuestionType.SINGLE_CHOICE
        for one in found
    )


def test_an_accepted_question_goes_into_the_companion_file_and_its_fact_gets_its_id(
    session: Session, cast: Cast
) -> None:
    publish(session)
    propose(session, cast)
    row = all_rows(session)[0]

    accept(session, cast, row, AuthorState.ENABLED)

    companion, prose = copy_at(session, "sop-dh.题库.md"), copy_at(session, "sop-dh.md")
    assert companion.startswith("---\n类别: 题库\n模块: sop-dh\n---\n")
    assert f"{{#{row.public_id}}}" in companion
    assert "状态：草稿" not in companion
    assert f"==8 小时=={{#{row.fact_id}}}，二级票不超过 ==24 小时==。" in prose
    assert row.state is ProposalState.ACCEPTED
    assert row.decided_by_id == cast.user("trainer").id
    actions = set(session.scalars(select(AuditEntry.action)))
    assert {"question.proposals.made", "question.proposal.accepted"} <= actions


def test_a_module_of_the_library_keeps_its_text(session: Session, cast: Cast) -> None:
    publish(session, in_store=False)
    propose(session, cast)

    accept(session, cast, all_rows(session)[0], AuthorState.DRAFT)

    assert session.scalars(select(WorkingCopy.path)).all() == ["sop-dh.题库.md"]
    assert "状态：草稿" in copy_at(session, "sop-dh.题库.md")


def test_an_accepted_change_stands_in_place_of_the_old_block(session: Session, cast: Cast) -> None:
    publish(session, TEXT + "\n" + BLOCK.replace("> - 状态：草稿\n", "") + "\n---\n\n正文。\n")
    block = BLOCK.replace("8 小时", "6 小时")
    row = make_proposal(session, now=MONDAY, public_id="q-9abc12", block=block)
    row.replaces_public_id = "q-9abc12"

    accept(session, cast, row, AuthorState.ENABLED)

    text = copy_at(session, "sop-dh.md")
    assert text.count("{#q-9abc12}") == 1
    assert "不超过 6 小时" in text
    assert text.endswith("\n---\n\n正文。\n")


@pytest.mark.parametrize("state", [ProposalState.ACCEPTED, ProposalState.REJECTED])
def test_nobody_decides_twice(session: Session, cast: Cast, state: ProposalState) -> None:
    row = make_proposal(session, now=MONDAY)
    row.state = state

    with pytest.raises(Conflict):
        reject_proposal(session, row, reason="", actor=cast.actor("trainer"), now=MONDAY)
    with pytest.raises(Conflict):
        edit_proposal(
            session,
            row,
            block=BLOCK,
            type_=QuestionType.TRUE_FALSE,
            module_key=None,
            anchor=None,
            actor=cast.actor("trainer"),
            now=MONDAY,
        )


def test_a_proposal_is_no_question(session: Session, cast: Cast) -> None:
    publish(session)
    propose(session, cast)
    for row in all_rows(session):
        accept(session, cast, row, AuthorState.ENABLED)

    assert session.scalar(select(func.count(Question.id))) == 0


@pytest.mark.parametrize(("state", "drawable"), [(AuthorState.DRAFT, 0), (AuthorState.ENABLED, 1)])
def test_what_was_accepted_as_a_draft_is_never_drawn(
    session: Session,
    database: Database,
    clock: ManualClock,
    cast: Cast,
    tmp_path: Path,
    state: AuthorState,
    drawable: int,
) -> None:
    publish(session, in_store=False)
    propose(session, cast)
    accept(session, cast, all_rows(session)[0], state)
    companion = copy_at(session, "sop-dh.题库.md")
    session.commit()
    folder = Folder(tmp_path / "content", database, clock)
    folder.write("sop-dh.md", TEXT)
    folder.write("sop-dh.题库.md", companion)

    report = folder.sync()

    assert not report.has_errors
    session.expire_all()
    assert session.scalar(select(func.count(Question.id))) == 1
    assert len(bank_questions(session)) == drawable


@given(st.sampled_from([AuthorState.DRAFT, AuthorState.ENABLED]), st.booleans())
def test_a_settled_block_says_its_state_and_its_clause(state: AuthorState, has_ref: bool) -> None:
    block = BLOCK if has_ref else BLOCK.replace("> - 依据：[3.2 票的有效期](#s-3-2)\n", "")

    made, problems = settled(block, place=None, anchor="s-9", state=state)

    assert made is not None, problems
    assert made.draft.state is state
    assert ("(#s-3-2)" in made.block) is has_ref
    assert ("(#s-9)" in made.block) is not has_ref


def test_the_list_is_filtered_and_decided_in_one_go(
    session: Session, cast: Cast, client_for: Callable[[str], FlaskClient]
) -> None:
    publish(session)
    good = make_proposal(session, now=MONDAY)
    lost = make_proposal(session, now=MONDAY, public_id="q-9abc13", module_key=None, anchor=None)
    client = client_for("trainer")

    page = client.get("/proposals?module=-").get_data(as_text=True)
    client.post(
        "/proposals", data={"chosen": [str(good.id), str(lost.id)], "action": "accept-draft"}
    )
    after = client.get("/proposals").get_data(as_text=True)
    session.expire_all()

    assert f"/proposals/{lost.id}" in page
    assert f"/proposals/{good.id}" not in page
    assert good.state is ProposalState.ACCEPTED
    assert lost.state is ProposalState.OPEN
    assert "1 题没有收下" in after


def test_a_question_without_a_module_is_given_one_and_accepted(
    session: Session, cast: Cast, client_for: Callable[[str], FlaskClient]
) -> None:
    publish(session)
    block = BLOCK.replace("> - 依据：[3.2 票的有效期](#s-3-2)\n", "")
    row = make_proposal(session, now=MONDAY, block=block, module_key=None, anchor=None)
    client = client_for("trainer")
    form = {"block": block, "action": "accept"}

    refused = client.post(f"/proposals/{row.id}", data={**form, "clause": "sop-dh#"})
    taken = client.post(f"/proposals/{row.id}", data={**form, "clause": "sop-dh#s-3-2"})

    session.expire_all()
    assert refused.status_code == 422
    assert "没有依据" in refused.get_data(as_text=True)
    assert taken.status_code == 302
    assert row.state is ProposalState.ACCEPTED
    assert "[3.2 票的有效期](#s-3-2)" in copy_at(session, "sop-dh.题库.md")


def test_a_preview_changes_nothing_and_tells_the_line_of_a_mistake(
    session: Session, cast: Cast, client_for: Callable[[str], FlaskClient]
) -> None:
    publish(session)
    row = make_proposal(session, now=MONDAY)
    form = {"block": BLOCK.replace("答案：对", "答案：也许"), "clause": "sop-dh#s-3-2"}

    answer = client_for("trainer").post(f"/proposals/{row.id}", data=form)

    assert answer.status_code == 422
    assert "第 5 行：答案“也许”看不懂" in answer.get_data(as_text=True)
    assert row.block == BLOCK


def test_two_questions_in_one_box_are_refused(
    session: Session, cast: Cast, client_for: Callable[[str], FlaskClient]
) -> None:
    publish(session)
    row = make_proposal(session, now=MONDAY)
    twice = BLOCK + BLOCK.replace("q-9abc12", "q-9abc13")
    form = {"block": twice, "clause": "sop-dh#s-3-2", "action": "accept"}

    answer = client_for("trainer").post(f"/proposals/{row.id}", data=form)

    assert "这里要正好是一道题" in answer.get_data(as_text=True)
    assert row.state is ProposalState.OPEN


def test_a_module_without_its_text_says_what_to_do(
    session: Session, cast: Cast, client_for: Callable[[str], FlaskClient]
) -> None:
    make_module(session, TEXT, now=MONDAY)

    answer = client_for("trainer").post("/modules/sop-dh/facts")

    assert answer.status_code == 409


@pytest.mark.parametrize(("who", "is_shown"), [("trainer", True), ("learner", False)])
def test_the_page_of_a_module_offers_questions_to_those_who_write_them(
    session: Session,
    cast: Cast,
    client_for: Callable[[str], FlaskClient],
    who: str,
    is_shown: bool,
) -> None:
    publish(session)
    propose(session, cast)

    page = client_for(who).get("/modules/sop-dh").get_data(as_text=True)

    assert ("5 题待审" in page) is is_shown
    assert ("/modules/sop-dh/facts" in page) is is_shown


def test_words_of_an_import_are_shown_and_never_run(
    session: Session, cast: Cast, client_for: Callable[[str], FlaskClient]
) -> None:
    block = BLOCK.replace("8 小时", "<script>alert(1)</script>")
    row = make_proposal(session, now=MONDAY, block=block, origin=ProposalOrigin.KEY_FACT)
    row.made_from = "<img src=x onerror=alert(1)>"

    page = client_for("trainer").get("/proposals").get_data(as_text=True)

    assert "<script>alert" not in page
    assert "<img src=x" not in page
