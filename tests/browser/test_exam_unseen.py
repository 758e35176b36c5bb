"""An exam without a mouse and without a look at the screen."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from exams.models import Exam, Sitting
from tests.browser.conftest import DESK, PHONE, Live, OpenPage
from tests.browser.papers import saved, sitting_of, start, stored
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import (
    make_blanks,
    make_case,
    make_exam,
    make_hotspot,
    make_matching,
    make_multiple,
    make_ordering,
    make_single,
    make_verdict,
)

# In the order of the paper; a case takes two places.
SINGLE, MULTIPLE, VERDICT, BLANKS, ORDER, MATCH, FIRST, SECOND, SPOTS = range(1, 10)
STEPS = ["通知受影响人员", "停机并切断能源", "上锁、挂牌", "验证零能量状态"]


@pytest.fixture
def exam(live: Live, live_cast: Cast) -> Exam:
    """One question of each type that a machine marks."""
    live.clock.move_to(MONDAY)
    session = live_cast.session
    makers = (make_single, make_multiple, make_verdict, make_blanks)
    makers += (make_ordering, make_matching, make_case, make_hotspot)  # type: ignore[assignment]
    made = make_exam(
        session, live_cast, [make(session) for make in makers], pass_mark_tenths=800, tries=9
    )
    session.commit()
    return made


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the element has the focus; at the end of the page it begins again."""
    for _ in range(150):
        if wanted.evaluate("e => e === document.activeElement"):
            return
        press(page, "Tab")
    raise AssertionError(f"Tab does not reach {wanted}")


def letter(here: Locator, words: str) -> str:
    return here.locator(".option").filter(has_text=words).locator(".key").inner_text().strip()


def turn(page: Page, number: int) -> Locator:
    """To the next question, as the key for it does."""
    press(page, "Alt+ArrowDown")
    here = page.locator(f"#q{number}")
    expect(here.locator(":focus")).to_have_count(1)
    return here


def put_in_order(page: Page, here: Locator) -> None:
    """Move each step up to its place; drawn in the right order by chance, say so."""
    for place, step in enumerate(STEPS):
        up = here.get_by_role("button", name=f"{step}，上移")
        while up.evaluate("b => [...b.closest('ol').children].indexOf(b.closest('li'))") > place:
            tab_to(page, up)
            press(page, "Enter")
    taken = here.get_by_role("button", name="就按这个顺序")
    if taken.is_visible():
        tab_to(page, taken)
        press(page, "Enter")


def match(page: Page, here: Locator, left: str, right: str) -> None:
    box = here.get_by_label(left, exact=True)
    tab_to(page, box)
    options = [text.strip() for text in box.locator("option").all_inner_texts()]
    press(page, *["ArrowDown"] * options.index(right))


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_exam_of_every_type_is_sat_by_keyboard_alone(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage, size: dict[str, int]
) -> None:
    page = open_page(live_cast.user("learner"), size)
    start(page, exam)
    expect(page.locator("body.exam-live")).to_be_attached()
    tab_to(page, page.locator("#q1 input").first)

    here = page.locator("#q1")
    press(page, letter(here, "8 小时"))
    here = turn(page, MULTIPLE)
    press(page, letter(here, "气体检测合格"), letter(here, "监护人到场"))
    turn(page, VERDICT)
    press(page, "b")
    turn(page, BLANKS)
    page.keyboard.type("5")
    press(page, "Tab")
    page.keyboard.type("倒放")
    here = turn(page, ORDER)
    put_in_order(page, here)
    press(page, "F2")
    here = turn(page, MATCH)
    for left, right in (("红", "禁止"), ("黄", "警告"), ("蓝", "指令")):
        match(page, here, left, right)
    here = turn(page, FIRST)
    press(page, letter(here, "部位不符"))
    turn(page, SECOND)
    press(page, "b")
    here = turn(page, SPOTS)
    press(page, "Enter")
    for label in ("灭火器被纸箱挡住", "柜门敞开"):
        tab_to(page, here.get_by_role("checkbox", name=label))
        press(page, "Space")

    saved(page)
    replies = stored(live, sitting_of(page))
    assert replies[ORDER] == [1, 2, 3, 4]
    expect(page.locator("#q5 [data-flag]")).to_have_attribute("aria-pressed", "true")
    sitting_id = sitting_of(page)
    tab_to(page, page.locator("[data-check]:visible").first)
    press(page, "Enter")
    tab_to(page, page.get_by_role("dialog").get_by_role("button", name="交卷"))
    press(page, "Enter")
    page.wait_for_url("**/result")
    with live.services.database.reading() as session:
        found = session.get_one(Sitting, sitting_id)
        assert found.score_tenths == found.full_score_tenths


def test_reader_of_the_screen_is_told_what_every_question_is(
    live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("team_leader"), DESK)
    start(page, exam)
    expect(page.locator("body.exam-live")).to_be_attached()
    paper = page.get_by_role("main")

    names = [
        "单选题",
        "多选题",
        "判断题",
        "填空题",
        "排序题",
        "匹配题",
        "单选题",
        "判断题",
        "找隐患",
    ]
    for number, name in enumerate(names, start=1):
        expect(paper.get_by_role("heading", name=f"{number}. {name}", level=2)).to_be_visible()
        group = paper.get_by_role("group", name=re.compile(rf"^{number}\. {name} \S+ 分"))
        expect(group).to_have_count(1)
    question = paper.get_by_role("group", name="1. 单选题 10 分 第 1 道：一级动火票最长多久？")
    expect(question.get_by_role("radio", name="8 小时")).not_to_be_checked()
    several = paper.get_by_role("group", name=re.compile(r"^2\. 多选题"))
    expect(several).to_have_accessible_description(re.compile("可选多项"))
    expect(several.get_by_role("checkbox", name="气体检测合格")).to_be_visible()
    expect(paper.get_by_role("textbox", name="第 1 空")).to_be_visible()
    expect(paper.get_by_role("button", name="上锁、挂牌，上移")).to_be_visible()
    expect(paper.get_by_role("combobox", name="红")).to_be_visible()
    expect(paper.get_by_role("group", name="1. 单选题").get_by_role("button")).to_have_text(
        re.compile("标记")
    )


def test_reader_of_the_screen_is_told_where_things_stand(
    live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = open_page(live_cast.user("team_leader"), DESK)
    start(page, exam)
    expect(page.locator("body.exam-live")).to_be_attached()

    expect(page.get_by_role("timer", name="剩余时间")).to_be_visible()
    page.locator("#q1").get_by_role("radio").first.check()
    saved(page)
    expect(page.get_by_role("status").filter(has_text="已保存").first).to_be_visible()
    page.locator("#q1 [data-flag]").click()
    card = page.get_by_role("complementary", name="答题卡")
    expect(card.get_by_role("link", name="第 1 题，已答，已标记")).to_have_attribute(
        "aria-current", "true"
    )
    expect(card.get_by_role("link", name="第 2 题，未答")).to_be_visible()
    expect(card.get_by_role("group", name="怎么显示题目").get_by_role("radio")).to_have_count(2)

    page.context.set_offline(True)
    page.locator("#q3").get_by_role("radio").first.check()
    expect(page.get_by_role("status").filter(has_text="离线，已存本机").first).to_be_visible()
    expect(card.get_by_role("link", name="第 3 题，已答，已存本机待上传")).to_be_visible()
    page.context.set_offline(False)
