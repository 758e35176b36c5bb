"""What this package does when it announces something itself; paired in `wiring.subscribe`."""

from sqlalchemy.orm import Session

from accounts.lifetimes import bound_sessions
from accounts.rules import TERMINAL_REST
from exams.events import SittingClosed
from exams.models import Sitting, SittingState


def bound_terminal_session(session: Session, event: SittingClosed) -> None:
    """Let the session on a terminal end soon after handing in, should nobody sign out.

    One whose time ran out ends by itself then, after the time for what its page kept.
    """
    sitting = session.get_one(Sitting, event.sitting_id)
    if sitting.terminal_id is not None and sitting.state is SittingState.SUBMITTED:
        until = event.at + TERMINAL_REST
        bound_sessions(session, sitting.user_id, until=until, now=event.at)
