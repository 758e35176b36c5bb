"""How the exam page is used: whole or one at a time, by finger, with pictures, with little time."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from exams.models import Exam
from exams.operations.sitting import extend_sitting
from exams.queries.sittings import sitting_for
from tests.browser.conftest import DESK, PHONE, Live, OpenPage, open_window
from tests.browser.papers import (
    choose,
    come_to,
    question,
    saved,
    sitting_of,
    six_questions,
    start,
    stored,
)
from tests.browser.test_exam_item_types import no_complaints
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam, make_hotspot, make_single, option

SINGLE, VERDICT = "single_choice", "true_false"


@pytest.fixture
def exam(live: Live, live_cast: Cast) -> Exam:
    return six_questions(live, live_cast)


def shown(page: Page) -> Locator:
    return page.locator(".question:visible")


# ---- whole, or one at a time ----


def test_device_remembers_whether_the_paper_is_shown_whole_or_one_at_a_time(
    live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"), DESK)
    start(page, exam)
    expect(page.locator("body.exam-live")).to_be_attached()
    expect(shown(page)).to_have_count(6)

    page.locator("[data-view] label").filter(has_text="逐题").click()
    expect(shown(page)).to_have_count(1)
    page.get_by_role("button", name="下一题").click()
    expect(page.locator("#q2")).to_be_visible()
    expect(page.locator("[data-position]:visible")).to_have_text("2 / 6")
    page.reload()
    expect(page.locator("body.exam-live")).to_be_attached()
    expect(shown(page)).to_have_count(1)

    page.locator("[data-view] label").filter(has_text="整卷").click()
    expect(shown(page)).to_have_count(6)


def test_phone_shows_the_whole_paper_on_request(
    live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"), PHONE)
    start(page, exam)
    expect(page.locator("body.exam-live")).to_be_attached()
    expect(shown(page)).to_have_count(1)

    page.locator("[data-open]").click()
    page.get_by_role("dialog").locator("[data-view] label").filter(has_text="整卷").click()
    page.get_by_role("button", name="关上答题卡").click()

    expect(shown(page)).to_have_count(6)


# ---- by finger ----


def draw(page: Page, over: Locator, across: int, down: int = 0) -> None:
    """Draw a finger from the middle of something, in small steps as fingers do."""
    expect(over).to_be_visible()
    box = over.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        touched = [{"x": x + dx, "y": y + dy} for dx, dy in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

    touch("touchStart", (0, 0))
    for part in range(1, 6):
        touch("touchMove", (across * part / 5, down * part / 5))
    touch("touchEnd")
    finger.detach()


def test_finger_drawn_sideways_turns_to_the_next_question_and_back(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"), PHONE)
    start(page, exam)
    expect(page.locator("body.exam-live")).to_be_attached()
    here = page.locator("[data-position]:visible")

    draw(page, page.locator("#q1 .option").first, 120)
    expect(here).to_have_text("1 / 6")
    draw(page, page.locator("#q1 .option").first, -120)
    expect(here).to_have_text("2 / 6")
    # Up and down is scrolling, a short way is an unsteady tap.
    draw(page, page.locator("#q2 .stem"), -30, -160)
    draw(page, page.locator("#q2 .stem"), -30)
    draw(page, page.locator("#q2 .stem"), 120)
    expect(here).to_have_text("1 / 6")

    # Nothing was chosen on the way.
    expect(page.locator("[data-count='did']").first).to_have_text("0")
    assert stored(live, sitting_of(page)) == {}


# ---- pictures ----


def test_pictures_are_seen_large_and_keep_what_a_tap_means(
    live: Live, live_cast: Cast, open_page: OpenPage
) -> None:
    live.clock.move_to(MONDAY)
    session = live_cast.session
    seen = make_single(session)
    picture = '<img src="/static/icon.svg" alt="标志">'
    seen.stem_html = f"<p>这是什么？</p><p>{picture}</p>"
    seen.options = [option(1, f"{picture}", is_right=True), option(2, "不是")]
    exam = make_exam(session, live_cast, [seen, make_hotspot(session)], shuffles_questions=False)
    session.commit()
    page = open_page(live_cast.user("learner"), DESK)
    start(page, exam)
    expect(page.locator("body.exam-live")).to_be_attached()
    dialog = page.get_by_role("dialog", name="放大的图片")

    page.locator(".stem img").click()
    expect(dialog).to_be_visible()
    picture_box = dialog.locator("img")
    expect(picture_box).to_be_in_viewport(ratio=1)
    no_complaints(page)
    dialog.get_by_role("button", name="再放大").click()
    expect(dialog.get_by_role("status")).to_have_text("2 ×")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    page.locator(".option .zoom-button").click()
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="关上图片").click()
    expect(page.locator(".option input:checked")).to_have_count(0)
    page.locator(".option").filter(has=page.locator("img")).click(position={"x": 400, "y": 20})
    expect(page.locator(".option input:checked")).to_have_count(1)

    spots = question(page, "hotspot")
    spots.locator("[data-spots] img").click()
    expect(spots.locator("[data-marks] circle")).to_have_count(1)
    spots.get_by_role("button", name="放大图片：配电室一角").press("Enter")
    expect(dialog.locator("circle")).to_have_count(1)


# ---- little time ----


def hear_from_server(page: Page) -> None:
    with page.expect_response("**/presence"):
        page.evaluate("dispatchEvent(new Event('online'))")


def give_more_time(live: Live, cast: Cast, page: Page) -> None:
    actor, now = cast.actor("learner"), live.clock.now()
    found = sitting_for(cast.session, actor, sitting_of(page))
    extend_sitting(cast.session, found, minutes=9, reason="停电", actor=actor, now=now)
    cast.session.commit()


def test_page_warns_at_ten_five_and_one_minute_and_again_after_more_time(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"), PHONE)
    start(page, exam)
    choose(page, question(page, SINGLE), "8 小时")
    saved(page)
    alarm = page.get_by_role("alert").filter(has_text="还剩")

    for minutes, left in ((50, 10), (5, 5), (4, 1)):
        live.clock.advance(minutes=minutes)
        hear_from_server(page)
        expect(alarm).to_have_text(f"还剩 {left} 分钟，18:00 到时自动交卷")
        page.get_by_role("button", name="收起提醒").click()
        expect(alarm).to_have_count(0)

    give_more_time(live, live_cast, page)
    hear_from_server(page)
    expect(page.get_by_role("alert")).to_have_text("加了时间，改为 18:09 到时自动交卷")
    expect(page.locator("[data-clock-text]:visible")).to_have_text("10:00")
    live.clock.advance(minutes=5)
    hear_from_server(page)
    expect(alarm).to_have_text("还剩 5 分钟，18:09 到时自动交卷")


def test_short_exam_begins_without_a_warning(
    live: Live, live_cast: Cast, open_page: OpenPage
) -> None:
    live.clock.move_to(MONDAY)
    session = live_cast.session
    exam = make_exam(session, live_cast, [make_single(session)], minutes=8)
    session.commit()
    page = open_page(live_cast.user("learner"), DESK)
    start(page, exam)
    choose(page, question(page, SINGLE), "8 小时")
    saved(page)
    expect(page.get_by_role("alert")).to_have_text("")

    live.clock.advance(minutes=3)
    hear_from_server(page)
    expect(page.get_by_role("alert")).to_contain_text("还剩 5 分钟")


SLEEPER = """const real = Date.now.bind(Date);
window.slept = 0;
Date.now = () => real() + window.slept;"""
ASLEEP = "window.slept = 10 * 60 * 1000"


def test_device_that_slept_asks_the_server_how_late_it_is(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"), DESK)
    page.add_init_script(SLEEPER)
    start(page, exam)
    choose(page, question(page, SINGLE), "8 小时")
    saved(page)

    live.clock.advance(minutes=20)
    with page.expect_response("**/presence"):
        page.evaluate(ASLEEP)
    expect(page.locator("[data-clock-text]:visible")).to_contain_text(re.compile("^(40:00|39:)"))


def test_device_that_slept_without_a_network_believes_its_own_clock(
    live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"), DESK)
    page.add_init_script(SLEEPER)
    start(page, exam)
    choose(page, question(page, SINGLE), "8 小时")
    saved(page)

    page.context.set_offline(True)
    page.evaluate(ASLEEP)
    expect(page.locator("[data-clock-text]:visible")).to_contain_text(re.compile("^(50:00|49:)"))
    page.context.set_offline(False)


# ---- narrow ----


@pytest.mark.parametrize("view", ["one", "all"])
def test_narrow_phone_shows_everything_without_scrolling_sideways(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage, view: str
) -> None:
    page = open_page(live_cast.user("learner"), {"width": 360, "height": 640})
    page.add_init_script(f"localStorage.setItem('exam-view', '{view}')")
    start(page, exam)
    choose(page, question(page, SINGLE), "8 小时")
    saved(page)
    live.clock.advance(minutes=55)
    hear_from_server(page)
    expect(page.get_by_role("alert")).to_contain_text("还剩 5 分钟")

    for asked in page.locator(".question").all():
        come_to(page, asked)
        no_complaints(page)


# ---- where answers are kept ----

WITHOUT_DATABASE = "Object.defineProperty(window, 'indexedDB', { value: undefined });"
WITHOUT_ROOM = """Storage.prototype.setItem = () => {
  throw new DOMException('full', 'QuotaExceededError');
};"""


def unplug(page: Page) -> None:
    page.context.route("**/answers", lambda route: route.abort("internetdisconnected"))


def test_browser_without_a_database_keeps_answers_over_a_reload(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"), DESK)
    page.add_init_script(WITHOUT_DATABASE)
    start(page, exam)
    unplug(page)
    choose(page, question(page, SINGLE), "8 小时")
    choose(page, question(page, VERDICT), "错")
    expect(page.locator(".receipt-off")).to_contain_text("离线，已存本机")

    page.reload()
    expect(page.locator("[data-receipt]:visible").first).to_contain_text("2 题待上传")
    page.context.unroute("**/answers")

    saved(page)
    assert list(stored(live, sitting_of(page)).values()) == [[2], False]


def test_device_without_room_says_that_the_page_must_stay_open(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"), DESK)
    page.add_init_script(WITHOUT_DATABASE + WITHOUT_ROOM)
    start(page, exam)
    unplug(page)
    choose(page, question(page, SINGLE), "8 小时")

    told = page.locator(".receipt-off")
    expect(told).to_contain_text("离线，答案只在这一页")
    expect(told).to_contain_text("本机存不下，连上网之前不要关这一页。")
    page.context.unroute("**/answers")
    saved(page)
    assert list(stored(live, sitting_of(page)).values()) == [[2]]


def test_page_goes_on_after_somebody_signed_out_and_in_again(
    browser: Browser, live: Live, live_cast: Cast, exam: Exam
) -> None:
    context, watched = open_window(browser, live, live_cast.user("learner"), DESK)
    again, _watched = open_window(browser, live, live_cast.user("learner"))
    page = context.new_page()
    start(page, exam)
    choose(page, question(page, SINGLE), "4 小时")
    saved(page)

    # Nobody is signed in, and the page's form token is void.
    context.clear_cookies()
    choose(page, question(page, SINGLE), "8 小时")
    expect(page.locator(".receipt-off")).to_contain_text("登录已失效")
    kept = {cookie["name"]: cookie["value"] for cookie in again.cookies()}
    context.add_cookies(
        [{"name": name, "value": value, "url": live.url} for name, value in kept.items()]
    )
    page.evaluate("dispatchEvent(new Event('online'))")

    saved(page)
    assert list(stored(live, sitting_of(page)).values()) == [[2]]
    assert [line for line in watched.complaints if "status of 40" not in line] == []
    for each in (context, again):
        each.close()
