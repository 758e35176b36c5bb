"""Pages of the editor."""

from flask_babel import lazy_gettext as _l

from core.pages import NavItem
from editor.queries.copies import READERS
from editor.queries.proposals import AUTHORS
from editor.views import bulk, copy, drafting, history, modules, origin, pictures, review
from editor.views import proposals as proposals
from editor.views.blueprint import bp as bp

__all__ = [
    "NAV",
    "bp",
    "bulk",
    "copy",
    "history",
    "modules",
    "origin",
    "pictures",
    "proposals",
    "review",
]

NAV: tuple[NavItem, ...] = (
    NavItem("editor.modules", _l("课程模块"), "journal-text", "training", READERS, order=1),
    NavItem("editor.proposals", _l("待审的题"), "journal-check", "exams", AUTHORS, order=3),
    NavItem(
        "editor.draft", _l("从文本建模块"), "journal-text", "training", drafting.DRAFTERS, order=9
    ),
)
