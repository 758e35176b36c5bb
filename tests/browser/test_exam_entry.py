"""Waiting for the supervisor, and a paper that cannot be handed in yet, as the page shows them."""

from playwright.sync_api import expect

from exams.models import Exam
from exams.operations.entry import start_exam
from tests.browser.conftest import DESK, Live, OpenPage
from tests.browser.papers import six_questions
from tests.cast import Cast
from tests.conftest import MONDAY


def test_the_waiting_page_opens_itself_and_an_early_paper_is_kept(
    live: Live, live_cast: Cast, open_page: OpenPage
) -> None:
    exam = six_questions(live, live_cast)
    exam.waits_for_start, exam.least_minutes = True, 30
    live_cast.session.commit()
    page = open_page(live_cast.user("learner"), DESK)
    page.goto(f"/my-exams/{exam.id}")
    expect(page.get_by_text("监考人还没有宣布开考")).to_be_visible()
    expect(page.get_by_text("宣布后这一页自动打开开始按钮")).to_be_visible()

    session, examiner = live_cast.session, live_cast.actor("examiner")
    start_exam(session, session.get_one(Exam, exam.id), actor=examiner, now=MONDAY)
    session.commit()

    page.get_by_role("button", name="开始考试").click()
    expect(page.locator("body.exam-live")).to_be_attached()
    page.get_by_role("complementary").get_by_role("button", name="检查并交卷").click()
    dialog = page.locator("[data-hand-in]")
    expect(dialog).to_contain_text("17:30 起才能交卷")
    dialog.get_by_role("button", name="交卷", exact=True).click()
    expect(page.get_by_role("complementary").locator("[data-receipt]")).to_contain_text(
        "17:30 起才能交卷，答案已保存"
    )
    expect(page.locator("body.exam-live")).to_be_attached()
