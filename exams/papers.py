"""Drawing the paper of an exam as its stored rules want it, at the start and again years later."""

from collections.abc import Sequence

from exams.balance import UNITS, Balance
from exams.drawing import DrawnQuestion, PoolRow, Reuse, draw_paper
from exams.models import Exam, ExamShift
from exams.shifts import most_reused


def draw_for(
    exam: Exam,
    rows: Sequence[PoolRow],
    shift: ExamShift | None,
    *,
    seed: int,
    avoid: frozenset[int] = frozenset(),
) -> tuple[DrawnQuestion, ...]:
    """One paper from the pool as it stands; the same again for the same arguments."""
    return draw_paper(
        rows,
        seed=seed,
        shuffles_questions=exam.shuffles_questions,
        shuffles_options=exam.shuffles_options,
        balance=balance_of(exam),
        reuse=reuse_of(exam, rows, shift),
        avoid=avoid,
    )


def balance_of(exam: Exam) -> Balance | None:
    """How even the papers of a published exam must be."""
    if exam.tolerance_tenths is None or exam.mean_expected is None:
        return None
    return Balance(exam.mean_expected, exam.tolerance_tenths * UNITS)


def reuse_of(exam: Exam, rows: Sequence[PoolRow], shift: ExamShift | None) -> Reuse | None:
    """What a paper of this shift may hold of what was seen before."""
    if exam.reuse_limit_percent is None or shift is None:
        return None
    most = most_reused(rows, exam.reuse_limit_percent)
    return Reuse(frozenset(shift.seen), frozenset(shift.kept), most)
