"""Reads about certificates whose pass is none any more, and about those of many sittings."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from certificates.models import Certificate, CertificateReview, ReviewOutcome
from certificates.queries import in_scope
from core.errors import NotFound
from core.identity import Actor, Role
from exams.queries.visibility import hidden_results

# Who decides on certificates whose pass is none any more, each within the own scope.
REVIEWERS = (Role.SAFETY_MANAGER, Role.ADMINISTRATOR)
# Statements take so many ids at once; SQLite takes 32,766 parameters.
IDS_AT_ONCE = 5_000


# How a question ended after which a certificate that is revoked is so because of it.
REVOKING = (ReviewOutcome.REVOKED, ReviewOutcome.LEFT_REVOKED, ReviewOutcome.FAILED_AGAIN)


def certificate_of(session: Session, sitting_id: int) -> Certificate | None:
    """The certificate that a sitting earned, revoked or not."""
    return session.scalar(select(Certificate).where(Certificate.sitting_id == sitting_id))


def was_revoked_in_review(session: Session, certificate_id: int) -> bool:
    """Whether a revoked certificate lost its validity because its pass had become a fail."""
    newest = session.scalar(
        select(CertificateReview.outcome)
        .where(
            CertificateReview.certificate_id == certificate_id,
            CertificateReview.settled_at.is_not(None),
        )
        .order_by(CertificateReview.id.desc())
        .limit(1)
    )
    return newest in REVOKING


def settled_reviews(session: Session, certificate_id: int) -> list[CertificateReview]:
    """What people decided about a certificate, and what settled by itself, the latest first."""
    return list(
        session.scalars(
            select(CertificateReview)
            .where(
                CertificateReview.certificate_id == certificate_id,
                CertificateReview.settled_at.is_not(None),
            )
            .order_by(CertificateReview.id.desc())
        )
    )


def open_review(session: Session, certificate_id: int) -> CertificateReview | None:
    """The question to a person whether this certificate stands, while nobody has answered it."""
    return session.scalar(
        select(CertificateReview).where(
            CertificateReview.certificate_id == certificate_id,
            CertificateReview.settled_at.is_(None),
        )
    )


def _open_in_scope(actor: Actor, today: date) -> Select[CertificateReview, Certificate]:
    return (
        in_scope(actor, today)
        .join(CertificateReview, CertificateReview.certificate_id == Certificate.id)
        .where(CertificateReview.settled_at.is_(None))
        .with_only_columns(CertificateReview, Certificate)
        .order_by(CertificateReview.asked_at, CertificateReview.id)
    )


def open_reviews(
    session: Session, actor: Actor, *, today: date
) -> list[tuple[CertificateReview, Certificate]]:
    """Certificates of the actor's scope that a person must look at, the oldest question first."""
    found = session.execute(_open_in_scope(actor, today))
    return [(review, certificate) for review, certificate in found]


@dataclass(frozen=True)
class Waiting:
    """How many certificates of a scope wait for a person: to be revoked or kept, to be valid again
    or not.
    """

    to_revoke: int
    to_reinstate: int


def waiting_reviews(session: Session, actor: Actor, *, today: date) -> Waiting:
    """How many wait for somebody of the actor's duty."""
    found = [certificate for _review, certificate in open_reviews(session, actor, today=today)]
    revoked = sum(certificate.revoked_at is not None for certificate in found)
    return Waiting(len(found) - revoked, revoked)


def decisions_on(
    session: Session, user_id: int, *, now: datetime
) -> list[tuple[CertificateReview, Certificate]]:
    """What people decided about a person's certificates, and what settled by itself, the latest
    first; nothing that would tell a result not yet to be seen.
    """
    hidden = hidden_results(session, user_id, now=now)
    rows = session.execute(
        select(CertificateReview, Certificate)
        .join(Certificate, Certificate.id == CertificateReview.certificate_id)
        .where(Certificate.user_id == user_id, CertificateReview.settled_at.is_not(None))
        .order_by(CertificateReview.settled_at.desc(), CertificateReview.id.desc())
    )
    return [(row[0], row[1]) for row in rows if row[1].sitting_id not in hidden]


def review_for(
    session: Session, actor: Actor, review_id: int, *, today: date
) -> tuple[CertificateReview, Certificate]:
    """One of these; NotFound once it is settled, and for what lies outside the scope."""
    found = _open_in_scope(actor, today).where(CertificateReview.id == review_id)
    row = session.execute(found).first()
    if row is None:
        raise NotFound()
    return row[0], row[1]


def count_of_sittings(
    session: Session, sitting_ids: Collection[int], *, only_standing: bool = False
) -> int:
    """How many of these sittings have a certificate, or one that was not revoked."""
    ids, count = list(sitting_ids), 0
    for start in range(0, len(ids), IDS_AT_ONCE):
        part = ids[start : start + IDS_AT_ONCE]
        found = select(func.count(Certificate.id)).where(Certificate.sitting_id.in_(part))
        if only_standing:
            found = found.where(Certificate.revoked_at.is_(None))
        count += session.scalar(found) or 0
    return count
