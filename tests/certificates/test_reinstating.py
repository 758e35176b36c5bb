"""A certificate revoked in review whose sitting is a pass again: a person decides, nothing else."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.models import (
    Certificate,
    CertificateKind,
    CertificateReview,
    ExamAward,
    ReviewOutcome,
)
from certificates.operations import revoke_certificate, settle_review
from core.audit import AuditEntry
from core.clock import ManualClock
from core.errors import Conflict, Forbidden
from exams.corrections import ChangeKind
from exams.models import Exam, Sitting
from exams.operations.verdicts import confirm_sitting, void_sitting
from question_bank.models import QuestionVersion
from tests.cast import Cast
from tests.exams.factories import make_exam, make_single
from tests.exams.regrading import LATER, regrade_by, sit

Browser = Callable[[str], FlaskClient]
VOID, LIFTED, REVOKED, BACK = "开考后看手机", "看的是工作对讲机", "违纪作废", "作废错了"


@pytest.fixture
def single(session: Session) -> QuestionVersion:
    return make_single(session)


@pytest.fixture
def exam(session: Session, cast: Cast, single: QuestionVersion) -> Exam:
    exam = make_exam(session, cast, [single], pass_mark_tenths=50)
    kind = CertificateKind(code="DHJH", name="动火监护人培训合格证", valid_months=12)
    session.add(kind)
    session.flush()
    session.add(ExamAward(exam_id=exam.id, kind_id=kind.id))
    session.flush()
    return exam


@pytest.fixture
def sitting(session: Session, cast: Cast, exam: Exam, single: QuestionVersion) -> Sitting:
    return sit(session, cast, exam, "learner", {single.id: [2]})


def void(session: Session, cast: Cast, sitting: Sitting) -> None:
    void_sitting(session, sitting.id, reason=VOID, actor=cast.actor("examiner"), now=LATER)


def lift(session: Session, cast: Cast, sitting: Sitting) -> None:
    confirm_sitting(session, sitting.id, reason=LIFTED, actor=cast.actor("examiner"), now=LATER)


def settle(
    session: Session,
    cast: Cast,
    outcome: ReviewOutcome,
    reason: str,
    *,
    who: str = "safety_manager",
) -> None:
    review = newest(session)
    settle_review(session, review, outcome, reason=reason, actor=cast.actor(who), now=LATER)


def newest(session: Session) -> CertificateReview:
    return session.scalars(select(CertificateReview).order_by(CertificateReview.id.desc())).all()[0]


def revoked_and_lifted(session: Session, cast: Cast, sitting: Sitting) -> Certificate:
    void(session, cast, sitting)
    settle(session, cast, ReviewOutcome.REVOKED, REVOKED)
    lift(session, cast, sitting)
    return session.scalars(select(Certificate)).one()


def test_lifting_the_void_asks_a_person_and_changes_nothing_by_itself(
    session: Session, cast: Cast, sitting: Sitting
) -> None:
    certificate = revoked_and_lifted(session, cast, sitting)

    review = newest(session)
    assert (review.asked_reason, review.settled_at) == (LIFTED, None)
    assert certificate.revoked_reason == REVOKED
    actions = session.scalars(select(AuditEntry.action)).all()
    assert "certificate.reinstatement.asked" in actions
    assert "certificate.reinstated" not in actions


def test_whole_path_from_the_void_to_the_certificate_valid_again(
    session: Session,
    cast: Cast,
    sitting: Sitting,
    client_for: Browser,
    clock: ManualClock,
) -> None:
    certificate = revoked_and_lifted(session, cast, sitting)
    number, code = certificate.number, certificate.check_code
    session.commit()
    clock.move_to(LATER)
    manager, learner = client_for("safety_manager"), client_for("learner")
    visitor = client_for("nobody")
    assert "1 张撤销的证书等人决定恢不恢复" in manager.get("/").text
    assert "等人决定撤不撤销" not in manager.get("/").text
    assert "1 张撤销的证书等人决定恢不恢复" in manager.get("/certificates").text
    page = manager.get("/certificates/reviews").text
    for words in (LIFTED, REVOKED, number, "恢复有效", "维持撤销"):
        assert words in page, words
    assert "正等人决定恢不恢复" in learner.get(f"/certificates/{certificate.id}").text
    assert "<h1>撤销</h1>" in visitor.get(f"/c/{code}").text

    address = f"/certificates/reviews/{newest(session).id}"
    other = manager.post(address, data={"outcome": "kept", "reason": BACK})
    bare = manager.post(address, data={"outcome": "reinstated"})
    done = manager.post(
        address, data={"outcome": "reinstated", "reason": BACK}, follow_redirects=True
    )

    assert (other.status_code, bare.status_code) == (422, 422)
    assert f"{number} 恢复有效" in done.text
    session.expire_all()
    assert certificate.revoked_at is certificate.revoked_reason is certificate.revoked_by_id is None
    assert "<h1>有效</h1>" in visitor.get(f"/c/{code}").text
    for address in ("/", f"/certificates/{certificate.id}", "/me/records"):
        page = learner.get(address).text
        assert "恢复有效" in page, address
        assert BACK in page, address
    assert number in learner.get("/my-certificates").text
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "certificate.reinstated")
    ).one()
    assert (entry.reason, entry.on_user_id) == (BACK, cast.user("learner").id)
    assert entry.before is not None
    assert entry.before["revoked_reason"] == REVOKED


def test_left_revoked_is_not_asked_about_again_until_the_result_changes_again(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, single: QuestionVersion
) -> None:
    certificate = revoked_and_lifted(session, cast, sitting)
    settle(session, cast, ReviewOutcome.LEFT_REVOKED, "另有代考")
    regrade_by(session, cast, exam, single, ChangeKind.FULL_MARKS)

    assert session.query(CertificateReview).count() == 2
    assert certificate.revoked_reason == REVOKED
    void(session, cast, sitting)
    assert session.query(CertificateReview).count() == 2
    lift(session, cast, sitting)
    assert session.query(CertificateReview).count() == 3
    assert newest(session).settled_at is None


def test_a_sitting_void_again_before_anybody_decided_takes_the_question_away(
    session: Session, cast: Cast, sitting: Sitting
) -> None:
    certificate = revoked_and_lifted(session, cast, sitting)

    void(session, cast, sitting)

    assert newest(session).outcome is ReviewOutcome.FAILED_AGAIN
    assert certificate.revoked_at is not None
    lift(session, cast, sitting)
    assert newest(session).settled_at is None


def test_a_key_corrected_and_restored_asks_as_well(
    session: Session, cast: Cast, exam: Exam, sitting: Sitting, single: QuestionVersion
) -> None:
    wrong = {"answers": [[3]], "keeps_old": False}
    regrade_by(session, cast, exam, single, ChangeKind.KEY, wrong)
    settle(session, cast, ReviewOutcome.REVOKED, "更正后不合格")
    regrade_by(session, cast, exam, single, ChangeKind.RESTORED)

    settle(session, cast, ReviewOutcome.REINSTATED, BACK)

    assert session.scalars(select(Certificate)).one().revoked_at is None
    void(session, cast, sitting)
    assert newest(session).settled_at is None


def test_what_was_revoked_for_a_reason_of_its_own_is_not_asked_about(
    session: Session, cast: Cast, sitting: Sitting
) -> None:
    certificate = session.scalars(select(Certificate)).one()
    eve = cast.actor("administrator")
    revoke_certificate(session, certificate, reason="代考", actor=eve, now=LATER)

    void(session, cast, sitting)
    lift(session, cast, sitting)

    assert session.query(CertificateReview).count() == 0
    assert certificate.revoked_reason == "代考"


def test_revoking_answers_the_open_question(session: Session, cast: Cast, sitting: Sitting) -> None:
    void(session, cast, sitting)
    certificate = session.scalars(select(Certificate)).one()

    eve = cast.actor("administrator")
    revoke_certificate(session, certificate, reason="查实", actor=eve, now=LATER)

    assert newest(session).outcome is ReviewOutcome.REVOKED
    assert newest(session).settled_reason == "查实"


def test_the_holder_does_not_decide_and_no_answer_fits_the_other_question(
    session: Session, cast: Cast, sitting: Sitting
) -> None:
    revoked_and_lifted(session, cast, sitting)

    with pytest.raises(Forbidden, match="另一个人"):
        settle(session, cast, ReviewOutcome.REINSTATED, "是我的", who="learner")
    with pytest.raises(Conflict, match="情况变了"):
        settle(session, cast, ReviewOutcome.KEPT, BACK)
