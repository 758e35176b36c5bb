from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from core.config import LIBRARY_DIR
from learning.sources import plain_lines, text_hash
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.editor.making import KEY, LIBRARY_PATH, make_copy, publish_sample, submitted
from tests.routes import Route

WRITERS_AND_REVIEWERS = {
    "nobody": 302,
    "learner": 403,
    "team_leader": 403,
    "other_leader": 403,
    "examiner": 403,
    "administrator": 403,
    "inspector": 403,
}
WRITERS = {**WRITERS_AND_REVIEWERS, "safety_manager": 403}


def a_copy(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"copy_id": make_copy(session, cast, now=MONDAY).id}


def a_revision(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {**a_copy(session, cast), "revision": 1}


def a_submitted_copy(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"copy_id": submitted(session, cast, now=MONDAY).id}


def a_published_module(session: Session, cast: Cast) -> Mapping[str, Any]:
    publish_sample(session, cast, now=MONDAY)
    return {"key": KEY}


def an_origin(session: Session, cast: Cast) -> Mapping[str, Any]:
    return {"copy_id": make_copy(session, cast, now=MONDAY, is_of_library=True).id}


ROUTES = {
    "editor.bulk": Route("POST", expected=WRITERS, others=302),
    "editor.modules": Route(expected=WRITERS_AND_REVIEWERS),
    "editor.new_module": Route(expected=WRITERS),
    "editor.open_file": Route(
        "POST", data=lambda _session, _cast: {"path": "no/such.md"}, expected=WRITERS, others=404
    ),
    "editor.companion": Route("POST", values=a_published_module, expected=WRITERS, others=302),
    "editor.copy": Route(values=a_copy, expected=WRITERS_AND_REVIEWERS),
    "editor.preview": Route("POST", values=a_copy, expected=WRITERS_AND_REVIEWERS),
    "editor.save": Route(
        "POST",
        values=a_copy,
        data=lambda _session, _cast: {"text": "x", "revision": 1},
        expected=WRITERS,
        others=302,
    ),
    "editor.merge": Route(
        "POST",
        values=a_copy,
        data=lambda _session, _cast: {"mine": "x", "base": 1, "theirs": 1},
        expected=WRITERS,
        others=302,
    ),
    "editor.discard": Route("POST", values=a_copy, expected=WRITERS, others=302),
    "editor.revision": Route(values=a_revision, expected=WRITERS_AND_REVIEWERS),
    "editor.add_picture": Route("POST", values=a_copy, expected=WRITERS, others=409),
    "editor.review": Route(values=a_submitted_copy, expected=WRITERS_AND_REVIEWERS),
    "editor.submit": Route("POST", values=a_copy, expected=WRITERS, others=302),
    "editor.take_back": Route("POST", values=a_submitted_copy, expected=WRITERS, others=302),
    "editor.send_back": Route("POST", values=a_submitted_copy, expected=WRITERS_AND_REVIEWERS),
    # The trainer of the cast submitted it, so only the safety manager may decide.
    "editor.publish": Route(
        "POST",
        values=a_submitted_copy,
        expected={**WRITERS_AND_REVIEWERS, "trainer": 403},
        others=302,
    ),
    "editor.history": Route(values=a_published_module, expected=WRITERS_AND_REVIEWERS),
    "editor.restore": Route(
        "POST",
        values=a_published_module,
        data=lambda _session, _cast: {"number": 1},
        expected=WRITERS,
        others=302,
    ),
    "editor.origin": Route(values=an_origin, expected=WRITERS_AND_REVIEWERS),
    "editor.settle_origin": Route(
        "POST",
        values=an_origin,
        data=lambda _session, _cast: {
            "decision": "declined",
            "origin": text_hash(plain_lines((LIBRARY_DIR / LIBRARY_PATH).read_text("utf-8"))),
        },
        expected=WRITERS,
        others=302,
    ),
}
