"""Storing what the comparison of an exam's papers found."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.audit import record
from core.identity import Actor
from exams.models import ExamFairness


def store_fairness(
    session: Session,
    exam_id: int,
    *,
    is_simulated: bool,
    papers: int,
    figures: dict[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    """Put the figures in place of the older ones."""
    session.merge(
        ExamFairness(
            exam_id=exam_id,
            is_simulated=is_simulated,
            papers=papers,
            figures=figures,
            computed_at=now,
        )
    )
    record(
        session,
        actor=actor,
        now=now,
        action="exam.fairness.computed",
        subject=("exam", exam_id),
        after={"papers": papers, "is_simulated": is_simulated},
    )
    session.flush()
