"""Pages of the editor."""

from core.pages import NavItem
from editor.views.blueprint import bp as bp

NAV: list[NavItem] = []
