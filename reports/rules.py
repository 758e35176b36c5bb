"""How pass rates are counted: who is which, in which team, with what uncertainty. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from ipaddress import ip_address
from math import sqrt
from urllib.parse import urlsplit

# The share of those who sat that ought to pass; a team is named only when all of its interval
# lies below.
TARGET_PERCENT = 90
# Fewer than so many who sat say nothing about a team: its numbers stand, its rate is not compared.
FEWEST_COMPARED = 10
# The normal distribution's two-sided 95 %.
Z = 1.959963984540054


class Outcome(Enum):
    """What became of one person in one exam; exactly one of these holds."""

    EXEMPT = "exempt"
    NOT_SAT = "not_sat"
    # Started, not marked yet: still among those who have not sat.
    UNDER_WAY = "under_way"
    # Handed in, an answer waits for a person: neither passed nor failed, and not absent.
    TO_MARK = "to_mark"
    FAILED = "failed"
    PASSED_FIRST = "passed_first"
    PASSED_RESIT = "passed_resit"


@dataclass(frozen=True)
class Try:
    """One sitting; `is_passed` is None until it is marked."""

    number: int
    team_id: int | None
    is_passed: bool | None
    is_to_mark: bool = False


def outcome_of(*, is_exempt: bool, tries: Sequence[Try]) -> Outcome:
    """The one outcome of a person. An exemption wins over whatever was sat."""
    if is_exempt:
        return Outcome.EXEMPT
    if not tries:
        return Outcome.NOT_SAT
    ordered = sorted(tries, key=lambda one: one.number)
    if ordered[0].is_passed:
        return Outcome.PASSED_FIRST
    if any(one.is_passed for one in ordered):
        return Outcome.PASSED_RESIT
    if any(one.is_to_mark for one in ordered):
        return Outcome.TO_MARK
    is_all_open = all(one.is_passed is None for one in ordered)
    return Outcome.UNDER_WAY if is_all_open else Outcome.FAILED


def team_counted_for(
    *, is_exempt: bool, tries: Sequence[Try], team_at_close: int | None
) -> int | None:
    """The team a person counts for: that of the day of the first sitting, else that of the close.

    A later transfer moves nobody's result into another team.
    """
    if is_exempt or not tries:
        return team_at_close
    first = min(tries, key=lambda one: one.number).team_id
    return team_at_close if first is None else first


@dataclass(frozen=True)
class Counts:
    """People of a team and everything below it; required = sat + to_mark + not_sat."""

    exempt: int = 0
    not_sat: int = 0
    failed: int = 0
    passed_first: int = 0
    passed_resit: int = 0
    to_mark: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Counts)))

    def times(self, number: int) -> "Counts":
        return Counts(*(getattr(self, f.name) * number for f in fields(Counts)))

    @property
    def passed(self) -> int:
        return self.passed_first + self.passed_resit

    @property
    def sat(self) -> int:
        return self.passed + self.failed

    @property
    def required(self) -> int:
        return self.sat + self.to_mark + self.not_sat

    @property
    def everyone(self) -> int:
        return self.required + self.exempt


ONE = {
    Outcome.EXEMPT: Counts(exempt=1),
    Outcome.NOT_SAT: Counts(not_sat=1),
    Outcome.UNDER_WAY: Counts(not_sat=1),
    Outcome.TO_MARK: Counts(to_mark=1),
    Outcome.FAILED: Counts(failed=1),
    Outcome.PASSED_FIRST: Counts(passed_first=1),
    Outcome.PASSED_RESIT: Counts(passed_resit=1),
}
# What each number on the page consists of.
GROUPS: dict[str, frozenset[Outcome]] = {
    "everyone": frozenset(Outcome),
    "required": frozenset(Outcome) - {Outcome.EXEMPT},
    "exempt": frozenset({Outcome.EXEMPT}),
    "not_sat": frozenset({Outcome.NOT_SAT, Outcome.UNDER_WAY}),
    "to_mark": frozenset({Outcome.TO_MARK}),
    "sat": frozenset({Outcome.FAILED, Outcome.PASSED_FIRST, Outcome.PASSED_RESIT}),
    "passed": frozenset({Outcome.PASSED_FIRST, Outcome.PASSED_RESIT}),
    "passed_first": frozenset({Outcome.PASSED_FIRST}),
    "passed_resit": frozenset({Outcome.PASSED_RESIT}),
    "failed": frozenset({Outcome.FAILED}),
}


@dataclass(frozen=True)
class Node:
    """A team of the tree; `path` lists the ids from the root, `/1/4/17/`."""

    id: int
    path: str
    name: str
    position: int = 0

    @property
    def ancestors(self) -> tuple[int, ...]:
        """The ids from the root down to the team itself."""
        return tuple(int(part) for part in self.path.strip("/").split("/"))


@dataclass(frozen=True)
class TreeCounts:
    """Counts of each team with all below it, and of those who belong to the team itself."""

    total: Mapping[int, Counts]
    direct: Mapping[int, Counts]


def count_tree(nodes: Mapping[int, Node], people: Iterable[tuple[int, Outcome]]) -> TreeCounts:
    """Count people, given as (team id, outcome), in their team and in every team above it."""
    total: dict[int, Counts] = dict.fromkeys(nodes, Counts())
    direct: dict[int, Counts] = dict.fromkeys(nodes, Counts())
    for (team_id, outcome), number in Counter(people).items():
        share = ONE[outcome].times(number)
        direct[team_id] += share
        for above in nodes[team_id].ancestors:
            if above in total:
                total[above] += share
    return TreeCounts(total, direct)


@dataclass(frozen=True)
class TreeRow:
    """One line of the report; a `direct` one holds those who belong to the team itself."""

    node: Node
    level: int
    counts: Counts
    is_direct: bool
    is_leaf: bool
    is_folded: bool


def tree_rows(
    nodes: Mapping[int, Node],
    tree: TreeCounts,
    roots: Sequence[int],
    *,
    folded: frozenset[int] = frozenset(),
) -> list[TreeRow]:
    """The lines from the roots down, teams without anybody left out, folded ones without theirs.

    The lines right below a team always add up to it: where people belong to the team itself and
    others to teams below, the former get a line of their own.
    """
    children: dict[int, list[Node]] = {}
    for node in sorted(nodes.values(), key=lambda one: (one.position, one.id)):
        if len(node.ancestors) > 1 and tree.total[node.id].everyone:
            children.setdefault(node.ancestors[-2], []).append(node)
    rows: list[TreeRow] = []

    def add(node: Node, level: int) -> None:
        below = children.get(node.id, [])
        is_folded = node.id in folded and bool(below)
        rows.append(TreeRow(node, level, tree.total[node.id], False, not below, is_folded))
        if is_folded or not below:
            return
        if tree.direct[node.id].everyone:
            rows.append(TreeRow(node, level + 1, tree.direct[node.id], True, True, False))
        for child in below:
            add(child, level + 1)

    for root in roots:
        add(nodes[root], 0)
    return rows


def wilson_interval(passed: int, sat: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson's score interval), within 0 and 1; all of it for none.

    17 of 24 gives about 0.51 to 0.85.
    """
    if sat == 0:
        return 0.0, 1.0
    share = passed / sat
    width = Z * sqrt(share * (1 - share) / sat + Z * Z / (4 * sat * sat))
    middle = share + Z * Z / (2 * sat)
    scale = 1 + Z * Z / sat
    low = 0.0 if passed == 0 else max(0.0, (middle - width) / scale)
    high = 1.0 if passed == sat else min(1.0, (middle + width) / scale)
    return low, high


def is_compared(counts: Counts) -> bool:
    """Whether enough people sat for the rate to say something."""
    return counts.sat >= FEWEST_COMPARED


def is_below_target(counts: Counts) -> bool:
    """Whether the rate is below the target beyond chance: the whole interval lies below it."""
    if not is_compared(counts):
        return False
    return wilson_interval(counts.passed, counts.sat)[1] * 100 < TARGET_PERCENT


def is_open_road(public_url: str) -> bool:
    """Whether passwords would cross a network unencrypted: plain http to another machine."""
    parts = urlsplit(public_url)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return False
    try:
        return not ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return True
