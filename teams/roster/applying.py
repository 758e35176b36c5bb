"""One batch of plans → rows, in bulk: a handful of statements whatever the size of the batch."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from accounts import id_numbers
from accounts.events import PersonLeft
from accounts.models import ActivationCode, AuthSession, EmploymentKind, User
from core.audit import Act, record_all
from core.events import publish
from core.identity import Actor
from teams import names, rules
from teams.events import Beginning, Begun, MembershipsBegan
from teams.models import Membership, RoleGrant, Team
from teams.operations import create_post, create_team
from teams.operations.roles import revoke_all
from teams.roster.directory import Node
from teams.roster.planning import Options, Outcome, Plan


class Applier:
    """Applies the plans of one batch inside the caller's transaction."""

    def __init__(
        self,
        session: Session,
        options: Options,
        posts: dict[str, int],
        *,
        id_number_key: str,
        actor: Actor,
        now: datetime,
    ) -> None:
        self.session = session
        self.options = options
        self.posts = posts
        self.id_number_key = id_number_key
        self.actor = actor
        self.now = now
        self.acts: list[Act] = []

    def apply(self, plans: Sequence[Plan]) -> None:
        """Do what the plans say; bad and unchanged rows do nothing."""
        for plan in plans:
            if plan.outcome is not Outcome.BAD and plan.node is not None:
                self._make_team(plan.node)
                self._make_post(plan.post)
        self._hire([plan for plan in plans if plan.outcome is Outcome.NEW])
        known = [plan for plan in plans if plan.stored is not None]
        self._change([plan for plan in known if plan.changes or plan.id_hash])
        self._move([plan for plan in known if plan.moves])
        self._leave([plan for plan in known if plan.outcome is Outcome.LEAVING])
        record_all(self.session, self.acts, actor=self.actor, now=self.now)
        self.session.flush()

    def _update(self, model: type[User] | type[Membership], rows: list[dict[str, Any]]) -> None:
        """Many rows by id in one statement; the ORM's own way sends one for each on SQLite."""
        table = cast(Table, model.__table__)
        changed: dict[str, Any] = {key: bindparam(f"new_{key}") for key in rows[0] if key != "id"}
        statement = update(table).where(table.c.id == bindparam("row_id")).values(changed)
        self.session.connection().execute(
            statement,
            [
                {"row_id" if key == "id" else f"new_{key}": value for key, value in row.items()}
                for row in rows
            ],
        )

    def _make_team(self, node: Node) -> None:
        if node.team_id is not None:
            return
        assert node.parent is not None, "the root is always stored"
        self._make_team(node.parent)
        parent = self.session.get_one(Team, node.parent.team_id)
        team = create_team(
            self.session,
            parent,
            node.name,
            rules.kind_of(node.name),
            actor=self.actor,
            now=self.now,
        )
        node.team_id, node.path = team.id, team.path

    def _make_post(self, name: str | None) -> None:
        if name is not None and name not in self.posts:
            post = create_post(self.session, name, actor=self.actor, now=self.now)
            self.posts[name] = post.id

    def _post_id(self, plan: Plan) -> int | None:
        return self.posts[plan.post] if plan.post else None

    def _record(
        self,
        action: str,
        subject: tuple[str, object],
        user_id: int,
        *,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> None:
        self.acts.append(Act(action, subject, user_id, before, after))

    def _hire(self, plans: list[Plan]) -> None:
        if not plans:
            return
        rows = self.session.execute(
            insert(User).returning(User.id, User.employee_no),
            [self._new_user(plan) for plan in plans],
        )
        ids = {number: user_id for user_id, number in rows}
        people = [(ids[plan.entry.employee_no], plan) for plan in plans]
        self._encrypt([(user_id, plan) for user_id, plan in people if plan.id_hash])
        self._begin(
            [
                (user_id, plan, self._first_day(plan), plan.entry.left_on, None)
                for user_id, plan in people
            ],
            Beginning.HIRED,
        )
        for user_id, plan in people:
            after = {
                "employee_no": plan.entry.employee_no,
                "name": plan.entry.name,
                "team": plan.node.shown if plan.node else None,
                "from_on": self._first_day(plan).isoformat(),
            }
            self._record("person.hired", ("user", user_id), user_id, after=after)

    def _first_day(self, plan: Plan) -> date:
        return plan.entry.hired_on or plan.entry.left_on or self.options.effective_on

    def _new_user(self, plan: Plan) -> dict[str, Any]:
        entry = plan.entry
        return {
            "employee_no": entry.employee_no,
            "name": entry.name,
            "name_sort": names.sort_key(entry.name),
            "employment_kind": entry.kind or EmploymentKind.EMPLOYEE,
            "employer": entry.employer,
            "phone": entry.phone,
            "hired_on": entry.hired_on,
            "left_on": entry.left_on,
            "id_number_hash": plan.id_hash,
            "id_number_masked": id_numbers.mask(entry.id_number) if entry.id_number else None,
            "must_change_password": False,
            "is_sample": False,
            "created_at": self.now,
        }

    def _encrypt(self, people: list[tuple[int, Plan]]) -> None:
        values = [
            {
                "id": user_id,
                "id_number_encrypted": id_numbers.encrypt(
                    plan.entry.id_number, user_id=user_id, key=self.id_number_key
                ),
                "id_number_hash": plan.id_hash,
                "id_number_masked": id_numbers.mask(plan.entry.id_number),
            }
            for user_id, plan in people
            if plan.entry.id_number is not None
        ]
        if values:
            self._update(User, values)

    def _begin(
        self,
        people: Sequence[tuple[int, Plan, date, date | None, int | None]],
        beginning: Beginning,
    ) -> None:
        rows = self.session.execute(
            insert(Membership).returning(Membership.id, Membership.user_id),
            [
                {
                    "user_id": user_id,
                    "team_id": plan.node.team_id if plan.node else None,
                    "post_id": self._post_id(plan),
                    "is_main": True,
                    "from_on": from_on,
                    "to_on": to_on,
                }
                for user_id, plan, from_on, to_on, _previous in people
            ],
        )
        ids = {user_id: membership_id for membership_id, user_id in rows}
        begun = tuple(
            Begun(user_id, ids[user_id], beginning, from_on, previous)
            for user_id, _plan, from_on, to_on, previous in people
            if to_on is None
        )
        if begun:
            publish(self.session, MembershipsBegan(actor=self.actor, at=self.now, begun=begun))

    def _change(self, plans: list[Plan]) -> None:
        by_fields: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for plan in plans:
            assert plan.stored is not None
            user_id = plan.stored.user_id
            values = dict(plan.changes)
            before = {key: getattr(plan.stored, key) for key in values}
            after = dict(values)
            if "name" in values:
                values["name_sort"] = names.sort_key(values["name"])
            if plan.id_hash is not None and plan.entry.id_number:
                after["id_number"] = id_numbers.mask(plan.entry.id_number)
            if values:
                by_fields.setdefault(tuple(sorted(values)), []).append({"id": user_id, **values})
            self._record(
                "person.edited",
                ("user", user_id),
                user_id,
                before=_plain(before),
                after=_plain(after),
            )
        for rows in by_fields.values():
            self._update(User, rows)
        self._encrypt([(p.stored.user_id, p) for p in plans if p.stored and p.id_hash])

    def _move(self, plans: list[Plan]) -> None:
        on = self.options.effective_on
        begun, closed, corrected = [], [], []
        for plan in plans:
            person = plan.stored
            assert person is not None
            assert plan.node is not None
            before = {"team_id": person.team_id, "post_id": person.post_id}
            after = {
                "team_id": plan.node.team_id,
                "team": plan.node.shown,
                "post_id": self._post_id(plan),
                "from_on": on.isoformat(),
            }
            is_same_day = person.from_on == on
            action = "membership.corrected" if is_same_day else "person.transferred"
            self._record(
                action, ("user", person.user_id), person.user_id, before=before, after=after
            )
            if is_same_day:
                place = {"team_id": plan.node.team_id, "post_id": self._post_id(plan)}
                corrected.append({"id": person.membership_id, **place})
            else:
                if person.membership_id is not None and person.to_on is None:
                    closed.append({"id": person.membership_id, "to_on": on - timedelta(days=1)})
                begun.append((person.user_id, plan, on, None, person.membership_id))
        for rows in (corrected, closed):
            if rows:
                self._update(Membership, rows)
        if begun:
            self._begin(begun, Beginning.TRANSFERRED)

    def _leave(self, plans: list[Plan]) -> None:
        if not plans:
            return
        days = {p.stored.user_id: p.entry.left_on for p in plans if p.stored and p.entry.left_on}
        open_ones = self.session.execute(
            select(Membership.id, Membership.user_id, Membership.from_on).where(
                Membership.user_id.in_(days), Membership.to_on.is_(None)
            )
        )
        ends = [
            {"id": membership_id, "to_on": max(days[user_id], from_on)}
            for membership_id, user_id, from_on in open_ones
        ]
        if ends:
            self._update(Membership, ends)
        self._update(User, [{"id": user_id, "left_on": day} for user_id, day in days.items()])
        self.session.execute(
            update(AuthSession)
            .where(AuthSession.user_id.in_(days), AuthSession.ended_at.is_(None))
            .values(ended_at=self.now, ended_reason="left")
        )
        self.session.execute(
            update(ActivationCode)
            .where(ActivationCode.user_id.in_(days), ActivationCode.expires_at > self.now)
            .values(expires_at=self.now)
        )
        holders = select(User).where(
            User.id.in_(days), User.id.in_(select(RoleGrant.user_id).scalar_subquery())
        )
        for user in self.session.scalars(holders).all():
            revoke_all(self.session, user, actor=self.actor, now=self.now)
        for user_id, day in days.items():
            after = {"left_on": day.isoformat()}
            self._record("person.left", ("user", user_id), user_id, after=after)
            publish(self.session, PersonLeft(actor=self.actor, at=self.now, user_id=user_id))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values as an audit entry keeps them."""
    plain: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, EmploymentKind):
            plain[key] = value.value
        else:
            plain[key] = value.isoformat() if isinstance(value, date) else value
    return plain
