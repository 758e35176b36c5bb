"""The new types from the content folder into the bank: keys, ids, pictures, cases with parts."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import ManualClock
from core.db import Database
from learning.models import ModuleVersion
from question_bank.importing import Change
from question_bank.keys import CaseKey, HotspotKey
from question_bank.models import Question, QuestionState, QuestionVersion
from question_bank.queries.content import (
    VersionContent,
    version_contents,
)
from tests.cast import Cast
from tests.question_bank.blocks import (
    CASE,
    HOTSPOT,
    MATCHING,
    ORDERING,
    SINGLE,
    WRITTEN,
    draft_of,
)
from tests.question_bank.files import PNG, Folder, module, question
from tests.question_bank.test_sync_content import drawable, numbers, one

ANCHORS = ("s-1-4", "s-2-6", "s-3-1", "s-3-2", "s-4-1", "s-7-1")
TEXTS = {
    "q-000001": ("排序", ORDERING),
    "q-000002": ("匹配", MATCHING),
    "q-000003": ("简答", WRITTEN),
    "q-000004": ("案例", CASE),
    "q-000005": ("找隐患", HOTSPOT),
}


@pytest.fixture
def folder(tmp_path: Path, database: Database, clock: ManualClock) -> Folder:
    """A module with one question of each new type, synchronised once."""
    made = Folder(tmp_path / "content", database, clock)
    write(made)
    (made.path / "图片").mkdir()
    (made.path / "图片" / "peidian-03.jpg").write_bytes(PNG)
    assert not made.sync().problems
    return made


def write(folder: Folder, **changed: str) -> None:
    """Write the module; a text given by its id with `_` in place of `-` takes another's place."""
    texts = {i: changed.get(i.replace("-", "_"), text) for i, (_word, text) in TEXTS.items()}
    blocks = [question(TEXTS[i][0], i, text) for i, text in texts.items() if text]
    folder.write("a.md", module("a", *blocks, anchors=ANCHORS))


def content(session: Session, public_id: str) -> VersionContent:
    version_id = one(session, public_id).current_version_id or 0
    return version_contents(session, [version_id])[version_id]


@pytest.mark.parametrize("public_id", ["q-000001", "q-000002", "q-000003", "q-000004"])
def test_the_stored_key_equals_the_key_of_the_draft(
    folder: Folder, session: Session, public_id: str
) -> None:
    word, text = TEXTS[public_id]
    draft = draft_of(word, text, anchor="s-3-2")

    found = content(session, public_id)

    assert found.key == draft.key
    assert found.rule == draft.rule
    assert found.points_tenths == draft.points_tenths


def test_a_picture_is_stored_with_its_ratio_and_without_it_in_the_stem(
    folder: Folder, session: Session
) -> None:
    found = content(session, "q-000005")

    assert found.picture is not None
    assert found.picture.url.startswith("/modules/images/")
    assert found.picture.alt == "配电室一角，地面、门口和柜体各有物品"
    assert "<img" not in found.stem_html
    assert isinstance(found.key, HotspotKey)
    assert found.key.ratio == Fraction(1)
    assert found.key.right == {1, 2, 3}
    assert found.key.regions[1][1].numbers[2] == 15


def test_a_case_pins_the_versions_of_its_parts(folder: Folder, session: Session) -> None:
    found = content(session, "q-000004")

    case = one(session, "q-000004")
    assert found.key == CaseKey(("q-p3f9ms", "q-z2y4bw"))
    assert [part.public_id for part in found.parts] == ["q-p3f9ms", "q-z2y4bw"]
    assert one(session, "q-p3f9ms").case_id == case.id
    assert found.parts[0].citations[0].anchor == "s-3-1"
    asked = version_contents(session, drawable(session, "a"))
    assert {each.public_id for each in asked.values()} == set(TEXTS)


def test_an_unchanged_run_changes_nothing(folder: Folder, session: Session) -> None:
    report = folder.sync()

    assert report.is_unchanged
    assert report.questions == {Change.UNCHANGED: 5}


def test_a_changed_part_gives_its_case_a_new_version_and_the_other_part_none(
    folder: Folder, session: Session
) -> None:
    before = content(session, "q-000004")
    write(folder, q_000004=CASE.replace("没有洒水", "没有喷水降温"))

    report = folder.sync()

    assert report.questions[Change.CHANGED] == 1
    after = content(session, "q-000004")
    assert numbers(session, "q-000004") == [1, 2]
    assert numbers(session, "q-p3f9ms") == [1, 2]
    assert numbers(session, "q-z2y4bw") == [1]
    assert after.parts[0].version_id != before.parts[0].version_id
    assert after.parts[1].version_id == before.parts[1].version_id
    # The case of before can still be shown as it was.
    old = version_contents(session, [before.version_id])[before.version_id]
    assert old.parts == before.parts


def test_an_explanation_of_a_part_makes_no_version(folder: Folder, session: Session) -> None:
    write(folder, q_000004=CASE.replace("> - 分值：2", "> - 分值：2\n> - 解析：先看票。"))

    report = folder.sync()

    assert report.questions[Change.DESCRIBED] == 1
    assert numbers(session, "q-000004") == numbers(session, "q-p3f9ms") == [1]
    assert "先看票" in one(session, "q-p3f9ms").explanation_html


def test_parts_go_and_come_back_with_their_case(folder: Folder, session: Session) -> None:
    write(folder, q_000004="")

    gone = folder.sync()

    assert gone.questions[Change.RETIRED] == 1
    ids = ("q-000004", "q-p3f9ms", "q-z2y4bw")
    assert {one(session, i).state for i in ids} == {QuestionState.RETIRED}

    write(folder)
    back = folder.sync()

    assert back.questions[Change.REVIVED] == 1
    assert {one(session, i).state for i in ids} == {QuestionState.ACTIVE}
    assert numbers(session, "q-000004") == [1]


def test_a_part_that_leaves_its_case_is_retired(folder: Folder, session: Session) -> None:
    cut = CASE[: CASE.index("#### 【简答】")]
    write(folder, q_000004=cut)

    folder.sync()

    assert one(session, "q-z2y4bw").state is QuestionState.RETIRED
    assert one(session, "q-p3f9ms").state is QuestionState.ACTIVE
    assert content(session, "q-000004").key == CaseKey(("q-p3f9ms",))


def test_items_and_premises_keep_their_ids(folder: Folder, session: Session) -> None:
    swapped = MATCHING.replace(
        "| 红 | 禁止 |\n| 黄 | 警告 |", "| 绿 | 提示 |\n| 黄 | 警告 |\n| 红 | 禁止 |"
    )
    write(
        folder,
        q_000002=swapped,
        q_000001=ORDERING.replace(
            "1. 通知受影响人员\n2. 停机并切断能源", "1. 停机并切断能源\n2. 通知受影响人员"
        ),
    )

    folder.sync()

    order = content(session, "q-000001")
    assert [option.id for option in order.options] == [2, 1, 3, 4, 5]
    session.expire_all()
    found = session.scalars(
        select(QuestionVersion)
        .join(Question, Question.current_version_id == QuestionVersion.id)
        .where(Question.public_id == "q-000002")
    ).one()
    ids = {left["text"]: left["id"] for left in found.premises}
    assert (ids["红"], ids["黄"], ids["蓝"]) == (1, 2, 3)
    assert ids["绿"] == 4


def test_another_picture_under_the_same_name_is_another_version(
    folder: Folder, session: Session
) -> None:
    (folder.path / "图片" / "peidian-03.jpg").write_bytes(PNG + b"x")

    folder.sync()

    assert numbers(session, "q-000005") == [1, 2]


def test_a_picture_that_cannot_be_measured_or_holds_a_circle_badly_is_told(
    folder: Folder,
) -> None:
    wide = PNG[:19] + b"\x02" + PNG[20:]
    (folder.path / "图片" / "peidian-03.jpg").write_bytes(wide)
    write(folder, q_000005=HOTSPOT.replace("32%,55%,6%", "32%,90%,6%"))

    codes = [problem.code for problem in folder.sync().problems]

    assert codes == ["E216"]
    (folder.path / "图片" / "peidian-03.jpg").write_bytes(b"\xff\xd8\xff broken")
    assert [problem.code for problem in folder.sync().problems] == ["E217"]


def test_an_id_of_a_part_stands_once_in_the_bank(folder: Folder) -> None:
    folder.write("b.md", module("b", question("单选", "q-p3f9ms", SINGLE), anchors=ANCHORS))

    codes = [problem.code for problem in folder.sync().problems]

    assert codes == ["E401", "E401"]


def test_readers_see_no_key(folder: Folder, session: Session) -> None:
    pages = session.scalars(select(ModuleVersion.html)).all()

    assert pages
    for secret in ("验证零能量状态", "广告", "断火源", "施焊部位", "灭火器被纸箱挡住", "采分点"):
        assert not any(secret in page for page in pages)


def test_the_bank_shows_each_type_with_its_key_and_a_case_as_one_question(
    folder: Folder, client_for: Callable[[str], FlaskClient], cast: Cast
) -> None:
    client = client_for("trainer")
    listed = client.get("/questions").text
    assert "找到 5 题" in listed
    assert "5 道启用" in listed
    assert "q-p3f9ms" not in listed
    # A case is found by the words of its parts.
    assert "q-000004" in client.get("/questions?words=没有洒水").text

    said = {
        "q-000001": ("正确的先后", "相邻两步排对得一份"),
        "q-000002": ("（干扰项）", "广告"),
        "q-000003": ("立即报告并划定警戒区", "断火源"),
        "q-000004": (
            "最早出现的违章",
            "灭火器在开工前就位",
            "/questions/q-p3f9ms",
            "/modules/a/clauses/s-3-1",
        ),
        "q-000005": ("spot-hazard", "spot-decoy", "灭火器被纸箱挡住"),
        "q-p3f9ms": ("/questions/q-000004", "施焊部位与作业票不符"),
    }
    for public_id, words in said.items():
        page = client.get(f"/questions/{public_id}").text
        for word in words:
            assert word in page, public_id
