"""The pages of teams and people."""

from teams.views import people, person, posts, roster, setup, tree
from teams.views.blueprint import NAV, bp

__all__ = ["NAV", "bp", "people", "person", "posts", "roster", "setup", "tree"]
