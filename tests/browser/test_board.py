"""The invigilator's board in a browser: it draws anew by itself what changed, and puts it first."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from exams.models import SittingPresence
from exams.operations.sitting import start_sitting
from tests.browser.conftest import DESK, Live, OpenPage
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam, make_single


def test_the_board_shows_by_itself_who_begins_and_who_falls_silent(
    live: Live, live_cast: Cast, open_page: OpenPage
) -> None:
    session = live_cast.session
    exam = make_exam(session, live_cast, [make_single(session)])
    session.commit()
    page = open_page(live_cast.user("examiner"), DESK)
    page.clock.install()
    page.goto(f"/exams/{exam.id}/board")
    trainer = page.locator("#board li", has_text="孙清明")
    expect(trainer).to_contain_text("未到")

    sitting = start_sitting(
        session,
        exam,
        actor=live_cast.actor("trainer"),
        now=MONDAY,
        seed=1,
        zone=ZoneInfo("Asia/Shanghai"),
    )
    session.add(SittingPresence(sitting_id=sitting.id, seen_at=MONDAY, answered=1))
    session.commit()
    page.clock.run_for(5000)

    expect(trainer).to_contain_text("1 / 1，剩 60 分")
    expect(page.locator("[data-count=sitting]")).to_have_text("1")
    live.clock.move_to(MONDAY + timedelta(minutes=3, seconds=12))
    page.clock.run_for(5000)

    expect(page.locator("#board li").first).to_contain_text("离线 3 分 12 秒")
    expect(page.locator("#at")).to_have_text("17:03:12")
    trainer.get_by_role("link", name="孙清明").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("孙清明")
    live.clock.move_to(MONDAY)
