"""A real browser against a real server that shares the test's manual clock."""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy.orm import Session
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from core import config as settings
from core import migrate
from core.clock import ManualClock
from core.config import ROOT
from core.services import Services
from tests.cast import Cast, make_cast, sign_in_cookie
from tests.conftest import CHROMIUM, MONDAY
from tests.databases import empty_database

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
SCREENSHOTS = ROOT / "screenshots"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# How long a page may take on a machine that is busy with other things, before a test gives up.
# No test waits this long for something that should not come.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            # Playwright's own loop leaves a resource warning at its end.
            item.add_marker(pytest.mark.filterwarnings("ignore::ResourceWarning"))


def _chinese_font(folder: Path) -> str:
    """A fontconfig file that knows the font package, so that no screenshot shows squares."""
    spec = find_spec("pylopdf_fonts_zh_cn")
    assert spec is not None
    assert spec.origin is not None
    path = folder / "fonts.conf"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{Path(spec.origin).parent}</dir><dir>/usr/share/fonts</dir>"
        f"<cachedir>{folder / 'cache'}</cachedir></fontconfig>"
    )
    return str(path)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    fonts = _chinese_font(tmp_path_factory.mktemp("fonts"))
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=QUIET, env={**os.environ, "FONTCONFIG_FILE": fonts}
        )
        yield opened
        opened.close()


class Quiet(WSGIRequestHandler):
    """Leaves the lines of single requests out, so that a failed test shows its own words."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None: ...


@dataclass
class Live:
    """A served application with its clock, and sessions that really commit."""

    app: Flask
    services: Services
    clock: ManualClock
    url: str

    def session(self) -> Session:
        return self.services.database.session(writes=True)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """An empty, migrated installation behind a real port."""
    folder = tmp_path_factory.mktemp("live")
    url = empty_database("live", folder)
    config = settings.load({"DATABASE_URL": url, "DATA_DIR": str(folder / "var")})
    clock = ManualClock(MONDAY)
    app = create_app(config, clock=clock, queue_in_memory=True)
    services: Services = app.extensions["shanggang"]
    migrate.upgrade(services.database.engine)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Live(app, services, clock, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()
    services.database.engine.dispose()


@pytest.fixture(scope="module")
def live_cast(live: Live) -> Iterator[Cast]:
    session = live.session()
    made = make_cast(session, now=MONDAY)
    session.commit()
    yield made
    session.close()


class Watched:
    """What a page must never do: log an error, break its policy, ask another host."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.complaints: list[str] = []
        context.on("console", self._console)
        context.on("request", lambda request: self._request(request.url, url))
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _console(self, message: object) -> None:
        text = str(getattr(message, "text", message))
        # Said by the browser itself where a test takes the network away.
        is_unplugged = "net::ERR_INTERNET_DISCONNECTED" in text
        if getattr(message, "type", "") == "error" and not is_unplugged:
            self.complaints.append(text)

    def _request(self, address: str, url: str) -> None:
        if not address.startswith((url, "data:", "blob:", "about:")):
            self.complaints.append(f"request to another host: {address}")


OpenPage = Callable[..., Page]


def open_window(
    browser: Browser,
    live: Live,
    user: object = None,
    size: dict[str, int] = PHONE,
    language: str = "zh",
    **options: object,
) -> tuple[BrowserContext, Watched]:
    """A browser of its own, signed in as the user, with somebody who watches what it does."""
    context = browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        base_url=live.url,
        reduced_motion="reduce",
        has_touch=size is PHONE,
        **options,  # type: ignore[arg-type]
    )
    context.set_default_timeout(PATIENCE_MS)
    client = live.app.test_client()
    if user is not None:
        session = live.session()
        sign_in_cookie(client, session, user, now=live.clock.now())  # type: ignore[arg-type]
        session.commit()
        session.close()
    with client.session_transaction() as cookie:
        cookie["language"] = language
    value = client.get_cookie("shanggang")
    assert value is not None
    context.add_cookies([{"name": "shanggang", "value": value.value, "url": live.url}])
    return context, Watched(context, live.url)


@pytest.fixture
def open_page(browser: Browser, live: Live) -> Iterator[OpenPage]:
    """Open a browser window: `open_page(user=…, size=PHONE, language="zh")`; watched to the end."""
    windows: list[tuple[BrowserContext, Watched]] = []

    def opened(*args: object, **options: object) -> Page:
        windows.append(open_window(browser, live, *args, **options))  # type: ignore[arg-type]
        return windows[-1][0].new_page()

    yield opened
    complaints = [line for _context, watched in windows for line in watched.complaints]
    for context, _watched in windows:
        context.close()
    assert complaints == []
