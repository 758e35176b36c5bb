"""What people decide about issued certificates: revoked, kept, valid again.

A certificate whose pass is none any more is asked about, and so is one that was revoked for that
reason once its sitting is a pass again: 《个人信息保护法》 art. 24 leaves both to a person. An open
question about a certificate that stands asks whether to revoke it, one about a revoked certificate
whether it is valid again.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from certificates import review_queries
from certificates.models import Certificate, CertificateReview, ReviewOutcome
from core.audit import record
from core.errors import N_, Conflict, Forbidden
from core.identity import Actor

# What each of the two questions may be answered with.
ANSWERS = {
    False: (ReviewOutcome.REVOKED, ReviewOutcome.KEPT),
    True: (ReviewOutcome.REINSTATED, ReviewOutcome.LEFT_REVOKED),
}


def revoke_certificate(
    session: Session, certificate: Certificate, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Take a certificate's validity away; raises Conflict where that was done already.

    A question whether to revoke it is answered by that.
    """
    if certificate.revoked_at is not None:
        raise Conflict(N_("这张证书已经撤销过了"))
    review = review_queries.open_review(session, certificate.id)
    _revoke(session, certificate, reason=reason, actor=actor, now=now)
    if review is not None:
        outcome = ReviewOutcome.REVOKED
        _settle(session, review, certificate, outcome, reason=reason, actor=actor, now=now)


def _revoke(
    session: Session, certificate: Certificate, *, reason: str, actor: Actor, now: datetime
) -> None:
    certificate.revoked_at = now
    certificate.revoked_reason = reason
    certificate.revoked_by_id = actor.user_id
    record(
        session,
        actor=actor,
        now=now,
        action="certificate.revoked",
        subject=("certificate", certificate.id),
        on_user_id=certificate.user_id,
        before={"number": certificate.number, "revoked": False},
        after={"number": certificate.number, "revoked": True},
        reason=reason,
    )
    session.flush()


def _reinstate(
    session: Session, certificate: Certificate, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Let a certificate be valid again, under its number and with its dates."""
    why, at = certificate.revoked_reason, certificate.revoked_at
    certificate.revoked_at = certificate.revoked_reason = certificate.revoked_by_id = None
    record(
        session,
        actor=actor,
        now=now,
        action="certificate.reinstated",
        subject=("certificate", certificate.id),
        on_user_id=certificate.user_id,
        before={
            "number": certificate.number,
            "revoked_at": at.isoformat() if at else None,
            "revoked_reason": why,
        },
        after={"number": certificate.number, "revoked": False},
        reason=reason,
    )
    session.flush()


def ask_review(
    session: Session, sitting_id: int, *, reason: str, actor: Actor, now: datetime
) -> CertificateReview | None:
    """Ask about the certificate of a sitting that is no pass any more.

    None where the sitting has no certificate that stands, or it is asked about already. Where a
    revoked one was asked about because the sitting had been a pass, that question falls away.
    """
    certificate = review_queries.certificate_of(session, sitting_id)
    if certificate is None:
        return None
    review = review_queries.open_review(session, certificate.id)
    if review is not None and certificate.revoked_at is not None:
        again = ReviewOutcome.FAILED_AGAIN
        _settle(session, review, certificate, again, reason="", actor=actor, now=now)
    if review is not None or certificate.revoked_at is not None:
        return None
    return _ask(session, certificate, sitting_id, reason=reason, actor=actor, now=now)


def pass_again(
    session: Session, sitting_id: int, *, reason: str, actor: Actor, now: datetime
) -> CertificateReview | None:
    """Answer that a sitting is a pass: again, or as before.

    A certificate that is asked about stands, and the question is settled by itself. One that was
    revoked because its pass had become a fail is asked about once more: a person decides whether it
    is valid again. One that was revoked for a reason of its own stays as it is. Returns what was
    asked.
    """
    certificate = review_queries.certificate_of(session, sitting_id)
    if certificate is None:
        return None
    review = review_queries.open_review(session, certificate.id)
    if certificate.revoked_at is None:
        if review is not None:
            again = ReviewOutcome.PASSED_AGAIN
            _settle(session, review, certificate, again, reason="", actor=actor, now=now)
        return None
    if review is not None or not review_queries.was_revoked_in_review(session, certificate.id):
        return None
    return _ask(session, certificate, sitting_id, reason=reason, actor=actor, now=now)


def _ask(
    session: Session,
    certificate: Certificate,
    sitting_id: int,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> CertificateReview:
    review = CertificateReview(
        certificate_id=certificate.id,
        sitting_id=sitting_id,
        asked_at=now,
        asked_by_id=actor.user_id,
        asked_reason=reason,
    )
    session.add(review)
    session.flush()
    is_revoked = certificate.revoked_at is not None
    record(
        session,
        actor=actor,
        now=now,
        action="certificate.reinstatement.asked" if is_revoked else "certificate.review.asked",
        subject=("certificate", certificate.id),
        on_user_id=certificate.user_id,
        after={"number": certificate.number, "sitting_id": sitting_id},
        reason=reason,
    )
    session.flush()
    return review


def settle_review(
    session: Session,
    review: CertificateReview,
    outcome: ReviewOutcome,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Revoke the certificate or keep it; reinstate a revoked one or leave it revoked.

    Raises Conflict once it is settled, and for an answer to the other of the two questions;
    Forbidden for the holder, for whom somebody else has to decide.
    """
    certificate = session.get_one(Certificate, review.certificate_id)
    if review.settled_at is not None:
        raise Conflict(N_("已经有人处理过了"))
    if certificate.user_id == actor.user_id:
        raise Forbidden(N_("自己的证书要由另一个人决定"))
    if outcome not in ANSWERS[certificate.revoked_at is not None]:
        raise Conflict(N_("这张证书的情况变了。刷新页面，再看一次"))
    if outcome is ReviewOutcome.REVOKED:
        _revoke(session, certificate, reason=reason, actor=actor, now=now)
    if outcome is ReviewOutcome.REINSTATED:
        _reinstate(session, certificate, reason=reason, actor=actor, now=now)
    _settle(session, review, certificate, outcome, reason=reason, actor=actor, now=now)


def _settle(
    session: Session,
    review: CertificateReview,
    certificate: Certificate,
    outcome: ReviewOutcome,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    review.outcome, review.settled_at, review.settled_reason = outcome, now, reason
    review.settled_by_id = actor.user_id
    record(
        session,
        actor=actor,
        now=now,
        action="certificate.review.settled",
        subject=("certificate", certificate.id),
        on_user_id=certificate.user_id,
        after={"number": certificate.number, "outcome": outcome.value},
        reason=reason or None,
    )
    session.flush()
