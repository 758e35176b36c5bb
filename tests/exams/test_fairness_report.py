"""The fairness report: trial papers before anybody sat, real ones afterwards, shifts compared."""

from collections.abc import Callable
from datetime import date, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from exams.balance import UNITS, Balance
from exams.drawing import PoolRow, PoolVersion
from exams.fairness import fairness
from exams.fairness_report import report_fairness, shift_figures
from exams.models import Exam, ExamFairness, ExamState
from exams.operations.closing import submit_sitting
from exams.operations.sitting import start_sitting
from exams.operations.verdicts import void_sitting
from exams.shift_figures import AskedQuestion, MarkedSitting, compare_shifts
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam, make_single
from tests.exams.setup.making import SHANGHAI

Browser = Callable[[str], FlaskClient]
FIRST, SECOND = (date(2026, 3, 2), 0), (date(2026, 3, 3), 0)
ROW = PoolRow(
    1,
    1,
    2,
    100,
    tuple(PoolVersion(one) for one in (1, 2, 3, 4)),
    expected={1: 200, 2: 400, 3: 600, 4: 800},
)
CLAUSES = {1: {"law#a"}, 2: {"law#a", "law#b"}, 3: {"law#c"}, 4: {"law#d"}}


def test_figures_follow_from_the_papers() -> None:
    papers = [{1: 1, 2: 1}, {2: 1, 3: 1}, {1: 1, 3: 1}]

    count, found = fairness(
        papers, [ROW], CLAUSES, drawable=frozenset(ROW.expected), balance=Balance(100 * UNITS, 200)
    )

    assert count == 3
    assert (found["low"], found["mean"], found["high"]) == (60.0, 80.0, 100.0)
    assert round(found["deviation"], 3) == 16.33
    assert (found["outside"], found["worst_off"]) == (2, 40.0)
    assert sum(papers for _edge, papers in found["bins"]) == 3
    assert (found["clauses"], found["clauses_low"], found["clauses_high"]) == (4, 2, 3)
    assert found["clauses_never_named"] == ["law#d"]
    assert (found["questions"], found["never_drawn"]) == (4, 1)
    assert found["most"] == [[1, 2], [2, 2], [3, 2], [4, 0]]


def shift_papers(shift: tuple[date, int], papers: int, **scores: int) -> list[AskedQuestion]:
    """Papers of the questions 1 and 2, or where named of others, each of ten tenths."""
    return [
        AskedQuestion(shift, int(name.removeprefix("q")), 10, score)
        for _ in range(papers)
        for name, score in scores.items()
    ]


def test_known_questions_are_compared_with_what_they_earned_before() -> None:
    sittings = [MarkedSitting(FIRST, 100, True)] * 30 + [MarkedSitting(SECOND, 160, True)] * 30
    asked = shift_papers(FIRST, 30, q1=4, q2=6) + shift_papers(SECOND, 30, q2=9, q3=5)

    first, second = compare_shifts(sittings, asked)

    assert (first["reused"], first["reused_share"], first["is_enough"]) == (0, None, False)
    assert (second["reused"], second["fresh"], second["is_enough"]) == (1, 1, True)
    assert (second["earlier_share"], second["reused_share"], second["fresh_share"]) == (
        600,
        900,
        500,
    )


def test_few_papers_of_either_side_tell_nothing() -> None:
    asked = shift_papers(FIRST, 29, q1=4) + shift_papers(SECOND, 30, q1=9)
    sittings = [MarkedSitting(FIRST, 40, False)] * 29 + [MarkedSitting(SECOND, 90, True)] * 30

    assert [one["is_enough"] for one in compare_shifts(sittings, asked)] == [False, False]


def test_unmarked_papers_count_as_seen_but_earn_nothing() -> None:
    asked = [AskedQuestion(FIRST, 1, 10, None), AskedQuestion(SECOND, 1, 10, 8)]

    _first, second = compare_shifts([MarkedSitting(SECOND, 8, True)], asked)

    assert (second["reused"], second["earlier_share"], second["reused_share"]) == (1, None, None)


def singles_exam(session: Session, cast: Cast, **more: object) -> Exam:
    singles = [make_single(session, number) for number in range(6)]
    return make_exam(session, cast, singles, count=2, closes_at=MONDAY + timedelta(days=3), **more)  # type: ignore[arg-type]


def test_before_anybody_has_sat_papers_are_drawn_for_trial(
    app: Flask, session: Session, cast: Cast
) -> None:
    exam = singles_exam(session, cast)
    session.commit()

    papers = report_fairness(app.extensions["shanggang"], exam_id=exam.id, trials=300)

    stored = session.get(ExamFairness, exam.id)
    assert stored is not None
    assert (papers, stored.papers, stored.is_simulated) == (300, 300, True)
    assert stored.figures["questions"] == 6
    assert 60 < stored.figures["most"][0][1] < 140
    # Nobody has answered yet, so the difficulty tells: 3 of 5 is 70 %.
    assert stored.figures["mean"] == 2 * 100 * 0.7


def test_the_report_is_over_real_papers_once_somebody_has_sat(
    app: Flask, client_for: Browser, session: Session, cast: Cast
) -> None:
    exam = singles_exam(session, cast)
    for day, who in enumerate(("learner", "team_leader")):
        actor, now = cast.actor(who), MONDAY + timedelta(days=day)
        sitting = start_sitting(session, exam, actor=actor, now=now, seed=day, zone=SHANGHAI)
        submit_sitting(session, sitting, actor=actor, now=now + timedelta(minutes=5))
    session.commit()

    assert report_fairness(app.extensions["shanggang"], exam_id=exam.id) == 2

    page = client_for("safety_manager").get(f"/exams/{exam.id}/fairness").text
    assert "考生的 2 份卷子" in page
    assert "2026-03-02" in page
    assert "2026-03-03" in page
    assert "人太少，不好说" in page or "没有前面批次见过的题" in page


def test_a_void_sitting_is_compared_with_nothing_but_its_questions_count_as_seen(
    session: Session, cast: Cast
) -> None:
    exam = make_exam(
        session, cast, [make_single(session)], count=1, closes_at=MONDAY + timedelta(days=3)
    )
    for day, who in enumerate(("learner", "team_leader")):
        actor, now = cast.actor(who), MONDAY + timedelta(days=day)
        sitting = start_sitting(session, exam, actor=actor, now=now, seed=day, zone=SHANGHAI)
        submit_sitting(session, sitting, actor=actor, now=now + timedelta(minutes=5))
        if day == 0:
            examiner = cast.actor("examiner")
            void_sitting(session, sitting.id, reason="看手机", actor=examiner, now=now)

    first, second = shift_figures(session, exam, SHANGHAI)

    assert (first["sittings"], second["sittings"]) == (0, 1)
    assert (second["reused"], second["fresh"], second["earlier_share"]) == (1, 0, None)


def test_the_page_has_it_computed_in_the_background_and_then_shows_it(
    client_for: Browser, session: Session, cast: Cast
) -> None:
    exam = singles_exam(session, cast, tolerance_tenths=10, mean_expected=2 * 100 * 700)
    session.commit()
    examiner, address = client_for("examiner"), f"/exams/{exam.id}/fairness"

    before = examiner.get(address).text
    asked = examiner.post(address)
    after = examiner.get(address).text

    assert "还没有算" in before
    assert asked.status_code == 302
    assert "试抽的 10,000 份" in after
    assert "全部做到" in after
    assert "<svg" in after


def test_a_draft_has_no_report(client_for: Browser, session: Session, cast: Cast) -> None:
    exam = make_exam(session, cast, [], count=1, state=ExamState.DRAFT)
    exam.published_at = None
    session.commit()

    assert client_for("examiner").get(f"/exams/{exam.id}/fairness").status_code == 404
    assert client_for("examiner").post(f"/exams/{exam.id}/fairness").status_code == 404


def test_the_command_says_how_many_papers_it_compared(
    app: Flask, session: Session, cast: Cast
) -> None:
    exam = singles_exam(session, cast)
    start_sitting(session, exam, actor=cast.actor("learner"), now=MONDAY, seed=1, zone=SHANGHAI)
    session.commit()
    runner = app.test_cli_runner()

    done = runner.invoke(args=["exams", "fairness", str(exam.id)])
    missing = runner.invoke(args=["exams", "fairness", "404"])

    assert "已比较 1 份试卷" in done.output
    assert (missing.exit_code, "没有编号为 404" in missing.output) == (1, True)
