"""What browsers load is packed, whole and unchanged."""

import gzip
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.config import ROOT

GZIP = "gzip, br"
SHEET = "/static/face.css"


class Visitor:
    """Somebody who is not signed in, and who closes what was opened."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def ask(self, address: str, method: str = "GET", **headers: str) -> TestResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        with self.client.open(address, method=method, headers=sent) as answer:
            assert answer.data is not None
            return answer


@pytest.fixture
def nobody(client_for: Callable[[str], FlaskClient]) -> Visitor:
    return Visitor(client_for("nobody"))


@pytest.mark.parametrize("address", [SHEET, "/sign-in", "/static/built/icons.svg"])
def test_text_is_packed_for_a_browser_that_takes_it(nobody: Visitor, address: str) -> None:
    packed = nobody.ask(address, accept_encoding=GZIP)

    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.data) == int(packed.headers["Content-Length"])
    assert gzip.decompress(packed.data)


def test_packed_file_is_the_file(nobody: Visitor) -> None:
    packed = nobody.ask(SHEET, accept_encoding=GZIP)

    assert gzip.decompress(packed.data) == (ROOT / "static" / "face.css").read_bytes()
    assert "Accept-Ranges" not in packed.headers


@pytest.mark.parametrize("takes", ["", "identity", "gzip;q=0"])
def test_nothing_is_packed_for_those_who_do_not_take_it(nobody: Visitor, takes: str) -> None:
    plain = nobody.ask(SHEET, accept_encoding=takes)

    assert "Content-Encoding" not in plain.headers
    assert plain.data == (ROOT / "static" / "face.css").read_bytes()


def test_browser_that_has_the_packed_file_is_told_so(nobody: Visitor) -> None:
    tag = nobody.ask(SHEET, accept_encoding=GZIP).headers["ETag"]

    again = nobody.ask(SHEET, accept_encoding=GZIP, if_none_match=tag)

    assert again.status_code == 304
    assert again.data == b""


def test_part_of_a_file_is_sent_as_it_is(nobody: Visitor) -> None:
    part = nobody.ask(SHEET, accept_encoding=GZIP, range="bytes=0-99")

    assert part.status_code == 206
    assert "Content-Encoding" not in part.headers
    assert len(part.data) == 100


def test_what_has_no_body_and_what_is_small_stays_plain(nobody: Visitor) -> None:
    head = nobody.ask(SHEET, "HEAD", accept_encoding=GZIP)
    small = nobody.ask("/static/icon.svg", accept_encoding=GZIP)

    assert "Content-Encoding" not in head.headers
    assert "Content-Encoding" not in small.headers
