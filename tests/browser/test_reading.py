"""How a person reads the paper: size of type, contrast, questions read aloud."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from accounts.operations import Needs, grant_accommodation
from exams.models import Exam
from tests.browser.conftest import DESK, Live, OpenPage
from tests.browser.papers import choose, come_to, hand_in, question, saved, six_questions, start
from tests.browser.test_every_page import AXE, NARROW, SIDEWAYS
from tests.cast import Cast
from tests.conftest import MONDAY

# The browser of the tests has no voice, so it is given one that notes what it should say.
VOICE = """() => {
  window.said = [];
  const voices = %s;
  Object.defineProperty(window, "speechSynthesis", { value: {
    getVoices: () => voices,
    speak: (words) => window.said.push(words.text),
    cancel: () => window.said.push("stopped"),
    addEventListener: () => {},
  }});
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
}"""
OWN = '[{"name": "Huihui", "lang": "zh-CN", "localService": true}]'
FROM_ELSEWHERE = '[{"name": "Cloud", "lang": "zh-CN", "localService": false}]'


@pytest.fixture(scope="module")
def exam(live: Live, live_cast: Cast) -> Exam:
    return six_questions(live, live_cast)


def speaking_page(page: Page, voices: str) -> Page:
    page.add_init_script(f"({VOICE % voices})()")
    return page


def test_granted_paper_is_large_and_dark_and_speaks_and_stops_on_moving_on(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    grant_accommodation(
        live_cast.session,
        live_cast.user("learner"),
        Needs(MONDAY.date(), None, large_type=True, high_contrast=True, read_aloud=True),
        reason="本人申请",
        actor=live_cast.actor("examiner"),
        now=MONDAY,
    )
    live_cast.session.commit()
    page = speaking_page(open_page(live_cast.user("learner"), NARROW), OWN)
    start(page, exam)
    expect(page.locator("html")).to_have_attribute("data-type", "1")
    expect(page.locator("html")).to_have_attribute("data-contrast", "more")

    asked = question(page, "true_false")
    come_to(page, asked)
    asked.get_by_role("button", name="朗读").click()
    expect(asked.get_by_role("button", name="停")).to_be_visible()
    assert page.evaluate("said") == ["监护人可以暂时离开。", "对", "错"]
    page.get_by_role("navigation").get_by_role("button", name="下一题").click()
    page.wait_for_function("said.at(-1) === 'stopped'")

    page.get_by_role("button", name="特大字").click()
    for kind in ("single_choice", "multiple_choice", "true_false", "fill_blank"):
        come_to(page, question(page, kind))
        assert page.evaluate(SIDEWAYS) == []
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(AXE) == []


def test_choice_is_kept_for_the_result_and_a_voice_from_elsewhere_is_not_used(
    live: Live, live_cast: Cast, exam: Exam, open_page: OpenPage
) -> None:
    page = speaking_page(open_page(live_cast.user("inspector"), DESK), FROM_ELSEWHERE)
    start(page, exam)
    choose(page, question(page, "true_false"), "错")
    saved(page)
    page.get_by_role("button", name="特大字").click()
    page.get_by_role("button", name="高对比").click()
    expect(page.locator("[data-reading]")).not_to_contain_text("朗读", use_inner_text=True)

    hand_in(page)

    expect(page.locator("html")).to_have_attribute("data-type", "2")
    expect(page.locator("html")).to_have_attribute("data-contrast", "more")
