from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts import operations, privacy
from accounts.models import NoticeAcknowledgement, PrivacyNotice
from core.identity import Actor
from tests.cast import Cast
from tests.conftest import MONDAY

SYSTEM = Actor.system("test")


@pytest.fixture
def notice(session: Session) -> PrivacyNotice:
    made = operations.ensure_notice(session, actor=SYSTEM, now=MONDAY)
    session.commit()
    return made


def test_shipped_notices_are_numbered_from_one_in_both_languages() -> None:
    shipped = privacy.shipped_notices()

    assert [text.version for text in shipped] == list(range(1, len(shipped) + 1))
    assert all(text.zh and text.en for text in shipped)


def test_notice_is_published_once(session: Session, notice: PrivacyNotice) -> None:
    again = operations.ensure_notice(session, actor=SYSTEM, now=MONDAY)

    assert again.id == notice.id
    assert session.scalar(select(func.count()).select_from(PrivacyNotice)) == len(
        privacy.shipped_notices()
    )


def test_first_page_after_signing_in_is_the_notice(
    client_for: Callable[[str], FlaskClient], notice: PrivacyNotice
) -> None:
    browser = client_for("learner")

    stopped = browser.get("/me/records")
    page = browser.get(stopped.location)
    done = browser.post("/privacy", data={"next": "/me/records"})

    assert stopped.location == "/privacy?next=/me/records"
    assert "看过了，继续" in page.text
    assert done.location == "/me/records"
    assert browser.get("/me/records").status_code == 200


def test_acknowledging_twice_is_once(
    client_for: Callable[[str], FlaskClient], session: Session, notice: PrivacyNotice
) -> None:
    browser = client_for("learner")

    browser.post("/privacy")
    browser.post("/privacy")

    assert session.scalar(select(func.count()).select_from(NoticeAcknowledgement)) == 1


def test_new_version_is_shown_again(
    client_for: Callable[[str], FlaskClient], session: Session, notice: PrivacyNotice
) -> None:
    browser = client_for("learner")
    browser.post("/privacy")
    session.add(
        PrivacyNotice(version=notice.version + 1, text_markdown="新的", published_at=MONDAY)
    )
    session.commit()

    assert browser.get("/me").location == "/privacy?next=/me"


def test_new_version_does_not_stop_an_action_or_a_script(
    client_for: Callable[[str], FlaskClient], notice: PrivacyNotice
) -> None:
    browser = client_for("learner")

    acted = browser.post("/language", data={"language": "zh", "back": "/me"})
    fetched = browser.get("/me", headers={"Accept": "application/json"})

    assert acted.location == "/me"
    assert fetched.status_code == 200


def test_everybody_may_read_the_notice(
    client_for: Callable[[str], FlaskClient], cast: Cast, notice: PrivacyNotice
) -> None:
    page = client_for("nobody").get("/privacy").text

    assert "个人信息处理者：示例机械厂" in page
    assert "《个人信息保护法》第十三条" in page
    assert "看过了，继续" not in page


def test_notice_speaks_english(
    client_for: Callable[[str], FlaskClient], notice: PrivacyNotice
) -> None:
    browser = client_for("nobody")
    browser.post("/language", data={"language": "en", "back": "/privacy"})

    assert "Personal Information Protection Law" in browser.get("/privacy").text


def test_notice_is_safe_html() -> None:
    html = privacy.notice_html("# a\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))")

    assert "<script" not in html
    assert "javascript:" not in html
