"""The expected status of every route for every role.

Each package has a file here with `ROUTES: dict[str, Route]`, keyed by endpoint. A route without an
entry fails `tests/test_routes_by_role.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from tests.cast import Cast


@dataclass(frozen=True)
class Route:
    """How to call one endpoint, and what each role gets.

    `values` makes the address's values and `data` the form, each from the cast and the session
    (creating what the call needs). `expected` maps a role of tests/cast.py or `nobody` to a
    status; roles left out get `others`.
    """

    method: str = "GET"
    values: Callable[[Session, Cast], Mapping[str, Any]] = lambda _session, _cast: {}
    data: Callable[[Session, Cast], Mapping[str, Any]] = lambda _session, _cast: {}
    json: Callable[[Session, Cast], Any] | None = None
    expected: Mapping[str, int] = field(default_factory=dict)
    others: int = 200
