"""Reads about the tree, memberships, roles and people."""

from teams.queries.identity import (
    actor_for,
    enterprise_name,
    grants_of,
    signed_in_for,
    system_actor,
)
from teams.queries.memberships import (
    Place,
    latest_main,
    member_on,
    memberships_of,
    within,
)
from teams.queries.people import person_for
from teams.queries.tree import (
    needs_set_up,
    path_of,
    post_for,
    posts,
    root,
    team_for,
    teams_within,
)

__all__ = [
    "Place",
    "actor_for",
    "enterprise_name",
    "grants_of",
    "latest_main",
    "member_on",
    "memberships_of",
    "needs_set_up",
    "path_of",
    "person_for",
    "post_for",
    "posts",
    "root",
    "signed_in_for",
    "system_actor",
    "team_for",
    "teams_within",
    "within",
]
