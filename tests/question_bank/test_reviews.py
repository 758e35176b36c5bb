"""What a person must look at again, and how it is settled."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import ManualClock
from core.db import Database
from core.errors import Conflict, Forbidden
from core.events import Bus
from core.identity import Actor
from core.services import Services
from question_bank.events import ClausesChanged
from question_bank.models import Question, QuestionVersion, ReviewKind, ReviewTask
from question_bank.queries.content import is_drawable
from question_bank.reviews import confirm_question, settle_task
from tests.cast import Cast
from tests.question_bank.blocks import VERDICT
from tests.question_bank.doors import planned, published
from tests.question_bank.files import HOT_WORK, SYNC, Folder, module, question

SHORTER = HOT_WORK.replace("有效期 8 小时", "有效期 6 小时")
BROWSER = Callable[[str], FlaskClient]


@pytest.fixture
def hot_work(tmp_path: Path, database: Database, clock: ManualClock) -> Folder:
    folder = Folder(tmp_path / "content", database, clock)
    folder.write("sop-dh.md", HOT_WORK)
    folder.sync()
    return folder


def tasks(session: Session, kind: ReviewKind = ReviewKind.CLAUSE) -> list[ReviewTask]:
    session.expire_all()
    return list(
        session.scalars(select(ReviewTask).where(ReviewTask.kind == kind).order_by(ReviewTask.id))
    )


def one(session: Session, public_id: str) -> Question:
    session.expire_all()
    return session.scalars(select(Question).where(Question.public_id == public_id)).one()


def drawable(session: Session) -> list[str]:
    session.expire_all()
    found = select(Question.public_id).where(is_drawable()).order_by(Question.public_id)
    return list(session.scalars(found))


def test_a_changed_clause_is_kept_with_its_old_and_new_text(
    hot_work: Folder, session: Session
) -> None:
    published(hot_work, {"sop-dh.md": SHORTER})

    task = tasks(session)[0]
    assert (task.module_key, task.anchor, task.title) == ("sop-dh", "s-3-2", "3.2 有效期")
    assert task.before_text == "一级票有效期 8 小时。"
    assert task.after_text == "一级票有效期 6 小时。"
    assert [one(session, i).review_since for i in ("q-7f3k2m", "q-h5t0pd")] == [
        hot_work.clock.now(),
        hot_work.clock.now(),
    ]


def test_what_waits_for_a_review_enters_no_new_pool(hot_work: Folder, session: Session) -> None:
    assert drawable(session) == ["q-7f3k2m", "q-h5t0pd"]

    published(hot_work, {"sop-dh.md": SHORTER})

    assert drawable(session) == []
    confirm_question(session, one(session, "q-h5t0pd"), actor=SYNC, now=hot_work.clock.now())
    session.commit()
    assert drawable(session) == ["q-h5t0pd"]
    assert [task.outcome for task in tasks(session)] == [None, "confirmed"]


def test_an_edit_of_the_question_settles_its_review(hot_work: Folder, session: Session) -> None:
    published(hot_work, {"sop-dh.md": SHORTER})

    published(hot_work, {"sop-dh.md": SHORTER.replace("监护人离开即停止", "监护人走开即停止")})

    assert drawable(session) == ["q-h5t0pd"]
    assert [task.outcome for task in tasks(session)] == [None, "edited"]


def test_a_clause_that_changes_twice_keeps_the_text_that_was_last_confirmed(
    hot_work: Folder, session: Session
) -> None:
    published(hot_work, {"sop-dh.md": SHORTER})
    published(hot_work, {"sop-dh.md": HOT_WORK.replace("有效期 8 小时", "有效期 4 小时")})

    assert [(task.before_text[-6:], task.after_text[-6:]) for task in tasks(session)] == [
        (" 8 小时。", " 4 小时。"),
        (" 8 小时。", " 4 小时。"),
    ]


def test_a_clause_that_comes_back_asks_for_nothing(hot_work: Folder, session: Session) -> None:
    published(hot_work, {"sop-dh.md": SHORTER})
    published(hot_work, {"sop-dh.md": HOT_WORK})

    assert drawable(session) == ["q-7f3k2m", "q-h5t0pd"]
    assert {task.outcome for task in tasks(session)} == {"reverted"}


def test_a_changed_key_fact_asks_for_a_review(hot_work: Folder, session: Session) -> None:
    text = HOT_WORK.replace("有效期 8 小时", "有效期 ==8 小时=={#f-2k9d}")
    published(hot_work, {"sop-dh.md": text})

    plan = planned(hot_work, {"sop-dh.md": text.replace("==8 小时==", "==6 小时==")})
    published(hot_work, {"sop-dh.md": text.replace("==8 小时==", "==6 小时==")})

    facts = tasks(session, ReviewKind.FACT)
    assert [(task.before_text, task.after_text) for task in facts] == [("8 小时", "6 小时")]
    assert session.get_one(Question, facts[0].question_id).public_id == "q-7f3k2m"
    assert sorted(each.public_id for each in plan.to_review) == ["q-7f3k2m", "q-h5t0pd"]


def test_the_plan_names_what_would_wait_for_a_review_in_other_modules_too(
    hot_work: Folder,
) -> None:
    citing = VERDICT.replace("#s-3-2", "sop-dh#s-3-2")
    published(hot_work, {"a.md": module("a", question("判断", "q-000001", citing))})

    plan = planned(hot_work, {"sop-dh.md": SHORTER.replace("夜班 22:00", "夜班 21:00")})

    assert sorted(each.public_id for each in plan.to_review) == ["q-000001", "q-h5t0pd"]
    assert [(c.module_key, c.anchor, c.before, c.after) for c in plan.clauses] == [
        ("sop-dh", "s-3-2", "一级票有效期 8 小时。", "一级票有效期 6 小时。")
    ]


def test_a_changed_key_is_told_and_re_marks_nothing(hot_work: Folder, session: Session) -> None:
    turned = HOT_WORK.replace("答案：错", "答案：对")

    plan = planned(hot_work, {"sop-dh.md": turned})
    published(hot_work, {"sop-dh.md": turned})

    assert [each.public_id for each in plan.remarks] == ["q-h5t0pd"]
    task = tasks(session, ReviewKind.KEY)[0]
    assert (task.before_version_id, task.after_version_id) != (None, None)
    assert one(session, "q-h5t0pd").review_since is None


@pytest.mark.parametrize(
    ("old", "new"),
    [("- [x] 次日 6:00", "- [ ] 次日 6:00"), ("分值：2", "分值：2\n> - 给分：全对")],
)
def test_another_right_option_or_rule_is_a_changed_key(
    hot_work: Folder, old: str, new: str
) -> None:
    text = HOT_WORK.replace(old, new)
    if old.startswith("-"):
        text = text.replace("- [ ] 次日 2:00", "- [x] 次日 2:00")

    assert [each.public_id for each in planned(hot_work, {"sop-dh.md": text}).remarks] == [
        "q-7f3k2m"
    ]


def corrected(folder: Folder, author: Actor) -> None:
    text = HOT_WORK.replace("夜班 22:00", "夜班 22 点").replace(
        "> - 难度：易", "> - 难度：易\n> - 修订：勘误"
    )
    published(folder, {"sop-dh.md": text}, actor=author)


def test_a_correction_is_confirmed_by_somebody_else(
    hot_work: Folder, session: Session, cast: Cast
) -> None:
    author, other = cast.actor("trainer"), cast.actor("safety_manager")
    corrected(hot_work, author)
    task = tasks(session, ReviewKind.CORRECTION)[0]

    with pytest.raises(Forbidden):
        settle_task(session, task, is_confirmed=True, actor=author, now=hot_work.clock.now())
    settle_task(session, task, is_confirmed=True, actor=other, now=hot_work.clock.now())

    after = session.get_one(QuestionVersion, task.after_version_id)
    assert after.continues_id == task.before_version_id
    with pytest.raises(Conflict):
        settle_task(session, task, is_confirmed=True, actor=other, now=hot_work.clock.now())


def test_a_refused_correction_begins_new_statistics(
    hot_work: Folder, session: Session, cast: Cast
) -> None:
    corrected(hot_work, cast.actor("trainer"))
    task = tasks(session, ReviewKind.CORRECTION)[0]

    settle_task(
        session,
        task,
        is_confirmed=False,
        actor=cast.actor("safety_manager"),
        now=hot_work.clock.now(),
    )

    assert session.get_one(QuestionVersion, task.after_version_id).continues_id is None


def test_a_correction_that_turns_the_key_is_a_changed_key(
    hot_work: Folder, session: Session
) -> None:
    text = HOT_WORK.replace("答案：错", "答案：对\n> - 修订：勘误")

    plan = planned(hot_work, {"sop-dh.md": text})

    assert [each.public_id for each in plan.remarks] == ["q-h5t0pd"]
    assert not plan.corrections


def test_a_clause_that_a_source_does_not_list_any_more_names_what_cites_it(
    hot_work: Folder,
) -> None:
    citing = VERDICT.replace("[3.2](#s-3-2)", "《示例规程》3.2")
    published(hot_work, {"a.md": module("a", question("判断", "q-000001", citing))})
    text = HOT_WORK.replace("条款: ['3.2']", "条款: ['3.3']")

    plan = planned(hot_work, {"sop-dh.md": text})

    assert [(each.source, each.clause) for each in plan.dropped] == [("示例规程", "3.2")]
    assert [each.public_id for each in plan.dropped[0].questions] == ["q-000001"]
    hot_work.write("sop-dh.md", text)
    assert any("q-000001" in notice for notice in hot_work.sync().notices)


def test_packages_on_the_right_hear_of_changed_clauses(
    hot_work: Folder, services: Services
) -> None:
    heard: list[ClausesChanged] = []
    bus: Bus = services.bus
    bus.subscribe(ClausesChanged, lambda _session, event: heard.append(event))

    published(hot_work, {"sop-dh.md": SHORTER})

    assert [(event.module_key, event.changed, event.removed) for event in heard] == [
        ("sop-dh", ("s-3-2",), ())
    ]
    assert heard[0].before_version_id != heard[0].after_version_id


def test_the_page_shows_both_texts_and_confirms_what_is_ticked(
    hot_work: Folder, session: Session, client_for: BROWSER
) -> None:
    published(hot_work, {"sop-dh.md": SHORTER})
    browser = client_for("trainer")

    page = browser.get("/questions/reviews").get_data(as_text=True)

    assert "一级票有效期 <del>8</del> 小时。" in page
    assert "一级票有效期 <ins>6</ins> 小时。" in page
    seen = page.split('value="q-h5t0pd:')[1].split('"')[0]
    browser.post("/questions/reviews", data={"seen": [f"q-h5t0pd:{seen}"]})
    assert drawable(session) == ["q-h5t0pd"]


def test_a_tick_from_before_another_change_does_not_count(
    hot_work: Folder, session: Session, client_for: BROWSER
) -> None:
    published(hot_work, {"sop-dh.md": SHORTER})
    browser = client_for("trainer")
    page = browser.get("/questions/reviews").get_data(as_text=True)
    seen = page.split('value="q-h5t0pd:')[1].split('"')[0]
    published(hot_work, {"sop-dh.md": HOT_WORK.replace("有效期 8 小时", "有效期 4 小时")})

    browser.post("/questions/reviews", data={"seen": [f"q-h5t0pd:{seen}"]})

    assert drawable(session) == []


def test_questions_of_a_clause_and_its_history_stand_on_its_page(
    hot_work: Folder, client_for: BROWSER
) -> None:
    published(hot_work, {"sop-dh.md": SHORTER})

    page = client_for("trainer").get("/modules/sop-dh/clauses/s-3-2").get_data(as_text=True)

    assert "一级票有效期 6 小时。" in page
    assert "2 道题依据这一条。" in page
    assert "这一条改过 1 次。" in page
    assert client_for("trainer").get("/modules/sop-dh/clauses/s-9").status_code == 404


def test_the_module_page_leads_keepers_to_its_clauses(
    hot_work: Folder, client_for: BROWSER
) -> None:
    link = '/modules/sop-dh/clauses/s-3-2"'

    assert link in client_for("trainer").get("/modules/sop-dh").get_data(as_text=True)
    assert link not in client_for("learner").get("/modules/sop-dh").get_data(as_text=True)


def test_nothing_is_asked_for_the_question_that_was_rewritten_with_its_clause(
    hot_work: Folder, session: Session
) -> None:
    published(hot_work, {"sop-dh.md": SHORTER.replace("夜班 22:00", "夜班 21:00")})

    assert drawable(session) == ["q-7f3k2m"]
