"""What an import leaves in the queue of proposed questions, at once and again."""

import io
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import ManualClock
from core.db import Database
from core.errors import Conflict
from core.services import Services
from learning.images import ImageStore
from question_bank.formats.committing import Outcome, commit_file
from question_bank.formats.operations import propose_import
from question_bank.formats.preview import hash_of
from question_bank.formats.references import CitedModule, ReferenceIndex
from question_bank.formats.registry import Switches
from question_bank.models import ProposalState, ProposedQuestion
from tests.conftest import MONDAY
from tests.question_bank.files import HOT_WORK, SYNC, Folder
from tests.question_bank.formats.books import DOT, paper, parsed, sheets

HEADER = ["编号", "题型", "题干", "选项A", "选项B", "答案", "依据"]
ROW = ["K1", "单选", "有效期几小时", "4", "8", "B", ""]


def commit(
    services: Services, data: bytes, format_: str = "xlsx", source: str = "a.xlsx"
) -> Outcome:
    seen = hash_of(data, format_, Switches())
    _preview, outcome = commit_file(
        services, data, source, format_, Switches(), seen, actor=SYNC, now=MONDAY
    )
    return outcome


def proposals(session: Session) -> list[ProposedQuestion]:
    session.expire_all()
    return list(session.scalars(select(ProposedQuestion).order_by(ProposedQuestion.id)))


def decide(session: Session, proposal: ProposedQuestion, state: ProposalState) -> None:
    proposal.state, proposal.decided_at = state, MONDAY
    session.commit()


def test_a_proposal_is_a_block_that_our_own_reader_reads(
    services: Services, session: Session
) -> None:
    commit(services, sheets(S=[HEADER, ROW]))

    (proposal,) = proposals(session)
    draft, problems = parsed(proposal.block)
    assert problems == set()
    assert draft is not None
    assert (draft.public_id, draft.state.value) == (proposal.public_id, "draft")
    assert (proposal.external_id, proposal.source) == ("K1", "a.xlsx")
    assert proposal.made_from == "S!C2：有效期几小时"


def test_the_same_file_again_proposes_nothing(services: Services, session: Session) -> None:
    data = sheets(S=[HEADER, ROW, ["", *ROW[1:2], "没有编号的", "甲", "乙", "A", ""]])
    commit(services, data)

    outcome = commit(services, data)

    assert (outcome.proposed, outcome.unchanged) == (0, 2)
    assert len(proposals(session)) == 2


def test_a_changed_question_closes_the_open_proposal_of_its_id(
    services: Services, session: Session
) -> None:
    commit(services, sheets(S=[HEADER, ROW]))

    outcome = commit(services, sheets(S=[HEADER, [*ROW[:5], "A", ""]]))

    old, new = proposals(session)
    assert outcome.proposed == 1
    assert (old.state, new.state) == (ProposalState.REJECTED, ProposalState.OPEN)
    assert new.replaces_public_id is None


def test_a_changed_question_that_was_accepted_is_a_new_version_of_it(
    services: Services, session: Session
) -> None:
    commit(services, sheets(S=[HEADER, ROW]))
    (first,) = proposals(session)
    decide(session, first, ProposalState.ACCEPTED)

    commit(services, sheets(S=[HEADER, [*ROW[:5], "A", ""]]))

    _old, new = proposals(session)
    assert new.replaces_public_id == first.public_id
    assert f"{{#{first.public_id}}}" in new.block
    assert new.public_id != first.public_id


def test_an_id_of_another_source_is_another_question(services: Services, session: Session) -> None:
    commit(services, sheets(S=[HEADER, ROW]))
    decide(session, proposals(session)[0], ProposalState.ACCEPTED)

    commit(services, sheets(S=[HEADER, [*ROW[:5], "A", ""]]), source="b.xlsx")

    assert proposals(session)[1].replaces_public_id is None


def test_the_second_question_of_one_id_in_a_file_has_none(
    services: Services, session: Session
) -> None:
    commit(services, sheets(S=[HEADER, ROW, ["K1", "单选", "另一题", "甲", "乙", "A", ""]]))

    assert [each.external_id for each in proposals(session)] == ["K1", None]


def test_nothing_is_stored_when_others_proposed_in_between(
    services: Services, session: Session, database: Database
) -> None:
    commit(services, sheets(S=[HEADER, ROW]))

    with pytest.raises(Conflict), database.writing() as writing:
        propose_import(
            writing,
            [],
            source="b",
            file_hash="x",
            superseded=[],
            newest_seen=0,
            actor=SYNC,
            now=MONDAY,
        )


def test_references_are_matched_and_what_is_not_is_listed(
    services: Services, session: Session, database: Database, tmp_path: Path, clock: ManualClock
) -> None:
    folder = Folder(tmp_path, database, clock)
    folder.write("sop-dh.md", HOT_WORK)
    folder.sync()
    rows = [
        HEADER,
        [*ROW[:6], "《示例规程》3.2"],
        ["K2", "判断", "甲", "", "", "对", "有效期"],
        ["K3", "判断", "乙", "", "", "对", "《别的法》第三条"],
    ]

    outcome = commit(services, sheets(S=rows))

    first, second, third = proposals(session)
    assert [each.module_key for each in (first, second, third)] == ["sop-dh", "sop-dh", None]
    assert (first.anchor, second.anchor) == ("s-3-2", "s-3-2")
    assert "](sop-dh#s-3-2)" in first.block
    assert outcome.unplaced == ["《别的法》第三条"]
    assert "《别的法》第三条" in third.warnings[-1]["message"]


LAW = CitedModule(
    "law",
    "安全生产法",
    (("中华人民共和国安全生产法", "安全生产法", ("第二十八条", "第三十条")),),
    (("s-28", "第二十八条 教育培训"), ("s-1", "一般规定")),
)
SOP = CitedModule("sop", "动火作业操作规程", (), (("s-3-2", "3.2 作业票有效期"), ("s-3", "3 票")))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("《安全生产法》第二十八条", [("law", "s-28")]),
        ("《中华人民共和国安全生产法》第28条第一款", [("law", "s-28")]),
        ("安全生产法第二十八条", [("law", "s-28")]),
        ("动火作业操作规程 3.2", [("sop", "s-3-2")]),
        ("《动火作业操作规程》第3.2条", [("sop", "s-3-2")]),
        ("作业票有效期", [("sop", "s-3-2")]),
        ("[票](sop#s-3-2)", [("sop", "s-3-2")]),
        ("《安全生产法》第二十八条；动火作业操作规程3.2", [("law", "s-28"), ("sop", "s-3-2")]),
        ("《安全生产法》第三十条", [("中华人民共和国安全生产法", "第三十条")]),
        ("《安全生产法》第九条", []),
        ("动火作业操作规程 9.9", []),
        ("没有的规程", []),
        ("", []),
    ],
)
def test_what_people_write_as_a_reference(written: str, expected: list[tuple[str, str]]) -> None:
    placed = ReferenceIndex([LAW, SOP]).place(written)

    found = [
        (getattr(each, "module_key", None) or getattr(each, "source", ""), _target(each))
        for each in placed.references
    ]
    assert found == expected
    assert bool(placed.unplaced) is (written != "" and not expected)


def _target(reference: object) -> str:
    return str(getattr(reference, "anchor", "") or getattr(reference, "clause", ""))


def test_pictures_are_kept_for_the_proposals(
    services: Services, session: Session, tmp_path: Path
) -> None:
    def fill(document: Any) -> None:
        document.add_paragraph("1.看图[判断题]")
        document.add_paragraph().add_run().add_picture(io.BytesIO(DOT))
        document.add_paragraph("答案：对")

    commit(services, paper(fill), "docx", "a.docx")

    store = ImageStore(services.config.uploads_dir)
    name = store.save(DOT)
    assert name is not None
    assert store.path(name) is not None
    assert "![图](图片/" in proposals(session)[0].block
