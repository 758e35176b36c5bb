"""The people of one exam as an invigilator sees them while it runs, and one sitting among them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from accounts.models import User
from core.audit import AuditEntry
from core.errors import NotFound
from core.identity import Actor
from exams.links import CLOSED_FOR, EXTENDED, LATE_DECIDED, REGRADED, REOPENED
from exams.models import (
    RUNNING,
    Answer,
    Exam,
    LateDecision,
    Sitting,
    SittingEvent,
    SittingPresence,
    SittingQuestion,
    SittingState,
)
from exams.queries.audience import Days, required, window_days
from exams.queries.candidates import with_place
from exams.queries.exams import WATCHERS, is_over_everything, watched_exam
from exams.standing import Attendance, attendance
from teams.models import Team

# A page tells that it is there every 20 seconds; two signs may get lost.
SILENCE = timedelta(seconds=60)
# The audit entries that tell who did what a chain tells, and why.
ACTS = {
    EXTENDED: "exam.sitting.extended",
    REOPENED: "exam.sitting.reopened",
    CLOSED_FOR: "exam.sitting.closed_for",
    LATE_DECIDED: "exam.late_answers.decided",
    REGRADED: "exam.sitting.regraded",
}


@dataclass(frozen=True, slots=True)
class Seat:
    """A person of the exam and the person's latest sitting, if there is one.

    `answered` is what the page tells, or what is stored where no page was heard of; `seen_at` the
    last sign of life of either kind.
    """

    user_id: int
    employee_no: str
    name: str
    team_name: str | None
    sitting_id: int | None
    attendance: Attendance
    answered: int
    questions: int
    deadline: datetime | None
    delivery_until: datetime | None
    extra_minutes: int
    seen_at: datetime | None
    submitted_at: datetime | None
    score_tenths: int | None
    late_score_tenths: int | None


@dataclass(frozen=True)
class Watched:
    """One sitting with its page's last words about itself."""

    exam: Exam
    sitting: Sitting
    seat: Seat
    presence: SittingPresence | None


@dataclass(frozen=True)
class Happening:
    """A link of a sitting's chain that is no answer; who did it and why, where a person did."""

    kind: str
    content: dict[str, Any]
    at: datetime
    actor_name: str | None
    reason: str | None


def seats(session: Session, actor: Actor, exam: Exam, *, days: Days, now: datetime) -> list[Seat]:
    """Everyone who must sit the exam or has begun it, among those whom the actor may watch.

    Where a person should look comes first, then by name; one statement, however many people.
    """
    rows = session.execute(seat_rows(actor, exam, days))
    found = [_seat(row, now) for row in rows]
    return sorted(found, key=lambda seat: (seat.attendance.rank, seat.name, seat.employee_no))


def watched_sitting(
    session: Session, actor: Actor, sitting_id: int, *, zone: ZoneInfo, now: datetime
) -> Watched:
    """A sitting of a person whom the actor may watch; NotFound for any other."""
    sitting = session.get(Sitting, sitting_id)
    if sitting is None:
        raise NotFound()
    exam = watched_exam(session, actor, sitting.exam_id)
    found = seat_rows(actor, exam, window_days(exam, zone), sitting_id=sitting.id)
    row = session.execute(found.where(User.id == sitting.user_id)).first()
    if row is None:
        raise NotFound()
    return Watched(exam, sitting, _seat(row, now), session.get(SittingPresence, sitting.id))


def happenings(session: Session, sitting_id: int) -> list[Happening]:
    """What happened to a sitting besides its answers, the latest first."""
    why = aliased(AuditEntry)
    of_event = and_(
        why.subject_type == "sitting",
        why.subject_id == str(sitting_id),
        why.at == SittingEvent.at,
        or_(
            *(
                and_(SittingEvent.kind == kind, why.action == action)
                for kind, action in ACTS.items()
            )
        ),
    )
    rows = session.execute(
        select(SittingEvent.kind, SittingEvent.content, SittingEvent.at, why.actor_name, why.reason)
        .outerjoin(why, of_event)
        .where(SittingEvent.sitting_id == sitting_id)
        .order_by(SittingEvent.number.desc(), why.id)
    )
    return [Happening(*row) for row in rows]


def seat_rows(
    actor: Actor, exam: Exam, days: Days, *, sitting_id: int | None = None
) -> Select[*tuple[Any, ...]]:
    """The statement behind `seats`: people with the wanted or the latest sitting of each."""
    later = aliased(Sitting)
    last_try = (
        select(func.max(later.try_number))
        .where(later.exam_id == exam.id, later.user_id == User.id)
        .correlate(User)
        .scalar_subquery()
    )
    chosen = Sitting.id == sitting_id if sitting_id else Sitting.try_number == last_try
    people = select(required({exam.id: days}).subquery().c.user_id)
    begun = select(Sitting.user_id).where(Sitting.exam_id == exam.id)
    found = (
        with_place(days)
        .outerjoin(Sitting, and_(Sitting.user_id == User.id, Sitting.exam_id == exam.id, chosen))
        .outerjoin(SittingPresence, SittingPresence.sitting_id == Sitting.id)
        .where(User.id.in_(people.union(begun)))
        .add_columns(
            Sitting.id,
            Sitting.state,
            *_progress(),
            Sitting.started_at,
            Sitting.deadline,
            Sitting.delivery_until,
            Sitting.extra_minutes,
            SittingPresence.seen_at,
            Sitting.submitted_at,
            Sitting.score_tenths,
            Sitting.late_score_tenths,
            Sitting.late_decision,
        )
    )
    if is_over_everything(actor, *WATCHERS):
        return found
    seen = (Team.path.startswith(path) for path in actor.scopes(*WATCHERS))
    return found.where(or_(false(), *seen))


def _progress() -> tuple[ColumnElement[Any], ...]:
    """Questions answered, questions of the paper, the newest stored answer.

    Stored answers are looked through only where no page was heard of: a full hall has a hundred
    thousand of them.
    """
    unheard = (SittingPresence.sitting_id.is_(None), Answer.sitting_id == Sitting.id)
    stored = select(func.count(Answer.slot.distinct())).where(*unheard)
    newest = select(func.max(Answer.received_at)).where(*unheard)
    last_slot = select(func.max(SittingQuestion.slot)).where(
        SittingQuestion.sitting_id == Sitting.id
    )
    return (
        case(
            (
                SittingPresence.sitting_id.is_(None),
                stored.correlate(Sitting, SittingPresence).scalar_subquery(),
            ),
            else_=SittingPresence.answered,
        ),
        last_slot.correlate(Sitting).scalar_subquery(),
        newest.correlate(Sitting, SittingPresence).scalar_subquery(),
    )


def _seat(row: Any, now: datetime) -> Seat:
    (
        user_id,
        employee_no,
        name,
        team_name,
        _post_name,
        sitting_id,
        state,
        answered,
        questions,
        newest_at,
        started_at,
        deadline,
        delivery_until,
        extra_minutes,
        seen_at,
        submitted_at,
        score_tenths,
        late_score_tenths,
        late_decision,
    ) = row
    last = seen_at or newest_at or started_at
    return Seat(
        user_id,
        employee_no,
        name,
        team_name,
        sitting_id,
        attendance(
            has_begun=sitting_id is not None,
            is_open=state is SittingState.OPEN,
            is_awaited=state is SittingState.AWAITING_DELIVERY,
            is_to_decide=late_decision is LateDecision.PENDING and state not in RUNNING,
            is_silent=last is not None and now - last > SILENCE,
        ),
        answered or 0,
        questions or 0,
        deadline,
        delivery_until,
        extra_minutes or 0,
        last,
        submitted_at,
        score_tenths,
        late_score_tenths,
    )
