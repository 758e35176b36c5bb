"""The coloured lines behind the editor's textarea lie exactly on its text and follow it."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, OpenPage
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.editor.making import make_copy, new_text, question_text

LONG = "监护人离开现场时，作业==不得==继续，先停火再离开，回来以后重新检测可燃气体。" * 8
EXACT = """() => {
  const source = document.getElementById("source");
  const lines = document.querySelector(".editor-lines");
  const drawn = [...lines.children].map((line) => line.textContent).join("\\n");
  const end = lines.lastElementChild.getBoundingClientRect().bottom;
  source.closest(".editor-pane").classList.add("is-compared");
  const own = source.getBoundingClientRect().top + source.scrollHeight;
  source.closest(".editor-pane").classList.remove("is-compared");
  const below = parseFloat(getComputedStyle(source).paddingBottom);
  return drawn === source.value && Math.abs(own - below - end) < 2;
}"""
COUNT = """() => {
  const touched = new Set();
  window.touched = touched;
  new MutationObserver((all) => {
    for (const each of all) {
      for (const node of [...each.addedNodes, each.target]) {
        const line = node.parentElement?.closest(".line") ?? node;
        if (line.classList?.contains("line")) touched.add(line);
      }
    }
  }).observe(document.querySelector(".editor-lines"), {childList: true, subtree: true});
}"""


def long_text() -> str:
    """Two thousand lines and more, with questions between paragraphs that wrap."""
    part = f"\n## 第节\n\n{LONG}\n\n" + question_text()
    return new_text("sop-long") + part * (2000 // part.count("\n") + 1)


def opened(open_page: OpenPage, cast: Cast, text: str, size: dict[str, int]) -> Page:
    copy = make_copy(cast.session, cast, now=MONDAY, text=text)
    cast.session.commit()
    page = open_page(user=cast.user("trainer"), size=size)
    page.goto(f"/editor/copies/{copy.id}")
    expect(page.locator(".editor-pane.is-drawn")).to_be_visible()
    return page


def test_typing_in_two_thousand_lines_draws_the_changed_line_alone(
    open_page: OpenPage, live_cast: Cast
) -> None:
    page = opened(open_page, live_cast, long_text(), DESK)
    assert page.locator(".line").count() > 2000
    assert page.evaluate(EXACT)

    page.evaluate(COUNT)
    page.locator("#source").press("Control+End")
    page.keyboard.type("新字")
    expect(page.locator(".line").last).to_have_text("新字")

    assert page.evaluate("touched.size") == 1
    assert page.evaluate(EXACT)


def test_lines_are_told_apart_and_wrap_on_a_phone(open_page: OpenPage, live_cast: Cast) -> None:
    text = new_text() + f"\n{LONG}\n\n" + question_text().replace("- 依据", "- 依剧")
    page = opened(open_page, live_cast, text, PHONE)

    wrapped = page.locator(".line").filter(has_text="监护人离开现场")
    expect(page.locator(".line.bad")).to_have_count(1)
    expect(page.locator(".line.bad .t-key")).to_have_text("依剧")
    expect(page.locator(".line.is-ask")).to_have_count(1)
    expect(page.locator(".line.is-in .t-tick").first).to_have_text("[x]")
    expect(wrapped.locator(".t-fact")).to_have_text(["==不得=="] * 8)
    assert page.evaluate(EXACT)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_one_press_mends_what_a_message_says_and_can_be_undone(
    open_page: OpenPage, live_cast: Cast
) -> None:
    text = new_text() + "\n![](图片/a.png)\n" + question_text().replace("- 依据", "- 依剧")
    page = opened(open_page, live_cast, text, DESK)

    page.get_by_role("button", name="是否要写“依据”").click()

    expect(page.get_by_text("E105")).to_have_count(0)
    expect(page.locator("#source")).to_have_value(text.replace("依剧", "依据"))
    page.locator("#source").press("Control+z")
    expect(page.locator("#source")).to_have_value(text)
    expect(page.get_by_text("E105")).to_be_visible()
    page.get_by_role("button", name="去写第").first.click()
    page.keyboard.type("托架")
    expect(page.locator(".line").filter(has_text="a.png")).to_have_text("![托架](图片/a.png)")


def test_an_input_method_and_undo_work_as_in_a_plain_textarea(
    open_page: OpenPage, live_cast: Cast
) -> None:
    page = opened(open_page, live_cast, new_text(), DESK)
    before = page.locator("#source").input_value()
    page.locator("#source").press("Control+End")
    keys = page.context.new_cdp_session(page)

    keys.send("Input.imeSetComposition", {"text": "an", "selectionStart": 2, "selectionEnd": 2})
    expect(page.locator(".t-composed")).to_have_text("an")
    keys.send("Input.insertText", {"text": "安全"})

    expect(page.locator("#source")).to_have_value(before + "安全")
    expect(page.locator(".t-composed")).to_have_count(0)
    assert page.evaluate(EXACT)
    page.get_by_role("button", name="标为要点", exact=True).click()
    expect(page.locator(".line").last).to_have_text("安全====")
    page.locator("#source").press("Control+z")
    expect(page.locator(".line").last).to_have_text("安全")
    assert page.evaluate(EXACT)
