"""The nightly item analysis: from finished sittings to the figures that the pages read."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.services import Services
from exams.item_analysis import analyse_exams
from exams.models import (
    Answer,
    BlueprintRow,
    Exam,
    ExamItemStatistics,
    ExamStatistics,
    IntegrityDecision,
    Sitting,
    SittingQuestion,
    SittingState,
)
from question_bank.models import ItemStatistics, Question, QuestionUse, QuestionVersion
from tests.cast import Cast, make_user
from tests.conftest import MONDAY, QueryCounter
from tests.exams.factories import make_exam, make_single

Browser = Callable[[str], FlaskClient]
# Scores of five persons in tenths; the totals are 30, 20, 10, 10, 0 points.
LADDER = ((100, 100, 100), (100, 100, 0), (100, 0, 0), (0, 0, 100), (0, 0, 0))


@pytest.fixture
def versions(session: Session) -> list[QuestionVersion]:
    return [make_single(session, number) for number in (1, 2, 3)]


def sit(
    session: Session,
    exam: Exam,
    versions: list[QuestionVersion],
    cast: Cast,
    scores: tuple[int, ...],
    *,
    number: int,
    try_number: int = 1,
    state: SittingState = SittingState.SUBMITTED,
    seconds: int = 20,
) -> Sitting:
    """A marked sitting in which option 2 (right) or 1 was chosen, one question every so often."""
    person = make_user(session, f"T{number:04d}", f"考生{number}", now=MONDAY)
    is_marked = state is not SittingState.OPEN
    sitting = Sitting(
        exam_id=exam.id,
        user_id=person.id,
        team_id=cast.team("press_one" if number % 2 else "weld_one").id,
        try_number=try_number,
        state=state,
        seed=number,
        started_at=MONDAY,
        deadline=MONDAY + timedelta(hours=1),
        submitted_at=MONDAY + timedelta(minutes=30) if is_marked else None,
        score_tenths=sum(scores) if is_marked else None,
        full_score_tenths=300,
        is_passed=True if is_marked else None,
    )
    session.add(sitting)
    session.flush()
    row = session.scalars(select(BlueprintRow).where(BlueprintRow.exam_id == exam.id)).one()
    for slot, (version, score) in enumerate(zip(versions, scores, strict=True), start=1):
        session.add(
            SittingQuestion(
                sitting_id=sitting.id,
                slot=slot,
                blueprint_row_id=row.id,
                question_version_id=version.id,
                option_order=[1, 2, 3],
                points_tenths=100,
                score_tenths=score if is_marked else None,
            )
        )
        session.add(
            Answer(
                sitting_id=sitting.id,
                slot=slot,
                response=[2] if score else [1],
                client_key=f"k{slot}",
                received_at=MONDAY + timedelta(seconds=seconds * slot),
                receipt_hash="0" * 64,
            )
        )
    session.flush()
    return sitting


@pytest.fixture
def exam(session: Session, cast: Cast, versions: list[QuestionVersion]) -> Exam:
    made = make_exam(session, cast, versions)
    for number, scores in enumerate(LADDER):
        sit(session, made, versions, cast, scores, number=number)
    session.commit()
    return made


def stored(session: Session, version: QuestionVersion) -> ItemStatistics:
    session.expire_all()
    found = session.get(ItemStatistics, version.id)
    assert found is not None
    return found


def test_figures_of_an_exam_and_its_questions_are_stored(
    services: Services, session: Session, exam: Exam, versions: list[QuestionVersion]
) -> None:
    assert analyse_exams(services) == [exam.id]

    whole = session.get(ExamStatistics, exam.id)
    assert whole is not None
    assert (whole.sittings, whole.mean_tenths) == (5, 140)
    assert whole.alpha == pytest.approx(6 / 13)
    first = stored(session, versions[0])
    assert (first.sittings, first.facility, first.discrimination_index) == (5, 0.6, 1.0)
    assert first.point_biserial == pytest.approx(0.6 / (1.2 * 2.8) ** 0.5)
    assert {o["option_id"]: (o["all"], o["upper"], o["lower"]) for o in first.options} == {
        1: (2, 0, 1),
        2: (3, 1, 0),
    }
    assert first.median_seconds == 20


def test_resits_and_open_sittings_count_as_use_but_not_as_results(
    services: Services,
    session: Session,
    cast: Cast,
    exam: Exam,
    versions: list[QuestionVersion],
) -> None:
    sit(session, exam, versions, cast, (0, 0, 0), number=50, try_number=2)
    sit(session, exam, versions, cast, (0, 0, 0), number=51, state=SittingState.OPEN)
    session.commit()

    analyse_exams(services)

    assert stored(session, versions[0]).sittings == 5
    use = session.get(QuestionUse, versions[0].question_id)
    assert use is not None
    assert use.papers == 7


def test_a_void_sitting_shows_its_questions_but_says_nothing_of_them(
    services: Services,
    session: Session,
    cast: Cast,
    client_for: Browser,
    exam: Exam,
    versions: list[QuestionVersion],
) -> None:
    cheat = sit(session, exam, versions, cast, (100, 100, 100), number=52)
    cheat.integrity_decision, cheat.is_passed = IntegrityDecision.VOIDED, False
    session.commit()

    analyse_exams(services)

    whole, first = session.get_one(ExamStatistics, exam.id), stored(session, versions[0])
    assert (whole.sittings, whole.mean_tenths, whole.alpha) == (5, 140, pytest.approx(6 / 13))
    assert (first.sittings, first.facility) == (5, 0.6)
    assert sum(option["all"] for option in first.options) == 5
    assert sum(team["sittings"] for team in first.teams) == 5
    assert session.get_one(QuestionUse, versions[0].question_id).papers == 6
    page = client_for("examiner").get(f"/exams/{exam.id}/analysis").text
    assert "1 份违纪作废的首考答卷没有算在里面" in page


def test_making_a_sitting_void_and_lifting_it_has_the_exam_analysed_again(
    services: Services, session: Session, exam: Exam, versions: list[QuestionVersion]
) -> None:
    analyse_exams(services)
    best, last = (
        session.scalars(select(Sitting).order_by(Sitting.score_tenths.desc())).all()[place]
        for place in (0, -1)
    )

    best.integrity_decision = IntegrityDecision.VOIDED
    session.commit()
    assert analyse_exams(services) == [exam.id]
    assert stored(session, versions[0]).facility == 0.5
    # One void sitting in the place of another leaves their number as it was.
    best.integrity_decision = IntegrityDecision.CONFIRMED
    last.integrity_decision = IntegrityDecision.VOIDED
    session.commit()
    assert analyse_exams(services) == [exam.id]
    assert stored(session, versions[0]).facility == 0.75


def test_an_exam_is_analysed_again_only_when_its_sittings_changed(
    services: Services,
    session: Session,
    cast: Cast,
    exam: Exam,
    versions: list[QuestionVersion],
) -> None:
    analyse_exams(services)
    again = analyse_exams(services)
    sit(session, exam, versions, cast, (100, 0, 0), number=60)
    session.commit()

    assert again == []
    assert analyse_exams(services) == [exam.id]
    assert analyse_exams(services, exam_id=exam.id) == [exam.id]


def test_a_version_in_two_exams_is_pooled(
    services: Services,
    session: Session,
    cast: Cast,
    exam: Exam,
    versions: list[QuestionVersion],
) -> None:
    other = make_exam(session, cast, versions, title="另一场")
    sit(session, other, versions, cast, (0, 100, 0), number=70)
    session.commit()

    analyse_exams(services)

    assert stored(session, versions[0]).sittings == 6
    assert stored(session, versions[0]).facility == 0.5
    assert len(session.scalars(select(ExamItemStatistics)).all()) == 6


def test_a_correction_of_words_goes_on_with_the_figures_so_far(
    services: Services,
    session: Session,
    cast: Cast,
    exam: Exam,
    versions: list[QuestionVersion],
) -> None:
    corrected = make_single(session, 9)
    corrected.continues_id = versions[0].id
    other = make_exam(session, cast, [corrected, *versions[1:]], title="另一场")
    sit(session, other, [corrected, *versions[1:]], cast, (0, 100, 0), number=71)
    session.commit()

    analyse_exams(services)

    before = stored(session, versions[0]).sittings
    assert before == len(LADDER)
    assert stored(session, corrected).sittings == before + 1


def test_answers_sent_together_tell_no_time(
    services: Services, session: Session, cast: Cast, versions: list[QuestionVersion]
) -> None:
    made = make_exam(session, cast, versions)
    sit(session, made, versions, cast, (100, 0, 0), number=1, seconds=0)
    session.commit()

    analyse_exams(services)

    assert stored(session, versions[0]).median_seconds is None


def test_the_page_of_a_question_says_what_the_figures_mean(
    services: Services,
    session: Session,
    cast: Cast,
    client_for: Browser,
    versions: list[QuestionVersion],
) -> None:
    made = make_exam(session, cast, versions)
    for number in range(32):
        good = number % 2 * 100
        sit(session, made, versions, cast, (100 - good, good, good), number=number)
    session.commit()
    analyse_exams(services)
    question = session.get(Question, versions[0].question_id)
    assert question is not None

    page = client_for("trainer").get(f"/questions/{question.public_id}").get_data(as_text=True)

    assert "区分度为负：检查答案" in page
    assert "无人选 C" in page
    assert "在 32 份卷上" in page
    assert "焊接一班" in page


def test_few_sittings_are_said_to_be_few(
    services: Services, client_for: Browser, exam: Exam
) -> None:
    analyse_exams(services)

    page = client_for("examiner").get(f"/exams/{exam.id}/analysis").get_data(as_text=True)

    assert "不到 30 份答卷" in page
    assert "样本不足（n&lt;30）" in page
    assert "0.46" in page


def test_an_inspector_sees_figures_but_no_question(
    services: Services, client_for: Browser, exam: Exam
) -> None:
    analyse_exams(services)

    page = client_for("inspector").get(f"/exams/{exam.id}/analysis").get_data(as_text=True)

    assert "60.0%" in page
    assert "一级动火票" not in page


def test_an_examiner_has_the_figures_computed_anew(
    session: Session, client_for: Browser, exam: Exam
) -> None:
    answer = client_for("examiner").post(f"/exams/{exam.id}/analysis")

    assert answer.status_code == 302


def test_the_job_asks_the_same_number_of_queries_for_few_sittings_and_for_many(
    services: Services,
    session: Session,
    cast: Cast,
    exam: Exam,
    versions: list[QuestionVersion],
    count_queries: QueryCounter,
) -> None:
    analyse_exams(services, exam_id=exam.id)
    count_queries.statements.clear()
    analyse_exams(services, exam_id=exam.id)
    for_few = len(count_queries)
    for number in range(80, 110):
        sit(session, exam, versions, cast, (100, 0, 100), number=number)
    session.commit()
    count_queries.statements.clear()

    analyse_exams(services, exam_id=exam.id)

    assert len(count_queries) == for_few
