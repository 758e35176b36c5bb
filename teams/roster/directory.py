"""The tree as a roster's author writes it: which team is meant by a list of names.

Nodes that the roster would create hang in the tree as well, without an id, until they are made.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import N_
from teams.models import Team
from teams.roster.findings import BadCell


@dataclass(eq=False)
class Node:
    """A team, stored (with an id and a path) or to be made."""

    name: str
    parent: "Node | None"
    team_id: int | None = None
    path: str = ""
    closed_on: date | None = None
    children: dict[str, "Node"] = field(default_factory=dict)

    @property
    def stored_path(self) -> str:
        """The path of this team, or of the nearest stored one above it."""
        node = self
        while not node.path and node.parent is not None:
            node = node.parent
        return node.path

    @property
    def names(self) -> list[str]:
        """From the first level below the enterprise down to this team."""
        upwards = list(self._upwards())
        return [node.name for node in reversed(upwards[:-1])] or [self.name]

    @property
    def shown(self) -> str:
        return "/".join(self.names)

    def _upwards(self) -> Iterator["Node"]:
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent


class TeamRow(NamedTuple):
    """What of a stored team is needed here."""

    id: int
    parent_id: int | None
    name: str
    path: str
    closed_on: date | None


def team_rows(session: Session) -> list[TeamRow]:
    """Every team, as plain rows: each batch of a roster reads them anew."""
    columns = (Team.id, Team.parent_id, Team.name, Team.path, Team.closed_on)
    return [TeamRow(*row) for row in session.execute(select(*columns))]


class Directory:
    """Finds the team that a list of names means, among all teams of the enterprise."""

    def __init__(self, teams: Iterable[TeamRow], *, creates_teams: bool) -> None:
        self.creates_teams = creates_teams
        self.by_id: dict[int, Node] = {}
        self._by_name: dict[str, list[Node]] = defaultdict(list)
        self._known: dict[tuple[tuple[str, ...], tuple[str, ...]], Node] = {}
        self.made: list[Node] = []
        for team in sorted(teams, key=lambda team: len(team.path)):
            parent = self.by_id.get(team.parent_id) if team.parent_id else None
            node = Node(team.name, parent, team.id, team.path, team.closed_on)
            if parent is None:
                self.root = node
            self._hang(node)
            self.by_id[team.id] = node

    def _hang(self, node: Node) -> None:
        self._by_name[node.name].append(node)
        if node.parent is not None:
            node.parent.children[node.name] = node

    def resolve(self, names: tuple[str, ...], scopes: tuple[str, ...]) -> Node:
        """The team meant, seen from the actor's sub-trees; raises BadCell with the reason.

        The whole path from the top counts first. A shorter one, or a lone name, will do when only
        one team in the sub-trees ends so.
        """
        key = (names, scopes)
        if key not in self._known:
            self._known[key] = self._resolve(names, scopes)
        return self._known[key]

    def _resolve(self, names: tuple[str, ...], scopes: tuple[str, ...]) -> Node:
        if names and names[0] == self.root.name:
            names = names[1:]
        if not names:
            node = self.root
        else:
            found = self._find(names, scopes) or self._create(names, scopes)
            node = found
        if node.closed_on is not None:
            raise BadCell(
                N_("“%(team)s”%(day)s 已经撤销"),
                team=node.shown,
                day=node.closed_on.isoformat(),
            )
        return node

    def _exact(self, names: tuple[str, ...]) -> Node | None:
        node: Node | None = self.root
        for name in names:
            node = node.children.get(name) if node else None
        return node

    def _find(self, names: tuple[str, ...], scopes: tuple[str, ...]) -> Node | None:
        exact = self._exact(names)
        if exact is not None:
            return exact
        ending = [
            node
            for node in self._by_name.get(names[-1], [])
            if tuple(node.names[-len(names) :]) == names and node.closed_on is None
        ]
        mine = [node for node in ending if node.stored_path.startswith(scopes)]
        fitting = mine or ending
        if len(fitting) > 1:
            raise BadCell(
                N_("有 %(count)s 个“%(name)s”，写全：%(paths)s"),
                count=len(fitting),
                name="/".join(names),
                paths="；".join(node.shown for node in fitting[:4]),
            )
        return fitting[0] if fitting else None

    def _create(self, names: tuple[str, ...], scopes: tuple[str, ...]) -> Node:
        if not self.creates_teams:
            raise BadCell(N_("没有“%(team)s”这个班组"), team="/".join(names))
        above, rest = self.root, names
        for length in range(len(names) - 1, 0, -1):
            found = self._find(names[:length], scopes)
            if found is not None:
                above, rest = found, names[length:]
                break
        if not above.stored_path.startswith(scopes):
            raise BadCell(N_("“%(team)s”不在你管的范围里"), team="/".join(names))
        for name in rest:
            node = above.children.get(name)
            if node is None:
                node = Node(name, above)
                self._hang(node)
                self.made.append(node)
            above = node
        return above
