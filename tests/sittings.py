"""Exams and marked sittings for tests of what rests on results, without papers and answers."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from accounts.models import User
from exams.models import Exam, ExamAudience, ExamState, Exemption, Sitting, SittingState
from teams.models import Post, Team
from tests.conftest import MONDAY


def make_plain_exam(
    session: Session,
    *,
    title: str = "年度安规考试",
    opens_at: datetime = MONDAY,
    closes_at: datetime = MONDAY + timedelta(days=7),
    state: ExamState = ExamState.PUBLISHED,
    audience: tuple[Team, ...] = (),
    post: Post | None = None,
    tries: int = 2,
) -> Exam:
    """An exam without a blueprint, for the sub-trees named, and where given for one post there."""
    exam = Exam(
        title=title,
        state=state,
        opens_at=opens_at,
        closes_at=closes_at,
        minutes=60,
        pass_mark_tenths=800,
        tries=tries,
        created_at=MONDAY - timedelta(days=9),
    )
    session.add(exam)
    session.flush()
    for team in audience:
        session.add(
            ExamAudience(exam_id=exam.id, team_id=team.id, post_id=post.id if post else None)
        )
    if post is not None and not audience:
        session.add(ExamAudience(exam_id=exam.id, post_id=post.id))
    session.flush()
    return exam


def make_sitting(
    session: Session,
    exam: Exam,
    user: User,
    *,
    team: Team | None = None,
    try_number: int = 1,
    is_passed: bool | None = True,
    started_at: datetime = MONDAY,
) -> Sitting:
    """A sitting of an hour: marked, or still open where `is_passed` is None."""
    is_open = is_passed is None
    sitting = Sitting(
        exam_id=exam.id,
        user_id=user.id,
        team_id=team.id if team else None,
        try_number=try_number,
        state=SittingState.OPEN if is_open else SittingState.SUBMITTED,
        seed=1,
        started_at=started_at,
        deadline=started_at + timedelta(minutes=60),
        submitted_at=None if is_open else started_at + timedelta(minutes=41),
        score_tenths=None if is_open else (925 if is_passed else 610),
        full_score_tenths=1000,
        is_passed=is_passed,
    )
    session.add(sitting)
    session.flush()
    return sitting


def exempt(session: Session, exam: Exam, user: User) -> None:
    """The person need not sit the exam."""
    session.add(Exemption(exam_id=exam.id, user_id=user.id, reason="病假", granted_at=MONDAY))
    session.flush()
