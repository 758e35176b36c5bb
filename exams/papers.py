"""The paper of an exam: drawn as its stored rules want it, and its rows in a new sitting.

For sittings that start on a page, for those that come back on paper, and again years later.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.db import table_of
from core.errors import N_, Conflict
from exams.balance import UNITS, Balance
from exams.chain import START
from exams.drawing import DrawnQuestion, PoolRow, PoolShortage, Reuse, draw_paper
from exams.links import PAPER, next_event, paper_content, store_event
from exams.models import Exam, ExamShift, Sitting, SittingQuestion
from exams.shifts import most_reused
from exams.versions import known_versions

_QUESTIONS = insert(table_of(SittingQuestion))


def paper_for(
    exam: Exam,
    rows: Sequence[PoolRow],
    shift: ExamShift | None,
    *,
    seed: int,
    avoid: frozenset[int] = frozenset(),
) -> tuple[DrawnQuestion, ...]:
    """The same as `draw_for`, with Conflict where the pool has become too small."""
    try:
        return draw_for(exam, rows, shift, seed=seed, avoid=avoid)
    except PoolShortage as shortage:
        raise Conflict(
            N_("组卷表第 %(rows)s 行要 %(wanted)s 题，题库里只有 %(available)s 题。告诉考试员"),
            rows="、".join(map(str, shortage.positions)),
            wanted=shortage.wanted,
            available=shortage.available,
        ) from shortage


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


def begin_chain(
    session: Session,
    sitting: Sitting,
    exam: Exam,
    paper: Sequence[DrawnQuestion],
    *,
    must_pass: Collection[int],
    now: datetime,
) -> dict[str, Any]:
    """Begin the chain of a sitting that is yet to be stored with its paper.

    Returns the event for `store_paper`, so that the sitting's row is written once, with its chain.
    `must_pass` are the rows of the blueprint whose questions must be answered right.
    """
    sitting.chain_number, sitting.chain_head = 0, START
    drawn_ids = [i for drawn in paper for i in (drawn.version_id, drawn.case_version_id) if i]
    versions = known_versions(session, drawn_ids)
    digests = {version_id: version.digest for version_id, version in versions.items()}
    content = paper_content(sitting, exam, paper, digests, must_pass)
    return next_event(sitting, PAPER, content, now=now)


def store_paper(
    session: Session,
    sitting: Sitting,
    paper: Sequence[DrawnQuestion],
    first_event: Mapping[str, Any],
) -> None:
    """Give a new sitting, which has its row, its questions and the first event of its chain."""
    session.execute(
        _QUESTIONS,
        [
            {
                "sitting_id": sitting.id,
                "slot": drawn.slot,
                "blueprint_row_id": drawn.row_id,
                "question_version_id": drawn.version_id,
                "case_version_id": drawn.case_version_id,
                "option_order": list(drawn.option_order),
                "points_tenths": drawn.points_tenths,
            }
            for drawn in paper
        ],
    )
    store_event(session, sitting, first_event)
