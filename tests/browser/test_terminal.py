"""A shared terminal in a real browser: two people in turn, and no trace of the first."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect
from sqlalchemy import select

from accounts.models import AuthSession, User
from exams.models import Exam, Sitting
from exams.views.terminals import COOKIE
from tests.browser.conftest import DESK, PHONE, Live, OpenPage
from tests.browser.papers import choose, hand_in, question, saved, six_questions, stored
from tests.browser.test_every_page import AXE
from tests.cast import Cast, make_user
from tests.conftest import MONDAY
from tests.exams.terminals import give_card, make_terminal, terminal_cookie

TRACES = """async () => ({
  local: Object.keys(localStorage),
  session: Object.keys(sessionStorage),
  databases: (await indexedDB.databases()).map((one) => one.name),
})"""
NO_TRACE = {"local": [], "session": [], "databases": []}


@pytest.fixture(scope="module")
def exam(live: Live, live_cast: Cast) -> Exam:
    make_terminal(live_cast.session, live_cast)
    return six_questions(live, live_cast)


@pytest.fixture(scope="module")
def second(live_cast: Cast) -> User:
    """张立秋, of the same team."""
    made = make_user(
        live_cast.session, "20269002", "张立秋", now=MONDAY, team=live_cast.team("press_one")
    )
    live_cast.session.commit()
    return made


def at_terminal(live: Live, open_page: OpenPage, size: dict[str, int] = DESK) -> Page:
    page = open_page(None, size)
    page.context.add_cookies(
        [{"name": COOKIE, "value": terminal_cookie(live.app), "url": live.url}]
    )
    page.goto("/terminal")
    return page


def come_in(page: Page, number: str, code: str, name: str) -> None:
    """Two boxes and two buttons; nothing else stands between a person and the exam."""
    expect(page.locator("body.is-tidy")).to_be_attached()
    page.get_by_label("工号").fill(number)
    page.get_by_label("卡码").fill(code)
    page.get_by_role("button", name="下一步").click()
    expect(page.locator(".terminal-who")).to_contain_text(name)
    page.get_by_role("button", name="是我，去考试").click()


def test_second_person_finds_no_trace_of_the_first(
    live: Live, live_cast: Cast, exam: Exam, second: User, open_page: OpenPage
) -> None:
    learner = live_cast.user("learner")
    give_card(live.app, live_cast.session, live_cast, learner, code="111222")
    give_card(live.app, live_cast.session, live_cast, second, code="333444")
    page = at_terminal(live, open_page)
    come_in(page, learner.employee_no, "111222", "王小满")
    page.get_by_role("button", name="开始考试").click()
    asked = question(page, "true_false")
    choose(page, asked, "错")
    page.get_by_role("button", name="特大字").click()
    saved(page)
    hand_in(page)
    result = page.url
    page.get_by_role("button", name="完成，退出").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("输工号和卡码，开始考试")
    expect(page.locator("body.is-tidy")).to_be_attached()
    assert page.get_by_label("工号").input_value() == ""
    assert page.evaluate(TRACES) == NO_TRACE
    with live.services.database.reading() as session:
        ended = select(AuthSession.ended_at).where(AuthSession.user_id == learner.id)
        assert session.scalars(ended).all() == [MONDAY]
    page.go_back()
    expect(page).to_have_url(f"{live.url}/terminal")
    page.goto(result)
    expect(page).to_have_url(f"{live.url}/terminal")
    expect(page.locator("body")).not_to_contain_text("王小满")
    come_in(page, second.employee_no, "333444", "张立秋")
    expect(page.get_by_role("heading", level=1)).to_have_text(exam.title)
    expect(page.locator("html")).not_to_have_attribute("data-type", "2")


def test_unsent_answers_wait_for_their_own_candidate(
    live: Live, live_cast: Cast, second: User, open_page: OpenPage
) -> None:
    cast = live_cast
    other = six_questions(live, cast)
    give_card(live.app, cast.session, cast, second, code="555666", exam=other)
    page = at_terminal(live, open_page, PHONE)
    come_in(page, second.employee_no, "555666", "张立秋")
    page.get_by_role("button", name="开始考试").click()
    asked = question(page, "true_false")
    choose(page, asked, "错")
    saved(page)
    page.context.set_offline(True)
    choose(page, asked, "对")
    expect(page.locator("[data-receipt]:visible").first).to_contain_text("离线，已存本机")
    # The session ends while the terminal is cut off, as if somebody had pulled the plug.
    context = page.context
    page.close()
    with live.services.database.writing() as session:
        for row in session.scalars(select(AuthSession).where(AuthSession.user_id == second.id)):
            row.ended_at = MONDAY
    context.set_offline(False)
    page = context.new_page()
    page.goto("/terminal")

    expect(page.get_by_text("还有没传完的答案")).to_be_visible()
    give_card(live.app, cast.session, cast, second, code="777888", exam=other)
    with page.expect_response("**/answers"):
        come_in(page, second.employee_no, "777888", "张立秋")
    with live.services.database.reading() as session:
        sitting = session.scalars(select(Sitting.id).where(Sitting.exam_id == other.id)).one()
    slot = int(question(page, "true_false").get_attribute("data-slot") or 0)
    assert stored(live, sitting)[slot] is True


def test_page_that_nobody_looks_at_signs_out_by_itself(
    live: Live, live_cast: Cast, open_page: OpenPage
) -> None:
    learner = live_cast.user("learner")
    give_card(live.app, live_cast.session, live_cast, learner, code="121212")
    page = at_terminal(live, open_page)
    page.clock.install()
    come_in(page, learner.employee_no, "121212", "王小满")
    # The script has begun to count.
    expect(page.locator("[data-idle-told]")).to_contain_text("秒没人动")
    page.clock.run_for(181_000)

    expect(page).to_have_url(f"{live.url}/terminal")
    expect(page.get_by_role("heading", level=1)).to_have_text("输工号和卡码，开始考试")


def test_door_is_worked_by_its_keys_and_is_accessible(
    live: Live, live_cast: Cast, exam: Exam, second: User, open_page: OpenPage
) -> None:
    give_card(live.app, live_cast.session, live_cast, second, code="909090")
    page = at_terminal(live, open_page, PHONE)
    expect(page.locator("body.is-tidy")).to_be_attached()
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(AXE) == []
    keys = page.get_by_role("group", name="数字键")
    for digit in second.employee_no:
        keys.get_by_role("button", name=digit, exact=True).click()
    page.get_by_label("卡码").click()
    for digit in "90909":
        keys.get_by_role("button", name=digit, exact=True).click()
    keys.get_by_role("button", name="删一位").click()
    for digit in "90":
        keys.get_by_role("button", name=digit, exact=True).click()
    expect(page.get_by_label("卡码")).to_have_value("909090")
    page.get_by_role("button", name="下一步").click()

    expect(page.locator(".terminal-who")).to_contain_text("张立秋")
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(AXE) == []
