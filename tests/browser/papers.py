"""An exam, and how a candidate's hands and eyes work on the exam page, for the browser tests."""

from typing import Any

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from exams.models import Answer, Exam
from tests.browser.conftest import Live
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import (
    make_blanks,
    make_exam,
    make_multiple,
    make_single,
    make_verdict,
)


def six_questions(live: Live, cast: Cast) -> Exam:
    """A new exam of one hour, three 单选 and one of each other type, just opened."""
    live.clock.move_to(MONDAY)
    versions = [make_single(cast.session, number) for number in (1, 2, 3)]
    versions += [make_multiple(cast.session), make_verdict(cast.session), make_blanks(cast.session)]
    made = make_exam(cast.session, cast, versions, pass_mark_tenths=480)
    cast.session.commit()
    return made


def start(page: Page, exam: Exam, *, has_script: bool = True) -> None:
    """From the exam's start page to its open paper."""
    page.goto(f"/my-exams/{exam.id}")
    page.get_by_role("button", name="开始考试").click()
    page.wait_for_url("**/sittings/*")
    if has_script:
        live_page(page)


def live_page(page: Page) -> None:
    """Wait until the page's script listens and has put the questions in their places."""
    expect(page.locator("body.exam-live")).to_be_attached()


def question(page: Page, kind: str, place: int = 0) -> Locator:
    """The question of a kind in the order of the paper, whether shown or not."""
    return page.locator(f".question[data-kind='{kind}']").nth(place)


def come_to(page: Page, asked: Locator) -> None:
    """Bring a question up where one is shown at a time, by the answer card."""
    live_page(page)
    if asked.is_visible():
        return
    if page.locator("[data-open]").is_visible():
        page.locator("[data-open]").click()
    page.locator(f"[data-cell='{asked.get_attribute('data-slot')}']").click()
    expect(asked).to_be_visible()


def choose(page: Page, asked: Locator, *words: str) -> None:
    """Tap the options with these words."""
    come_to(page, asked)
    for each in words:
        asked.locator(".option").filter(has_text=each).click()


def chosen(asked: Locator) -> list[str]:
    """The words of the chosen options, with what the page kept from before a reload."""
    live_page(asked.page)
    found: list[str] = asked.evaluate(
        "q => [...q.querySelectorAll('.option:has(input:checked) > span:last-child')]"
        ".map(o => o.textContent.trim())"
    )
    return found


def saved(page: Page) -> None:
    """Wait until the page says that everything is on the server."""
    live_page(page)
    expect(page.locator("[data-receipt]:visible").first).to_contain_text("已保存")
    expect(page.locator("[data-count='local']").first).to_have_text("0")


def hand_in(page: Page) -> None:
    """Through the question before handing in to the result."""
    live_page(page)
    page.locator("[data-check]:visible").first.click()
    page.get_by_role("dialog").get_by_role("button", name="交卷").click()
    page.wait_for_url("**/result")


def sitting_of(page: Page) -> int:
    return int(page.url.split("/sittings/")[1].split("/")[0].split("#")[0])


def stored(live: Live, sitting_id: int) -> dict[int, Any]:
    """The last reply of each slot that the server has."""
    with live.services.database.reading() as session:
        rows = session.execute(
            select(Answer.slot, Answer.response)
            .where(Answer.sitting_id == sitting_id)
            .order_by(Answer.id)
        )
        return {row.slot: row.response for row in rows}
