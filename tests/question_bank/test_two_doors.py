"""One store of module files with two doors: the content folder and the editor."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from core.clock import ManualClock
from core.db import Database
from core.errors import Conflict, InvalidContent
from learning.models import CourseModule, ModuleSource, ModuleVersion, StoredFile, StoredImage
from learning.operations import store_image
from learning.sources import ContentRoot
from question_bank.models import Question, QuestionState
from question_bank.operations import sync_content
from question_bank.rules import Change
from tests.question_bank.blocks import SINGLE, VERDICT
from tests.question_bank.doors import EDITOR, exported, planned, published
from tests.question_bank.files import HOT_WORK, PNG, SYNC, Folder, module, question

SHORTER = HOT_WORK.replace("有效期 8 小时", "有效期 6 小时")
EARLIER = HOT_WORK.replace("夜班 22:00", "夜班 21:00")


@pytest.fixture
def folder(tmp_path: Path, database: Database, clock: ManualClock) -> Folder:
    return Folder(tmp_path / "content", database, clock)


@pytest.fixture
def hot_work(folder: Folder) -> Folder:
    folder.write("sop-dh.md", HOT_WORK)
    folder.sync()
    return folder


def stored(session: Session, path: str = "sop-dh.md") -> StoredFile:
    session.expire_all()
    return session.scalars(select(StoredFile).where(StoredFile.path == path)).one()


def stem(session: Session) -> str:
    session.expire_all()
    version = session.scalars(select(CourseModule)).one().current_version_id
    return session.get_one(ModuleVersion, version).source_text


def test_a_file_that_was_taken_in_stands_in_the_store(hot_work: Folder, session: Session) -> None:
    file = stored(session)

    assert file.text == HOT_WORK
    assert (file.module_key, file.is_companion) == ("sop-dh", False)
    assert file.synced_hash == file.text_hash
    version = session.scalars(select(ModuleVersion)).one()
    assert version.source_text == HOT_WORK
    assert version.published_by_id is None


def test_what_the_editor_published_is_left_alone_by_the_folder(
    hot_work: Folder, session: Session
) -> None:
    published(hot_work, {"sop-dh.md": EARLIER})

    report = hot_work.sync()

    assert report.is_unchanged
    assert not report.problems
    assert stored(session).text == EARLIER
    assert (hot_work.path / "sop-dh.md").read_text("utf-8") == HOT_WORK


def test_a_module_that_only_the_store_has_is_not_withdrawn(
    folder: Folder, session: Session
) -> None:
    published(folder, {"sop-dh.md": HOT_WORK})

    report = folder.sync()

    assert report.withdrawn_modules == []
    assert report.is_unchanged
    assert session.scalars(select(CourseModule)).one().withdrawn_at is None


def test_a_change_in_the_folder_only_is_taken_in_after_the_editors_was_exported(
    hot_work: Folder, session: Session
) -> None:
    published(hot_work, {"sop-dh.md": EARLIER})
    exported(hot_work)
    hot_work.write("sop-dh.md", EARLIER.replace("有效期 8 小时", "有效期 6 小时"))

    report = hot_work.sync()

    assert not report.problems
    assert "有效期 6 小时" in stored(session).text
    assert "夜班 21:00" in stored(session).text


def test_a_file_changed_on_both_sides_is_refused_and_says_in_what(
    hot_work: Folder, session: Session
) -> None:
    published(hot_work, {"sop-dh.md": EARLIER})
    hot_work.write("sop-dh.md", SHORTER)
    hot_work.write("sop-ok.md", module("sop-ok", question("判断", "q-000001", VERDICT)))

    report = hot_work.sync()

    assert report.refused_modules == ["sop-dh"]
    assert [problem.code for problem in report.problems] == ["E405"]
    message = str(report.problems[0])
    assert "CONTENT_DIR/sop-dh.md" in message
    assert "3.2 有效期（#s-3-2）" in message
    assert "q-7f3k2m" in message
    assert "q-h5t0pd" not in message
    assert "flask content export" in message
    assert stored(session).text == EARLIER
    assert list(report.modules) == ["sop-ok"]


def test_a_conflict_is_over_once_both_sides_read_the_same(
    hot_work: Folder, session: Session
) -> None:
    published(hot_work, {"sop-dh.md": EARLIER})
    hot_work.write("sop-dh.md", SHORTER)
    hot_work.sync()
    hot_work.write("sop-dh.md", EARLIER)

    report = hot_work.sync()

    assert not report.problems
    assert stored(session).synced_hash == stored(session).text_hash


def test_a_file_taken_away_that_the_editor_changed_meanwhile_is_a_conflict(
    hot_work: Folder, session: Session
) -> None:
    published(hot_work, {"sop-dh.md": EARLIER})
    (hot_work.path / "sop-dh.md").unlink()

    report = hot_work.sync()

    assert [problem.code for problem in report.problems] == ["E405"]
    assert report.withdrawn_modules == []
    assert session.scalars(select(CourseModule)).one().withdrawn_at is None


def test_a_file_taken_away_leaves_the_store_with_its_module(
    hot_work: Folder, session: Session
) -> None:
    (hot_work.path / "sop-dh.md").unlink()

    hot_work.sync()

    assert session.scalars(select(StoredFile)).all() == []
    assert exported(hot_work).written == []


def test_a_companion_taken_away_leaves_the_store_with_its_questions(
    hot_work: Folder, session: Session
) -> None:
    companion = "---\n类别: 题库\n模块: sop-dh\n---\n\n" + question("判断", "q-000001", VERDICT)
    hot_work.write("sop-dh.题库.md", companion)
    hot_work.sync()
    (hot_work.path / "sop-dh.题库.md").unlink()

    report = hot_work.sync()

    assert report.questions[Change.RETIRED] == 1
    assert [file.path for file in session.scalars(select(StoredFile))] == ["sop-dh.md"]


def test_line_ends_and_marks_of_an_editor_are_no_change(hot_work: Folder, session: Session) -> None:
    data = "\ufeff" + HOT_WORK.replace("\n", "\r\n")
    (hot_work.path / "sop-dh.md").write_bytes(data.encode())

    report = hot_work.sync()

    assert report.is_unchanged
    assert exported(hot_work).written == []
    assert (hot_work.path / "sop-dh.md").read_bytes() == data.encode()


def test_export_writes_what_the_editor_published_and_does_so_once(
    hot_work: Folder, session: Session
) -> None:
    published(hot_work, {"sop-dh.md": EARLIER, "操作规程/sop-new.md": module("sop-new")})

    first = exported(hot_work)
    second = exported(hot_work)

    assert first.written == ["sop-dh.md", "操作规程/sop-new.md"]
    assert (hot_work.path / "sop-dh.md").read_text("utf-8") == EARLIER
    assert (second.written, second.unchanged) == ([], 2)
    assert stored(session).synced_hash == stored(session).text_hash
    assert hot_work.sync().is_unchanged
    assert [p.name for p in hot_work.path.rglob("*") if p.name.endswith(".part")] == []


def test_export_of_one_module_writes_no_other(hot_work: Folder) -> None:
    published(hot_work, {"sop-dh.md": EARLIER, "sop-new.md": module("sop-new")})

    assert exported(hot_work, "sop-new").written == ["sop-new.md"]


def test_export_overwrites_nothing_that_was_changed_on_both_sides(hot_work: Folder) -> None:
    published(hot_work, {"sop-dh.md": EARLIER})
    hot_work.write("sop-dh.md", SHORTER)

    report = exported(hot_work)

    assert report.written == []
    assert [problem.code for problem in report.problems] == ["E405"]
    assert "q-7f3k2m" in report.problems[0].message
    assert (hot_work.path / "sop-dh.md").read_text("utf-8") == SHORTER


def test_export_does_not_undo_a_change_that_waits_in_the_folder(hot_work: Folder) -> None:
    hot_work.write("sop-dh.md", SHORTER)

    report = exported(hot_work)

    assert report.written == []
    assert "flask content sync" in str(report.problems[0])


def test_the_conflict_goes_the_way_that_its_message_names(
    hot_work: Folder, session: Session
) -> None:
    published(hot_work, {"sop-dh.md": EARLIER})
    hot_work.write("sop-dh.md", SHORTER)
    (hot_work.path / "sop-dh.md").rename(hot_work.path.with_name("aside.md"))

    assert exported(hot_work).written == ["sop-dh.md"]
    merged = EARLIER.replace("有效期 8 小时", "有效期 6 小时")
    hot_work.write("sop-dh.md", merged)

    assert not hot_work.sync().problems
    assert stored(session).text == merged


def test_the_editors_picture_is_used_and_exported(hot_work: Folder, session: Session) -> None:
    name = hot_work.images.save(PNG)
    assert name is not None
    with hot_work.database.writing() as writing:
        store_image(writing, "图片/a.png", name, actor=EDITOR, now=hot_work.clock.now())
    text = HOT_WORK.replace("夜班 22:00", "![现场](图片/a.png)夜班 22:00")

    published(hot_work, {"sop-dh.md": text})
    report = exported(hot_work)

    assert report.written == ["sop-dh.md", "图片/a.png"]
    assert (hot_work.path / "图片/a.png").read_bytes() == PNG
    assert session.scalars(select(StoredImage)).one().synced_name == name
    assert hot_work.sync().is_unchanged


def test_a_picture_of_the_folder_is_known_to_the_editors_door(
    hot_work: Folder, session: Session
) -> None:
    text = HOT_WORK.replace("夜班 22:00", "![现场](图片/a.png)夜班 22:00")
    (hot_work.path / "图片").mkdir()
    (hot_work.path / "图片/a.png").write_bytes(PNG)
    hot_work.write("sop-dh.md", text)
    hot_work.sync()

    plan = planned(hot_work, {"sop-dh.md": text.replace("难度：易", "难度：难")})

    assert not plan.problems
    assert [each.public_id for each in plan.described] == ["q-7f3k2m"]
    assert not plan.changed


def test_a_picture_changed_on_both_sides_is_refused(hot_work: Folder, session: Session) -> None:
    text = HOT_WORK.replace("夜班 22:00", "![现场](a.png)夜班 22:00")
    (hot_work.path / "a.png").write_bytes(PNG)
    hot_work.write("sop-dh.md", text)
    hot_work.sync()
    name = hot_work.images.save(PNG + b"\x01")
    assert name is not None
    with hot_work.database.writing() as writing:
        store_image(writing, "a.png", name, actor=EDITOR, now=hot_work.clock.now())
    (hot_work.path / "a.png").write_bytes(PNG + b"\x02")

    report = hot_work.sync()

    assert [problem.code for problem in report.problems] == ["E405"]
    assert "a.png" in report.problems[0].message
    assert exported(hot_work).problems
    assert (hot_work.path / "a.png").read_bytes() == PNG + b"\x02"


def test_many_removals_want_a_word_of_confirmation(hot_work: Folder, session: Session) -> None:
    hot_work.write("sop-dh.md", module("sop-dh", question("单选", "q-7f3k2m", SINGLE)))

    report = hot_work.sync(confirm_removals=False)

    assert report.refused_modules == ["sop-dh"]
    assert [problem.code for problem in report.problems] == ["E406"]
    assert "会停用 1 道题，现有 2 道" in str(report.problems[0])
    assert "--confirm-removals" in str(report.problems[0])
    assert stored(session).text == HOT_WORK
    assert hot_work.sync(confirm_removals=True).questions[Change.RETIRED] == 1


def test_one_removal_of_five_is_not_many(folder: Folder) -> None:
    texts = [question("判断", f"q-00000{n}", VERDICT) for n in range(5)]
    folder.write("a.md", module("a", *texts))
    folder.sync()
    folder.write("a.md", module("a", *texts[1:]))

    report = folder.sync(confirm_removals=False)

    assert report.questions[Change.RETIRED] == 1


def test_eleven_removals_are_many_in_a_file_of_a_hundred(folder: Folder) -> None:
    texts = [question("判断", f"q-000{n:03d}", VERDICT) for n in range(100)]
    folder.write("a.md", module("a", *texts))
    folder.sync()
    folder.write("a.md", module("a", *texts[11:]))

    assert folder.sync(confirm_removals=False).refused_modules == ["a"]
    folder.write("a.md", module("a", *texts[10:]))
    assert folder.sync(confirm_removals=False).questions[Change.RETIRED] == 10


def test_a_file_taken_away_wants_a_word_of_confirmation_too(
    hot_work: Folder, session: Session
) -> None:
    (hot_work.path / "sop-dh.md").unlink()

    report = hot_work.sync(confirm_removals=False)

    assert report.withdrawn_modules == []
    assert [problem.code for problem in report.problems] == ["E406"]
    assert session.scalars(select(CourseModule)).one().withdrawn_at is None


def test_the_enterprises_copy_wins_and_a_later_change_of_the_library_is_told(
    hot_work: Folder, tmp_path: Path, session: Session
) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / "sop-dh.md").write_text(HOT_WORK, "utf-8")
    roots = [
        ContentRoot(library, ModuleSource.LIBRARY),
        ContentRoot(hot_work.path, ModuleSource.ENTERPRISE),
    ]

    def sync() -> list[str]:
        hot_work.later()
        report = sync_content(
            hot_work.database,
            roots=roots,
            images=hot_work.images,
            confirm_removals=False,
            actor=SYNC,
            now=hot_work.clock.now(),
        )
        assert not report.problems
        return report.notices

    (hot_work.path / "sop-dh.md").unlink()
    hot_work.sync()
    assert sync() == []
    hot_work.write("sop-dh.md", EARLIER)
    assert sync() == []
    assert stored(session).origin_text == HOT_WORK
    (library / "sop-dh.md").write_text(SHORTER, "utf-8")

    notices = sync()

    assert len(notices) == 1
    assert "content/sop-dh.md" in notices[0]
    assert stored(session).text == EARLIER
    assert session.scalars(select(CourseModule)).one().source is ModuleSource.ENTERPRISE


def test_a_plan_says_exactly_what_publishing_then_does(hot_work: Folder, session: Session) -> None:
    third = question("判断", "q-000001", VERDICT)
    fourth = question("判断", "q-000002", VERDICT)
    published(hot_work, {"sop-dh.md": HOT_WORK + third + fourth})
    entries = session.scalar(select(func.count()).select_from(AuditEntry))
    text = (
        module("sop-dh", question("单选", "q-7f3k2m", SINGLE.replace("难度：易", "难度：难")))
        + question("判断", "q-000001", VERDICT.replace("几分钟", "两分钟"))
        + question("判断", "q-000003", VERDICT)
        + question("判断", "q-000002", VERDICT + "> - 状态：停用\n")
    )

    plan = planned(hot_work, {"sop-dh.md": text})

    assert session.scalar(select(func.count()).select_from(AuditEntry)) == entries
    assert _ids(plan.added) == ["q-000003"]
    assert _ids(plan.changed) == ["q-000001"]
    assert _ids(plan.described) == ["q-7f3k2m"]
    assert _ids(plan.retired) == ["q-000002", "q-h5t0pd"]
    assert (plan.removals, plan.in_use) == (1, 4)
    assert plan.needs_confirmation
    done = published(hot_work, {"sop-dh.md": text})
    assert done == plan
    actions = session.scalars(
        select(AuditEntry.action).where(
            AuditEntry.at == hot_work.clock.now(), AuditEntry.subject_type == "question"
        )
    )
    assert Counter(actions) == {
        "question.created": 1,
        "question.changed": 1,
        "question.described": 1,
        "question.retired": 2,
    }


def _ids(questions: object) -> list[str]:
    return sorted(each.public_id for each in questions)  # type: ignore[attr-defined]


def test_a_plan_counts_what_moves_and_what_comes_back(hot_work: Folder) -> None:
    companion = "---\n类别: 题库\n模块: sop-dh\n---\n\n" + question("判断", "q-h5t0pd", VERDICT)
    alone = module("sop-dh", question("单选", "q-7f3k2m", SINGLE))

    moving = planned(hot_work, {"sop-dh.md": alone, "sop-dh.题库.md": companion})

    assert _ids(moving.moved) == ["q-h5t0pd"]
    assert not moving.retired
    published(hot_work, {"sop-dh.md": alone})
    assert _ids(planned(hot_work, {"sop-dh.md": HOT_WORK}).revived) == ["q-h5t0pd"]


def test_publishing_by_the_editor_is_all_or_nothing(hot_work: Folder, session: Session) -> None:
    texts = {"sop-dh.md": EARLIER, "sop-bad.md": module("sop-bad", question("判断", None, VERDICT))}

    with pytest.raises(InvalidContent) as refused:
        published(hot_work, texts)

    assert [problem.code for problem in refused.value.problems] == ["E404"]
    assert stored(session).text == HOT_WORK
    assert session.scalars(select(CourseModule.key)).all() == ["sop-dh"]


def test_publishing_by_the_editor_wants_the_same_confirmation(
    hot_work: Folder, session: Session
) -> None:
    with pytest.raises(Conflict):
        published(hot_work, {"sop-dh.md": module("sop-dh")}, confirm=False)

    assert stored(session).text == HOT_WORK


def test_an_id_of_another_module_may_not_be_used_again(hot_work: Folder) -> None:
    text = module("sop-copy", question("判断", "q-h5t0pd", VERDICT))

    plan = planned(hot_work, {"sop-copy.md": text})

    assert [problem.code for problem in plan.problems] == ["E401"]
    assert "CONTENT_DIR/sop-dh.md:" in plan.problems[0].message


def test_a_file_may_not_go_over_to_another_module(hot_work: Folder) -> None:
    plan = planned(hot_work, {"sop-dh.md": HOT_WORK.replace("标识: sop-dh", "标识: sop-x")})

    assert "E405" in [problem.code for problem in plan.problems]


@pytest.mark.parametrize("path", ["../a.md", "/etc/a.md", ".hidden/a.md", "a.txt", "a\\b.md"])
def test_a_path_outside_the_content_folder_is_refused(hot_work: Folder, path: str) -> None:
    plan = planned(hot_work, {path: module("sop-x")})

    assert [problem.code for problem in plan.problems] == ["E118"]


def test_the_warnings_of_an_unchanged_file_are_told_again(
    hot_work: Folder, session: Session
) -> None:
    hot_work.write("sop-w.md", module("sop-w", question("多选", "q-000001", _one_right())))
    first = hot_work.sync()

    second = hot_work.sync()

    assert second.is_unchanged
    assert [str(problem) for problem in second.problems] == [
        str(problem) for problem in first.problems
    ]
    assert [problem.code for problem in second.problems] == ["W204"]
    assert session.scalars(select(Question.state).distinct()).all() == [QuestionState.ACTIVE]


def _one_right() -> str:
    return "\n问？\n\n- [x] 甲\n- [ ] 乙\n\n> - 依据：[3.2](#s-3-2)\n"
