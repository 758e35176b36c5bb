"""Who is acting, as plain data. No database, no HTTP."""

from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """What a person may be in a sub-tree of the enterprise. Everybody is a learner."""

    LEARNER = "learner"
    TEAM_LEADER = "team_leader"
    TRAINER = "trainer"
    EXAMINER = "examiner"
    SAFETY_MANAGER = "safety_manager"
    ADMINISTRATOR = "administrator"
    INSPECTOR = "inspector"


@dataclass(frozen=True)
class Grant:
    """One role over one team and everything below it; `path` is the team's path, e.g. `/1/4/`."""

    role: Role
    team_id: int
    path: str


@dataclass(frozen=True)
class Actor:
    """Who does something. `user_id` is None for nobody and for the system's own jobs."""

    user_id: int | None
    name: str
    grants: frozenset[Grant] = frozenset()
    session_id: int | None = None

    @staticmethod
    def system(name: str) -> "Actor":
        """The actor of a job or command, named after it."""
        return Actor(user_id=None, name=f"system:{name}")

    @staticmethod
    def nobody() -> "Actor":
        """Someone who has not signed in."""
        return Actor(user_id=None, name="nobody")

    def has(self, *roles: Role) -> bool:
        """Whether one of the roles is held anywhere. Every signed-in person is a learner."""
        if Role.LEARNER in roles and self.user_id is not None:
            return True
        return any(grant.role in roles for grant in self.grants)

    def scopes(self, *roles: Role) -> tuple[str, ...]:
        """Path prefixes of the sub-trees in which one of the roles is held, widest first.

        Prefixes below another one are left out, so rows are never counted twice.
        """
        paths = sorted({grant.path for grant in self.grants if grant.role in roles}, key=len)
        kept: list[str] = []
        for path in paths:
            if not any(path.startswith(wider) for wider in kept):
                kept.append(path)
        return tuple(kept)

    def may_at(self, path: str, *roles: Role) -> bool:
        """Whether one of the roles covers the team at `path`."""
        return any(path.startswith(scope) for scope in self.scopes(*roles))
