"""Leaving the exam page and copying are told to the candidate and shown on the board; messages."""

import re
from datetime import timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import select

from exams.integrity import Integrity
from exams.models import Exam, Incident, IncidentKind, Sitting
from exams.operations.integrity import set_integrity
from tests.browser.conftest import DESK, Live, OpenPage
from tests.browser.papers import six_questions, start
from tests.cast import Cast
from tests.conftest import MONDAY

WATCHED = Integrity(
    records_leavings=True, most_leavings=3, blocks_clipboard=True, shows_watermark=True
)
# The window loses the focus and gets it back; time is the page's own clock, moved by hand.
LEAVE = "() => window.dispatchEvent(new Event('blur'))"
COME_BACK = "() => window.dispatchEvent(new Event('focus'))"
COPY = """() => document.querySelector(".stem").dispatchEvent(
  new ClipboardEvent("copy", { bubbles: true, cancelable: true }))"""
LOOK = "() => document.dispatchEvent(new Event('visibilitychange'))"


def watched_paper(live: Live, cast: Cast, page: Page) -> Exam:
    """An exam that watches, and its paper open and held by this page."""
    exam = six_questions(live, cast)
    examiner = cast.actor("examiner")
    set_integrity(cast.session, exam, WATCHED, reason="", actor=examiner, now=MONDAY)
    cast.session.commit()
    with page.expect_response("**/presence"):
        start(page, exam)
        expect(page.locator("body.exam-live")).to_be_attached()
    return exam


def test_leaving_and_copying_are_told_to_the_candidate_and_to_the_board(
    live: Live, live_cast: Cast, open_page: OpenPage
) -> None:
    learner = live_cast.user("learner")
    page = open_page(learner, DESK)
    page.clock.install()
    exam = watched_paper(live, live_cast, page)
    mark = page.locator(".exam-watermark text").first
    expect(mark).to_have_text(f"{learner.name} {learner.employee_no}")

    page.evaluate(LEAVE)
    page.clock.run_for(2000)
    page.evaluate(COME_BACK)
    notice = page.locator("[data-notice]")
    expect(notice).to_contain_text("离开页面 1 次，最多 3 次")
    page.evaluate(COPY)
    expect(notice).to_contain_text("不能复制、剪切、粘贴")
    page.clock.run_for(1000)

    board = open_page(live_cast.user("examiner"), DESK)
    board.goto(f"/exams/{exam.id}/board")
    # The board draws anew every five seconds.
    cell = board.locator("#board li", has_text=learner.name)
    expect(cell).to_contain_text("2 条记录")
    board.get_by_role("link", name=learner.name).click()
    events = board.locator(".watch-events")
    expect(events).to_contain_text("复制，第 1 题")
    expect(events).to_contain_text(re.compile("离开页面，[2-9] 秒，第 1 题"))


def test_a_message_from_the_board_stays_on_the_page_until_it_is_read(
    live: Live, live_cast: Cast, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"), DESK)
    exam = watched_paper(live, live_cast, page)
    board = open_page(live_cast.user("examiner"), DESK)
    board.goto(f"/exams/{exam.id}/board/message")
    board.get_by_label("说什么").fill("还有 10 分钟")
    board.get_by_role("button", name="发给 1 人").click()
    expect(board.get_by_text("已发给 1 人")).to_be_visible()

    page.evaluate(LOOK)
    message = page.locator("[data-message]")
    expect(message).to_contain_text("还有 10 分钟")
    with page.expect_response("**/presence"):
        message.get_by_role("button", name="知道了").click()
    expect(message).to_be_hidden()

    board.goto(f"/exams/{exam.id}/board/message")
    expect(board.locator(".watch-events")).to_contain_text("1 人点了知道")


def test_what_was_noted_offline_is_delivered_after_the_deadline(
    live: Live, live_cast: Cast, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("team_leader"), DESK)
    page.clock.install()
    exam = watched_paper(live, live_cast, page)
    page.context.set_offline(True)
    page.evaluate(LEAVE)
    page.clock.run_for(2000)
    page.evaluate(COME_BACK)
    expect(page.locator("[data-notice]")).to_contain_text("离开页面 1 次")

    live.clock.move_to(MONDAY + timedelta(minutes=61))
    page.context.set_offline(False)
    page.wait_for_url("**/result")

    with live.session() as session:
        kept = session.scalars(
            select(Incident)
            .join(Sitting, Sitting.id == Incident.sitting_id)
            .where(Sitting.exam_id == exam.id)
        )
        assert [(one.kind, one.details["late"]) for one in kept] == [(IncidentKind.LEFT, True)]
