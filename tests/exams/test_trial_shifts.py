"""Papers drawn for trial keep the limit on reuse as the planned shifts would."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from exams.drawing import PoolRow, PoolVersion
from exams.fairness_report import report_fairness
from exams.models import Exam, ExamFairness
from exams.trial_figures import TrialShifts
from exams.trials import ShiftPaper, trial_shifts
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam, make_single

Browser = Callable[[str], FlaskClient]
ROW = PoolRow(1, 1, 4, 100, tuple(PoolVersion(one) for one in range(1, 13)))


def papers(
    rows: list[PoolRow], *, planned: int, limit: int = 25, count: int = 60
) -> list[ShiftPaper]:
    found = trial_shifts(
        rows, exam_id=1, limit_percent=limit, planned=planned, balance=None, count=count
    )
    return list(found)


def test_every_planned_shift_gets_its_part_of_the_papers() -> None:
    shifts = [paper.shift for paper in papers([ROW], planned=3)]

    assert shifts == [1] * 20 + [2] * 20 + [3] * 20


def test_no_paper_of_a_large_pool_holds_more_seen_questions_than_the_limit() -> None:
    drawn = papers([ROW], planned=3)

    assert {paper.reused for paper in drawn if paper.shift == 1} == {0}
    assert max(paper.reused for paper in drawn) <= 1


def test_shifts_of_a_limit_of_nothing_share_no_question() -> None:
    drawn = papers([ROW], planned=3, limit=0)

    shown = [{v for one in drawn if one.shift == n for v in one.versions} for n in (1, 2, 3)]
    assert shown[0].isdisjoint(shown[1] | shown[2])
    assert shown[1].isdisjoint(shown[2])


def test_a_pool_that_is_too_small_shows_how_many_papers_are_over() -> None:
    tally = TrialShifts()
    for paper in papers([replace(ROW, pool=ROW.pool[:6])], planned=2, limit=0):
        tally.add(paper)

    first, second = tally.figures(0)

    assert (first["papers"], first["over"]) == (30, 0)
    assert (second["low"], second["high"], second["over"]) == (2, 2, 30)


def test_fixed_questions_do_not_count_as_seen() -> None:
    fixed = PoolRow(2, 2, 1, 100, (PoolVersion(99),), is_fixed=True)

    drawn = papers([ROW, fixed], planned=3, limit=0)

    assert all(99 in paper.versions for paper in drawn)
    assert {paper.reused for paper in drawn} == {0}


def test_the_report_before_the_exam_shows_each_planned_shift(
    app: Flask, client_for: Browser, session: Session, cast: Cast
) -> None:
    singles = [make_single(session, number) for number in range(12)]
    exam: Exam = make_exam(
        session,
        cast,
        singles,
        count=4,
        closes_at=MONDAY + timedelta(days=3),
        reuse_limit_percent=25,
        planned_shifts=2,
    )
    session.commit()

    report_fairness(app.extensions["shanggang"], exam_id=exam.id, trials=40)

    stored = session.get_one(ExamFairness, exam.id)
    shifts = stored.figures["trial_shifts"]
    assert [(one["shift"], one["papers"], one["most"]) for one in shifts] == [
        (1, 20, 1),
        (2, 20, 1),
    ]
    page = client_for("examiner").get(f"/exams/{exam.id}/fairness").text
    assert "第 2 批" in page
    assert "都不超过 1 题" in page


def test_an_exam_without_a_limit_has_no_shifts_to_try(
    app: Flask, session: Session, cast: Cast
) -> None:
    exam = make_exam(session, cast, [make_single(session)])
    session.commit()

    report_fairness(app.extensions["shanggang"], exam_id=exam.id, trials=5)

    assert "trial_shifts" not in session.get_one(ExamFairness, exam.id).figures
