"""Sitting an exam that is interrupted: reload, other device, no network, no time, sent twice."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select

from core.audit import AuditEntry
from core.identity import Actor
from exams.models import Exam, LateDecision, Sitting, SittingState
from exams.operations.closing import close_overdue_sittings
from tests.browser.conftest import DESK, Live, OpenPage
from tests.browser.papers import (
    choose,
    chosen,
    come_to,
    question,
    saved,
    sitting_of,
    six_questions,
    start,
    stored,
)
from tests.cast import Cast

SINGLE, MULTIPLE, VERDICT, BLANKS = "single_choice", "multiple_choice", "true_false", "fill_blank"


# The page says so for a moment only, until the server has said how long there is left.
REMEMBER_THE_END = """() => {
  const place = document.querySelector("[data-receipt]");
  new MutationObserver(() => {
    if (place.textContent.includes("时间到")) document.body.dataset.said = "时间到";
  }).observe(place, { childList: true, subtree: true });
}"""


@pytest.fixture
def exam(live: Live, live_cast: Cast) -> Exam:
    return six_questions(live, live_cast)


def sitting(live: Live, page: Page) -> Sitting:
    with live.services.database.reading() as session:
        found = session.get_one(Sitting, sitting_of(page))
        session.expunge(found)
    return found


def closings(live: Live, sitting_id: int) -> int:
    """How often the log says that a sitting was handed in or closed."""
    with live.services.database.reading() as session:
        found = session.scalar(
            select(func.count())
            .select_from(AuditEntry)
            .where(
                AuditEntry.action.in_(("exam.sitting.submitted", "exam.sitting.expired")),
                AuditEntry.subject_type == "sitting",
                AuditEntry.subject_id == str(sitting_id),
            )
        )
    return found or 0


# ---- reload, another device ----


def test_reload_keeps_every_answer_even_one_just_typed(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"))
    start(page, exam)
    choose(page, question(page, SINGLE), "8 小时")
    choose(page, question(page, MULTIPLE), "气体检测合格", "当天是晴天")
    saved(page)
    come_to(page, question(page, BLANKS))
    question(page, BLANKS).locator("input").nth(1).type("倒置")

    page.reload()
    saved(page)

    assert chosen(question(page, SINGLE)) == ["8 小时"]
    assert sorted(chosen(question(page, MULTIPLE))) == ["当天是晴天", "气体检测合格"]
    assert question(page, BLANKS).locator("input").nth(1).input_value() == "倒置"
    expect(page.locator("[data-count='did']").first).to_have_text("3")
    assert ["", "倒置"] in stored(live, sitting_of(page)).values()


def test_second_device_goes_on_where_the_first_stopped(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    phone = open_page(live_cast.user("learner"))
    start(phone, exam)
    choose(phone, question(phone, SINGLE), "8 小时")
    saved(phone)
    live.clock.advance(minutes=7)

    desk = open_page(live_cast.user("learner"), DESK)
    desk.goto("/my-exams")
    desk.locator(f"a[href='/sittings/{sitting_of(phone)}']").click()
    desk.wait_for_url(f"**/sittings/{sitting_of(phone)}")
    with desk.expect_navigation():
        desk.get_by_role("button", name="在这里接着答").click()
    assert chosen(question(desk, SINGLE)) == ["8 小时"]
    expect(desk.locator("[data-clock-text]:visible")).to_contain_text("52:")
    choose(desk, question(desk, VERDICT), "错")
    choose(desk, question(desk, SINGLE), "4 小时")
    saved(desk)

    choose(phone, question(phone, VERDICT), "对")
    expect(phone.get_by_text("这份答卷在另一处打开了").last).to_be_visible()
    with phone.expect_navigation():
        phone.get_by_role("button", name="在这里接着答").click()
    assert chosen(question(phone, SINGLE)) == ["4 小时"]
    assert chosen(question(phone, VERDICT)) == ["错"]


# ---- no network ----


def test_answers_given_offline_arrive_when_the_network_is_back(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"))
    start(page, exam)
    page.context.set_offline(True)
    choose(page, question(page, SINGLE), "8 小时")
    choose(page, question(page, VERDICT), "对")
    choose(page, question(page, VERDICT), "错")

    expect(page.locator(".receipt-off")).to_contain_text("离线，已存本机")
    expect(page.locator(".receipt-off")).to_contain_text("2 题待上传")
    assert stored(live, sitting_of(page)) == {}
    page.locator("[data-check]:visible").first.click()
    page.get_by_role("dialog").get_by_role("button", name="交卷").click()
    expect(page.locator(".receipt-off")).to_contain_text("现在交不了卷")

    page.context.set_offline(False)
    saved(page)
    kept = stored(live, sitting_of(page))
    assert list(kept.values()) == [[2], False]


def test_answers_outlive_a_reload_while_the_server_takes_none(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"), DESK)
    start(page, exam)

    def unplug(route: Route) -> None:
        route.abort("internetdisconnected")

    page.route("**/answers", unplug)
    choose(page, question(page, SINGLE), "8 小时")
    expect(page.locator("[data-receipt]:visible").first).to_contain_text("离线，已存本机")
    expect(page.locator("[data-count-line='local']:visible")).to_contain_text("1")

    page.reload()
    assert chosen(question(page, SINGLE)) == ["8 小时"]
    expect(page.locator("[data-receipt]:visible").first).to_contain_text("1 题待上传")
    page.unroute("**/answers", unplug)

    saved(page)
    assert list(stored(live, sitting_of(page)).values()) == [[2]]


# ---- the end of time ----


def test_page_hands_in_by_itself_when_the_server_says_that_time_is_over(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"))
    start(page, exam)
    choose(page, question(page, SINGLE), "8 小时")
    saved(page)
    live.clock.advance(minutes=59, seconds=58)
    page.reload()
    expect(page.locator("[data-clock]:visible").first).to_have_class("clock clock-last")
    # The page's own clock is at its end before the server's is: it must not hand in early.
    page.evaluate(REMEMBER_THE_END)
    expect(page.locator("body")).to_have_attribute("data-said", "时间到")
    live.clock.advance(seconds=3)

    page.wait_for_url("**/result")
    expect(page.get_by_text("时间到，已自动交卷")).to_be_visible()
    expect(page.locator(".figure")).to_have_text("10")
    found = sitting(live, page)
    assert found.state is SittingState.EXPIRED
    assert found.submitted_at == found.deadline
    assert closings(live, found.id) == 1


def test_answer_after_the_end_does_not_count_and_the_page_says_so(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"))
    start(page, exam)
    choose(page, question(page, SINGLE), "4 小时")
    saved(page)
    live.clock.advance(minutes=60, seconds=6)

    choose(page, question(page, SINGLE), "8 小时")

    page.wait_for_url("**/result")
    expect(page.get_by_text("时间到，由服务器交卷")).to_be_visible()
    expect(page.locator(".figure")).to_have_text("0")
    assert sitting(live, page).late_decision is LateDecision.PENDING


def test_paper_opened_again_after_the_end_leads_to_the_result(
    live_cast: Cast, live: Live, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"))
    start(page, exam)
    choose(page, question(page, SINGLE), "8 小时")
    saved(page)
    live.clock.advance(minutes=60, seconds=1)

    page.reload()
    expect(page.get_by_text("已停止答题")).to_be_visible()
    page.get_by_role("button", name="看结果").click()
    page.wait_for_url("**/result")
    expect(page.locator(".figure")).to_have_text("10")


def test_sitting_closed_by_the_server_shows_its_result(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"))
    start(page, exam)
    choose(page, question(page, SINGLE), "8 小时")
    saved(page)
    live.clock.advance(hours=1, minutes=1)
    with live.services.database.writing() as session:
        close_overdue_sittings(session, actor=Actor.system("test"), now=live.clock.now())

    choose(page, question(page, VERDICT), "错")

    page.wait_for_url("**/result")
    expect(page.locator(".figure")).to_have_text("10")
    assert closings(live, sitting_of(page)) == 1


# ---- handing in twice ----


def test_handing_in_twice_marks_once(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"), DESK)
    start(page, exam)
    choose(page, question(page, VERDICT), "错")
    saved(page)
    check = f"/sittings/{sitting_of(page)}/hand-in"
    page.goto(check)
    other = page.context.new_page()
    other.goto(check)

    page.get_by_role("button", name="交卷").dblclick()
    # The second click ends the navigation of the first.
    expect(page).to_have_url(re.compile(r"/result$"))
    other.get_by_role("button", name="交卷").click()
    other.wait_for_url("**/result")

    expect(other.locator(".figure")).to_have_text("10")
    assert closings(live, sitting_of(page)) == 1


def lose_the_answer(route: Route) -> None:
    route.fetch()
    route.abort("internetdisconnected")


def let_a_box_answer(route: Route) -> None:
    """A Wi-Fi that wants a sign-in first says 200 to everything, and lets nothing through."""
    route.fulfill(status=200, content_type="application/json", body='{"outcome": "submitted"}')


@pytest.mark.parametrize("interrupt", [lose_the_answer, let_a_box_answer])
def test_page_asks_again_when_handing_in_gets_no_answer(
    live: Live,
    live_cast: Cast,
    exam: Exam,
    open_page: OpenPage,
    interrupt: Callable[[Route], None],
) -> None:
    page = open_page(live_cast.user("learner"))
    start(page, exam)
    choose(page, question(page, VERDICT), "错")
    saved(page)

    page.route("**/submit", interrupt, times=1)
    page.locator("[data-check]:visible").first.click()
    page.get_by_role("dialog").get_by_role("button", name="交卷").click()
    expect(page.locator(".receipt-off")).to_contain_text("交卷没有回音，正在再问")

    page.wait_for_url("**/result")
    expect(page.locator(".figure")).to_have_text("10")
    assert closings(live, sitting_of(page)) == 1
