"""Who must sit which exam: one rule, asked of one person, one exam, or many exams at once.

Required is whoever fits a row of the audience on any day of the window, by any membership, and is
not exempt. What a row may ask for is in `AudienceChoice`: a further condition, such as belonging to
a training plan, is a further column there, in `_in_audience` and in `_fits`. The window's days are
those of the enterprise's time zone, made by `window_days`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    column,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
    values,
)
from sqlalchemy.orm import Session, aliased

from accounts.models import User
from core.clock import local_date
from core.identity import Role
from exams.models import Exam, ExamAudience, Exemption
from teams.models import Membership, Post, RoleGrant, Team

# SQLite takes 32,766 parameters; a window is three of them.
EXAMS_AT_ONCE = 500
# So many windows are written as selects, of which the compiled statement is kept.
FEW_EXAMS = 20


@dataclass(frozen=True)
class Days:
    """Calendar days from the first to the last, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class AudienceChoice:
    """A row of the audience: a sub-tree, a post or the holders of a role, or what all of them have
    in common; None leaves a condition open.
    """

    team_id: int | None
    post_id: int | None
    role: Role | None = None


@dataclass(frozen=True)
class AudienceLine:
    """A row of the audience with its names."""

    team_id: int | None
    post_id: int | None
    team_name: str | None
    team_path: str | None
    post_name: str | None
    role: Role | None = None

    @property
    def choice(self) -> AudienceChoice:
        return AudienceChoice(self.team_id, self.post_id, self.role)


def window_days(exam: Exam, zone: ZoneInfo) -> Days:
    """The days of an exam's window in the enterprise's time zone."""
    return Days(local_date(exam.opens_at, zone), local_date(exam.closes_at, zone))


def required(windows: Mapping[int, Days]) -> Select[int, int]:
    """(exam id, user id) of everyone who must sit one of these exams, each pair once.

    For use inside other statements; at most `EXAMS_AT_ONCE` exams.
    """
    return _in_audience(windows).where(~exists().where(_is_exempt())).distinct()


def required_people(session: Session, exam: Exam, *, days: Days) -> list[int]:
    """The user ids of everyone who must sit an exam, in one statement."""
    rows = session.execute(required({exam.id: days}))
    return sorted(user_id for _exam_id, user_id in rows)


def is_required(session: Session, exam: Exam, user_id: int, *, days: Days) -> bool:
    """Whether one person must sit an exam: in its audience on any day of `days`, not exempt."""
    found = required({exam.id: days}).where(Membership.user_id == user_id)
    return session.execute(found.limit(1)).first() is not None


def invited_exams(
    session: Session, user_id: int, exams: Iterable[Exam], *, zone: ZoneInfo
) -> set[int]:
    """Which of these exams have one person in their audience, exempt or not."""
    windows = {exam.id: window_days(exam, zone) for exam in exams}
    if len(windows) == 1:
        ((exam_id, days),) = windows.items()
        one = {"exam_id": exam_id, "first_on": days.first, "last_on": days.last}
        asked = session.execute(_INVITED, {"user_id": user_id, **one})
        return {exam_id} if asked.first() is not None else set()
    found: set[int] = set()
    for part in _parts(windows):
        pairs = _in_audience(part).where(Membership.user_id == user_id)
        found.update(exam_id for exam_id, _user_id in session.execute(pairs))
    return found


def required_counts(session: Session, windows: Mapping[int, Days]) -> dict[int, int]:
    """How many people must sit each of these exams.

    The exempt are few and are taken off, which is twice as fast as asking of everyone.
    """
    counts = dict.fromkeys(windows, 0)
    for part in _parts(windows):
        pairs = _in_audience(part)
        for exam_id, number in session.execute(_counted(pairs)):
            counts[exam_id] += number
        for exam_id, number in session.execute(_counted(pairs.join(Exemption, _is_exempt()))):
            counts[exam_id] -= number
    return counts


def audience_people(exam_id: int, days: Days) -> Select[int]:
    """The user ids of an exam's audience, exempt people included; for use in other statements."""
    return select(_in_audience({exam_id: days}).subquery().c.user_id)


def audience_of(session: Session, exam_id: int) -> list[AudienceLine]:
    """The rows of an exam's audience with their names, in the order in which they were added."""
    return audience_lines(session, [exam_id])[exam_id]


def audience_lines(session: Session, exam_ids: Collection[int]) -> dict[int, list[AudienceLine]]:
    """The rows of several exams' audiences with their names."""
    found: dict[int, list[AudienceLine]] = {exam_id: [] for exam_id in exam_ids}
    rows = session.execute(
        select(
            ExamAudience.exam_id,
            ExamAudience.team_id,
            ExamAudience.post_id,
            Team.name,
            Team.path,
            Post.name,
            ExamAudience.role,
        )
        .outerjoin(Team, Team.id == ExamAudience.team_id)
        .outerjoin(Post, Post.id == ExamAudience.post_id)
        .where(ExamAudience.exam_id.in_(list(exam_ids)))
        .order_by(ExamAudience.id)
    )
    for row in rows:
        found[row[0]].append(AudienceLine(*row[1:]))
    return found


def count_members(
    session: Session, choices: Sequence[AudienceChoice], *, days: Days
) -> tuple[list[int], int]:
    """How many people each row takes in on any of these days, and how many all rows together."""
    each = [_people_of([choice], days) for choice in choices]
    together = _people_of(choices, days)
    counts = [select(func.count()).select_from(people.subquery()) for people in [*each, together]]
    numbers = session.execute(select(*(count.scalar_subquery() for count in counts))).one()
    return list(numbers[:-1]), numbers[-1]


def _in_audience(windows: Mapping[int, Days]) -> Select[int, int]:
    """(exam id, user id), a person as often as the person fits."""
    return _in_audience_of(_as_table(windows))


def _in_audience_of(window: CTE) -> Select[int, int]:
    """The same for a table of windows: exam id, first and last day."""
    home = aliased(Team)
    return (
        select(ExamAudience.exam_id, Membership.user_id)
        .join(window, window.c.exam_id == ExamAudience.exam_id)
        .outerjoin(home, home.id == ExamAudience.team_id)
        .join(Team, or_(home.id.is_(None), Team.path.startswith(home.path)))
        .join(Membership, Membership.team_id == Team.id)
        .join(User, User.id == Membership.user_id)
        .where(
            *_works_between(window.c.first_on, window.c.last_on),
            or_(ExamAudience.post_id.is_(None), Membership.post_id == ExamAudience.post_id),
            or_(ExamAudience.role.is_(None), _holds(ExamAudience.role)),
        )
    )


def _holds(role: Any) -> ColumnElement[bool]:
    """Whether the member holds a role over any team today; grants have no history."""
    return exists().where(RoleGrant.user_id == Membership.user_id, RoleGrant.role == role)


def _parts(windows: Mapping[int, Days]) -> Iterator[dict[int, Days]]:
    """The windows in portions that one statement bears; none for none."""
    ids = list(windows)
    for start in range(0, len(ids), EXAMS_AT_ONCE):
        yield {exam_id: windows[exam_id] for exam_id in ids[start : start + EXAMS_AT_ONCE]}


def _counted(pairs: Select[int, int]) -> Select[int, int]:
    return pairs.with_only_columns(
        ExamAudience.exam_id,
        func.count(Membership.user_id.distinct()),
        maintain_column_froms=True,
    ).group_by(ExamAudience.exam_id)


def _is_exempt() -> ColumnElement[bool]:
    return and_(Exemption.exam_id == ExamAudience.exam_id, Exemption.user_id == Membership.user_id)


def _as_table(windows: Mapping[int, Days]) -> CTE:
    columns = (column("exam_id", Integer), column("first_on", Date), column("last_on", Date))
    rows = [(exam_id, days.first, days.last) for exam_id, days in windows.items()]
    # An empty table cannot be written; no exam has the id 0.
    rows = rows or [(0, date.min, date.min)]
    if len(rows) <= FEW_EXAMS:
        # VALUES is compiled anew each time, which costs more than all the rest of the statement.
        lines = [
            select(
                literal(exam_id, Integer).label("exam_id"),
                literal(first_on, Date).label("first_on"),
                literal(last_on, Date).label("last_on"),
            )
            for exam_id, first_on, last_on in rows
        ]
        return (lines[0] if len(lines) == 1 else union_all(*lines)).cte("exam_window")
    return values(*columns, name="exam_window").data(rows).cte("exam_window")


def _works_between(
    first: ColumnElement[date] | date, last: ColumnElement[date] | date
) -> tuple[ColumnElement[bool], ...]:
    return (
        Membership.from_on <= last,
        or_(Membership.to_on.is_(None), Membership.to_on >= first),
        or_(User.left_on.is_(None), User.left_on >= first),
    )


def _people_of(choices: Sequence[AudienceChoice], days: Days) -> Select[int]:
    """The people that rows not yet stored would take in."""
    return (
        select(Membership.user_id)
        .join(User, User.id == Membership.user_id)
        .join(Team, Team.id == Membership.team_id)
        .where(
            *_works_between(days.first, days.last),
            or_(false(), *(_fits(choice) for choice in choices)),
        )
        .distinct()
    )


def _fits(choice: AudienceChoice) -> ColumnElement[bool]:
    fits: list[ColumnElement[bool]] = []
    if choice.team_id is not None:
        home = aliased(Team)
        path = select(home.path).where(home.id == choice.team_id).scalar_subquery()
        fits.append(Team.path.startswith(path))
    if choice.post_id is not None:
        fits.append(Membership.post_id == choice.post_id)
    if choice.role is not None:
        fits.append(_holds(choice.role))
    return and_(true(), *fits)


# One person asked of one exam, as at every start; built once, for it takes ten times as long to put
# together as to run.
_INVITED = (
    _in_audience_of(
        select(
            bindparam("exam_id", type_=Integer).label("exam_id"),
            bindparam("first_on", type_=Date).label("first_on"),
            bindparam("last_on", type_=Date).label("last_on"),
        ).cte("exam_window")
    )
    .where(Membership.user_id == bindparam("user_id"))
    .limit(1)
)
