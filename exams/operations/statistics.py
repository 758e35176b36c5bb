"""Storing what the item analysis found of an exam, and of its questions over all exams."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core import audit
from core.identity import Actor
from exams.models import ExamItemStatistics, ExamStatistics
from exams.queries import statistics as queries
from question_bank.analysis import Figure, Sums, figures, median_of_counts
from question_bank.statistics_store import PooledFigures, PooledUse, store_item_statistics


@dataclass(frozen=True)
class VersionFigures:
    """What was found of one question version in one exam."""

    version_id: int
    sums: Sums
    options: list[dict[str, Any]]
    teams: list[dict[str, Any]]
    seconds: dict[int, int]
    median: Figure
    papers: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class ExamFigures:
    """What was found of one exam."""

    exam_id: int
    basis: str
    sittings: int
    mean_tenths: float | None
    full_score_tenths: int
    alpha: Figure
    sem_tenths: Figure
    versions: Iterable[VersionFigures]


def store_exam_statistics(
    session: Session, found: ExamFigures, *, actor: Actor, now: datetime
) -> None:
    """Put the figures in place of the older ones, and pool those of each version anew."""
    versions = list(found.versions)
    session.execute(delete(ExamItemStatistics).where(ExamItemStatistics.exam_id == found.exam_id))
    stored = session.get(ExamStatistics, found.exam_id)
    if stored is not None:
        session.delete(stored)
        session.flush()
    session.add(
        ExamStatistics(
            exam_id=found.exam_id,
            sittings=found.sittings,
            mean_tenths=found.mean_tenths,
            full_score_tenths=found.full_score_tenths,
            alpha=found.alpha.value,
            sem_tenths=found.sem_tenths.value,
            reasons=_reasons({"alpha": found.alpha, "sem": found.sem_tenths}),
            basis=found.basis,
            computed_at=now,
        )
    )
    session.add_all(_row(found.exam_id, version) for version in versions)
    session.flush()
    audit.record(
        session,
        actor=actor,
        now=now,
        action="exam.statistics.computed",
        subject=("exam", str(found.exam_id)),
        after={"sittings": found.sittings, "questions": len(versions)},
    )
    pooled = queries.figures_of_versions(session, [version.version_id for version in versions])
    rows = [_pooled(version_id, rows) for version_id, rows in pooled.items()]
    uses = queries.uses_of_questions(session, list(pooled))
    store_item_statistics(session, rows, uses=uses, actor=actor, now=now)


def _row(exam_id: int, version: VersionFigures) -> ExamItemStatistics:
    found = figures(version.sums)
    return ExamItemStatistics(
        exam_id=exam_id,
        question_version_id=version.version_id,
        sittings=version.sums.persons,
        **{name: figure.value for name, figure in found.items()},
        median_seconds=version.median.value,
        options=version.options,
        teams=version.teams,
        sums=asdict(version.sums),
        seconds={str(seconds): count for seconds, count in version.seconds.items()},
        reasons=_reasons(found),
        papers=version.papers,
        first_at=version.first_at,
        last_at=version.last_at,
    )


def _pooled(version_id: int, rows: list[ExamItemStatistics]) -> PooledFigures:
    sums = sum((Sums(**row.sums) for row in rows), Sums())
    found = figures(sums)
    seconds: Counter[int] = Counter()
    options: dict[Any, Counter[str]] = {}
    teams: dict[Any, Counter[str]] = {}
    for row in rows:
        seconds.update({int(value): count for value, count in row.seconds.items()})
        for option in row.options:
            counts = options.setdefault(option["option_id"], Counter())
            counts.update({key: option[key] for key in ("all", "upper", "lower")})
        for team in row.teams:
            of_team = teams.setdefault(team["team_id"], Counter())
            of_team.update({key: team[key] for key in ("sittings", "share")})
    return PooledFigures(
        version_id=version_id,
        sittings=sums.persons,
        figures={name: figure.value for name, figure in found.items()},
        median_seconds=median_of_counts(seconds),
        options=[{"option_id": key, **counts} for key, counts in options.items()],
        teams=[
            {
                "team_id": key,
                "sittings": counts["sittings"],
                "facility": counts["share"] / counts["sittings"],
            }
            for key, counts in teams.items()
            if counts["sittings"]
        ],
        reasons=_reasons(found),
        use=PooledUse(
            papers=sum(row.papers for row in rows),
            first_at=min(row.first_at for row in rows),
            last_at=max(row.last_at for row in rows),
        ),
    )


def _reasons(found: dict[str, Figure]) -> dict[str, str]:
    return {name: figure.reason.value for name, figure in found.items() if figure.reason}
