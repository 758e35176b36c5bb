"""Verbs that change the tree, memberships, roles and people."""

from teams.operations.memberships import (
    add_side_membership,
    end_side_membership,
    leave,
    return_to_work,
    seat,
    transfer,
)
from teams.operations.people import (
    PersonDetails,
    edit_person,
    hire,
)
from teams.operations.roles import grant_role, revoke_role
from teams.operations.rosters import confirm_roster, discard_roster, upload_roster
from teams.operations.tree import (
    close_team,
    create_post,
    create_team,
    ensure_root,
    found_enterprise,
    move_team,
    rename_post,
    rename_team,
    reopen_team,
)

__all__ = [
    "PersonDetails",
    "add_side_membership",
    "close_team",
    "confirm_roster",
    "create_post",
    "create_team",
    "discard_roster",
    "edit_person",
    "end_side_membership",
    "ensure_root",
    "found_enterprise",
    "grant_role",
    "hire",
    "leave",
    "move_team",
    "rename_post",
    "rename_team",
    "reopen_team",
    "return_to_work",
    "revoke_role",
    "seat",
    "transfer",
    "upload_roster",
]
