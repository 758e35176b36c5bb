"""What evidence of a sitting is made of, and who may take which copy of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select, true
from sqlalchemy.orm import Session

from accounts.models import User
from core.errors import N_, Conflict, NotFound
from core.identity import Actor
from exams.models import RUNNING, Exam, IntegrityDecision, Sitting, SittingSignature
from exams.queries import sittings
from exams.queries.exams import READERS, exam_for, is_over_everything
from exams.queries.visibility import visible
from teams.models import Post, Team


class Copy(Enum):
    """How much a copy tells."""

    # With keys, chain and marks: for officials, and for the candidate once answers are revealed.
    FULL = "full"
    # The candidate's own replies and the signature, before anything is revealed: no keys, no
    # marks, and no chain, since its last entry says which questions were lost.
    SHUT = "shut"


@dataclass(frozen=True)
class Person:
    """Who sat, and where that person worked on the day."""

    id: int
    name: str
    employee_no: str
    team: str | None
    post: str | None


def sitting_for_official(session: Session, actor: Actor, sitting_id: int) -> tuple[Exam, Sitting]:
    """A closed sitting that an official may take as evidence; NotFound beyond the own sub-trees."""
    sitting = session.get(Sitting, sitting_id)
    if sitting is None:
        raise NotFound()
    exam = exam_for(session, actor, sitting.exam_id)
    team = session.get(Team, sitting.team_id) if sitting.team_id else None
    is_seen = team is not None and actor.may_at(team.path, *READERS)
    if not is_seen and not is_over_everything(actor, *READERS):
        raise NotFound()
    _refuse_unsigned(session, sitting)
    return exam, sitting


def own_sitting(
    session: Session, actor: Actor, sitting_id: int, *, now: datetime
) -> tuple[Exam, Sitting, Copy]:
    """The actor's own closed sitting and which copy of it the exam's rules allow now."""
    sitting = sittings.sitting_for(session, actor, sitting_id)
    _refuse_unsigned(session, sitting)
    exam = sittings.exam_of(session, sitting)
    seen = visible(session, exam, sitting, now=now)
    may_have_all = seen.result and seen.marks and seen.answers
    return exam, sitting, Copy.FULL if may_have_all else Copy.SHUT


def _refuse_unsigned(session: Session, sitting: Sitting) -> None:
    if sitting.state in RUNNING:
        raise Conflict(N_("这份答卷还没交，交了才有证据"))
    if not signatures_of(session, sitting.id):
        raise Conflict(N_("这份答卷没有签名：它交得比签名功能早，或签名时出了错。找系统管理员"))


def person_of(session: Session, sitting: Sitting) -> Person:
    """The person of a sitting with the team and post of its day."""
    user = session.get_one(User, sitting.user_id)
    team = session.get(Team, sitting.team_id) if sitting.team_id else None
    post = session.get(Post, sitting.post_id) if sitting.post_id else None
    return Person(
        user.id,
        user.name,
        user.employee_no,
        team.name if team else None,
        post.name if post else None,
    )


def signatures_of(session: Session, sitting_id: int) -> list[SittingSignature]:
    """Every signature under a sitting, the oldest first."""
    return list(
        session.scalars(
            select(SittingSignature)
            .where(SittingSignature.sitting_id == sitting_id)
            .order_by(SittingSignature.number)
        )
    )


@dataclass(frozen=True)
class ClosedSitting:
    """One line of the list of an exam's closed sittings."""

    sitting_id: int
    name: str
    employee_no: str
    team: str | None
    try_number: int
    submitted_at: datetime
    score_tenths: int | None
    is_passed: bool | None
    signed_head: str | None
    is_void: bool


def count_closed(session: Session, actor: Actor, exam: Exam) -> int:
    """How many closed sittings of an exam the actor may see."""
    found = _closed(actor, exam).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def closed_sittings(
    session: Session, actor: Actor, exam: Exam, *, limit: int, offset: int
) -> list[ClosedSitting]:
    """The closed sittings of an exam that the actor may see, the latest first."""
    found = _closed(actor, exam).order_by(Sitting.submitted_at.desc(), Sitting.id.desc())
    return [ClosedSitting(*row) for row in session.execute(found.limit(limit).offset(offset))]


def _closed(actor: Actor, exam: Exam) -> Select[*tuple[Any, ...]]:
    found = (
        select(
            Sitting.id,
            User.name.label("person"),
            User.employee_no,
            Team.name.label("team"),
            Sitting.try_number,
            Sitting.submitted_at,
            Sitting.score_tenths,
            Sitting.is_passed,
            Sitting.signed_head,
            func.coalesce(Sitting.integrity_decision == IntegrityDecision.VOIDED, false()),
        )
        .join(User, User.id == Sitting.user_id)
        .outerjoin(Team, Team.id == Sitting.team_id)
        .where(Sitting.exam_id == exam.id, Sitting.state.not_in(RUNNING))
    )
    return found.where(seen_by(actor))


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """That the sitting's team of the day lies in a sub-tree of the official."""
    if is_over_everything(actor, *READERS):
        return true()
    return or_(false(), *(Team.path.startswith(path) for path in actor.scopes(*READERS)))
