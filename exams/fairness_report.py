"""The fairness report of an exam: read, computed outside any transaction, stored in one write.

Once somebody has sat, it is over the real papers; before, over papers drawn for trial.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core.errors import NotFound
from core.identity import Actor
from core.services import Services
from exams.blueprint import mean_of
from exams.drawing import PoolRow
from exams.fairness import fairness
from exams.models import RUNNING, Exam
from exams.operations.fairness import store_fairness
from exams.papers import balance_of
from exams.queries import fairness as queries
from exams.queries.bank import expected_shares, version_clauses
from exams.queries.exams import has_begun
from exams.queries.pools import pool_rows
from exams.shift_figures import AskedQuestion, MarkedSitting, compare_shifts
from exams.shifts import block_at, most_reused
from exams.trial_figures import TrialShifts
from exams.trials import trial_papers, trial_shifts

REPORTER = Actor.system("fairness-report")
TRIAL_PAPERS = 10_000


def report_fairness(services: Services, *, exam_id: int, trials: int = TRIAL_PAPERS) -> int:
    """Compute and store the report of a published exam; says over how many papers."""
    with services.database.reading() as session:
        exam = queries.published(session, exam_id)
        if exam is None:
            raise NotFound()
        is_simulated = not has_begun(session, exam_id)
        papers, figures = _figures(session, exam, trials if is_simulated else None)
        if not is_simulated:
            figures["shifts"] = shift_figures(session, exam, services.config.time_zone)
    with services.database.writing() as session:
        store_fairness(
            session,
            exam_id,
            is_simulated=is_simulated,
            papers=papers,
            figures=figures,
            actor=REPORTER,
            now=services.clock.now(),
        )
    return papers


def _figures(session: Session, exam: Exam, trials: int | None) -> tuple[int, dict[str, Any]]:
    rows = _with_expected(session, pool_rows(session, exam.id, is_whole=True))
    now = _with_expected(session, pool_rows(session, exam.id))
    drawable = _ids(now)
    clauses = version_clauses(session, _ids(rows))
    balance = balance_of(exam)
    tally = TrialShifts()
    papers = (
        queries.drawn_papers(session, exam.id)
        if trials is None
        else _trials(exam, now, tally, count=trials)
    )
    count, figures = fairness(papers, rows, clauses, drawable=drawable, balance=balance)
    figures["pool_mean"] = mean_of(rows) / 1000
    if exam.reuse_limit_percent is not None and trials is not None:
        figures["trial_shifts"] = tally.figures(most_reused(now, exam.reuse_limit_percent))
    return count, figures


def _trials(
    exam: Exam, rows: list[PoolRow], tally: TrialShifts, *, count: int
) -> Iterator[Mapping[int, int]]:
    """Papers as the exam would draw them; where it limits reuse, those of its planned shifts."""
    balance = balance_of(exam)
    if exam.reuse_limit_percent is None:
        yield from trial_papers(rows, balance=balance, count=count)
        return
    for paper in trial_shifts(
        rows,
        exam_id=exam.id,
        limit_percent=exam.reuse_limit_percent,
        planned=exam.planned_shifts,
        balance=balance,
        count=count,
    ):
        tally.add(paper)
        yield paper.versions


def shift_figures(session: Session, exam: Exam, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The shifts of an exam beside each other.

    What was answered in a void sitting is compared with nothing; its paper was seen all the same.
    """
    sittings = queries.started_sittings(session, exam.id)
    shifts = {
        row.id: block_at(row.started_at, hours=exam.shift_hours, zone=zone) for row in sittings
    }
    marked = {
        row.id
        for row in sittings
        if row.try_number == 1
        and row.state not in RUNNING
        and row.is_passed is not None
        and row.is_valid
    }
    return compare_shifts(
        [
            MarkedSitting(shifts[row.id], row.score_tenths, row.is_passed)
            for row in sittings
            if row.id in marked
        ],
        (
            AskedQuestion(
                shifts[row.sitting_id],
                row.asked_id,
                row.points_tenths,
                row.score_tenths if row.sitting_id in marked else None,
            )
            for row in queries.asked_questions(session, exam.id)
        ),
    )


def _with_expected(session: Session, rows: Iterable[PoolRow]) -> list[PoolRow]:
    """The rows with the shares that were stored; with what is known now where none were."""
    listed = list(rows)
    missing = {v.version_id for row in listed for v in row.pool if v.version_id not in row.expected}
    known = expected_shares(session, missing) if missing else {}
    return [
        replace(
            row,
            expected={
                v.version_id: row.expected.get(v.version_id, known.get(v.version_id, 0))
                for v in row.pool
            },
        )
        for row in listed
    ]


def _ids(rows: Iterable[PoolRow]) -> frozenset[int]:
    return frozenset(v.version_id for row in rows for v in row.pool)
