"""Every route answers every role with the status that its table says."""

import importlib
import pkgutil
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

import tests.routes
from tests.cast import ROLES, Cast
from tests.routes import Route

TABLE: dict[str, Route] = {}
for found in pkgutil.iter_modules(tests.routes.__path__):
    TABLE.update(importlib.import_module(f"tests.routes.{found.name}").ROUTES)


def test_every_route_stands_in_the_table(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}

    assert endpoints == set(TABLE)


@pytest.mark.parametrize("role", ["nobody", *ROLES])
@pytest.mark.parametrize("endpoint", sorted(TABLE))
def test_route_answers_role_as_the_table_says(
    app: Flask,
    session: Session,
    cast: Cast,
    client_for: Callable[[str], FlaskClient],
    endpoint: str,
    role: str,
) -> None:
    route = TABLE[endpoint]
    values, data = route.values(session, cast), route.data(session, cast)
    body = {"json": route.json(session, cast)} if route.json else {"data": data}
    session.commit()
    with app.test_request_context():
        address = app.url_for(endpoint, **values)

    answer = client_for(role).open(address, method=route.method, **body)

    answer.close()
    assert answer.status_code == route.expected.get(role, route.others)
