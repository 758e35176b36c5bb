"""Sitting an exam in a real browser: saving, resuming, no network, keys, the end of time."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from exams.models import Answer, Exam
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


def test_pictures(open_page: OpenPage, live: Live, live_cast: Cast, exam: Exam) -> None:
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
