"""Under what circumstances a sitting runs: the person's accommodation, the shared terminal."""

from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from accounts.lifetimes import hold_sessions
from accounts.models import AuthSession, Terminal
from accounts.queries import accommodation_of
from accounts.rules import TERMINAL_REST
from core.identity import Actor
from exams.links import ACCOMMODATED, AT_TERMINAL, append_event
from exams.models import Exam, Sitting
from exams.queries.sittings import exam_of
from exams.rules import deadline_for, delivery_until, extra_minutes_for

# At which shared terminal a person signed in; none for people's own devices.
_TERMINAL = select(AuthSession.terminal_id).where(AuthSession.id == bindparam("session_id"))


def extra_minutes_of(session: Session, exam: Exam, user_id: int, *, on: date) -> int:
    """How many minutes beyond the exam's own a person has who begins it on a day."""
    found = accommodation_of(session, user_id, on)
    if found is None:
        return 0
    return extra_minutes_for(
        minutes=exam.minutes,
        extra_percent=found.extra_percent,
        extra_minutes=found.extra_minutes,
    )


def note_circumstances(
    session: Session, sitting: Sitting, exam: Exam, *, on: date, actor: Actor, now: datetime
) -> None:
    """Give a sitting that was just begun the person's extra time, and note the terminal.

    The chain has the number of minutes only; why they were given is nobody's business there.
    """
    extra = extra_minutes_of(session, exam, sitting.user_id, on=on)
    if extra:
        sitting.extra_minutes = extra
        sitting.deadline = deadline_for(
            started_at=sitting.started_at,
            minutes=exam.minutes,
            extra_minutes=extra,
            closes_at=exam.closes_at,
        )
        content = {"extra_minutes": extra, "deadline": sitting.deadline.isoformat()}
        append_event(session, sitting, ACCOMMODATED, content, now=now)
    note_terminal(session, sitting, actor=actor, now=now)


def note_terminal(session: Session, sitting: Sitting, *, actor: Actor, now: datetime) -> None:
    """Note in the chain at which shared terminal the person sits, if the session is of one."""
    of_session = {"session_id": actor.session_id}
    terminal_id = session.scalar(_TERMINAL, of_session) if actor.session_id else None
    if terminal_id is None:
        return
    if sitting.terminal_id != terminal_id:
        terminal = session.get_one(Terminal, terminal_id)
        sitting.terminal_id = terminal.id
        content = {"terminal": terminal.id, "name": terminal.name, "place": terminal.place}
        append_event(session, sitting, AT_TERMINAL, content, now=now)
    keep_terminal_session(session, sitting, now=now)


def keep_terminal_session(session: Session, sitting: Sitting, *, now: datetime) -> None:
    """Let the session on a terminal outlive the sitting, so that nobody is signed out in it."""
    if sitting.terminal_id is None:
        return
    minutes = exam_of(session, sitting).delivery_minutes
    until = delivery_until(deadline=sitting.deadline, delivery_minutes=minutes) + TERMINAL_REST
    hold_sessions(session, sitting.user_id, until=until, now=now)
