"""Pages of the editor."""

from flask_babel import lazy_gettext as _l

from core.pages import NavItem
from editor.views import drafting
from editor.views.blueprint import bp as bp

NAV: list[NavItem] = [
    NavItem(
        "editor.draft",
        _l("从文本建模块"),
        "journal-text",
        "training",
        drafting.AUTHORS,
        order=9,
    ),
]
