"""The pages of this package."""

from flask import Blueprint

from core.pages import NavItem

bp = Blueprint("teams", __name__)
NAV: tuple[NavItem, ...] = ()
