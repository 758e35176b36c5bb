"""Pages for getting in and out, the gates behind the door, and a person's own page."""

from accounts.views import entry, gate, me
from accounts.views.blueprint import NAV, bp

__all__ = ["NAV", "bp", "entry", "gate", "me"]
