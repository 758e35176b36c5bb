"""What a synchronisation makes of the files."""

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.clock import ManualClock
from core.db import Database
from learning.models import CourseModule
from question_bank.models import (
    Question,
    QuestionReference,
    QuestionState,
    QuestionTag,
    QuestionVersion,
)
from question_bank.queries.content import (
    is_drawable,
    key_of,
    version_contents,
)
from question_bank.rendering import split_at_gaps
from question_bank.reviews import confirm_question
from question_bank.rules import Change
from question_bank.versioning import option_ids
from tests.question_bank.blocks import BLANKS, SINGLE, VERDICT, draft_of
from tests.question_bank.files import HOT_WORK, PNG, SYNC, Folder, module, question


@pytest.fixture
def folder(tmp_path: Path, database: Database, clock: ManualClock) -> Folder:
    return Folder(tmp_path / "content", database, clock)


@pytest.fixture
def hot_work(folder: Folder) -> Folder:
    folder.write("sop-dh.md", HOT_WORK)
    folder.sync()
    return folder


def one(session: Session, public_id: str) -> Question:
    session.expire_all()
    return session.scalars(select(Question).where(Question.public_id == public_id)).one()


def drawable(session: Session, module_key: str) -> list[int]:
    """The versions that a new pool may take of a module."""
    found = session.scalars(
        select(Question.current_version_id).where(Question.module_key == module_key, is_drawable())
    )
    return [version_id for version_id in found if version_id is not None]


def numbers(session: Session, public_id: str) -> list[int]:
    found = session.scalars(
        select(QuestionVersion.number)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Question.public_id == public_id)
        .order_by(QuestionVersion.number)
    )
    return list(found)


def test_questions_of_a_module_come_into_the_bank(folder: Folder, session: Session) -> None:
    folder.write("sop-dh.md", HOT_WORK)

    report = folder.sync()

    assert report.questions == {Change.CREATED: 2}
    assert not report.problems
    found = one(session, "q-7f3k2m")
    assert (found.module_key, found.state) == ("sop-dh", QuestionState.ACTIVE)
    assert found.source_path == "CONTENT_DIR/sop-dh.md"
    assert found.feedback_html == {
        "1": "<p>这是按 4 小时算的。</p>",
        "3": "<p>12 小时是交接班周期，与票无关。</p>",
    }
    assert list(session.scalars(select(QuestionTag.tag).order_by(QuestionTag.id))) == [
        "动火",
        "作业票",
    ]


def test_the_stored_key_equals_the_key_of_the_draft(folder: Folder, session: Session) -> None:
    weighted = (
        "\n问？\n\n- [x] 甲\n    - 权重：33.3%\n- [x] 乙\n    - 权重：66.7%\n- [ ] 丙\n\n"
        "> - 给分：按权重\n> - 依据：[3.2](#s-3-2)\n"
    )
    blanks = BLANKS.replace(
        "[厂内交通 2.1](sop-jt#s-2-1)；[气瓶 5.3](sop-qp#s-5-3)", "[3.2](#s-3-2)"
    )
    texts = {
        "q-000001": ("单选", SINGLE),
        "q-000002": ("多选", weighted),
        "q-000003": ("判断", VERDICT),
        "q-000004": ("填空", blanks),
    }
    folder.write(
        "a.md", module("a", *(question(word, i, text) for i, (word, text) in texts.items()))
    )

    report = folder.sync()

    assert not report.problems
    contents = version_contents(session, drawable(session, "a"))
    for content in contents.values():
        word, text = texts[content.public_id]
        draft = draft_of(word, text)
        assert content.key == draft.key
        assert content.rule == draft.rule
        assert content.points_tenths == draft.points_tenths
        assert content.citations[0].anchor == "s-3-2"


def test_a_fill_in_is_stored_with_its_gaps(folder: Folder, session: Session) -> None:
    text = (
        "\n限速 ____ km/h，![表 ____](a.png)`____`间距____。\n\n"
        "> - 答案1：5\n> - 答案2：6\n> - 答案3：7\n"
    )
    folder.write("a.md", module("a", question("填空", "q-000001", text)))
    (folder.path / "a.png").write_bytes(PNG)

    report = folder.sync()

    assert not report.problems
    content = next(iter(version_contents(session, drawable(session, "a")).values()))
    assert 'alt="表 ____"' in content.stem_html
    assert "<code>____</code>" in content.stem_html
    pieces = split_at_gaps(content.stem_html)
    assert pieces[0] == "<p>限速 "
    assert pieces[-1] == "。</p>"


def test_an_unchanged_run_changes_nothing_and_says_so(hot_work: Folder, session: Session) -> None:
    entries = session.scalar(select(func.count()).select_from(AuditEntry))

    report = hot_work.sync()

    assert report.is_unchanged
    assert report.questions == {Change.UNCHANGED: 2}
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == entries
    assert session.scalar(select(func.count()).select_from(QuestionVersion)) == 2


def test_a_change_of_the_scored_part_makes_a_new_version(
    hot_work: Folder, session: Session
) -> None:
    first = one(session, "q-7f3k2m").current_version_id
    hot_work.write("sop-dh.md", HOT_WORK.replace("夜班 22:00", "夜班 21:00"))

    report = hot_work.sync()

    assert report.questions == {Change.CHANGED: 1, Change.UNCHANGED: 1}
    assert numbers(session, "q-7f3k2m") == [1, 2]
    old = session.get_one(QuestionVersion, first)
    assert old.stem_markdown.startswith("夜班 22:00")
    assert one(session, "q-7f3k2m").current_version_id != first


def test_an_earlier_text_that_comes_back_is_its_old_version(
    hot_work: Folder, session: Session
) -> None:
    first = one(session, "q-7f3k2m").current_version_id
    hot_work.write("sop-dh.md", HOT_WORK.replace("夜班 22:00", "夜班 21:00"))
    hot_work.sync()
    hot_work.write("sop-dh.md", HOT_WORK)

    hot_work.sync()

    assert one(session, "q-7f3k2m").current_version_id == first
    assert numbers(session, "q-7f3k2m") == [1, 2]


def test_a_change_of_metadata_makes_no_new_version(hot_work: Folder, session: Session) -> None:
    changed = HOT_WORK.replace("难度：易", "难度：难").replace("按 4 小时", "按四小时")
    hot_work.write("sop-dh.md", changed.replace("动火、作业票", "动火"))

    report = hot_work.sync()

    assert report.questions == {Change.DESCRIBED: 1, Change.UNCHANGED: 1}
    found = one(session, "q-7f3k2m")
    assert found.difficulty == 5
    assert found.feedback_html["1"] == "<p>这是按四小时算的。</p>"
    assert numbers(session, "q-7f3k2m") == [1]
    assert list(session.scalars(select(QuestionTag.tag))) == ["动火"]


def test_options_keep_their_ids_in_a_new_version(hot_work: Folder, session: Session) -> None:
    text = HOT_WORK.replace("- [ ] 用完为止", "- [ ] 没有期限\n- [ ] 用完为止")
    hot_work.write("sop-dh.md", text.replace("次日 10:00", "次日 10:30"))

    hot_work.sync()

    version = session.get_one(QuestionVersion, one(session, "q-7f3k2m").current_version_id)
    assert [(option["id"], option["text"]) for option in version.options] == [
        (1, "次日 2:00"),
        (2, "次日 6:00"),
        (3, "次日 10:30"),
        (5, "没有期限"),
        (4, "用完为止"),
    ]


def test_option_ids_are_never_shared() -> None:
    assert option_ids(["甲", "乙"], [(1, "乙"), (2, "甲")], 3) == [2, 1]
    assert option_ids(["丙", "丁"], [(1, "甲"), (2, "乙")], 3) == [3, 4]
    assert option_ids(["次日六点", "次日七点"], [(1, "次日六点整"), (2, "次日六点")], 3) == [2, 3]


def test_a_removed_block_retires_its_question_and_its_return_revives_it(
    hot_work: Folder, session: Session
) -> None:
    hot_work.write("sop-dh.md", module("sop-dh", question("单选", "q-7f3k2m", SINGLE)))

    removed = hot_work.sync()

    assert removed.questions[Change.RETIRED] == 1
    assert one(session, "q-h5t0pd").state is QuestionState.RETIRED
    assert one(session, "q-h5t0pd").retired_at is not None
    hot_work.write("sop-dh.md", HOT_WORK)

    returned = hot_work.sync()

    assert returned.questions[Change.REVIVED] == 1
    assert one(session, "q-h5t0pd").state is QuestionState.ACTIVE
    assert one(session, "q-h5t0pd").retired_at is None
    assert numbers(session, "q-h5t0pd") == [1]


def test_the_author_may_retire_and_draft(hot_work: Folder, session: Session) -> None:
    hot_work.write(
        "sop-dh.md",
        module(
            "sop-dh",
            question("单选", "q-7f3k2m", SINGLE + "> - 状态：草稿\n"),
            question("判断", "q-h5t0pd", VERDICT + "> - 状态：停用\n"),
        ),
    )

    hot_work.sync()

    assert one(session, "q-7f3k2m").state is QuestionState.DRAFT
    assert one(session, "q-h5t0pd").state is QuestionState.RETIRED
    assert drawable(session, "sop-dh") == []


def test_a_moved_block_keeps_its_identity(hot_work: Folder, session: Session) -> None:
    before = one(session, "q-h5t0pd").id
    hot_work.write("sop-dh.md", module("sop-dh", question("单选", "q-7f3k2m", SINGLE)))
    hot_work.write("sop-new.md", module("sop-new", question("判断", "q-h5t0pd", VERDICT)))

    report = hot_work.sync()

    assert report.questions[Change.RETIRED] == 0
    moved = one(session, "q-h5t0pd")
    assert (moved.id, moved.module_key) == (before, "sop-new")
    assert moved.source_path == "CONTENT_DIR/sop-new.md"
    references = session.scalars(
        select(QuestionReference.module_key).where(QuestionReference.question_id == before)
    )
    assert list(references) == ["sop-new"]


def test_a_module_with_one_bad_question_is_not_published_at_all(
    hot_work: Folder, session: Session
) -> None:
    changed = HOT_WORK.replace("夜班 22:00", "夜班 21:00").replace("答案：错", "答案：也许")
    hot_work.write("sop-dh.md", changed.replace("8 小时。", "6 小时。"))
    hot_work.write("sop-ok.md", module("sop-ok", question("判断", "q-000001", VERDICT)))

    report = hot_work.sync()

    assert [problem.code for problem in report.problems] == ["E207"]
    assert report.refused_modules == ["sop-dh"]
    assert numbers(session, "q-7f3k2m") == [1]
    assert one(session, "q-h5t0pd").state is QuestionState.ACTIVE
    assert one(session, "q-000001").state is QuestionState.ACTIVE


def test_a_companion_file_belongs_to_its_module(folder: Folder, session: Session) -> None:
    folder.write("sop-dh.md", module("sop-dh"))
    companion = "---\n类别: 题库\n模块: sop-dh\n---\n\n" + question("判断", "q-h5t0pd", VERDICT)
    folder.write("sop-dh.题库.md", companion)

    report = folder.sync()

    assert not report.problems
    found = one(session, "q-h5t0pd")
    assert (found.module_key, found.source_path) == ("sop-dh", "CONTENT_DIR/sop-dh.题库.md")


def test_a_companion_without_its_module_is_an_error(folder: Folder) -> None:
    companion = "---\n类别: 题库\n模块: sop-dh\n---\n\n" + question("判断", "q-h5t0pd", VERDICT)
    folder.write("sop-dh.题库.md", companion)

    report = folder.sync()

    assert [problem.code for problem in report.problems] == ["E302"]


def test_a_question_that_lost_its_heading_does_not_turn_into_prose(folder: Folder) -> None:
    lines = HOT_WORK.split("\n")
    heading = next(place for place, line in enumerate(lines) if "【单选】" in line)
    folder.write("sop-dh.md", "\n".join(lines[:heading] + lines[heading + 1 :]))

    report = folder.sync()

    assert [problem.code for problem in report.problems] == ["E116"]
    assert report.refused_modules == ["sop-dh"]


def test_an_id_that_stands_twice_is_told_at_both_places(hot_work: Folder) -> None:
    hot_work.write("sop-copy.md", module("sop-copy", question("判断", "q-h5t0pd", VERDICT)))

    report = hot_work.sync()

    told = [str(problem) for problem in report.problems]
    assert [problem.code for problem in report.problems] == ["E401", "E401"]
    assert "CONTENT_DIR/sop-dh.md:" in told[0]
    assert "CONTENT_DIR/sop-copy.md:" in told[0]
    assert report.refused_modules == ["sop-copy", "sop-dh"]


def test_another_type_under_the_same_id_is_an_error(hot_work: Folder, session: Session) -> None:
    single = SINGLE.replace("【单选】", "")
    hot_work.write("sop-dh.md", module("sop-dh", question("多选", "q-7f3k2m", single)))

    report = hot_work.sync()

    assert "E402" in [problem.code for problem in report.problems]
    assert numbers(session, "q-7f3k2m") == [1]


@pytest.mark.parametrize(("public_id", "code"), [(None, "E404"), ("q-123", "E403")])
def test_a_question_without_a_valid_id_keeps_its_module_back(
    folder: Folder, public_id: str | None, code: str
) -> None:
    folder.write("sop-dh.md", module("sop-dh", question("判断", public_id, VERDICT)))

    report = folder.sync()

    assert [problem.code for problem in report.problems] == [code]
    assert report.refused_modules == ["sop-dh"]


def test_a_section_of_another_module_may_be_cited(folder: Folder, session: Session) -> None:
    citing = VERDICT.replace("(#s-3-2)", "(sop-dh#s-3-2)")
    folder.write("a.md", module("a", question("判断", "q-000001", citing)))
    folder.write("sop-dh.md", HOT_WORK)

    report = folder.sync()

    assert not report.problems
    cited = session.scalars(select(QuestionReference).order_by(QuestionReference.id)).first()
    assert cited is not None
    assert (cited.module_key, cited.anchor) == ("sop-dh", "s-3-2")


@pytest.mark.parametrize("target", ["sop-dh#s-9", "sop-none#s-3-2"])
def test_a_section_that_does_not_exist_keeps_the_citing_module_back(
    hot_work: Folder, target: str
) -> None:
    citing = VERDICT.replace("#s-3-2", target)
    hot_work.write("a.md", module("a", question("判断", "q-000001", citing)))

    report = hot_work.sync()

    assert [problem.code for problem in report.problems] == ["E302"]
    assert report.refused_modules == ["a"]


def test_an_anchor_that_enabled_questions_cite_may_not_go(
    hot_work: Folder, session: Session
) -> None:
    citing = VERDICT.replace("#s-3-2", "sop-dh#s-3-2")
    hot_work.write("a.md", module("a", question("判断", "q-000001", citing)))
    hot_work.sync()
    hot_work.write("sop-dh.md", module("sop-dh", anchors=("s-4",)))

    report = hot_work.sync()

    assert report.refused_modules == ["sop-dh"]
    assert "q-000001" in str(report.problems[0])
    assert one(session, "q-7f3k2m").state is QuestionState.ACTIVE


def test_an_anchor_may_go_together_with_the_last_question_that_cites_it(
    hot_work: Folder,
) -> None:
    citing = VERDICT.replace("#s-3-2", "sop-dh#s-3-2")
    hot_work.write("a.md", module("a", question("判断", "q-000001", citing)))
    hot_work.sync()
    hot_work.write("sop-dh.md", module("sop-dh", anchors=("s-4",)))
    hot_work.write("a.md", module("a", question("判断", "q-000001", VERDICT)))

    report = hot_work.sync()

    assert not report.problems


def test_a_module_whose_file_is_gone_is_withdrawn_with_its_questions(
    hot_work: Folder, session: Session
) -> None:
    (hot_work.path / "sop-dh.md").unlink()

    report = hot_work.sync()

    assert report.withdrawn_modules == ["sop-dh"]
    assert report.questions == {Change.RETIRED: 2}
    assert one(session, "q-7f3k2m").state is QuestionState.RETIRED
    assert hot_work.sync().is_unchanged


def test_a_folder_that_is_missing_withdraws_nothing(hot_work: Folder, session: Session) -> None:
    hot_work.path.rename(hot_work.path.with_name("elsewhere"))

    report = hot_work.sync()

    assert report.is_unchanged
    assert one(session, "q-7f3k2m").state is QuestionState.ACTIVE
    assert session.scalars(select(CourseModule)).one().withdrawn_at is None


def test_a_changed_clause_puts_its_questions_on_the_review_list(
    hot_work: Folder, session: Session
) -> None:
    changed = HOT_WORK.replace("有效期 8 小时", "有效期 6 小时")
    hot_work.write("sop-dh.md", changed.replace("夜班 22:00", "夜班 21:00"))

    hot_work.sync()

    assert one(session, "q-h5t0pd").review_since == hot_work.clock.now()
    assert one(session, "q-7f3k2m").review_since is None
    confirm_question(session, one(session, "q-h5t0pd"), actor=SYNC, now=hot_work.clock.now())
    assert one(session, "q-h5t0pd").review_since is None


def test_a_picture_is_part_of_the_version(folder: Folder, session: Session) -> None:
    text = VERDICT.replace("监护人去", "![现场](图片/a.png)监护人去", 1)
    folder.write("a.md", module("a", question("判断", "q-000001", text)))
    (folder.path / "图片").mkdir()
    (folder.path / "图片/a.png").write_bytes(PNG)
    folder.sync()
    (folder.path / "图片/a.png").write_bytes(PNG + b"\x00")

    report = folder.sync()

    assert report.questions == {Change.CHANGED: 1}
    version = session.get_one(QuestionVersion, one(session, "q-000001").current_version_id)
    assert '<img alt="现场" src="/modules/images/' in version.stem_html


def test_a_missing_picture_is_an_error(folder: Folder) -> None:
    text = VERDICT.replace("监护人去", "![现场](图片/a.png)监护人去", 1)
    folder.write("a.md", module("a", question("判断", "q-000001", text)))

    report = folder.sync()

    assert [problem.code for problem in report.problems] == ["E217"]


def test_every_change_has_its_audit_entry(hot_work: Folder, session: Session) -> None:
    hot_work.write("sop-dh.md", HOT_WORK.replace("夜班 22:00", "夜班 21:00"))

    hot_work.sync()

    actions = session.scalars(
        select(AuditEntry.action)
        .where(AuditEntry.subject_type == "question")
        .order_by(AuditEntry.id)
    )
    assert list(actions) == ["question.created", "question.created", "question.changed"]


def test_a_text_that_looks_like_a_list_stays_an_option(folder: Folder, session: Session) -> None:
    text = "\n温度？\n\n- [x] >50 ℃\n- [ ] 2. 报告\n- [ ] - 5 ℃\n- [ ] # 1\n- [ ] **粗**\n"
    folder.write("a.md", module("a", question("单选", "q-000001", text)))

    folder.sync()

    version = session.get_one(QuestionVersion, one(session, "q-000001").current_version_id)
    assert [option["html"] for option in version.options] == [
        "&gt;50 ℃",
        "2. 报告",
        "- 5 ℃",
        "# 1",
        "<strong>粗</strong>",
    ]
    assert key_of(version) == draft_of("单选", text, anchor="s-3-2").key
