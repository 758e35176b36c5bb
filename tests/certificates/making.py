"""What a failed last resit leaves behind, for tests of 待岗."""

from sqlalchemy.orm import Session

from certificates.models import StandbyFlag
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.sittings import make_plain_exam, make_sitting


def make_flag(session: Session, cast: Cast, *, who: str = "learner") -> StandbyFlag:
    """A proposal, not yet decided."""
    exam = make_plain_exam(session, audience=(cast.team("enterprise"),), tries=2)
    exam.proposes_standby = True
    user, team = cast.user(who), cast.team("press_one")
    make_sitting(session, exam, user, team=team, is_passed=False)
    last = make_sitting(session, exam, user, team=team, try_number=2, is_passed=False)
    flag = StandbyFlag(user_id=user.id, exam_id=exam.id, sitting_id=last.id, proposed_at=MONDAY)
    session.add(flag)
    session.flush()
    return flag
