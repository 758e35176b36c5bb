"""Marking by keyboard alone: ticks, Enter, leafing back, a draft that is kept."""

import re

from playwright.sync_api import Page, expect
from sqlalchemy import select

from exams.models import ManualMark, MarkingTask
from tests.browser.conftest import DESK, Live, OpenPage
from tests.cast import Cast
from tests.exams.people.papers import appoint, candidates, sit, written_exam


def test_answers_are_marked_by_keyboard(open_page: OpenPage, live: Live, live_cast: Cast) -> None:
    session = live_cast.session
    exam = written_exam(session, live_cast)
    trainer = live_cast.user("trainer")
    appoint(session, live_cast, exam, trainer)
    for who, text in zip(
        candidates(session, live_cast, 3), ("先报告", "关阀", "跑开"), strict=True
    ):
        sit(session, exam, who, text)
    session.commit()
    page = open_page(trainer, DESK)
    page.goto(f"/exams/{exam.id}/marking")
    page.get_by_role("button", name="开始阅卷").click()
    expect(page.locator("body.marking-live")).to_be_attached()
    expect(page.locator("[data-progress-words]")).to_have_text("阅完 0 份，共 3 份")

    page.keyboard.press("1")
    expect(page.locator("[data-sum]")).to_have_text("5")
    expect(page.locator("[data-state]")).to_contain_text("已暂存")
    page.keyboard.press("Enter")
    expect(page.locator("[data-progress-words]")).to_have_text("阅完 1 份，共 3 份")
    page.keyboard.press("1")
    page.keyboard.press("2")
    expect(page.locator("[data-sum]")).to_have_text("10")
    page.keyboard.press("Enter")
    expect(page.locator("[data-progress-words]")).to_have_text("阅完 2 份，共 3 份")

    _type_a_score(page)
    expect(page).to_have_url(re.compile(rf"/exams/{exam.id}/marking$"))
    expect(page.get_by_text("3 份答案，阅完 3 份。")).to_be_visible()
    with live.services.database.reading() as reading:
        tenths = reading.scalars(
            select(ManualMark.tenths)
            .join(MarkingTask, MarkingTask.sitting_question_id == ManualMark.sitting_question_id)
            .where(MarkingTask.exam_id == exam.id)
            .order_by(ManualMark.id)
        ).all()
    assert list(tenths) == [50, 100, 35]


def _type_a_score(page: Page) -> None:
    """A score of one's own is refused without a reason, and taken with one."""
    page.keyboard.press("s")
    expect(page.locator("#score")).to_be_focused()
    page.keyboard.type("3.5")
    page.keyboard.press("Enter")
    expect(page.locator("[data-problem]")).to_contain_text("写一句为什么")
    page.locator("#remark").fill("意思对，没说清")
    page.keyboard.press("Enter")
