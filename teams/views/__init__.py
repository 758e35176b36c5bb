"""The pages of teams and people."""

from teams.views import accommodations, people, person, posts, roster, setup, tree
from teams.views.blueprint import NAV as PEOPLE
from teams.views.blueprint import bp

NAV = PEOPLE + accommodations.NAV

__all__ = ["NAV", "accommodations", "bp", "people", "person", "posts", "roster", "setup", "tree"]
