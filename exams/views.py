"""The pages of this package."""

from flask import Blueprint

from core.pages import NavItem

bp = Blueprint("exams", __name__)
NAV: tuple[NavItem, ...] = ()
