"""Sitting an exam when something is in the way: no mouse, no script, no network, no time."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from accounts.models import User
from exams.models import Exam
from question_bank.keys import QuestionType
from question_bank.models import Question
from tests.accounts.people import HASH, RIGHT
from tests.browser.conftest import DESK, PHONE, Live, OpenPage
from tests.browser.papers import (
    choose,
    come_to,
    hand_in,
    live_page,
    question,
    saved,
    sitting_of,
    six_questions,
    start,
    stored,
)
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import (
    make_blanks,
    make_exam,
    make_question,
    make_single,
    make_verdict,
    option,
)

SINGLE, MULTIPLE, VERDICT, BLANKS = "single_choice", "multiple_choice", "true_false", "fill_blank"


@pytest.fixture
def exam(live: Live, live_cast: Cast) -> Exam:
    return six_questions(live, live_cast)


# ---- by keyboard ----


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    for _ in range(60):
        if wanted.evaluate("e => e === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {wanted}")


def go_by_key(page: Page, wanted: Locator) -> None:
    tab_to(page, wanted)
    page.keyboard.press("Enter")


def test_exam_is_sat_by_keyboard_alone_from_sign_in_to_result(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    with live.services.database.writing() as session:
        session.get_one(User, live_cast.user("learner").id).password_hash = HASH
    page = open_page(None, DESK)
    page.goto("/sign-in?next=/my-exams")
    tab_to(page, page.get_by_label("工号"))
    page.keyboard.type("20260001")
    tab_to(page, page.locator("#password"))
    page.keyboard.type(RIGHT)
    page.keyboard.press("Enter")
    page.wait_for_url("**/my-exams")
    go_by_key(page, page.locator(f"a[href='/my-exams/{exam.id}']"))
    go_by_key(page, page.get_by_role("button", name="开始考试"))
    page.wait_for_url("**/sittings/*")
    live_page(page)

    first = page.locator(".question").first
    tab_to(page, first.locator("input").first)
    for _ in range(3):
        # The letter of the right option: options have another order for everybody.
        here = page.locator(".question:focus-within")
        page.keyboard.press(letter_of(here, "8 小时"))
        page.keyboard.press("Alt+ArrowDown")
    several = page.locator(".question:focus-within")
    page.keyboard.press(letter_of(several, "气体检测合格"))
    page.keyboard.press(letter_of(several, "监护人到场"))
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("B")
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.type("5")
    page.keyboard.press("Tab")
    page.keyboard.type("倒放")
    page.keyboard.press("Enter")
    expect(page.locator("[data-count='did']:visible")).to_have_text("6")
    go_by_key(page, page.locator("[data-check]:visible"))
    go_by_key(page, page.get_by_role("dialog").get_by_role("button", name="交卷"))
    page.wait_for_url("**/result")

    expect(page.get_by_role("heading", level=1)).to_have_text("合格")
    expect(page.locator(".figure")).to_have_text("60")


def letter_of(asked: Locator, words: str) -> str:
    return asked.locator(".option").filter(has_text=words).locator(".key").inner_text()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_keys_choose_move_flag_and_open_the_answer_card(
    live_cast: Cast, exam: Exam, open_page: OpenPage, size: dict[str, int]
) -> None:
    page = open_page(live_cast.user("learner"), size)
    start(page, exam)
    first, second = page.locator("#q1"), page.locator("#q2")
    first.locator("input").first.focus()

    page.keyboard.press("b")
    expect(first.locator("input").nth(1)).to_be_checked()
    page.keyboard.press("ArrowDown")
    expect(first.locator("input").nth(2)).to_be_checked()
    page.keyboard.press("F2")
    expect(first.locator("[data-flag]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Alt+ArrowDown")
    expect(second.locator("input").first).to_be_focused()
    page.keyboard.press("Space")
    expect(second.locator("input").first).to_be_checked()
    page.keyboard.press("Enter")
    page.keyboard.press("Alt+ArrowUp")
    expect(first.locator("input").nth(2)).to_be_focused()

    page.keyboard.press("Alt+k")
    cell = page.locator("[data-cell='1']")
    expect(cell).to_have_attribute("aria-label", "第 1 题，已答，已标记")
    if size is PHONE:
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        page.keyboard.press("Alt+k")
    else:
        expect(cell).to_be_focused()
    go_by_key(page, page.locator("[data-cell='6']"))
    expect(page.locator("#q6 input").first).to_be_focused()
    # In a text box letters are text, and Enter does not hand in.
    page.keyboard.type("ab")
    page.keyboard.press("Enter")
    expect(page.locator("#q6 input").first).to_have_value("ab")
    assert page.url.split("#")[0].endswith(f"/sittings/{sitting_of(page)}")


# ---- without scripts ----


def test_paper_without_scripts_saves_and_is_handed_in(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"), PHONE, java_script_enabled=False)
    start(page, exam, has_script=False)
    question(page, SINGLE).locator(".option").filter(has_text="8 小时").click()
    question(page, BLANKS).locator("input").first.fill("5")
    page.get_by_role("button", name="保存", exact=True).click()

    expect(page.get_by_text("已保存 17:00:00").first).to_be_visible()
    assert len(stored(live, sitting_of(page))) == 2
    page.reload()
    expect(question(page, SINGLE).locator("input:checked")).to_have_count(1)
    expect(question(page, BLANKS).locator("input").first).to_have_value("5")

    question(page, VERDICT).locator(".option").nth(1).click()
    page.get_by_role("button", name="检查并交卷").last.click()
    expect(page.get_by_text("6 题里还有 3 题没答")).to_be_visible()
    page.get_by_role("button", name="交卷").click()
    page.wait_for_url("**/result")
    expect(page.locator(".figure")).to_have_text("25")


# ---- what the page must not know ----

FEEDBACK = "晴天不是条件，这是错因"
SECRETS = ("一级票有效期不超过", "监护人离开，作业要停", "间距五米是底线", "倒置", FEEDBACK)
MARKERS = ("is_right", "weight_percent", "feedback", "explanation", "correct", "正确答案：")


def test_no_response_before_the_reveal_holds_a_right_answer(
    live: Live, live_cast: Cast, open_page: OpenPage
) -> None:
    live.clock.move_to(MONDAY)
    session = live_cast.session
    telling = make_question(
        session,
        QuestionType.MULTIPLE_CHOICE,
        stem="签发前要满足哪些条件？",
        options=[
            option(1, "监护人到场", is_right=True),
            option(2, "当天是晴天"),
        ],
    )
    session.get_one(Question, telling.question_id).feedback_html = {"2": FEEDBACK}
    versions = [make_single(session), make_verdict(session), make_blanks(session), telling]
    exam = make_exam(session, live_cast, versions)
    session.commit()
    bodies: list[str] = []

    def keep(route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        bodies.append(f"{answer.headers} {answer.body().decode(errors='replace')}")
        route.fulfill(response=answer)

    page = open_page(live_cast.user("learner"), DESK)
    # Built files and the library's style sheets say nothing of any question.
    page.context.route(lambda url: "/static/" not in url, keep)
    page.goto("/my-exams")
    start(page, exam)
    choose(page, question(page, SINGLE), "4 小时")
    choose(page, question(page, MULTIPLE), "当天是晴天")
    choose(page, question(page, VERDICT), "对")
    question(page, BLANKS).locator("input").first.fill("4")
    saved(page)
    page.reload()
    hand_in(page)
    page.goto(page.url + "?show=all")

    everything = "\n".join(bodies)
    assert "签发前要满足哪些条件" in everything
    assert [word for word in (*SECRETS, *MARKERS) if word in everything] == []

    # The same words do come once the window is closed, so the search above was no idle one.
    live.clock.advance(hours=3)
    page.reload()
    told = page.content()
    assert [word for word in SECRETS if word not in told] == []


# ---- large text ----


def test_text_twice_as_large_fits_a_phone_on_every_question_and_the_card(
    live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"))
    start(page, exam)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

    for asked in page.locator(".question").all():
        come_to(page, asked)
        assert page.evaluate(wide) <= 0
        last = asked.locator("input").last
        last.scroll_into_view_if_needed()
        box = asked.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
    page.locator("[data-open]").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.get_by_role("dialog").evaluate("d => d.scrollWidth - d.clientWidth") <= 0
