"""The types beyond choice and blanks in a real browser: by touch, mouse and key, and plain."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from exams.models import Exam, Reveal
from question_bank.models import Question, QuestionVersion
from tests.browser.conftest import DESK, PHONE, SCREENSHOTS, Live, OpenPage
from tests.browser.papers import come_to, hand_in, question, saved, sitting_of, start, stored
from tests.browser.test_every_page import AXE
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import (
    make_case,
    make_exam,
    make_hotspot,
    make_matching,
    make_ordering,
    make_written,
)

# The paper in the order of its sections: ordering 1, matching 2, written 3, case 4 and 5, hotspot 6
ORDER, MATCH, WRITTEN, FIRST, SECOND, SPOTS = range(1, 7)
RIGHT = ["通知受影响人员", "停机并切断能源", "上锁、挂牌", "验证零能量状态"]


@pytest.fixture
def exam(live: Live, live_cast: Cast) -> Exam:
    """A new exam of one question of each type, just opened."""
    live.clock.move_to(MONDAY)
    session = live_cast.session
    makers = (make_ordering, make_matching, make_written, make_case, make_hotspot)
    made = make_exam(session, live_cast, [make(session) for make in makers], tries=9)
    session.commit()
    return made


def slot(page: Page, number: int) -> Locator:
    asked = page.locator(f"#q{number}")
    come_to(page, asked)
    return asked


def steps(asked: Locator) -> list[str]:
    return [text.strip() for text in asked.locator("[data-order] [data-text]").all_inner_texts()]


def shot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def no_complaints(page: Page) -> None:
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(AXE) == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.evaluate("innerWidth")


def put_in_order(asked: Locator) -> None:
    """Move each step up to its place by its button."""
    for place, step in enumerate(RIGHT):
        while steps(asked).index(step) > place:
            asked.get_by_role("button", name=f"{step}，上移").click()


def test_every_type_is_answered_by_touch(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("learner"), PHONE)
    start(page, exam)
    ordering = slot(page, ORDER)
    drawn = steps(ordering)
    shot(page, "types-phone-ordering")
    no_complaints(page)
    page.reload()
    assert steps(slot(page, ORDER)) == drawn
    assert stored(live, sitting_of(page)) == {}
    put_in_order(ordering)
    ordering.get_by_role("button", name="就按这个顺序").click() if drawn == RIGHT else None

    matching = slot(page, MATCH)
    for left, right in (("红", "禁止"), ("黄", "警告"), ("蓝", "广告")):
        matching.get_by_label(left).select_option(label=right)
    shot(page, "types-phone-matching")
    no_complaints(page)
    slot(page, WRITTEN).get_by_role("textbox").fill("报告，\n关阀")
    no_complaints(page)

    first = slot(page, FIRST)
    expect(first.get_by_text("火花落入保温棉")).to_be_visible()
    first.locator(".option").filter(has_text="部位不符").tap()
    second = slot(page, SECOND)
    expect(second.get_by_text("火花落入保温棉")).to_be_visible()
    shot(page, "types-phone-case")
    no_complaints(page)
    second.locator(".option").filter(has_text="错").tap()

    spots = slot(page, SPOTS)
    tap(spots, 25, 25)
    tap(spots, 50, 10)
    tap(spots, 90, 10)
    expect(spots.get_by_text("已点满 2 处")).to_be_visible()
    shot(page, "types-phone-hotspot")
    no_complaints(page)
    spots.get_by_role("button", name="删除第 2 处").tap()
    tap(spots, 70, 70)
    saved(page)

    replies = stored(live, sitting_of(page))
    assert replies[ORDER] == [1, 2, 3, 4]
    assert replies[MATCH] == [[1, 1], [2, 2], [3, 4]]
    assert replies[WRITTEN] == "报告，\n关阀"
    assert replies[SPOTS]["points"] == [
        pytest.approx([25, 25], abs=1),
        pytest.approx([70, 70], abs=1),
    ]
    page.reload()
    expect(slot(page, SPOTS).locator("[data-marks] circle")).to_have_count(2)


def tap(asked: Locator, x: int, y: int) -> None:
    image = asked.locator("[data-spots] img")
    box = image.bounding_box()
    assert box is not None
    image.tap(position={"x": box["width"] * x / 100, "y": box["height"] * y / 100})


def test_steps_are_dragged_with_the_mouse(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("team_leader"), DESK)
    start(page, exam)
    shot(page, "types-desk")
    no_complaints(page)
    ordering = slot(page, ORDER)
    before = steps(ordering)
    grips = ordering.locator("[data-grip]")
    box, target = grips.nth(0).bounding_box(), grips.nth(2).bounding_box()
    assert box is not None
    assert target is not None
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(target["x"] + 10, target["y"] + target["height"] - 2, steps=8)
    page.mouse.up()

    expect(page.locator(f"[data-cell='{ORDER}']")).to_contain_class("did")
    assert steps(ordering) == [before[1], before[2], before[0], before[3]]


def test_steps_are_dragged_with_a_finger(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("team_leader"), PHONE)
    start(page, exam)
    ordering = slot(page, ORDER)
    before = steps(ordering)
    grips = ordering.locator("[data-grip]")
    box, target = grips.nth(3).bounding_box(), grips.nth(0).bounding_box()
    assert box is not None
    assert target is not None
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *ys: float) -> None:
        points = [{"x": box["x"] + 15, "y": y} for y in ys]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", box["y"] + 20)
    for part in range(1, 9):
        touch("touchMove", box["y"] + 20 + (target["y"] - box["y"] - 15) * part / 8)
    touch("touchEnd")

    expect(page.locator("[data-count='did']").first).to_have_text("1")
    assert steps(ordering) == [before[3], *before[:3]]


def test_every_type_is_answered_by_key(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("examiner"), DESK)
    start(page, exam)
    ordering = slot(page, ORDER)
    last = steps(ordering)[3]
    up = ordering.get_by_role("button", name=f"{last}，上移")
    up.focus()
    page.keyboard.press("Enter")
    expect(up).to_be_focused()
    page.keyboard.press("Space")
    assert steps(ordering).index(last) == 1
    expect(page.locator("[data-announce]")).to_have_text(f"{last}，第 2")

    slot(page, MATCH).get_by_label("黄").focus()
    page.keyboard.press("ArrowDown")
    page.locator(f"[data-cell='{SPOTS}']").click()
    spots = slot(page, SPOTS)
    expect(spots.locator(".spot-list summary")).to_be_focused()
    # The list is folded up: a letter chooses nothing in it.
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    for label in ("灭火器被纸箱挡住", "柜门敞开", "照明灯完好"):
        spots.get_by_role("checkbox", name=label).focus()
        page.keyboard.press("Space")
    saved(page)

    replies = stored(live, sitting_of(page))
    assert replies[ORDER].index(max(replies[ORDER])) >= 0
    assert replies[MATCH][0][0] == 2
    # A third tick is one too many.
    assert replies[SPOTS] == {"options": [1, 2]}


def test_result_and_bank_show_keys_that_everyone_can_read(
    live: Live, live_cast: Cast, open_page: OpenPage
) -> None:
    live.clock.move_to(MONDAY)
    session = live_cast.session
    versions = [make(session) for make in (make_ordering, make_matching, make_case, make_hotspot)]
    exam = make_exam(session, live_cast, versions, reveal=Reveal.AFTER_SUBMISSION)
    session.commit()
    page = open_page(live_cast.user("learner"), PHONE)
    start(page, exam)
    tap(slot(page, 5), 25, 25)
    saved(page)
    hand_in(page)
    expect(page.locator(".spot-hazard")).to_have_count(2)
    shot(page, "types-phone-result")
    no_complaints(page)

    keeper = open_page(live_cast.user("safety_manager"), DESK)
    with live.services.database.reading() as reading:
        ids = reading.scalars(
            select(Question.public_id)
            .join(QuestionVersion, QuestionVersion.question_id == Question.id)
            .where(QuestionVersion.id.in_([version.id for version in versions]))
        ).all()
    for public_id in ids:
        keeper.goto(f"/questions/{public_id}")
        no_complaints(keeper)


def test_every_type_is_answered_without_scripts(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("trainer"), PHONE, java_script_enabled=False)
    start(page, exam, has_script=False)
    places = question(page, "ordering").get_by_role("combobox")
    for number in range(3):
        places.nth(number).select_option(label=str(number + 1))
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("每一步选一个不同的序号").first).to_be_visible()
    assert ORDER not in stored(live, sitting_of(page))

    for number, step in enumerate(RIGHT, start=1):
        page.get_by_label(f"{step}，排第几").select_option(label=str(number))
    page.get_by_label("红").select_option(label="禁止")
    page.get_by_role("textbox").fill("报告")
    question(page, "true_false").locator(".option").filter(has_text="错").click()
    page.get_by_text("改用文字列表作答").click()
    page.get_by_role("checkbox", name="柜门敞开").click()
    shot(page, "types-phone-plain")
    page.get_by_role("button", name="检查并交卷").last.click()
    page.wait_for_url("**/hand-in")

    assert stored(live, sitting_of(page)) == {
        ORDER: [1, 2, 3, 4],
        MATCH: [[1, 1]],
        WRITTEN: "报告",
        SECOND: False,
        SPOTS: {"options": [2]},
    }
