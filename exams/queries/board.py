"""The people of one exam as an invigilator sees them while it runs, and one sitting among them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    false,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session, aliased

from accounts.models import User
from core.audit import AuditEntry
from core.errors import NotFound
from core.identity import Actor
from exams.links import (
    CLOSED_FOR,
    CONFIRMED,
    EXTENDED,
    INCIDENT,
    LATE_DECIDED,
    PAPER_ANSWERS,
    REGRADED,
    REOPENED,
    TIMES,
    VOIDED,
)
from exams.models import (
    Answer,
    Exam,
    IntegrityDecision,
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
    CONFIRMED: "exam.sitting.confirmed",
    VOIDED: "exam.sitting.voided",
    PAPER_ANSWERS: "exam.paper_answers.entered",
    REGRADED: "exam.sitting.regraded",
}
# Links that only tell what has rows of its own.
TOLD_ELSEWHERE = (INCIDENT, TIMES)
# As they are stored; both decisions that may wait say the same.
PENDING = IntegrityDecision.PENDING.value
OPEN, AWAITED = SittingState.OPEN.value, SittingState.AWAITING_DELIVERY.value
# From so many incidents on, somebody should look at a person who is at it.
LOOK_FROM = 2


class Seat(NamedTuple):
    """A person of the exam and the person's latest sitting, if there is one.

    A tuple, because a board makes thousands of them every few seconds.

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
    must_pass_missed: int | None
    incident_count: int
    # The value of the newest one's kind, as it is stored.
    incident_kind: str | None
    incident_at: datetime | None
    integrity: IntegrityDecision | None

    @property
    def needs_a_look(self) -> bool:
        """Whether a person should look."""
        if self.attendance is Attendance.SITTING:
            return self.incident_count >= LOOK_FROM
        return self.attendance.needs_a_look

    @property
    def rank(self) -> tuple[int, int, str, str]:
        """The place on the board: worst first, then by name."""
        is_at_it = self.attendance in (Attendance.SITTING, Attendance.OFFLINE)
        worse = -self.incident_count if is_at_it else 0
        return (self.attendance.rank, worse, self.name, self.employee_no)


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
    return sorted(found, key=lambda seat: seat.rank)


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
        .where(SittingEvent.sitting_id == sitting_id, SittingEvent.kind.not_in(TOLD_ELSEWHERE))
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
            _as_stored(Sitting.state),
            *_progress(),
            Sitting.deadline,
            Sitting.delivery_until,
            Sitting.extra_minutes,
            Sitting.submitted_at,
            Sitting.score_tenths,
            Sitting.late_score_tenths,
            _as_stored(Sitting.late_decision),
            Sitting.must_pass_missed,
            Sitting.incident_count,
            _as_stored(Sitting.incident_kind),
            Sitting.incident_at,
            _as_stored(Sitting.integrity_decision),
        )
    )
    if is_over_everything(actor, *WATCHERS):
        return found
    seen = (Team.path.startswith(path) for path in actor.scopes(*WATCHERS))
    return found.where(or_(false(), *seen))


def _as_stored(column: ColumnElement[Any] | Any) -> ColumnElement[Any]:
    """The plain value of an enum's column; decoding thousands costs more than reading them."""
    return type_coerce(column, String)


def _progress() -> tuple[ColumnElement[Any], ...]:
    """Questions answered, questions of the paper, the last sign of life.

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
        func.coalesce(
            SittingPresence.seen_at,
            newest.correlate(Sitting, SittingPresence).scalar_subquery(),
            Sitting.started_at,
        ),
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
        last,
        deadline,
        delivery_until,
        extra_minutes,
        submitted_at,
        score_tenths,
        late_score_tenths,
        late_decision,
        must_pass_missed,
        incident_count,
        incident_kind,
        incident_at,
        integrity,
    ) = row
    return Seat(
        user_id,
        employee_no,
        name,
        team_name,
        sitting_id,
        _attendance(
            sitting_id is not None, state, PENDING in (late_decision, integrity), last, now
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
        must_pass_missed,
        incident_count or 0,
        incident_kind,
        incident_at,
        IntegrityDecision(integrity) if integrity else None,
    )


def _attendance(
    has_begun: bool, state: str | None, is_pending: bool, last: datetime | None, now: datetime
) -> Attendance:
    is_open, is_awaited = state == OPEN, state == AWAITED
    return attendance(
        has_begun=has_begun,
        is_open=is_open,
        is_awaited=is_awaited,
        is_to_decide=is_pending and not (is_open or is_awaited),
        is_silent=last is not None and now - last > SILENCE,
    )
