"""A paper drawn from the stored pool of an exam, and its rows in a new sitting.

For sittings that start on a page and for those that come back on paper.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from core.errors import N_, Conflict
from exams.drawing import DrawnQuestion, PoolShortage, draw_paper
from exams.links import PAPER, append_event, paper_content
from exams.models import Exam, Sitting, SittingQuestion
from exams.queries.pools import pool_rows
from exams.versions import known_versions


def paper_for(session: Session, exam: Exam, *, seed: int) -> tuple[DrawnQuestion, ...]:
    """The paper that a seed draws; Conflict where the pool has become too small."""
    try:
        return draw_paper(
            pool_rows(session, exam.id),
            seed=seed,
            shuffles_questions=exam.shuffles_questions,
            shuffles_options=exam.shuffles_options,
        )
    except PoolShortage as shortage:
        raise Conflict(
            N_("组卷表第 %(rows)s 行要 %(wanted)s 题，题库里只有 %(available)s 题。告诉考试员"),
            rows="、".join(map(str, shortage.positions)),
            wanted=shortage.wanted,
            available=shortage.available,
        ) from shortage


def store_paper(
    session: Session, sitting: Sitting, exam: Exam, paper: Sequence[DrawnQuestion], *, now: datetime
) -> None:
    """Give a new sitting its questions, and begin its chain with them."""
    session.execute(
        insert(SittingQuestion),
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
    drawn_ids = [i for drawn in paper for i in (drawn.version_id, drawn.case_version_id) if i]
    versions = known_versions(session, drawn_ids)
    digests = {version_id: version.digest for version_id, version in versions.items()}
    append_event(session, sitting, PAPER, paper_content(session, sitting, exam, digests), now=now)
