"""Keeping the figures of question versions and how often questions were used.

The package that holds the sittings computes them and hands them down here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core import audit
from core.identity import Actor
from question_bank.models import ItemStatistics, QuestionUse

AT_ONCE = 500


@dataclass(frozen=True)
class PooledUse:
    """How often a version stood on a paper, and when."""

    papers: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class PooledFigures:
    """What is known of one question version over all exams."""

    version_id: int
    sittings: int
    figures: dict[str, float | None]
    median_seconds: float | None
    options: list[dict[str, Any]]
    teams: list[dict[str, Any]]
    reasons: dict[str, str]
    use: PooledUse


def store_item_statistics(
    session: Session,
    rows: Sequence[PooledFigures],
    *,
    uses: dict[int, PooledUse],
    actor: Actor,
    now: datetime,
) -> None:
    """Put these figures in place of those the versions had; one audit entry for all of them.

    `uses` tells for each question how often any version of it stood on a paper.
    """
    ids = [row.version_id for row in rows]
    for start in range(0, len(ids), AT_ONCE):
        mine = ItemStatistics.question_version_id.in_(ids[start : start + AT_ONCE])
        session.execute(delete(ItemStatistics).where(mine))
    session.add_all(
        ItemStatistics(
            question_version_id=row.version_id,
            sittings=row.sittings,
            **row.figures,
            median_seconds=row.median_seconds,
            options=row.options,
            teams=row.teams,
            reasons=row.reasons,
            computed_at=now,
        )
        for row in rows
        if row.sittings
    )
    used = sorted(uses)
    for start in range(0, len(used), AT_ONCE):
        mine = QuestionUse.question_id.in_(used[start : start + AT_ONCE])
        session.execute(delete(QuestionUse).where(mine))
    session.add_all(
        QuestionUse(
            question_id=question_id,
            papers=use.papers,
            first_at=use.first_at,
            last_at=use.last_at,
            counted_at=now,
        )
        for question_id, use in uses.items()
    )
    audit.record(
        session,
        actor=actor,
        now=now,
        action="question.statistics.stored",
        subject=("question", ""),
        after={"versions": len(rows), "questions": len(uses)},
    )
