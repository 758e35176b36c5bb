"""The blueprint that the modules beside this one fill."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from core.identity import Role
from core.pages import NavItem

bp = Blueprint("accounts", __name__)
NAV: tuple[NavItem, ...] = (
    NavItem("accounts.me", _l("我的"), "person", "", (Role.LEARNER,), order=90, tab=4),
)
