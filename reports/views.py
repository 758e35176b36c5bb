"""The home of each role and the pass rates."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from core.identity import Role
from core.pages import NavItem
from core.web import requires

bp = Blueprint("reports", __name__)
NAV: tuple[NavItem, ...] = (
    NavItem("reports.home", _l("今日"), "house-door", "", (Role.LEARNER,), tab=1),
)


@bp.get("/")
@requires()
def home() -> ResponseReturnValue:
    return "home"


@bp.get("/menu")
@requires()
def menu() -> ResponseReturnValue:
    """The whole navigation as a page, for phones."""
    return "menu"
