"""What the person of a sitting may see of its outcome now, part by part."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from exams.definition import definition_of, reveals
from exams.models import RUNNING, Exam, Reveal, Sitting
from exams.queries.sittings import is_someone_sitting, is_to_mark
from exams.rules import is_revealed


@dataclass(frozen=True)
class Visible:
    """Which parts of the outcome may be seen. Points are shown only beside the result.

    `is_over` once nobody can sit the exam any more, so that points of single questions give no key
    away to anyone.
    """

    result: bool
    marks: bool
    answers: bool
    explanations: bool
    is_over: bool

    @property
    def questions(self) -> bool:
        """Whether there is anything to show question by question."""
        return self.answers or self.explanations


def visible(session: Session, exam: Exam, sitting: Sitting, *, now: datetime) -> Visible:
    """What the owner of this sitting may see now; of an open one only what practice shows."""
    is_someone = is_someone_sitting(session, exam.id, now=now)

    def seen(reveal: Reveal) -> bool:
        return is_revealed(
            reveal,
            state=sitting.state,
            closes_at=exam.closes_at,
            is_someone_sitting=is_someone,
            now=now,
        )

    result, is_running = seen(exam.result_reveal), sitting.state in RUNNING
    # While people mark, the rubric stays with them.
    is_open_book = not is_to_mark(sitting)
    return Visible(
        result=result,
        marks=(result or is_running) and seen(exam.marks_reveal),
        answers=is_open_book and seen(exam.reveal),
        explanations=is_open_book and seen(exam.explanations_reveal),
        is_over=not is_running and seen(Reveal.AFTER_WINDOW),
    )


def shows_during(exam: Exam) -> bool:
    """Whether the open sitting shows anything of what has been answered; only practice does."""
    chosen = reveals(definition_of(exam)).values()
    return exam.is_practice and Reveal.DURING in chosen


def hidden_results(session: Session, user_id: int, *, now: datetime) -> frozenset[int]:
    """The person's closed sittings whose result the person may not see yet, or never."""
    rows = session.execute(
        select(Sitting, Exam)
        .join(Exam, Exam.id == Sitting.exam_id)
        .where(
            Sitting.user_id == user_id,
            Sitting.state.not_in(RUNNING),
            or_(
                Exam.result_reveal == Reveal.NEVER,
                Exam.result_reveal == Reveal.AFTER_WINDOW,
            ),
        )
    )
    return frozenset(
        sitting.id for sitting, exam in rows if not visible(session, exam, sitting, now=now).result
    )
