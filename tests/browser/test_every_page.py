"""Every page of the product in both languages: accessible, inside its policy, no sideways scroll.

The pages are those of the route table (tests/routes): each GET route that answers some role 200
with HTML is opened as the first such role. What a page says on the console or asks of another
host fails the test as well (see `open_page`).
"""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.browser.conftest import DESK, PHONE, SCREENSHOTS, Live, Watched, open_window
from tests.cast import ROLES, Cast
from tests.routes import Route
from tests.test_routes_by_role import TABLE

# Not pages: what each of them answers.
NO_PAGE = {
    "question_bank.exports.losses": "a file to keep",
    "static": "a file",
    "health.healthz": "text for probes",
    "health.readyz": "text for probes",
    "accounts.download_records": "a ZIP file",
    "certificates.document": "a PDF file",
    "reports.pass_rate_file": "a workbook",
    "teams.export_people": "a workbook",
    "teams.roster_findings": "a workbook",
    "teams.roster_template": "a workbook",
    "exams.own_evidence": "a ZIP file",
    "exams.paper_template": "a workbook",
    "exams.results_file": "a workbook",
    "exams.digest_file": "a JSON file",
    "exams.board_cells": "rows as JSON for the script of the board",
    "exams.waiting": "one word as JSON for the script of the waiting page",
}
OpenWindow = Callable[[str, str], tuple[BrowserContext, Watched]]
NARROW = {"width": 360, "height": 780}


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


AXE = """() => axe.run({resultTypes: ["violations"]}).then((found) => found.violations.map(
  (v) => `${v.id}: ${v.help} ${v.nodes.slice(0, 3).map((n) => n.target)}`))"""


def _violations(page: Page) -> list[str]:
    found: list[str] = page.evaluate(AXE)
    return found


# Elements that reach past the right edge or whose content does, to name the culprit.
SIDEWAYS = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  return [...document.querySelectorAll("body *")]
    .filter((e) => !e.closest(".scroll-x, .table-scroll, .visually-hidden"))
    .filter((e) => e.getBoundingClientRect().left + e.scrollWidth > root.clientWidth + 1)
    .slice(-6)
    .map((e) => `${e.tagName}.${e.className} ${e.textContent.trim().slice(0, 30)}`)
    .concat(`page ${root.scrollWidth} of ${root.clientWidth}`);
}"""


def _sideways(page: Page, size: ViewportSize, text_size: str) -> Iterator[str]:
    page.set_viewport_size(size)
    page.evaluate(f"document.documentElement.style.fontSize = '{text_size}'")
    for line in page.evaluate(SIDEWAYS):
        yield f"{size['width']} px, text {text_size or '100%'}, sideways: {line}"


def _faults(page: Page, name: str) -> Iterator[str]:
    """What is wrong with an opened page, at the width of phones and at that of desks."""
    page.evaluate(AXE_SCRIPT)
    for kind, size in (("phone", PHONE), ("desk", DESK)):
        yield from _sideways(page, size, "")  # type: ignore[arg-type]
        folder = SCREENSHOTS / kind
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}.png", animations="disabled")
        yield from (f"{kind}: {line}" for line in _violations(page))
    yield from _sideways(page, NARROW, "")  # type: ignore[arg-type]
    yield from _sideways(page, PHONE, "200%")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def windows(browser: Browser, live: Live, live_cast: Cast) -> Iterator[OpenWindow]:
    """One window for each role and language, so that a page costs no new browser."""
    opened: dict[tuple[str, str], tuple[BrowserContext, Watched]] = {}

    def window(role: str, language: str) -> tuple[BrowserContext, Watched]:
        if (role, language) not in opened:
            user = None if role == "nobody" else live_cast.user(role)
            opened[role, language] = open_window(browser, live, user, PHONE, language)
        return opened[role, language]

    yield window
    for context, _watched in opened.values():
        context.close()


@pytest.mark.parametrize(("endpoint", "role"), PAGES, ids=[endpoint for endpoint, _ in PAGES])
def test_page_is_accessible_and_fits(
    live: Live, live_cast: Cast, windows: OpenWindow, endpoint: str, role: str
) -> None:
    address = _address(live, live_cast, endpoint)
    faults: list[str] = []
    for language in ("zh", "en"):
        context, watched = windows(role, language)
        page = context.new_page()
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok
        kind = answer.headers["content-type"]
        assert kind.startswith("text/html"), f"{endpoint} is no page: add it to NO_PAGE"
        faults += [f"{language} {fault}" for fault in _faults(page, f"{endpoint}-{language}")]
        page.close()
        faults += watched.complaints
        watched.complaints.clear()

    assert not faults, "\n".join(faults)


def test_what_is_no_page_has_a_route() -> None:
    assert set(NO_PAGE) <= set(TABLE)
