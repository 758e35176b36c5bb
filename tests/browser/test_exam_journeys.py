"""Sitting an exam when something is in the way: no mouse, no script, no network, no time."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from sqlalchemy import func, select

from accounts.models import User
from core.audit import AuditEntry
from core.identity import Actor
from exams.models import Exam, Sitting, SittingState
from exams.operations.sitting import close_overdue_sittings
from question_bank.keys import QuestionType
from question_bank.models import Question
from tests.accounts.people import HASH, RIGHT
from tests.browser.conftest import DESK, PHONE, Live, OpenPage
from tests.browser.papers import (
    choose,
    chosen,
    come_to,
    hand_in,
    question,
    saved,
    sitting_of,
    start,
    stored,
)
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import (
    make_blanks,
    make_exam,
    make_multiple,
    make_question,
    make_single,
    make_verdict,
    option,
)

SINGLE, MULTIPLE, VERDICT, BLANKS = "single_choice", "multiple_choice", "true_false", "fill_blank"


@pytest.fixture
def exam(live: Live, live_cast: Cast) -> Exam:
    """A new exam of six questions, with the clock back at its opening."""
    live.clock.move_to(MONDAY)
    session = live_cast.session
    versions = [make_single(session, number) for number in (1, 2, 3)]
    versions += [make_multiple(session), make_verdict(session), make_blanks(session)]
    made = make_exam(session, live_cast, versions, pass_mark_tenths=480)
    session.commit()
    return made


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
    page.wait_for_url("**/hand-in")
    go_by_key(page, page.get_by_role("button", name="交卷"))
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
    start(page, exam)
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
    assert chosen(question(desk, SINGLE)) == ["8 小时"]
    expect(desk.locator("[data-clock-text]:visible")).to_contain_text("52:")
    choose(desk, question(desk, VERDICT), "错")
    choose(desk, question(desk, SINGLE), "4 小时")
    saved(desk)

    phone.reload()
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
    expect(page.locator("[data-receipt]:visible").first).to_contain_text("时间到")
    live.clock.advance(seconds=3)

    page.wait_for_url("**/result")
    expect(page.get_by_text("时间到，已自动交卷")).to_be_visible()
    expect(page.locator(".figure")).to_have_text("10")
    found = sitting(live, page)
    assert found.state is SittingState.EXPIRED
    assert found.submitted_at == found.deadline
    assert closings(live, found.id) == 1


def test_answer_after_the_end_is_refused_and_the_page_says_so(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"))
    start(page, exam)
    choose(page, question(page, SINGLE), "4 小时")
    saved(page)
    before = stored(live, sitting_of(page))
    live.clock.advance(minutes=60, seconds=6)

    choose(page, question(page, SINGLE), "8 小时")

    page.wait_for_url("**/result")
    expect(page.get_by_text("时间到，由服务器交卷")).to_be_visible()
    expect(page.locator(".figure")).to_have_text("0")
    assert stored(live, sitting_of(page)) == before


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
    page.wait_for_url("**/result")
    other.get_by_role("button", name="交卷").click()
    other.wait_for_url("**/result")

    expect(other.locator(".figure")).to_have_text("10")
    assert closings(live, sitting_of(page)) == 1


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
    page.request.get(f"/sittings/{sitting_of(page)}/time")
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
