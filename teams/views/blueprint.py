"""The blueprint that the modules beside this one fill, and what their pages share."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.identity import Role
from core.pages import NavItem
from core.web import SAFE_METHODS, current_actor, db_session, reading
from teams.models import Team
from teams.queries.tree import READERS

bp = Blueprint("teams", __name__)
NAV: tuple[NavItem, ...] = (
    NavItem("teams.people", _l("人员名册"), "people", "people", READERS, order=10),
    NavItem("teams.tree", _l("班组一览"), "diagram-3", "people", READERS, order=20),
)


@contextmanager
def page_session() -> Iterator[Session]:
    """A session for showing a page; after a refused POST it must not be the one that writes."""
    if request.method in SAFE_METHODS:
        yield db_session()
    else:
        with reading() as session:
            yield session
            # The end of reading would make what was loaded unreadable.
            session.expunge_all()


def said(conflict: Conflict) -> str:
    """A conflict's sentence in the reader's language, to stand above the form."""
    return str(_(conflict.msgid, **conflict.values))


def team_choices(teams: Sequence[Team]) -> list[tuple[int, str]]:
    """Teams in tree order for a list to choose from, indented by depth."""
    highest = min((team.depth for team in teams), default=0)
    return [(team.id, "\u3000" * (team.depth - highest) + team.name) for team in teams]


def sections() -> list[tuple[str, str]]:
    """Endpoint and label of the pages that stand side by side in this package."""
    found: list[tuple[str, Any]] = [
        ("teams.people", _("人员名册")),
        ("teams.tree", _("班组一览")),
    ]
    if current_actor().has(Role.ADMINISTRATOR):
        found += [("teams.posts", _("岗位")), ("teams.roster", _("导入花名册"))]
    return found
