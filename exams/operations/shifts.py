"""The shifts of an exam that limits reuse: each is made by the first who starts in it."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.audit import record
from core.identity import Actor
from exams.drawing import PoolRow
from exams.models import Exam, ExamShift
from exams.queries.pools import seen_versions
from exams.shifts import block_at, kept_back


def shift_at(
    session: Session,
    exam: Exam,
    rows: Sequence[PoolRow],
    *,
    actor: Actor,
    now: datetime,
    zone: ZoneInfo,
) -> ExamShift | None:
    """The shift that whoever starts now belongs to; None where the exam limits no reuse.

    What it says was seen before stays as it is, so that its papers can be drawn again.
    """
    if exam.reuse_limit_percent is None:
        return None
    began_on, block = block_at(now, hours=exam.shift_hours, zone=zone)
    wanted = select(ExamShift).where(
        ExamShift.exam_id == exam.id, ExamShift.began_on == began_on, ExamShift.block == block
    )
    found = session.scalar(wanted)
    if found is not None:
        return found
    earlier = select(func.count(ExamShift.id)).where(ExamShift.exam_id == exam.id)
    number = (session.scalar(earlier) or 0) + 1
    seen = seen_versions(session, exam.id)
    kept = kept_back(rows, seen, exam_id=exam.id, number=number, planned=exam.planned_shifts)
    shift = ExamShift(
        exam_id=exam.id,
        began_on=began_on,
        block=block,
        number=number,
        seen=sorted(seen),
        kept=sorted(kept),
        made_at=now,
    )
    try:
        with session.begin_nested():
            session.add(shift)
            session.flush()
    except IntegrityError:
        # Another person of the shift was faster.
        return session.scalars(wanted).one()
    record(
        session,
        actor=actor,
        now=now,
        action="exam.shift.begun",
        subject=("exam", exam.id),
        after={"shift": number, "seen": len(seen), "kept": len(kept)},
    )
    session.flush()
    return shift
