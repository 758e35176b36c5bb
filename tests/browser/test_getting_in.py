"""Getting in with a real browser: a code, a password, the notice, and out again."""

import pytest
from playwright.sync_api import expect

from accounts import operations
from accounts.models import User
from core.identity import Actor
from tests.accounts.people import HASH, NEW, RIGHT
from tests.browser.conftest import DESK, PHONE, Live, OpenPage
from tests.cast import Cast
from tests.conftest import MONDAY

SYSTEM = Actor.system("test")


@pytest.fixture
def learner(live: Live, live_cast: Cast) -> User:
    """王小满 with a password and a code."""
    with live.services.database.writing() as session:
        user = session.get_one(User, live_cast.user("learner").id)
        user.password_hash = HASH
        operations.make_activation_code(session, user, actor=SYSTEM, now=MONDAY, code="ABCDEFGHJK")
    return user


def test_first_sign_in_with_the_keyboard_alone(
    live: Live, learner: User, open_page: OpenPage
) -> None:
    with live.services.database.writing() as session:
        operations.ensure_notice(session, actor=SYSTEM, now=MONDAY)
    page = open_page(None, DESK)
    page.goto("/me")
    page.get_by_role("link", name="第一次登录", exact=True).press("Enter")
    page.get_by_label("工号").press_sequentially("2026 0001")
    page.get_by_label("激活码").press_sequentially("abcde fghjk")
    page.get_by_label("新密码").press_sequentially(NEW)
    page.get_by_label("新密码").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("个人信息怎么用")
    page.get_by_role("button", name="看过了，继续").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("王小满")
    page.get_by_role("button", name="退出这一台").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")


def test_password_can_be_looked_at_and_goes_out_as_a_password(
    live: Live, learner: User, open_page: OpenPage
) -> None:
    page = open_page(None, PHONE)
    page.goto("/sign-in?next=/me/records")
    box = page.locator("#password")
    page.get_by_label("工号").fill("20260001")
    box.fill(RIGHT)

    page.get_by_role("button", name="显示").click()
    expect(box).to_have_attribute("type", "text")
    expect(box).to_be_focused()
    page.get_by_role("button", name="隐藏").click()
    expect(box).to_have_attribute("type", "password")
    page.get_by_role("button", name="登录").click()

    page.wait_for_url("**/me/records")


def test_sign_in_works_without_scripts(live: Live, learner: User, open_page: OpenPage) -> None:
    page = open_page(None, PHONE, java_script_enabled=False)
    page.goto("/sign-in?next=/me/records")

    assert page.get_by_role("button", name="显示").count() == 0
    page.get_by_label("工号").fill("20260001")
    page.locator("#password").fill(RIGHT)
    page.get_by_role("button", name="登录").click()

    page.wait_for_url("**/me/records")
