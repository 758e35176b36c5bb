"""Every page of the product in both languages: accessible, inside its policy, no sideways scroll.

The pages are those of the route table (tests/routes): each GET route that answers some role 200
with HTML is opened as the first such role.
"""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE, SCREENSHOTS, Live, OpenPage
from tests.cast import ROLES, Cast
from tests.routes import Route
from tests.test_routes_by_role import TABLE

# Not pages: files, JSON and probes.
NO_PAGE = {"exams.time_left", "static", "health.healthz", "health.readyz", "accounts.download_records"}


def _first_role(route: Route) -> str | None:
    for role in ("nobody", "administrator", *ROLES):
        if route.expected.get(role, route.others) == 200:
            return role
    return None


PAGES = sorted(
    (endpoint, role)
    for endpoint, route in TABLE.items()
    if route.method == "GET" and endpoint not in NO_PAGE and (role := _first_role(route))
)


def _address(live: Live, cast: Cast, endpoint: str) -> str:
    with live.app.test_request_context():
        values = TABLE[endpoint].values(cast.session, cast)
        cast.session.commit()
        address: str = live.app.url_for(endpoint, **values)
        return address


def _violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['help']} {[n['target'] for n in v['nodes']][:3]}" for v in found]


def _sideways(page: Page) -> int:
    width: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return width


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("endpoint", "role"), PAGES, ids=[endpoint for endpoint, _ in PAGES])
def test_page_is_accessible_and_fits(
    live: Live, live_cast: Cast, open_page: OpenPage, endpoint: str, role: str, language: str
) -> None:
    address = _address(live, live_cast, endpoint)
    user = None if role == "nobody" else live_cast.user(role)
    if live.app.test_client().get(address).mimetype not in {"text/html"}:
        pytest.fail(f"{endpoint} is no page: add it to NO_PAGE")
    for name, size in (("phone", PHONE), ("desk", DESK)):
        page = open_page(user, size, language)
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok
        folder: Path = SCREENSHOTS / name
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{endpoint}-{language}.png", full_page=False)

        assert _violations(page) == []
        assert _sideways(page) <= 0


@pytest.mark.parametrize(("endpoint", "role"), PAGES, ids=[endpoint for endpoint, _ in PAGES])
def test_page_bears_text_twice_as_large_on_a_phone(
    live: Live, live_cast: Cast, open_page: OpenPage, endpoint: str, role: str
) -> None:
    user = None if role == "nobody" else live_cast.user(role)
    page = open_page(user, PHONE)
    page.goto(_address(live, live_cast, endpoint))
    page.evaluate("document.documentElement.style.fontSize = '200%'")

    assert _sideways(page) <= 0
