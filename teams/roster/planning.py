"""Entries of a roster beside what is stored → what each row will do, or why it cannot."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import id_numbers
from accounts.models import EmploymentKind, User
from core.errors import N_
from core.identity import Actor, Role
from teams.models import FindingLevel, Membership, Post
from teams.queries.memberships import latest_main
from teams.queries.people import keepers_of_the_enterprise
from teams.roster.columns import Column, Header
from teams.roster.directory import Directory, Node
from teams.roster.findings import BadCell, Finding
from teams.roster.rows import Entry
from teams.rules import LAST_KEY


class Outcome(Enum):
    """What a row does; each row counts once, under the weightiest."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    TRANSFERRED = "transferred"
    LEAVING = "leaving"
    BAD = "bad"


@dataclass(frozen=True)
class Options:
    """What the uploader chose: whether unknown teams are made, and when transfers take effect."""

    creates_teams: bool
    effective_on: date


@dataclass(frozen=True)
class Stored:
    """A person as stored, with the newest main membership."""

    user_id: int
    name: str
    employment_kind: EmploymentKind
    employer: str | None
    phone: str | None
    id_number_hash: str | None
    hired_on: date | None
    left_on: date | None
    membership_id: int | None
    team_id: int | None
    post_id: int | None
    from_on: date | None
    to_on: date | None


@dataclass
class Plan:
    """What one row will do. `changes` are new values of the person's columns."""

    entry: Entry
    outcome: Outcome
    stored: Stored | None = None
    node: Node | None = None
    post: str | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    id_hash: str | None = None
    moves: bool = False


@dataclass
class Planned:
    """The plans of a batch, with what is to be told about them."""

    plans: list[Plan] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


class Planner:
    """Plans batches for one actor; made anew for each, so that it sees what is stored now."""

    def __init__(
        self,
        session: Session,
        directory: Directory,
        header: Header,
        options: Options,
        *,
        actor: Actor,
        id_number_key: str,
    ) -> None:
        self.session = session
        self.directory = directory
        self.header = header
        self.options = options
        self.scopes = actor.scopes(Role.ADMINISTRATOR)
        self.id_number_key = id_number_key
        self.posts = {
            name: post_id for post_id, name in session.execute(select(Post.id, Post.name))
        }

    def plan(self, entries: Sequence[Entry], hashes: Sequence[str | None]) -> Planned:
        """Plan a batch; three queries whatever its size, a fourth where somebody leaves."""
        stored = self._stored([entry.employee_no for entry in entries])
        holders = self._holders([found for found in hashes if found])
        keepers = (
            set(keepers_of_the_enterprise(self.session))
            if any(entry.left_on for entry in entries)
            else set()
        )
        planned = Planned()
        for entry, id_hash in zip(entries, hashes, strict=True):
            try:
                person = stored.get(entry.employee_no)
                self._check_holder(entry, holders.get(id_hash) if id_hash else None)
                plan = self._plan_new(entry) if person is None else self._plan_known(entry, person)
                self._compare_id_number(plan, id_hash)
                self._check_keepers(plan, keepers)
            except _BadRow as bad:
                planned.plans.append(Plan(entry, Outcome.BAD))
                planned.findings.append(self._refusal(entry, bad))
                continue
            planned.plans.append(plan)
            planned.findings.extend(tell(plan, self.directory, self.header))
        return planned

    def _stored(self, numbers: list[str]) -> dict[str, Stored]:
        rows = self.session.execute(
            select(
                User.employee_no,
                User.id,
                User.name,
                User.employment_kind,
                User.employer,
                User.phone,
                User.id_number_hash,
                User.hired_on,
                User.left_on,
                Membership.id,
                Membership.team_id,
                Membership.post_id,
                Membership.from_on,
                Membership.to_on,
            )
            .outerjoin(Membership, (Membership.user_id == User.id) & latest_main())
            .where(User.employee_no.in_(numbers))
        )
        return {number: Stored(*rest) for number, *rest in rows}

    def _holders(self, hashes: list[str]) -> dict[str, str]:
        if not hashes:
            return {}
        rows = self.session.execute(
            select(User.id_number_hash, User.employee_no).where(User.id_number_hash.in_(hashes))
        )
        return {found: number for found, number in rows if found}

    def _check_holder(self, entry: Entry, holder: str | None) -> None:
        if holder is not None and holder != entry.employee_no:
            raise _BadRow(
                Column.ID_NUMBER,
                N_("这个身份证号已经登记在工号 %(number)s 名下"),
                number=holder,
            )

    def _check_keepers(self, plan: Plan, keepers: set[int]) -> None:
        if plan.outcome is Outcome.LEAVING and plan.stored is not None:
            if keepers == {plan.stored.user_id}:
                raise _BadRow(Column.LEFT_ON, LAST_KEY, name=plan.stored.name)
            keepers.discard(plan.stored.user_id)

    def _node(self, entry: Entry) -> Node | None:
        if entry.team is None:
            return None
        try:
            node = self.directory.resolve(entry.team, self.scopes)
        except BadCell as bad:
            raise _BadRow(None, bad.msgid, **bad.values) from None
        if not self.scopes or not node.stored_path.startswith(self.scopes):
            raise _BadRow(None, N_("“%(team)s”不在你管的范围里"), team=node.shown)
        return node

    def _plan_new(self, entry: Entry) -> Plan:
        node = self._node(entry)
        if node is None:
            raise _BadRow(None, N_("新来的人要写部门或班组"))
        return Plan(entry, Outcome.NEW, node=node, post=entry.post)

    def _plan_known(self, entry: Entry, person: Stored) -> Plan:
        home = self.directory.by_id.get(person.team_id) if person.team_id else None
        if home is None or not self.scopes or not home.path.startswith(self.scopes):
            raise _BadRow(Column.EMPLOYEE_NO, N_("这个工号的人不在你管的范围里"))
        if person.left_on is not None:
            return self._plan_left(entry, person)
        plan = Plan(entry, Outcome.UNCHANGED, stored=person, changes=changes_of(entry, person))
        if entry.left_on is not None:
            if person.from_on is not None and entry.left_on < person.from_on:
                raise _BadRow(
                    Column.LEFT_ON,
                    N_("从 %(day)s 起才在现在的班组，离职日期不能早于那天"),
                    day=person.from_on.isoformat(),
                )
            plan.outcome = Outcome.LEAVING
            return plan
        self._plan_move(plan, person)
        if plan.moves:
            plan.outcome = Outcome.TRANSFERRED
        elif plan.changes:
            plan.outcome = Outcome.CHANGED
        return plan

    def _plan_left(self, entry: Entry, person: Stored) -> Plan:
        assert person.left_on is not None
        day = person.left_on.isoformat()
        if entry.left_on is None:
            raise _BadRow(Column.LEFT_ON, N_("%(day)s 已经离职。要复职，到这个人的页面办"), day=day)
        if entry.left_on != person.left_on:
            raise _BadRow(Column.LEFT_ON, N_("已经登记在 %(day)s 离职，和这里不同"), day=day)
        changes = changes_of(entry, person)
        outcome = Outcome.CHANGED if changes else Outcome.UNCHANGED
        return Plan(entry, outcome, stored=person, changes=changes)

    def _plan_move(self, plan: Plan, person: Stored) -> None:
        node = self._node(plan.entry)
        new_team = node is not None and node.team_id != person.team_id
        post_id = self.posts.get(plan.entry.post) if plan.entry.post else person.post_id
        new_post = plan.entry.post is not None and (post_id is None or post_id != person.post_id)
        if not new_team and not new_post:
            return
        if person.from_on is not None and self.options.effective_on < person.from_on:
            raise _BadRow(
                None,
                N_("从 %(day)s 起才在现在的班组，调动日期不能早于那天"),
                day=person.from_on.isoformat(),
            )
        assert person.team_id is not None
        plan.node = node or self.directory.by_id[person.team_id]
        plan.post = plan.entry.post or self._post_name(person.post_id)
        plan.moves = True

    def _post_name(self, post_id: int | None) -> str | None:
        return next((name for name, known in self.posts.items() if known == post_id), None)

    def _compare_id_number(self, plan: Plan, id_hash: str | None) -> None:
        stored = plan.stored.id_number_hash if plan.stored else None
        if id_hash is None or id_hash == stored:
            return
        plan.id_hash = id_hash
        if plan.outcome is Outcome.UNCHANGED:
            plan.outcome = Outcome.CHANGED

    def _refusal(self, entry: Entry, bad: "_BadRow") -> Finding:
        if bad.column is not None:
            label = self.header.label(bad.column)
        else:
            label = "、".join(self.header.label(level) for level in self.header.team_levels)
        return Finding(
            FindingLevel.ERROR,
            entry.row,
            label or Column.TEAM.value,
            bad.msgid,
            bad.values,
            entry.employee_no,
            entry.name,
        )


class _BadRow(Exception):
    """A row that contradicts what is stored; column None means those of the team."""

    def __init__(self, column: Column | None, msgid: str, **values: Any) -> None:
        self.column = column
        self.msgid = msgid
        self.values = values
        super().__init__(msgid)


def changes_of(entry: Entry, person: Stored) -> dict[str, Any]:
    """The person's columns that the row gives another value; a blank cell gives none."""
    wanted = {
        "name": entry.name,
        "employment_kind": entry.kind,
        "employer": entry.employer,
        "phone": entry.phone,
        "hired_on": entry.hired_on,
    }
    return {
        key: value
        for key, value in wanted.items()
        if value is not None and value != getattr(person, key)
    }


LABELS = {
    "name": Column.NAME,
    "employment_kind": Column.KIND,
    "employer": Column.EMPLOYER,
    "phone": Column.PHONE,
    "hired_on": Column.HIRED_ON,
}


def tell(plan: Plan, directory: Directory, header: Header) -> list[Finding]:
    """What a row will change about somebody already stored, for the preview."""
    if plan.stored is None or plan.outcome is Outcome.UNCHANGED:
        return []
    lines: list[tuple[str, dict[str, Any]]] = []
    if plan.outcome is Outcome.LEAVING and plan.entry.left_on is not None:
        lines.append((N_("离职，最后一天 %(day)s"), {"day": plan.entry.left_on.isoformat()}))
    if plan.moves and plan.node is not None:
        home = directory.by_id.get(plan.stored.team_id or 0)
        if home is not None and home is not plan.node:
            values = {"old": home.shown, "new": plan.node.shown}
            lines.append((N_("从“%(old)s”调到“%(new)s”"), values))
        elif plan.post:
            lines.append((N_("换岗位，到“%(post)s”"), {"post": plan.post}))
    fields = [header.label(LABELS[key]) for key in plan.changes]
    if plan.id_hash is not None:
        fields.append(header.label(Column.ID_NUMBER))
    if fields:
        lines.append((N_("改：%(fields)s"), {"fields": "、".join(fields)}))
    entry = plan.entry
    return [
        Finding(FindingLevel.CHANGE, entry.row, "", msgid, values, entry.employee_no, entry.name)
        for msgid, values in lines
    ]


def hash_of(entry: Entry, *, key: str) -> str | None:
    """The keyed hash of an entry's ID number; made before a write begins."""
    return id_numbers.look_up_hash(entry.id_number, key=key) if entry.id_number else None
