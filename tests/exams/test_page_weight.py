"""How much a phone loads for an exam, everything but pictures, the first time."""

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.exams.factories import (
    make_exam,
    make_matching,
    make_multiple,
    make_ordering,
    make_single,
    make_verdict,
)

MOST_BYTES = 100_000
LOADED = re.compile(
    r'<(?:link rel="(?:stylesheet|icon)"[^>]*?|script[^>]*?|use )(?:href|src)="([^"#]+)'
)
IMPORTED = re.compile(r'^import .*?from "\./([a-z]+\.js)"', re.MULTILINE)


def weigh(client: FlaskClient, address: str) -> tuple[int, str]:
    """Bytes on the line, and the text."""
    with client.get(address, headers={"Accept-Encoding": "gzip"}) as packed:
        assert packed.status_code == 200, address
        size = len(packed.data)
    with client.get(address) as plain:
        return size, plain.text


def test_first_load_of_an_exam_of_fifty_questions_is_under_100_kilobytes(
    session: Session, cast: Cast, client_for: Callable[[str], FlaskClient]
) -> None:
    versions = [make_single(session, number) for number in range(1, 31)]
    versions += [make_multiple(session) for _ in range(10)]
    versions += [make_verdict(session) for _ in range(6)]
    versions += [make_ordering(session), make_ordering(session)]
    versions += [make_matching(session), make_matching(session)]
    exam = make_exam(session, cast, versions)
    session.commit()
    learner = client_for("learner")
    sitting = learner.post(f"/my-exams/{exam.id}/start").location or ""

    size, page = weigh(learner, sitting)
    weights = {sitting: size}
    waiting = sorted(set(LOADED.findall(page)))
    while waiting:
        address = waiting.pop()
        weights[address], text = weigh(learner, address)
        imported = {f"/static/exams/{name}" for name in IMPORTED.findall(text)}
        plain = {each.partition("?")[0] for each in weights}
        waiting += sorted(each for each in imported if each not in plain and each not in waiting)

    assert {"/static/exams/uploads.js", "/static/exams/spots.js"} < weights.keys()
    assert any("bootstrap" in address for address in weights)
    assert sum(weights.values()) < MOST_BYTES, weights
