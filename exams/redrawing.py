"""Drawing the paper of a sitting again, from its seed and the pool as it was, to compare both."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from exams.drawing import DrawnQuestion, PoolShortage
from exams.models import BlueprintRow, ExamShift, PoolEntry, Sitting
from exams.papers import draw_for
from exams.queries.pools import pool_rows
from exams.queries.sittings import exam_of, paper_of


@dataclass(frozen=True)
class Place:
    """What stands at one place of a paper."""

    version_id: int
    case_version_id: int | None
    row_id: int
    points_tenths: int
    option_order: tuple[int, ...]


@dataclass(frozen=True)
class Difference:
    """A place where the stored paper and the one drawn again are not the same; None for neither."""

    slot: int
    stored: Place | None
    again: Place | None


@dataclass(frozen=True)
class Redrawn:
    """A paper drawn again beside the stored one.

    `is_exact` says that what it was drawn from is stored; for older sittings the pool is told from
    the times of withdrawals. `shortage` is set where the pool no longer fills a paper.
    """

    sitting_id: int
    questions: int
    is_exact: bool
    differences: tuple[Difference, ...]
    shortage: str | None = None

    @property
    def is_same(self) -> bool:
        return not self.differences and self.shortage is None


def redraw_sitting(session: Session, sitting_id: int) -> Redrawn:
    """Draw the paper of a sitting again and compare it place by place; changes nothing."""
    sitting = session.get(Sitting, sitting_id)
    if sitting is None:
        raise NotFound()
    exam = exam_of(session, sitting)
    shift = session.get(ExamShift, sitting.shift_id) if sitting.shift_id is not None else None
    stored = {row.slot: _stored(row) for row in paper_of(session, sitting_id)}
    is_exact = sitting.withdrawn_entries is not None
    rows = pool_rows(session, exam.id, without=_left_out(session, sitting))
    avoided = frozenset(sitting.avoided_version_ids)
    try:
        drawn = draw_for(exam, rows, shift, seed=sitting.seed, avoid=avoided)
    except PoolShortage as short:
        return Redrawn(sitting_id, len(stored), is_exact, (), str(short))
    again = {one.slot: _drawn(one) for one in drawn}
    return Redrawn(
        sitting_id,
        len(stored),
        is_exact,
        tuple(
            Difference(slot, stored.get(slot), again.get(slot))
            for slot in sorted({*stored, *again})
            if stored.get(slot) != again.get(slot)
        ),
    )


def _left_out(session: Session, sitting: Sitting) -> list[int]:
    """The entries of the pool that were withdrawn when the paper was drawn."""
    if sitting.withdrawn_entries is not None:
        return sitting.withdrawn_entries
    found = (
        select(PoolEntry.id)
        .join(BlueprintRow, BlueprintRow.id == PoolEntry.blueprint_row_id)
        .where(
            BlueprintRow.exam_id == sitting.exam_id, PoolEntry.withdrawn_at <= sitting.started_at
        )
    )
    return list(session.scalars(found))


def _stored(row: Any) -> Place:
    return Place(
        row.question_version_id,
        row.case_version_id,
        row.blueprint_row_id,
        row.points_tenths,
        tuple(row.option_order),
    )


def _drawn(one: DrawnQuestion) -> Place:
    return Place(
        one.version_id, one.case_version_id, one.row_id, one.points_tenths, one.option_order
    )
