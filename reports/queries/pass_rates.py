"""What the pass rates are counted from: a fixed number of statements whatever the exam's size."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from accounts.models import User
from core.errors import NotFound
from core.identity import Actor, Role
from exams.models import Exam, ExamKind, ExamState, Exemption, Sitting
from exams.queries.audience import (
    AudienceLine,
    Days,
    audience_lines,
    audience_people,
    window_days,
)
from exams.queries.sittings import is_to_mark
from reports.rules import (
    Counts,
    Node,
    Outcome,
    TreeCounts,
    Try,
    count_tree,
    outcome_of,
    team_counted_for,
)
from teams.models import Membership, Team

READERS = (Role.TEAM_LEADER, Role.EXAMINER, Role.SAFETY_MANAGER, Role.INSPECTOR)
# Exams to choose from, newest first.
MOST_EXAMS = 200


@dataclass(frozen=True)
class Person:
    """One person of the audience as the report counts them."""

    user_id: int
    team_id: int
    outcome: Outcome
    # Of the best marked sitting; of a void one only where there is no other.
    score_tenths: int | None
    tries: int
    # Whether a sitting was made void (违纪作废).
    is_void: bool


@dataclass(frozen=True)
class PassRates:
    """Everyone of an exam's audience whom the reader may see, and the teams they count for."""

    exam: Exam
    as_of: datetime
    nodes: Mapping[int, Node]
    roots: tuple[int, ...]
    people: tuple[Person, ...]
    tree: TreeCounts

    @property
    def is_final(self) -> bool:
        """Whether the window has closed, so that who has not sat is absent."""
        return self.as_of > self.exam.closes_at

    @property
    def total(self) -> Counts:
        """Everybody shown, over all roots."""
        return sum((self.tree.total[root] for root in self.roots), Counts())

    def below(self, team_id: int, *, is_direct: bool) -> list[Person]:
        """The people behind a line of the report."""
        if is_direct:
            return [person for person in self.people if person.team_id == team_id]
        path = self.nodes[team_id].path
        return [p for p in self.people if self.nodes[p.team_id].path.startswith(path)]


def exams_to_report(session: Session, actor: Actor, *, now: datetime) -> list[Exam]:
    """Published exams that have opened and whose audience touches the reader's scope, newest first.

    Drafts, withdrawn exams and practice have no pass rate.
    """
    found = list(
        session.scalars(
            select(Exam)
            .where(
                Exam.state == ExamState.PUBLISHED,
                Exam.kind == ExamKind.FINAL,
                Exam.opens_at <= now,
            )
            .order_by(Exam.opens_at.desc(), Exam.id.desc())
            .limit(MOST_EXAMS)
        )
    )
    lines = audience_lines(session, [exam.id for exam in found])
    scopes = actor.scopes(*READERS)
    posts = _posts_in(session, scopes)
    return [exam for exam in found if any(_touches(line, scopes, posts) for line in lines[exam.id])]


def exam_to_report(session: Session, actor: Actor, exam_id: int, *, now: datetime) -> Exam:
    """One of these exams; NotFound for any other."""
    for exam in exams_to_report(session, actor, now=now):
        if exam.id == exam_id:
            return exam
    raise NotFound()


def _posts_in(session: Session, scopes: Iterable[str]) -> set[int | None]:
    """The posts that anybody ever held in these sub-trees."""
    covered = [Team.path.startswith(scope) for scope in scopes]
    held = (
        select(Membership.post_id)
        .join(Team, Team.id == Membership.team_id)
        .where(or_(*covered) if covered else false())
        .distinct()
    )
    return set(session.scalars(held))


def _touches(line: AudienceLine, scopes: Iterable[str], posts: set[int | None]) -> bool:
    if line.post_id is not None and line.post_id not in posts:
        return False
    path = line.team_path
    return path is None or any(path.startswith(s) or s.startswith(path) for s in scopes)


def pass_rates(
    session: Session, actor: Actor, exam: Exam, *, zone: ZoneInfo, now: datetime
) -> PassRates:
    """Count an exam for a reader: who counts for a team outside the scope is not even counted."""
    days = window_days(exam, zone)
    nodes = {
        id_: Node(id_, path, name, position)
        for id_, path, name, position in session.execute(
            select(Team.id, Team.path, Team.name, Team.position)
        )
    }
    roots = _roots(nodes, actor.scopes(*READERS))
    seen = tuple(nodes[root].path for root in roots)
    people = tuple(
        person
        for person in _people(session, exam, days, nodes)
        if nodes[person.team_id].path.startswith(seen)
    )
    tree = count_tree(nodes, ((person.team_id, person.outcome) for person in people))
    return PassRates(exam, now, nodes, roots, people, tree)


def _roots(nodes: Mapping[int, Node], scopes: tuple[str, ...]) -> tuple[int, ...]:
    tops = [node for node in nodes.values() if node.path in scopes]
    return tuple(node.id for node in sorted(tops, key=lambda one: (one.position, one.id)))


def _people(
    session: Session, exam: Exam, days: Days, nodes: Mapping[int, Node]
) -> Iterable[Person]:
    audience = audience_people(exam.id, days)
    exempt = set(session.scalars(select(Exemption.user_id).where(Exemption.exam_id == exam.id)))
    sittings: dict[int, list[Sitting]] = defaultdict(list)
    for sitting in session.scalars(
        select(Sitting).where(Sitting.exam_id == exam.id).order_by(Sitting.try_number)
    ):
        sittings[sitting.user_id].append(sitting)
    at_close = _teams_at(session, exam, days)
    top = min(nodes, key=lambda id_: len(nodes[id_].path))
    # Once each, however many memberships and rows of the audience a person fits.
    for user_id in session.scalars(audience.distinct()):
        own = sittings[user_id]
        tries = [Try(one.try_number, one.team_id, one.is_passed, is_to_mark(one)) for one in own]
        is_exempt = user_id in exempt
        team_id = team_counted_for(
            is_exempt=is_exempt, tries=tries, team_at_close=at_close.get(user_id)
        )
        marked = [one for one in own if one.score_tenths is not None]
        counting = [one for one in marked if not one.is_void] or marked
        scores = [one.score_tenths for one in counting if one.score_tenths is not None]
        yield Person(
            user_id=user_id,
            # Who never had a main team counts for the enterprise itself.
            team_id=top if team_id is None else team_id,
            outcome=outcome_of(is_exempt=is_exempt, tries=tries),
            score_tenths=max(scores, default=None),
            tries=len(own),
            is_void=any(one.is_void for one in own),
        )


def _teams_at(session: Session, exam: Exam, days: Days) -> dict[int, int]:
    """The main team of each person of the audience on the last day, or the last one before."""
    spells = session.execute(
        select(Membership.user_id, Membership.team_id)
        .where(
            Membership.is_main,
            Membership.from_on <= days.last,
            Membership.user_id.in_(audience_people(exam.id, days)),
        )
        .order_by(Membership.from_on)
    )
    return dict(spells.all())


def names_of(session: Session, user_ids: Iterable[int]) -> dict[int, User]:
    """The people themselves."""
    ids = list(user_ids)
    found: dict[int, User] = {}
    # SQLite takes 32,766 parameters.
    for start in range(0, len(ids), 10_000):
        some = ids[start : start + 10_000]
        found |= {u.id: u for u in session.scalars(select(User).where(User.id.in_(some)))}
    return found
