"""Sittings as their owners may read them: the list of exams, one sitting, its paper, answers."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.identity import Actor
from exams.models import (
    RUNNING,
    Answer,
    Exam,
    ExamState,
    Exemption,
    LateDecision,
    Sitting,
    SittingQuestion,
    SittingState,
)
from exams.rules import NETWORK_GRACE, submit_from
from teams.models import Membership

# How long an exam that a person did not sit stays on the person's list.
SHOWN_AFTER_CLOSE = timedelta(days=90)

# Built once, as every start, paper and hand-in asks them: putting a statement together costs more
# than running it.
_OWN = select(Sitting).where(
    Sitting.id == bindparam("sitting_id"), Sitting.user_id == bindparam("user_id")
)
_LOCKED = (
    select(Sitting)
    .where(Sitting.id == bindparam("sitting_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_TRIES = (
    select(Sitting)
    .where(
        Sitting.user_id == bindparam("user_id"),
        Sitting.exam_id.in_(bindparam("exam_ids", expanding=True)),
    )
    .order_by(Sitting.try_number)
)
_EXEMPT = select(Exemption.exam_id).where(
    Exemption.user_id == bindparam("user_id"),
    Exemption.exam_id.in_(bindparam("exam_ids", expanding=True)),
)
_PLACE = (
    select(Membership.team_id, Membership.post_id)
    .where(
        Membership.user_id == bindparam("user_id"),
        Membership.is_main,
        Membership.from_on <= bindparam("day"),
        or_(Membership.to_on.is_(None), Membership.to_on >= bindparam("day")),
    )
    .order_by(Membership.from_on.desc())
    .limit(1)
)
_PAPER = (
    select(
        SittingQuestion.id,
        SittingQuestion.slot,
        SittingQuestion.question_version_id,
        SittingQuestion.case_version_id,
        SittingQuestion.option_order,
        SittingQuestion.points_tenths,
        SittingQuestion.score_tenths,
        SittingQuestion.blueprint_row_id,
        SittingQuestion.counted_tenths,
    )
    .where(SittingQuestion.sitting_id == bindparam("sitting_id"))
    .order_by(SittingQuestion.slot)
)
_ANSWERS = (
    select(Answer.slot, Answer.id, Answer.response, Answer.received_at, Answer.receipt_hash)
    .where(Answer.sitting_id == bindparam("sitting_id"))
    .order_by(Answer.id)
)
_ANSWERS_IN_TIME = _ANSWERS.where(Answer.is_late.is_(False))
_HAS_LATE = select(
    exists().where(Answer.sitting_id == bindparam("sitting_id"), Answer.is_late.is_(True))
)


def is_to_mark(sitting: Sitting) -> bool:
    """Whether a sitting is closed and an answer of it waits for a person, so without a result."""
    return sitting.state not in RUNNING and sitting.is_passed is None


@dataclass(frozen=True)
class TakenTries:
    """What a person has done at one exam so far."""

    sittings: tuple[Sitting, ...] = ()

    @property
    def count(self) -> int:
        return len(self.sittings)

    @property
    def has_passed(self) -> bool:
        return any(sitting.is_passed for sitting in self.sittings)

    @property
    def open(self) -> Sitting | None:
        return next((s for s in self.sittings if s.state is SittingState.OPEN), None)

    @property
    def is_awaited(self) -> bool:
        return any(s.state is SittingState.AWAITING_DELIVERY for s in self.sittings)

    @property
    def is_to_mark(self) -> bool:
        """Whether a closed sitting waits for people to mark it."""
        return any(map(is_to_mark, self.sittings))

    @property
    def last(self) -> Sitting | None:
        return self.sittings[-1] if self.sittings else None


@dataclass(frozen=True)
class SlotAnswer:
    """The last answer of a slot."""

    id: int
    response: Any
    received_at: datetime
    receipt_hash: str


def sitting_for(session: Session, actor: Actor, sitting_id: int) -> Sitting:
    """The actor's own sitting; NotFound for anybody else's, whatever the actor's roles."""
    sitting = session.scalar(_OWN, {"sitting_id": sitting_id, "user_id": actor.user_id})
    if sitting is None or actor.user_id is None:
        raise NotFound()
    return sitting


def locked_sitting(session: Session, sitting_id: int) -> Sitting:
    """A sitting read afresh and locked until the end of the transaction."""
    return session.scalars(_LOCKED, {"sitting_id": sitting_id}).one()


def locked_sittings(session: Session, sitting_ids: Collection[int]) -> list[Sitting]:
    """Many sittings read afresh and locked, in the order of their ids."""
    return list(
        session.scalars(
            select(Sitting)
            .where(Sitting.id.in_(sitting_ids))
            .order_by(Sitting.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def counts_late(sitting: Sitting) -> bool:
    """Whether the answers that were delivered late count."""
    return sitting.late_decision is LateDecision.ACCEPTED


def exam_of(session: Session, sitting: Sitting) -> Exam:
    """The exam of a sitting."""
    return session.get_one(Exam, sitting.exam_id)


def hand_in_from(exam: Exam, sitting: Sitting) -> datetime:
    """From when on a sitting may be handed in by its candidate."""
    return submit_from(
        started_at=sitting.started_at, least_minutes=exam.least_minutes, deadline=sitting.deadline
    )


def published_exam(session: Session, exam_id: int) -> Exam:
    """An exam that candidates may know of; NotFound for a draft."""
    exam = session.get(Exam, exam_id)
    if exam is None or exam.state is ExamState.DRAFT:
        raise NotFound()
    return exam


def tries_of(session: Session, user_id: int, exam_ids: Iterable[int]) -> dict[int, TakenTries]:
    """A person's sittings of these exams, each list from the first try to the last."""
    found: dict[int, list[Sitting]] = {exam_id: [] for exam_id in exam_ids}
    for sitting in session.scalars(_TRIES, {"user_id": user_id, "exam_ids": list(found)}):
        found[sitting.exam_id].append(sitting)
    return {exam_id: TakenTries(tuple(sittings)) for exam_id, sittings in found.items()}


def drawn_before(session: Session, exam_id: int, user_id: int) -> frozenset[int]:
    """The versions that a person's papers of an exam were drawn of; of a case, the case itself."""
    drawn = func.coalesce(SittingQuestion.case_version_id, SittingQuestion.question_version_id)
    found = (
        select(drawn)
        .join(Sitting, Sitting.id == SittingQuestion.sitting_id)
        .where(Sitting.exam_id == exam_id, Sitting.user_id == user_id)
        .distinct()
    )
    return frozenset(session.scalars(found))


def exempt_exams(session: Session, user_id: int, exam_ids: Iterable[int]) -> set[int]:
    """Which of these exams the person is exempt from."""
    return set(session.scalars(_EXEMPT, {"user_id": user_id, "exam_ids": list(exam_ids)}))


def place_on(session: Session, user_id: int, day: date) -> tuple[int | None, int | None]:
    """The team and post of a person's main membership on a day."""
    row = session.execute(_PLACE, {"user_id": user_id, "day": day}).first()
    return (row.team_id, row.post_id) if row else (None, None)


def listed_exams(session: Session, user_id: int, *, now: datetime) -> list[Exam]:
    """Exams to look through for a person's list: not long closed, or sat by the person."""
    sat = select(Sitting.exam_id).where(Sitting.user_id == user_id)
    return list(
        session.scalars(
            select(Exam)
            .where(
                Exam.state == ExamState.PUBLISHED,
                or_(Exam.closes_at >= now - SHOWN_AFTER_CLOSE, Exam.id.in_(sat)),
            )
            .order_by(Exam.opens_at, Exam.id)
        )
    )


def paper_of(session: Session, sitting_id: int) -> list[Any]:
    """The drawn questions of a sitting as plain rows, by slot."""
    return list(session.execute(_PAPER, {"sitting_id": sitting_id}))


def last_answers(
    session: Session, sitting_id: int, *, up_to_id: int | None = None, with_late: bool = False
) -> dict[int, SlotAnswer]:
    """What stands in each answered slot; the last answer that was stored counts.

    With `up_to_id`, as it stood when that answer was the newest. Answers delivered after the
    deadline are left out unless `with_late`.
    """
    wanted = _ANSWERS if with_late else _ANSWERS_IN_TIME
    if up_to_id is not None:
        wanted = wanted.where(Answer.id <= up_to_id)
    rows = session.execute(wanted, {"sitting_id": sitting_id})
    return {slot: SlotAnswer(*rest) for slot, *rest in rows}


def replies_since(session: Session, sitting_id: int, *, after_id: int) -> dict[int, Any]:
    """The newest reply of each slot that was answered after this answer."""
    wanted = (
        select(Answer.slot, Answer.response)
        .where(Answer.sitting_id == sitting_id, Answer.id > after_id)
        .order_by(Answer.id)
    )
    return {row.slot: row.response for row in session.execute(wanted)}


def stored_keys(session: Session, sitting_id: int) -> set[str]:
    """The client keys of all answers that are stored."""
    return set(session.scalars(select(Answer.client_key).where(Answer.sitting_id == sitting_id)))


def has_late_answers(session: Session, sitting_id: int) -> bool:
    """Whether anything was delivered after the deadline."""
    return bool(session.scalar(_HAS_LATE, {"sitting_id": sitting_id}))


def is_someone_sitting(session: Session, exam_id: int, *, now: datetime) -> bool:
    """Whether an answer of this exam can still arrive from anybody."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    Sitting.exam_id == exam_id,
                    or_(
                        and_(
                            Sitting.state == SittingState.OPEN,
                            Sitting.deadline >= now - NETWORK_GRACE,
                        ),
                        Sitting.state == SittingState.AWAITING_DELIVERY,
                    ),
                )
            )
        )
    )


def overdue_sittings(*, now: datetime, after_id: int = 0) -> Select[int]:
    """Ids of running sittings for which nothing can arrive in time any more."""
    last = now - NETWORK_GRACE
    return (
        select(Sitting.id)
        .where(
            or_(
                and_(Sitting.state == SittingState.OPEN, Sitting.deadline < last),
                and_(
                    Sitting.state == SittingState.AWAITING_DELIVERY, Sitting.delivery_until < last
                ),
            ),
            Sitting.id > after_id,
        )
        .order_by(Sitting.id)
    )
