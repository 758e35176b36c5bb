"""Sitting an exam in a real browser: saving, resuming, no network, keys, the end of time."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from exams.models import Answer, Exam, Sitting, SittingState
from tests.browser.conftest import DESK, PHONE, SCREENSHOTS, Live, OpenPage
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import (
    make_blanks,
    make_exam,
    make_multiple,
    make_single,
    make_verdict,
)


@pytest.fixture
def exam(live: Live, live_cast: Cast) -> Exam:
    """A new exam for each test, with the clock back at its opening."""
    live.clock.move_to(MONDAY)
    session = live_cast.session
    versions = [make_single(session, number) for number in range(1, 13)]
    versions += [make_multiple(session, rule="half_if_partial") for _ in range(6)]
    versions += [make_verdict(session) for _ in range(4)]
    versions += [make_blanks(session) for _ in range(2)]
    made = make_exam(session, live_cast, versions, pass_mark_tenths=1440)
    session.commit()
    return made


def start(page: Page, exam: Exam) -> None:
    page.goto(f"/my-exams/{exam.id}")
    page.get_by_role("button", name="开始考试").click()
    page.wait_for_url("**/sittings/*")


def choose(page: Page, slot: int, place: int) -> None:
    page.locator(f"#q{slot} .option").nth(place).click()


def answers(live: Live, page: Page) -> dict[int, Any]:
    sitting_id = int(page.url.split("#")[0].rsplit("/", 1)[1])
    with live.services.database.reading() as session:
        rows = session.execute(
            select(Answer.slot, Answer.response)
            .where(Answer.sitting_id == sitting_id)
            .order_by(Answer.id)
        )
        return {row.slot: row.response for row in rows}


def saved(page: Page) -> None:
    expect(page.locator("[data-receipt]:visible").first).to_contain_text("已保存")
    expect(page.locator("[data-count='local']").first).to_have_text("0")


def shot(page: Page, name: str, *, full: bool = False) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=full)


def test_every_choice_is_saved_and_another_device_goes_on(
    open_page: OpenPage, live: Live, live_cast: Cast, exam: Exam
) -> None:
    user = live_cast.user("learner")
    desk = open_page(user, DESK)
    start(desk, exam)
    choose(desk, 1, 1)
    saved(desk)
    expect(desk.locator("[data-receipt]:visible").first).to_contain_text("第 1 题，回执")
    desk.locator("#q23 .blank").first.fill("5")
    desk.locator("#q23 .blank").nth(1).fill("倒放")
    desk.locator("#q23 .blank").nth(1).press("Enter")
    desk.locator("#q23 .blank").nth(1).press("Tab")
    expect(desk.locator("[data-cell='23']")).to_contain_class("did")
    saved(desk)

    phone = open_page(user, PHONE)
    phone.goto(desk.url)

    expect(phone.locator("#q2")).to_be_visible()
    expect(phone.locator("#q1")).to_be_hidden()
    expect(phone.locator("[data-count='did']").first).to_have_text("2")
    assert set(answers(live, desk)) == {1, 23}
    assert answers(live, desk)[23] == ["5", "倒放"]
    phone.get_by_role("button", name="上一题").click()
    expect(phone.locator("#q1 input:checked")).to_have_count(1)


def test_answers_given_offline_go_up_by_themselves(
    open_page: OpenPage, live: Live, live_cast: Cast, exam: Exam
) -> None:
    page = open_page(live_cast.user("team_leader"), DESK)
    start(page, exam)
    page.context.set_offline(True)
    choose(page, 1, 0)
    expect(page.locator(".receipt-off")).to_contain_text("离线，已存本机")
    choose(page, 2, 2)
    choose(page, 2, 1)
    expect(page.locator(".receipt-off")).to_contain_text("2 题待上传")
    expect(page.locator("[data-cell='2']")).to_contain_class("did local")
    page.get_by_role("button", name="检查并交卷").click()
    expect(page.locator(".receipt-off")).to_be_visible()
    assert answers(live, page) == {}

    page.context.set_offline(False)

    saved(page)
    expect(page.locator("[data-cell='2']")).not_to_contain_class("local")
    assert set(answers(live, page)) == {1, 2}


def test_what_was_not_sent_before_a_reload_is_sent_after_it(
    open_page: OpenPage, live: Live, live_cast: Cast, exam: Exam
) -> None:
    page = open_page(live_cast.user("team_leader"), DESK)
    start(page, exam)
    page.route("**/answers", lambda route: route.abort("internetdisconnected"))
    choose(page, 3, 1)
    expect(page.locator(".receipt-off")).to_be_visible()
    page.unroute("**/answers")

    page.reload()

    saved(page)
    expect(page.locator("#q3 input:checked")).to_have_count(1)
    assert set(answers(live, page)) == {3}


def test_an_exam_can_be_sat_with_the_keyboard_alone(
    open_page: OpenPage, live: Live, live_cast: Cast, exam: Exam
) -> None:
    page = open_page(live_cast.user("trainer"), DESK)
    start(page, exam)
    page.locator("#q1 input").first.focus()
    page.keyboard.press("c")
    expect(page.locator("#q1 input").nth(2)).to_be_checked()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#q1 input").nth(1)).to_be_checked()
    page.keyboard.press("F2")
    expect(page.locator("#q1 [data-flag]")).to_have_attribute("aria-pressed", "true")
    for _ in range(12):
        page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("a")
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    expect(page.locator("#q13 input:checked")).to_have_count(2)
    page.keyboard.press("Alt+k")
    expect(page.locator("[data-cell='13']")).to_be_focused()
    saved(page)
    assert len(answers(live, page)[13]) == 2


def test_the_answer_card_of_a_phone_opens_and_closes(
    open_page: OpenPage, live_cast: Cast, exam: Exam
) -> None:
    page = open_page(live_cast.user("trainer"), PHONE)
    start(page, exam)
    page.get_by_role("button", name="答题卡").click()
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.get_by_role("button", name="答题卡").click()
    page.locator("dialog [data-cell='20']").click()
    expect(page.locator("#q20")).to_be_visible()
    expect(page.locator("[data-position]")).to_have_text("20 / 24")


def test_when_the_time_ends_the_paper_is_handed_in_by_itself(
    open_page: OpenPage, live: Live, live_cast: Cast, exam: Exam
) -> None:
    page = open_page(live_cast.user("examiner"), DESK)
    start(page, exam)
    live.clock.advance(minutes=59, seconds=58)
    page.reload()
    expect(page.locator(".clock-last:visible").first).to_be_visible()
    # Typed, and not yet sent when the time ends.
    page.locator("#q23 .blank").first.fill("5")
    page.wait_for_timeout(1200)
    live.clock.advance(seconds=4)

    page.wait_for_url("**/result", timeout=10_000)

    with live.services.database.reading() as session:
        sitting = session.scalars(select(Sitting).order_by(Sitting.id.desc())).first()
        assert sitting is not None
        assert (sitting.state, sitting.submitted_at) == (SittingState.EXPIRED, sitting.deadline)
        assert session.scalar(select(Answer.slot).where(Answer.sitting_id == sitting.id)) == 23


def test_without_script_the_page_is_a_form(
    open_page: OpenPage, live: Live, live_cast: Cast, exam: Exam
) -> None:
    page = open_page(live_cast.user("inspector"), DESK, java_script_enabled=False)
    start(page, exam)
    choose(page, 1, 1)
    page.get_by_role("button", name="保存", exact=True).click()
    assert "已保存" in page.content()
    assert set(answers(live, page)) == {1}
    choose(page, 19, 0)
    page.get_by_role("button", name="检查并交卷").last.click()
    page.wait_for_url("**/hand-in")
    assert "24 题里还有 22 题没答" in page.content()
    page.get_by_role("button", name="交卷").click()
    page.wait_for_url("**/result")


def test_the_whole_way_in_pictures(
    open_page: OpenPage, live: Live, live_cast: Cast, exam: Exam
) -> None:
    for user, size, kind in (("learner", DESK, "desk"), ("team_leader", PHONE, "phone")):
        live.clock.move_to(MONDAY)
        page = open_page(live_cast.user(user), size)
        page.goto("/my-exams")
        shot(page, f"exam-list-{kind}")
        page.goto(f"/my-exams/{exam.id}")
        shot(page, f"exam-start-{kind}")
        start(page, exam)
        shot(page, f"exam-fresh-{kind}")
        live.clock.advance(minutes=18, seconds=34)
        for slot in range(1, 16):
            if size is PHONE:
                page.locator("[data-open]").click()
                page.locator(f"[data-cell='{slot}']").click()
            choose(page, slot, slot % 3)
        if size is PHONE:
            page.locator("[data-open]").click()
            page.locator("[data-cell='13']").click()
        choose(page, 13, 0)
        page.locator("#q13 [data-flag]").click()
        saved(page)
        shot(page, f"exam-open-{kind}")
        page.context.set_offline(True)
        choose(page, 13, 2)
        expect(page.locator(".receipt-off")).to_be_visible()
        shot(page, f"exam-offline-{kind}")
        if size is PHONE:
            page.locator("[data-open]").click()
            shot(page, f"exam-card-{kind}")
            page.keyboard.press("Escape")
        page.context.set_offline(False)
        saved(page)
        if size is PHONE:
            page.locator("[data-open]").click()
        page.locator("[data-cell='23']").click()
        shot(page, f"exam-blank-{kind}")
        page.locator("[data-check]:visible").first.click()
        page.wait_for_url("**/hand-in")
        shot(page, f"exam-check-{kind}")
        page.get_by_role("button", name="交卷").click()
        page.wait_for_url("**/result")
        shot(page, f"result-hidden-{kind}", full=True)
        live.clock.advance(hours=3)
        page.reload()
        shot(page, f"result-{kind}", full=True)
