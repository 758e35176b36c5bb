"""The pages of this package: `sitting` for candidates."""

from core.pages import NavItem
from exams.views import result, sitting  # noqa: F401  # their routes join the blueprint
from exams.views.blueprint import bp as bp

NAV: tuple[NavItem, ...] = result.NAV
