"""x"""

from core.pages import NavItem

NAV: tuple[NavItem, ...] = ()
