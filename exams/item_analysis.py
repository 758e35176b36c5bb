"""The item analysis of finished exams: read in a stream, computed, stored in one short write.

Only first tries count: a resit is sat by those who failed, who know part of the paper by then.
Every sitting that is marked counts, handed in or closed by the server, but a void one (违纪作废):
answers that were looked up or handed on say nothing about a question. Its paper still counts as
one that showed its questions, because they were seen. A question that was left
open scored nothing, which is a result; only a question that stood not on the paper is left out.

The time of a question is told from the receipts of its answers: each span between two receipts
belongs to the later one. Receipts within a second of each other were sent together, by a device
that had been offline, and tell nothing; so do they if most of a question's receipts are such.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy.orm import Session

from core.errors import NotFound
from core.identity import Actor
from core.services import Services
from exams.models import Exam
from exams.operations.statistics import ExamFigures, VersionFigures, store_exam_statistics
from exams.queries import statistics as queries
from question_bank.analysis import (
    Column,
    Figure,
    ItemResult,
    Sums,
    analyse,
    median_of_counts,
    option_counts,
    reliability,
    shares_by_group,
)
from question_bank.keys import QuestionType

ANALYST = Actor.system("item-analysis")
CHOICES = (
    QuestionType.SINGLE_CHOICE,
    QuestionType.MULTIPLE_CHOICE,
    QuestionType.TRUE_FALSE,
)
# A question open for longer than this was not being read.
LONGEST_SECONDS = 1800

log = logging.getLogger("shanggang.exams")


@dataclass
class _Paper:
    """All that one exam's papers say, by question version and points."""

    columns: dict[tuple[int, int], dict[int, int]] = field(default_factory=dict)
    # Points of each place of the paper: rows and versions in one order for everybody.
    places: list[list[int]] = field(default_factory=list)
    teams: dict[int, int | None] = field(default_factory=dict)
    is_even: bool = True


@dataclass
class _Replies:
    """What the answers of one exam say of a version."""

    chosen: dict[int, list[tuple[int, list[Any]]]] = field(default_factory=dict)
    seconds: dict[int, Counter[int]] = field(default_factory=dict)
    untold: Counter[int] = field(default_factory=Counter)


def analyse_exams(services: Services, *, exam_id: int | None = None) -> list[int]:
    """Analyse one exam, or every exam whose sittings changed; ids of those analysed.

    An exam that fails is logged and left for the next night.
    """
    with services.database.reading() as session:
        due = queries.exams_to_analyse(session, only=exam_id)
    done = []
    for one in due:
        try:
            analyse_exam(services, one)
        except Exception:
            log.exception("item analysis failed", extra={"exam_id": one})
            continue
        done.append(one)
    return done


def analyse_exam(services: Services, exam_id: int) -> None:
    """Compute and store the figures of one exam and, from all exams, of its questions."""
    with services.database.reading() as session:
        figures = exam_figures(session, exam_id)
    with services.database.writing() as session:
        store_exam_statistics(session, figures, actor=ANALYST, now=services.clock.now())


def exam_figures(session: Session, exam_id: int) -> ExamFigures:
    """Everything that is stored about an exam, computed from its rows; reads only."""
    exam = session.get(Exam, exam_id)
    if exam is None:
        raise NotFound()
    basis = queries.basis_of(session, exam_id)
    sittings = queries.first_sittings(session, exam_id)
    paper = _read_papers(session, exam_id, {row.id: row.team_id for row in sittings})
    results = analyse(
        [Column(key, key[1], points) for key, points in paper.columns.items() if key[1] > 0]
    )
    replies = _read_replies(session, exam_id, {row.id: row.started_at for row in sittings})
    whole = reliability(paper.places if paper.is_even else [])
    scores = [row.score_tenths for row in sittings]
    return ExamFigures(
        exam_id=exam_id,
        basis=basis,
        sittings=len(sittings),
        mean_tenths=sum(scores) / len(scores) if scores else None,
        full_score_tenths=sittings[0].full_score_tenths if sittings else 0,
        alpha=whole.alpha,
        sem_tenths=whole.sem,
        versions=_versions(session, exam_id, paper, results, replies),
    )


def _read_papers(session: Session, exam_id: int, teams: dict[int, int | None]) -> _Paper:
    paper = _Paper(teams=teams)
    stream = queries.marked_questions(session, exam_id)
    for number, (_sitting, rows) in enumerate(groupby(stream, attrgetter("sitting_id"))):
        for place, row in enumerate(rows):
            key = (row.question_version_id, row.points_tenths)
            paper.columns.setdefault(key, {})[row.sitting_id] = row.score_tenths
            if number == 0:
                paper.places.append([])
            if place < len(paper.places):
                paper.places[place].append(row.score_tenths)
            else:
                paper.is_even = False
    paper.is_even = paper.is_even and len({len(scores) for scores in paper.places}) <= 1
    return paper


def _read_replies(session: Session, exam_id: int, started: dict[int, datetime]) -> _Replies:
    replies = _Replies()
    stream = queries.received_answers(session, exam_id)
    for sitting_id, rows in groupby(stream, attrgetter("sitting_id")):
        last: dict[int, Any] = {}
        spans: dict[int, float] = {}
        untold: set[int] = set()
        before, before_version = started[sitting_id], None
        for row in rows:
            version = row.question_version_id
            if row.type in CHOICES:
                last[version] = row.response
            gap = (row.received_at - before).total_seconds()
            if before_version not in (None, version) and gap < 1:
                untold |= {version, before_version}
            spans[version] = spans.get(version, 0.0) + max(gap, 0.0)
            before, before_version = row.received_at, version
        for version, response in last.items():
            replies.chosen.setdefault(version, []).append((sitting_id, _options(response)))
        for version, spent in spans.items():
            if version in untold or spent > LONGEST_SECONDS:
                replies.untold[version] += 1
            else:
                replies.seconds.setdefault(version, Counter())[round(spent)] += 1
    return replies


def _options(response: Any) -> list[Any]:
    """The chosen options of a stored reply; a verdict is option 1 (true) or 0 (false)."""
    if isinstance(response, bool):
        return [int(response)]
    return list(response) if isinstance(response, list) else []


def _versions(
    session: Session,
    exam_id: int,
    paper: _Paper,
    results: list[ItemResult],
    replies: _Replies,
) -> Iterator[VersionFigures]:
    by_version: dict[int, list[ItemResult]] = {}
    for result in results:
        key: Any = result.id
        by_version.setdefault(key[0], []).append(result)
    used = queries.drawn_versions(session, exam_id)
    for version_id, use in sorted(used.items()):
        mine = by_version.get(version_id, [])
        counts = option_counts(
            replies.chosen.get(version_id, ()),
            upper=frozenset().union(*(result.upper for result in mine)),
            lower=frozenset().union(*(result.lower for result in mine)),
        )
        told = replies.seconds.get(version_id, Counter())
        is_told = sum(told.values()) > replies.untold[version_id]
        yield VersionFigures(
            version_id=version_id,
            sums=sum((result.sums for result in mine), Sums()),
            options=[
                {"option_id": option, "all": c.everyone, "upper": c.upper, "lower": c.lower}
                for option, c in sorted(counts.items(), key=lambda pair: str(pair[0]))
            ],
            teams=_teams(paper, mine, use.teams),
            seconds=dict(told) if is_told else {},
            median=Figure(median_of_counts(told) if is_told else None),
            papers=use.papers,
            first_at=use.first_at,
            last_at=use.last_at,
        )


def _teams(
    paper: _Paper, results: list[ItemResult], papers: dict[int | None, int]
) -> list[dict[str, Any]]:
    sums: dict[Any, list[float]] = {team: [0, 0.0] for team in papers}
    for result in results:
        key: Any = result.id
        column = Column(key, key[1], paper.columns[key])
        for team, (count, share) in shares_by_group(column, paper.teams).items():
            found = sums.setdefault(team, [0, 0.0])
            found[0] += count
            found[1] += share
    return [
        {"team_id": team, "papers": papers.get(team, 0), "sittings": int(count), "share": share}
        for team, (count, share) in sorted(sums.items(), key=lambda pair: pair[0] or 0)
    ]
