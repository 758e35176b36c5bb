"""Pages of the editor."""

from flask_babel import lazy_gettext as _l

from core.pages import NavItem
from editor.queries.copies import READERS
from editor.views import copy, history, modules, pictures, review
from editor.views.blueprint import bp as bp

__all__ = ["NAV", "bp", "copy", "history", "modules", "pictures", "review"]

NAV: tuple[NavItem, ...] = (
    NavItem("editor.modules", _l("课程模块"), "journal-text", "training", READERS, order=1),
)
