"""A sitting made void (违纪作废): beside certificates, 待岗, late answers, and on every page."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.models import User
from certificates.models import (
    Certificate,
    CertificateKind,
    CertificateReview,
    ExamAward,
    ReviewOutcome,
    StandbyFlag,
)
from core.clock import ManualClock
from core.errors import Conflict
from exams.corrections import ChangeKind
from exams.models import Exam, ExamKind, LateDecision, Sitting
from exams.operations.answers import record_answer
from exams.operations.answers_to_mark import release_results
from exams.operations.closing import close_overdue_sittings, submit_sitting
from exams.operations.delivery import decide_late_answers, deliver_late
from exams.operations.presence import SignOfLife, record_presence
from exams.operations.sitting import reopen_sitting, start_sitting, take_over
from exams.operations.verdicts import confirm_sitting, void_sitting
from exams.queries.sittings import paper_of
from exams.recording import JournalEntry
from exams.result_book import result_book
from question_bank.models import QuestionVersion
from reports.rules import Outcome, Try, outcome_of
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam, make_multiple, make_single
from tests.exams.people.papers import LATER, appoint, candidates, make_marker, mark, written_exam
from tests.exams.people.papers import sit as write
from tests.exams.regrading import ZONE, regrade_by, sit
from tests.exams.test_result_table import sheets

Browser = Callable[[str], FlaskClient]
WHY = "开考后看手机"


@pytest.fixture
def single(session: Session, cast: Cast) -> QuestionVersion:
    return make_single(session)


@pytest.fixture
def exam(session: Session, cast: Cast, single: QuestionVersion) -> Exam:
    """Ten of twenty points pass and award a certificate."""
    made = make_exam(session, cast, [single, make_multiple(session)], pass_mark_tenths=100)
    award(session, made)
    return made


def award(session: Session, exam: Exam) -> None:
    kind = CertificateKind(code="DHJH", name="动火监护人培训合格证", valid_months=12)
    session.add(kind)
    session.flush()
    session.add(ExamAward(exam_id=exam.id, kind_id=kind.id))
    session.flush()


def void(session: Session, cast: Cast, sitting: Sitting) -> None:
    actor = cast.actor("examiner")
    void_sitting(session, sitting.id, reason=WHY, actor=actor, now=LATER)


def lift(session: Session, cast: Cast, sitting: Sitting) -> None:
    actor = cast.actor("examiner")
    confirm_sitting(session, sitting.id, reason="查清了", actor=actor, now=LATER)


def test_its_certificate_is_asked_about_and_stands_again_once_it_is_lifted(
    session: Session, cast: Cast, exam: Exam, single: QuestionVersion
) -> None:
    sitting = sit(session, cast, exam, "learner", {single.id: [2]})
    certificate = session.query(Certificate).one()

    void(session, cast, sitting)

    review = session.query(CertificateReview).one()
    assert (review.certificate_id, review.asked_reason) == (certificate.id, WHY)
    assert review.settled_at is None
    regrade_by(session, cast, exam, single, ChangeKind.FULL_MARKS)
    assert review.settled_at is None
    lift(session, cast, sitting)
    assert sitting.is_passed is True
    assert review.outcome is ReviewOutcome.PASSED_AGAIN
    assert session.query(Certificate).one().revoked_at is None


@pytest.mark.parametrize(("accepts", "score"), [(True, 200), (False, 100)])
def test_a_decision_on_late_answers_leaves_it_void(
    session: Session, cast: Cast, exam: Exam, single: QuestionVersion, accepts: bool, score: int
) -> None:
    sitting = with_late_answer(session, cast, exam, single)
    void(session, cast, sitting)

    decide_late_answers(
        session,
        sitting.id,
        accepts=accepts,
        reason="断网",
        actor=cast.actor("examiner"),
        now=LATER,
    )

    assert (sitting.score_tenths, sitting.is_passed) == (score, False)
    lift(session, cast, sitting)
    assert (sitting.score_tenths, sitting.is_passed) == (score, True)
    assert session.query(CertificateReview).one().outcome is ReviewOutcome.PASSED_AGAIN


def with_late_answer(session: Session, cast: Cast, exam: Exam, single: QuestionVersion) -> Sitting:
    """The single choice right in time; both of the multiple one delivered late."""
    actor = cast.actor("learner")
    sitting = start_sitting(session, exam, actor=actor, now=MONDAY, seed=1, zone=ZONE)
    take_over(session, sitting.id, lease="page", actor=actor, now=MONDAY)
    sign = SignOfLife("page", answered=0, slot=1, waiting=0, address="")
    record_presence(session, sitting.id, sign, actor=actor, now=MONDAY + timedelta(minutes=2))
    slots = {row.question_version_id: row.slot for row in paper_of(session, sitting.id)}
    first = slots.pop(single.id)
    entries = [
        JournalEntry(first, [2], "choice-0001", 1, None, MONDAY),
        JournalEntry(next(iter(slots.values())), [1, 3], "choice-0002", 2, "choice-0001", MONDAY),
    ]
    record_answer(session, sitting.id, entries[0], lease="page", actor=actor, now=MONDAY)
    session.expire(sitting)
    at = sitting.deadline + timedelta(minutes=1)
    close_overdue_sittings(session, actor=actor, now=at)
    told = deliver_late(session, sitting.id, entries, lease="page", actor=actor, now=at)
    assert told.stored == 1
    assert (sitting.score_tenths, sitting.late_score_tenths) == (100, 200)
    return sitting


def test_what_late_answers_would_make_follows_a_regrade(
    session: Session, cast: Cast, exam: Exam, single: QuestionVersion
) -> None:
    sitting = with_late_answer(session, cast, exam, single)

    regrade_by(session, cast, exam, single, ChangeKind.POINTS, 300)

    assert sitting.late_decision is LateDecision.PENDING
    assert (sitting.score_tenths, sitting.late_score_tenths) == (300, 400)


def test_a_paper_that_waits_for_marking_proposes_nothing_when_it_is_made_void(
    session: Session, cast: Cast
) -> None:
    exam = written_exam(session, cast, tries=2, proposes_standby=True)
    learner, marker = candidates(session, cast, 1)[0], marker_of(session, cast, exam)
    write(session, exam, learner, None, verdict=True)
    last = write(session, exam, learner, "报告", now=MONDAY + timedelta(minutes=20))

    void(session, cast, last)
    assert last.is_passed is None
    assert session.query(StandbyFlag).count() == 0
    lift(session, cast, last)
    assert session.query(StandbyFlag).count() == 0

    mark(session, marker, last, 100)
    release(session, cast, exam)
    assert last.is_passed is True
    assert session.query(StandbyFlag).count() == 0
    void(session, cast, last)
    assert session.query(StandbyFlag).one().sitting_id == last.id


def marker_of(session: Session, cast: Cast, exam: Exam) -> User:
    user = make_marker(session, cast, "阅卷人")
    appoint(session, cast, exam, user)
    return user


def release(session: Session, cast: Cast, exam: Exam) -> None:
    release_results(session, exam, limit=100, actor=cast.actor("examiner"), now=LATER)


def test_a_regrade_that_lets_the_first_try_pass_proposes_no_standby_for_the_second(
    session: Session, cast: Cast, exam: Exam, single: QuestionVersion
) -> None:
    exam.tries, exam.proposes_standby = 2, False
    first = sit(session, cast, exam, "learner", {single.id: [1]})
    second = start_sitting(
        session, exam, actor=cast.actor("learner"), now=LATER - timedelta(hours=2), seed=3,
        zone=ZONE,
    )  # fmt: skip
    submit_sitting(session, second, actor=cast.actor("learner"), now=LATER - timedelta(hours=2))
    exam.proposes_standby = True

    key = {"answers": [[1]], "keeps_old": True}
    regrade_by(session, cast, exam, single, ChangeKind.KEY, key)

    assert (first.is_passed, second.is_passed) == (True, False)
    assert session.query(StandbyFlag).count() == 0


def test_a_paper_opened_again_and_passed_settles_the_question_about_its_certificate(
    session: Session, cast: Cast, exam: Exam, single: QuestionVersion
) -> None:
    sitting = sit(session, cast, exam, "learner", {single.id: [2]})
    wrong = {"answers": [[3]], "keeps_old": False}
    regrade_by(session, cast, exam, single, ChangeKind.KEY, wrong)
    review = session.query(CertificateReview).one()
    examiner, learner = cast.actor("examiner"), cast.actor("learner")
    reopen_sitting(session, sitting.id, minutes=9, reason="停电", actor=examiner, now=LATER)
    regrade_by(session, cast, exam, single, ChangeKind.RESTORED)
    assert review.settled_at is None

    submit_sitting(session, sitting, actor=learner, now=LATER)

    assert sitting.is_passed is True
    assert review.outcome is ReviewOutcome.PASSED_AGAIN
    with pytest.raises(Conflict, match="已经合格"):
        reopen_sitting(session, sitting.id, minutes=9, reason="停电", actor=examiner, now=LATER)


def test_pages_say_that_it_is_void_where_they_say_a_verdict(
    client_for: Browser,
    session: Session,
    cast: Cast,
    exam: Exam,
    single: QuestionVersion,
    clock: ManualClock,
    tmp_path: Path,
) -> None:
    sitting = sit(session, cast, exam, "learner", {single.id: [2]})
    void(session, cast, sitting)
    session.commit()
    clock.move_to(LATER)
    learner, examiner = client_for("learner"), client_for("examiner")

    result = learner.get(f"/sittings/{sitting.id}/result").text
    assert "<h1>违纪作废</h1>" in result
    assert WHY in result
    assert "违纪作废，10 分" in learner.get("/my-exams").text
    for page in ("/", "/me/records"):
        assert "违纪作废" in learner.get(page).text, page
    pages = ("candidates", "sittings", "board", "board/record")
    for page in pages:
        assert "违纪作废" in examiner.get(f"/exams/{exam.id}/{page}").text, page
    names = f"/reports/pass-rates/{exam.id}/people?group=failed"
    assert "违纪作废" in client_for("safety_manager").get(names).text
    book, _count = result_book(session, cast.actor("examiner"), exam, zone=ZONE, folder=tmp_path)
    head, person = sheets(book)["成绩"]
    assert dict(zip(head, person, strict=True))["结论"] == "违纪作废"


@pytest.mark.parametrize(
    ("tries", "outcome"),
    [
        ([(False, False), (None, True)], Outcome.TO_MARK),
        ([(False, False), (None, False)], Outcome.FAILED),
        ([(None, True)], Outcome.TO_MARK),
        ([(None, False)], Outcome.UNDER_WAY),
        ([(None, True), (True, False)], Outcome.PASSED_RESIT),
    ],
)
def test_a_resit_that_waits_for_marking_is_no_fail_in_the_pass_rates(
    tries: list[tuple[bool | None, bool]], outcome: Outcome
) -> None:
    taken = [
        Try(number, None, is_passed, waits)
        for number, (is_passed, waits) in enumerate(tries, start=1)
    ]

    assert outcome_of(is_exempt=False, tries=taken) is outcome


def test_the_book_tells_corrected_points_and_keys(
    session: Session, cast: Cast, exam: Exam, single: QuestionVersion, tmp_path: Path
) -> None:
    sit(session, cast, exam, "learner", {single.id: [1]})
    key: Any = {"answers": [[1]], "keeps_old": False}
    regrade_by(session, cast, exam, single, ChangeKind.KEY, key)
    regrade_by(session, cast, exam, single, ChangeKind.POINTS, 50)

    data, _count = result_book(session, cast.actor("examiner"), exam, zone=ZONE, folder=tmp_path)

    head, *rows = sheets(data)["答题"]
    told = [dict(zip(head, row, strict=True)) for row in rows]
    (line,) = [one for one in told if one["题目编号"] == single.id]
    assert (line["得分"], line["分值"]) == (5.0, 5.0)
    assert line["作答"] == line["正确答案"]


def test_a_practice_made_void_or_regraded_has_no_consequences(
    session: Session, cast: Cast, single: QuestionVersion
) -> None:
    practice = make_exam(
        session,
        cast,
        [single],
        kind=ExamKind.PRACTICE,
        tries=2,
        pass_mark_tenths=100,
        proposes_standby=True,
    )
    award(session, practice)
    sit(session, cast, practice, "learner", {single.id: [2]})
    again = sit(session, cast, practice, "learner", {single.id: [1]})
    assert again.try_number == 2

    regrade_by(session, cast, practice, single, ChangeKind.FULL_MARKS)
    void(session, cast, again)
    lift(session, cast, again)

    assert again.is_passed is True
    found = [session.query(one).count() for one in (Certificate, CertificateReview, StandbyFlag)]
    assert found == [0, 0, 0]
