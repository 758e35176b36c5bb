"""The pages of this package: `sitting` for candidates."""

from core.pages import NavItem
from exams.views import sitting as sitting
from exams.views.blueprint import bp as bp

NAV: tuple[NavItem, ...] = sitting.NAV
