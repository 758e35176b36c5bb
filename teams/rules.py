"""Pure decisions about the tree, roles and dates of memberships."""

import re
from datetime import date

from core.errors import N_, Conflict
from core.identity import Actor, Grant, Role
from teams.models import TeamKind

# By the end of a name; the first that fits decides.
KIND_BY_ENDING = (
    (re.compile(r"(车间|工段|作业区|作业部)$"), TeamKind.WORKSHOP),
    (re.compile(r"(班|班组|组|队|工位|线)$"), TeamKind.TEAM),
    (re.compile(r"(厂|公司|基地|事业部|矿|电站)$"), TeamKind.PLANT),
    (re.compile(r"(科|部|处|室|中心|办|办公室|部门)$"), TeamKind.DEPARTMENT),
)
# Roles that the administrator of a sub-tree gives; everybody is a learner without a grant.
GRANTABLE = (
    Role.TEAM_LEADER,
    Role.TRAINER,
    Role.EXAMINER,
    Role.SAFETY_MANAGER,
    Role.INSPECTOR,
    Role.ADMINISTRATOR,
)

LAST_KEY = N_("%(name)s 是最后一个管理全厂的管理员。先给另一个人这个角色")


def check_open(name: str, closed_on: date | None) -> None:
    """Raise Conflict for a team in which nobody can work any more."""
    if closed_on is not None:
        raise Conflict(N_("“%(team)s”%(day)s 已经撤销，不能调人进去"), team=name, day=closed_on)


def kind_of(name: str) -> TeamKind:
    """What a team is, guessed from the end of its name."""
    for ending, kind in KIND_BY_ENDING:
        if ending.search(name):
            return kind
    return TeamKind.TEAM


def is_below(path: str, above: str) -> bool:
    """Whether a team is the other one, or lies somewhere below it."""
    return path.startswith(above)


def may_make_code(actor: Actor, path: str, grants: frozenset[Grant], *, has_password: bool) -> bool:
    """Whether the actor may hand out the code with which a person sets a password.

    Whoever holds the code can be that person. So a team leader makes the first code only, and only
    for people without a role; and no administrator reaches further than the own sub-tree that way.
    """
    if actor.may_at(path, Role.ADMINISTRATOR):
        return all(actor.may_at(grant.path, Role.ADMINISTRATOR) for grant in grants)
    return actor.may_at(path, Role.TEAM_LEADER) and not has_password and not grants


def may_make_card(actor: Actor, path: str, grants: frozenset[Grant]) -> bool:
    """Whether the actor may hand out the code with which a person sits exams at a terminal.

    Whoever holds the code can sit as that person, so the limits are those of activation codes; but
    it opens nothing else and changes no password, so it does not matter whether there is one.
    """
    return may_make_code(actor, path, grants, has_password=False)
