"""A pass that becomes a fail: nothing is revoked by itself, a person decides."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from certificates.models import (
    Certificate,
    CertificateKind,
    CertificateReview,
    ExamAward,
    ReviewOutcome,
)
from certificates.operations import settle_review
from core.errors import Conflict, Forbidden
from exams.corrections import ChangeKind
from exams.models import Exam, Sitting
from exams.operations.answers import record_answer
from exams.operations.delivery import decide_late_answers, deliver_late
from exams.operations.presence import SignOfLife, record_presence
from exams.operations.sitting import take_over
from exams.queries.sittings import paper_of
from exams.recording import JournalEntry
from question_bank.models import QuestionVersion
from tests.cast import Cast
from tests.conftest import MONDAY
from tests.exams.factories import make_exam, make_multiple, make_single
from tests.exams.regrading import LATER, REASON, key, regrade_by, sit, start

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def single(session: Session, cast: Cast) -> QuestionVersion:
    return make_single(session)


@pytest.fixture
def exam(session: Session, cast: Cast, single: QuestionVersion) -> Exam:
    """Ten of twenty points pass and award a certificate."""
    exam = make_exam(session, cast, [single, make_multiple(session)], pass_mark_tenths=100)
    kind = CertificateKind(code="DHJH", name="动火监护人培训合格证", valid_months=12)
    session.add(kind)
    session.flush()
    session.add(ExamAward(exam_id=exam.id, kind_id=kind.id))
    session.flush()
    return exam


@pytest.fixture
def sitting(session: Session, cast: Cast, exam: Exam, single: QuestionVersion) -> Sitting:
    """Passed with the single choice right."""
    return sit(session, cast, exam, "learner", {single.id: [2]})


def of_sitting(session: Session, sitting: Sitting) -> Certificate:
    return session.query(Certificate).filter_by(sitting_id=sitting.id).one()


def test_a_fail_that_becomes_a_pass_is_awarded(
    session: Session, cast: Cast, exam: Exam, single: QuestionVersion
) -> None:
    failed = sit(session, cast, exam, "learner", {single.id: [1]})
    assert session.query(Certificate).count() == 0

    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([1]))

    assert of_sitting(session, failed).user_id == cast.user("learner").id


def test_a_pass_that_becomes_a_fail_asks_a_person_and_revokes_nothing(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, single: QuestionVersion
) -> None:
    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([3]))

    review = session.query(CertificateReview).one()
    certificate = of_sitting(session, sitting)
    assert (review.certificate_id, review.asked_reason) == (certificate.id, REASON)
    assert certificate.revoked_at is None


def test_passing_again_settles_the_question_by_itself(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, single: QuestionVersion
) -> None:
    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([3]))
    regrade_by(session, cast, exam, single, ChangeKind.RESTORED)

    review = session.query(CertificateReview).one()
    assert review.outcome is ReviewOutcome.PASSED_AGAIN
    assert session.query(Certificate).count() == 1


def test_what_was_kept_once_is_asked_again_after_another_fail(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, single: QuestionVersion
) -> None:
    manager = cast.actor("safety_manager")
    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([3]))
    first = session.query(CertificateReview).one()
    settle_review(session, first, ReviewOutcome.KEPT, reason="已补训", actor=manager, now=LATER)
    regrade_by(session, cast, exam, single, ChangeKind.RESTORED)
    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([3]))

    assert session.query(CertificateReview).count() == 2
    with pytest.raises(Conflict, match="处理过"):
        settle_review(session, first, ReviewOutcome.REVOKED, reason="x", actor=manager, now=LATER)


def test_the_holder_does_not_decide(
    session: Session, cast: Cast, exam: Exam, single: QuestionVersion
) -> None:
    sit(session, cast, exam, "safety_manager", {single.id: [2]})
    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([3]))
    review = session.query(CertificateReview).one()

    with pytest.raises(Forbidden, match="另一个人"):
        settle_review(
            session,
            review,
            ReviewOutcome.KEPT,
            reason="是我的",
            actor=cast.actor("safety_manager"),
            now=LATER,
        )


def test_the_safety_manager_sees_why_and_revokes(
    session: Session,
    cast: Cast,
    exam: Exam,
    sitting: Sitting,
    single: QuestionVersion,
    client_for: Browser,
) -> None:
    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([3]))
    review = session.query(CertificateReview).one()
    browser = client_for("safety_manager")

    page = browser.get("/certificates/reviews").text
    assert REASON in page
    assert of_sitting(session, sitting).number in page
    assert "1 张证书等人决定撤不撤销" in browser.get("/").text

    bare = browser.post(f"/certificates/reviews/{review.id}", data={"outcome": "revoked"})
    assert bare.status_code == 422
    assert "写上原因" in bare.text

    browser.post(
        f"/certificates/reviews/{review.id}",
        data={"outcome": "revoked", "reason": "答案更正后不合格"},
    )
    session.expire_all()
    certificate = of_sitting(session, sitting)
    assert certificate.revoked_reason == "答案更正后不合格"
    assert certificate.revoked_by_id == cast.user("safety_manager").id
    assert "没有要决定的证书" in browser.get("/certificates/reviews").text


def test_keeping_leaves_the_certificate_valid(
    session: Session,
    cast: Cast,
    exam: Exam,
    sitting: Sitting,
    single: QuestionVersion,
    client_for: Browser,
) -> None:
    regrade_by(session, cast, exam, single, ChangeKind.KEY, key([3]))
    review = session.query(CertificateReview).one()

    answer = client_for("safety_manager").post(
        f"/certificates/reviews/{review.id}",
        data={"outcome": "kept", "reason": "已补考合格"},
        follow_redirects=True,
    )

    assert "保留，仍然有效" in answer.text
    session.expire_all()
    assert of_sitting(session, sitting).revoked_at is None
    assert session.get_one(CertificateReview, review.id).outcome is ReviewOutcome.KEPT


def test_late_answers_that_turn_a_pass_into_a_fail_ask_a_person_too(
    session: Session, cast: Cast, exam: Exam, single: QuestionVersion
) -> None:
    learner, lease = cast.actor("learner"), "this-page"
    sitting = start(session, cast, exam, "learner")
    deadline = sitting.deadline
    slot = next(
        row.slot for row in paper_of(session, sitting.id) if row.question_version_id == single.id
    )
    take_over(session, sitting.id, lease=lease, actor=learner, now=MONDAY)
    sign = SignOfLife(lease, answered=1, slot=slot, waiting=0, address="10.0.0.9")
    record_presence(session, sitting.id, sign, actor=learner, now=MONDAY)
    in_time = JournalEntry(slot, [2], "choice-000001", number=1, claimed_at=MONDAY)
    record_answer(session, sitting.id, in_time, lease=lease, actor=learner, now=MONDAY)
    late = JournalEntry(
        slot, [1], "choice-000002", number=2, after="choice-000001", claimed_at=MONDAY
    )
    deliver_late(
        session, sitting.id, [late], lease=lease, actor=learner, now=deadline + timedelta(minutes=1)
    )
    session.refresh(sitting)
    assert sitting.is_passed
    certificate = of_sitting(session, sitting)

    decide_late_answers(
        session,
        sitting.id,
        accepts=True,
        reason="网断了，答案是到时前选的",
        actor=cast.actor("examiner"),
        now=LATER,
    )

    review = session.query(CertificateReview).one()
    assert (review.certificate_id, certificate.revoked_at) == (certificate.id, None)
    assert review.asked_reason == "网断了，答案是到时前选的"
