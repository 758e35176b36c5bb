from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from certificates.models import Certificate, CertificateKind, CertificateReview, StandbyFlag
from exams.models import Exam
from tests.cast import Cast
from tests.certificates.making import make_flag
from tests.certificates.test_pages import make_certificate
from tests.conftest import MONDAY
from tests.routes import Route
from tests.sittings import make_plain_exam, make_sitting

READERS = {
    "team_leader": 200,
    "safety_manager": 200,
    "administrator": 200,
    "inspector": 200,
    "nobody": 302,
}
KIND_MAKERS = {"safety_manager": 200, "administrator": 200, "nobody": 302}
AWARD_MAKERS = {"examiner": 302, "safety_manager": 302, "administrator": 302, "nobody": 302}


def certificate(session: Session, cast: Cast) -> Mapping[str, Any]:
    found = session.query(Certificate).first() or make_certificate(session, cast)
    return {"certificate_id": found.id}


def code(session: Session, cast: Cast) -> Mapping[str, Any]:
    found = session.query(Certificate).first() or make_certificate(session, cast)
    return {"code": found.check_code}


def review(session: Session, cast: Cast) -> Mapping[str, Any]:
    held = certificate(session, cast)["certificate_id"]
    user = cast.user("learner")
    sitting = make_sitting(session, make_plain_exam(session), user, is_passed=False)
    found = CertificateReview(
        certificate_id=held, sitting_id=sitting.id, asked_at=MONDAY, asked_reason="改了答案"
    )
    session.add(found)
    session.flush()
    return {"review_id": found.id}


def kind(session: Session, cast: Cast) -> Mapping[str, Any]:
    certificate(session, cast)
    return {"kind_id": session.query(CertificateKind.id).limit(1).scalar()}


def exam(session: Session, _cast: Cast) -> Mapping[str, Any]:
    found = session.query(Exam).first() or make_plain_exam(session)
    return {"exam_id": found.id}


def standby(session: Session, cast: Cast) -> Mapping[str, Any]:
    """A proposal on 王小满, who failed a last resit."""
    made = session.query(StandbyFlag).first() or make_flag(session, cast)
    return {"flag_id": made.id}


# A certificate of 王小满: the holder and who reads 冲压一班, nobody else.
OF_ONE = {**READERS, "learner": 200}

DECIDERS = {"safety_manager": 200, "nobody": 302}

ROUTES = {
    "certificates.standby_flags": Route(expected=DECIDERS, others=403),
    "certificates.standby_flag": Route(values=standby, expected=DECIDERS, others=403),
    "certificates.mine": Route(expected={"nobody": 302}),
    "certificates.certificates": Route(expected={**READERS, "other_leader": 200}, others=403),
    "certificates.certificate": Route(values=certificate, expected=OF_ONE, others=404),
    "certificates.document": Route(values=certificate, expected=OF_ONE, others=404),
    "certificates.check": Route(values=code),
    "certificates.revoke": Route(
        "POST",
        values=certificate,
        data=lambda session, cast: {"reason": "代考"},
        expected={"administrator": 302, "nobody": 302},
        others=403,
    ),
    "certificates.reviews": Route(expected=KIND_MAKERS, others=403),
    "certificates.settle_review": Route(
        "POST",
        values=review,
        data=lambda session, cast: {"outcome": "kept", "reason": "差 0.1 分，已补考"},
        expected={"safety_manager": 302, "administrator": 302, "nobody": 302},
        others=403,
    ),
    "certificates.kinds": Route(expected=KIND_MAKERS, others=403),
    "certificates.add_kind": Route(expected=KIND_MAKERS, others=403),
    "certificates.edit_kind": Route(values=kind, expected=KIND_MAKERS, others=403),
    "certificates.set_award": Route(
        "POST",
        values=exam,
        data=lambda session, cast: {"kind_id": 0},
        expected=AWARD_MAKERS,
        others=403,
    ),
    "certificates.award_missing": Route("POST", values=exam, expected=AWARD_MAKERS, others=403),
}
