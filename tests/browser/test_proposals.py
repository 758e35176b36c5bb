"""The queue of proposed questions as a trainer meets it."""

import pytest

from editor.models import WorkingCopy
from learning.models import ModuleVersion
from question_bank.models import ProposedQuestion
from tests.browser.conftest import DESK, PHONE, Live, OpenPage
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.learning.factories import make_module, module_text


@pytest.fixture(scope="module")
def lockout(live: Live) -> str:
    """A module with its text and marked facts."""
    body = "## 3.2 票的有效期 {#s-3-2}\n\n一级票不超过 ==8 小时==，二级票不超过 ==24 小时==。\n"
    text = module_text(body=body)
    session = live.session()
    make_module(session, text, now=MONDAY).source_text = text
    session.commit()
    session.close()
    return "sop-dh"


def test_a_trainer_makes_questions_from_facts_and_decides_on_them(
    live: Live, live_cast: Cast, lockout: str, open_page: OpenPage
) -> None:
    page = open_page(user=live_cast.user("trainer"), size=DESK)
    page.goto(f"/proposals?module={lockout}")
    page.get_by_role("button", name="从考点出题").click()
    page.get_by_text("从考点出了 5 道待审的题").wait_for()

    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="收为草稿").click()
    page.get_by_text("已收下 1 题").wait_for()
    page.get_by_label("选中这一页").check()
    page.get_by_placeholder("退的理由").fill("重复")
    page.get_by_role("button", name="退掉选中的").click()
    page.get_by_text("已退 4 题").wait_for()

    session = live.session()
    assert session.query(WorkingCopy).one().path == "sop-dh.题库.md"
    assert session.query(ModuleVersion).one().source_text
    states = sorted(row.state.value for row in session.query(ProposedQuestion))
    assert states == ["accepted", "rejected", "rejected", "rejected", "rejected"]
    session.close()


def test_a_phone_shows_the_queue_without_sideways_scroll(
    live: Live, live_cast: Cast, lockout: str, open_page: OpenPage
) -> None:
    page = open_page(user=live_cast.user("trainer"), size=PHONE)
    page.goto("/proposals?state=all")

    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
